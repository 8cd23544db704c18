/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/source.h"
#include "ingest/watermark.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] = "sources:\n"
                              "  - name: crm\n"
                              "    type: file\n"
                              "    streams:\n"
                              "      - stream: account\n"
                              "        path: accounts.ndjson\n"
                              "        fields: {party: id, name: name}\n"
                              "      - stream: usage_event\n"
                              "        path: events.ndjson\n"
                              "        fields: {party: account, at: at}\n"
                              "        values: [{metric: runs}]\n";

/* One source with two streams, a job, and an empty batch for each stream. */
struct stage {
    struct arena *arena;
    struct config *config;
    struct zone *zone;
    struct mapping_set set;
    struct job *job;
    struct source_run run;
    struct batch *batch[2];
    struct mapping_reader *reader[2];
    struct batch_counters total;
};

static void open_stage(struct stage *s, struct db *db)
{
    g_autoptr(GError) err = NULL;
    *s = (struct stage){.arena = arena_new()};
    s->config = config_open(sources_directory(sources), &err);
    s->zone = zone_open("Asia/Tokyo", &err);
    if (!s->config || !mapping_load(s->arena, s->config, s->zone, &s->set, &err) ||
        !(s->job = job_begin(db, warehouse_dsn(), "ingest", &err)))
        fail_msg("%s", err->message);
    s->run = (struct source_run){.db = db,
                                 .job = s->job,
                                 .config = s->config,
                                 .set = &s->set,
                                 .source = &s->set.source[0],
                                 .zone = s->zone,
                                 .total = &s->total};
    for (int i = 0; i < 2; i++) {
        const struct mapping *mapping = s->set.source[0].mapping[i];
        s->batch[i] = source_batch(&s->run, mapping, &err);
        s->reader[i] = mapping_bind(s->arena, mapping, FORMAT_NDJSON, (struct slice){NULL, 0},
                                    "standard input", &err);
        if (!s->batch[i] || !s->reader[i])
            fail_msg("%s", err->message);
    }
}

static void close_stage(struct stage *s)
{
    batch_free(s->batch[0]);
    batch_free(s->batch[1]);
    job_end(s->job, NULL, NULL);
    zone_close(s->zone);
    config_close(s->config);
    arena_free(s->arena);
}

static void add(struct stage *s, int stream, const char *json, int64_t ordinal)
{
    g_autoptr(arena_t) scratch = arena_new();
    const struct input_record raw = {
        .text = slice_of(json), .line = ordinal + 1, .offset = ordinal};
    batch_map(s->batch[stream], s->reader[stream], scratch, &raw);
}

static void add_both(struct stage *s)
{
    add(s, 0, "{\"id\": \"a\", \"name\": \"Alpha\"}", 0);
    add(s, 1, "{\"account\": \"a\", \"at\": \"2026-01-05T00:00:00Z\"}", 1);
    add(s, 1, "{\"account\": \"a\", \"at\": \"yesterday\"}", 2);
    batch_set_place(s->batch[0], "standard input", 0, 3);
    batch_set_place(s->batch[1], "standard input", 0, 3);
}

static bool save(void *context, struct db *db, int64_t load_id, GError **err)
{
    struct stage *s = context;
    return watermark_save(db, s->job, "crm", "", "three", load_id, err);
}

static bool save_fails(void *context, struct db *db, int64_t load_id, GError **err)
{
    return save(context, db, load_id, err) &&
           err_set(err, KENKO_ERROR_UNAVAILABLE, "the watermark cannot be moved");
}

static void two_streams_and_their_watermark_are_committed_together(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct stage s;
    open_stage(&s, db);
    add_both(&s);
    const struct delivery_source source = {.name = "crm", .context = &s, .save = save};
    if (!delivery_write(db, s.job, s.batch, 2, &source, &s.total, &err))
        fail_msg("%s", err->message);
    assert_int_equal(s.total.read, 3);
    assert_int_equal(s.total.loaded, 2);
    assert_int_equal(s.total.rejected, 1);
    sources_expect(db,
                   "SELECT string_agg(stream || ' ' || read_count || ' ' || commit_no || ' ' || "
                   "to_offset, ', ' ORDER BY load_id) FROM ops.load",
                   "account 1 1 3, usage_event 2 2 3");
    sources_expect(db, "SELECT position || ' ' || load_id FROM ops.watermark", "three 2");
    assert_true(batch_is_empty(s.batch[0]) && batch_is_empty(s.batch[1]));
    close_stage(&s);
}

static void a_watermark_that_fails_takes_all_streams_with_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct stage s;
    open_stage(&s, db);
    add_both(&s);
    const struct delivery_source fails = {.name = "crm", .context = &s, .save = save_fails};
    assert_false(delivery_write(db, s.job, s.batch, 2, &fails, &s.total, &err));
    assert_string_equal(err->message, "crm: the watermark cannot be moved");
    sources_expect(db, "SELECT count(*) FROM ops.load", "0");
    sources_expect(db, "SELECT count(*) FROM warehouse.account", "0");
    sources_expect(db, "SELECT count(*) FROM ops.watermark", "0");
    assert_int_equal(s.total.read, 0);
    assert_true(batch_is_empty(s.batch[0]) && batch_is_empty(s.batch[1]));

    /* Read again, they come in whole: nothing made in the failed transaction is believed. */
    g_clear_error(&err);
    add_both(&s);
    const struct delivery_source source = {.name = "crm", .context = &s, .save = save};
    if (!delivery_write(db, s.job, s.batch, 2, &source, &s.total, &err))
        fail_msg("%s", err->message);
    sources_expect(db,
                   "SELECT string_agg(p.external_id, ',') FROM warehouse.usage_span AS u "
                   "JOIN identity.party AS p ON p.party_id = u.party_id",
                   "a");
    close_stage(&s);
}

static void a_watermark_may_move_without_records(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    const char *position;
    struct stage s;
    open_stage(&s, db);
    assert_true(watermark_load(arena, db, "crm", "", &position, &err));
    assert_null(position);
    const struct delivery_source source = {.name = "crm", .context = &s, .save = save};
    if (!delivery_write(db, s.job, NULL, 0, &source, &s.total, &err))
        fail_msg("%s", err->message);
    assert_true(watermark_load(arena, db, "crm", "", &position, &err));
    assert_string_equal(position, "three");
    sources_expect(db, "SELECT count(*) FROM ops.load", "0");
    close_stage(&s);
}

static void expect_refused(const char *yaml, const char *message)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    g_autoptr(config_t) config = config_open(sources_directory(yaml), &err);
    struct mapping_set set;
    if (!mapping_load(arena, config, zone, &set, &err))
        fail_msg("%s", err->message);
    assert_false(source_validate(config, &set, &err));
    if (!g_str_has_prefix(err->message, message)) /* the list of kinds grows */
        assert_string_equal(err->message, message);
}

static void a_source_takes_the_options_of_its_kind_only(void **state)
{
    (void)state;
    expect_refused("sources:\n"
                   "  - name: crm\n"
                   "    type: fax\n"
                   "    streams: [{stream: account, path: a.csv, fields: {party: id}}]\n",
                   "kenko.yaml:7:11: source crm: type is 'fax', want one of file");
    expect_refused("sources:\n"
                   "  - name: crm\n"
                   "    streams: [{stream: account, fields: {party: id}}]\n",
                   "kenko.yaml:7:15: source crm, stream 1 (account): type file wants 'path'");
    expect_refused("sources:\n"
                   "  - name: crm\n"
                   "    dsn: ${CRM}\n"
                   "    streams: [{stream: account, path: a.csv, fields: {party: id}}]\n",
                   "kenko.yaml:7:10: source crm: 'dsn' does not belong to type file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_streams_and_their_watermark_are_committed_together),
        cmocka_unit_test(a_watermark_that_fails_takes_all_streams_with_it),
        cmocka_unit_test(a_watermark_may_move_without_records),
        cmocka_unit_test(a_source_takes_the_options_of_its_kind_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
