/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An Airbyte platform feeds the ingest job. Names carry the requirement they stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/feeding.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] = "sources:\n"
                              "  - name: air\n"
                              "    type: airbyte\n"
                              "    streams:\n"
                              "      - stream: account\n"
                              "        from: accounts\n"
                              "        namespace: crm\n"
                              "        fields: {party: id, name: name}\n"
                              "      - stream: usage_metric\n"
                              "        from: daily\n"
                              "        fields: {party: account, at: day}\n"
                              "        values: [{metric: runs, field: runs}]\n"
                              "    raw:\n"
                              "      - {from: emptied, allow_empty: true}\n";

#define SCHEMA                                                                                     \
    "\"json_schema\": {\"properties\": {\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": "       \
    "\"string\"}}}"

/* A catalog of one stream. */
static char *catalog_of(const char *name, const char *rest)
{
    return g_strdup_printf("{\"streams\": [{\"stream\": {\"name\": \"%s\", " SCHEMA "}, %s}]}",
                           name, rest);
}

#define RECORD(name, id, v)                                                                        \
    "{\"type\": \"RECORD\", \"record\": {\"stream\": \"" name                                      \
    "\", \"emitted_at\": 1602637589000, \"data\": {\"id\": " id ", \"v\": \"" v "\"}}}\n"
#define STATE(name, count)                                                                         \
    "{\"type\": \"STATE\", \"state\": {\"type\": \"STREAM\", \"stream\": {\"stream_descriptor\": " \
    "{\"name\": \"" name "\"}, \"stream_state\": {\"c\": 1.10}}, \"sourceStats\": "                \
    "{\"recordCount\": " count "}}}\n"
#define STATUS(name, status)                                                                       \
    "{\"type\": \"TRACE\", \"trace\": {\"type\": \"STREAM_STATUS\", \"emitted_at\": 1.0, "         \
    "\"stream_status\": {\"stream_descriptor\": {\"name\": \"" name "\"}, \"status\": \"" status   \
    "\"}}}\n"

/* Feed messages under a catalog; its answers, or NULL with the error. */
static char *try_feed(struct db *db, const char *dir, const char *catalog, const char *messages,
                      GError **err)
{
    struct feeding f;
    feeding_init(&f, "air", messages);
    f.catalog = catalog;
    bool ok = feeding_try(db, dir, &f, err);
    g_string_free(f.notes, TRUE);
    return g_string_free(f.answers, !ok);
}

static char *feed(struct db *db, const char *dir, const char *catalog, const char *messages)
{
    g_autoptr(GError) err = NULL;
    char *said = try_feed(db, dir, catalog, messages, &err);
    if (!said)
        fail_msg("%s", err->message);
    return said;
}

static void refused(struct db *db, const char *dir, const char *catalog, const char *messages,
                    enum kenko_error kind, const char *message)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *said = try_feed(db, dir, catalog, messages, &err);
    assert_null(said);
    const char *text = err->message + strlen("source air: ");
    if (!err_is(err, kind) || !g_str_has_prefix(text, message))
        fail_msg("kind %d, %s; want kind %d, %s", err->code, text, kind, message);
}

static void states_come_back_with_counts_R23(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    g_autofree char *catalog =
        catalog_of("t", "\"sync_mode\": \"incremental\", \"destination_sync_mode\": "
                        "\"append_dedup\", \"primary_key\": [[\"id\"]], \"cursor_field\": []");
    g_autofree char *said = feed(
        db, dir, catalog,
        "some noise\n\n# a comment\n" RECORD("t", "1", "x") RECORD(
            "t", "2",
            "x") "{\"type\": \"RECORD\", \"record\": {\"stream\": \"t\", \"emitted_at\": 1, "
                 "\"data\": "
                 "{\"v\": \"no key\"}}}\n"
                 "{\"type\": \"LOG\", \"log\": {\"level\": \"INFO\", \"message\": \"hello\"}}\n"
                 "{\"type\": \"CONTROL\", \"control\": {}}\n" STATE("t", "3.0")
                     RECORD("t", "1", "y") STATE("t", "1")
                         STATUS("t", "COMPLETE") "{\"type\": \"STATE\", \"state\": {\"data\": "
                                                 "{\"a\": 1}, \"destinationStats\": "
                                                 "{\"recordCount\": 99.0}}, \"extra\": 1e400}\n");
    assert_string_equal(
        said,
        "{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\": "
        "{\"name\": \"t\"}, \"stream_state\": {\"c\": 1.10}},\"sourceStats\":{\"recordCount\": "
        "3.0},\"destinationStats\":{\"recordCount\":2.0,\"rejectedRecordCount\":1.0}}}\n"
        "{\"type\":\"STATE\",\"state\":{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\": "
        "{\"name\": \"t\"}, \"stream_state\": {\"c\": 1.10}},\"sourceStats\":{\"recordCount\": "
        "1},\"destinationStats\":{\"recordCount\":1.0,\"rejectedRecordCount\":0.0}}}\n"
        "{\"type\":\"STATE\",\"extra\":1e400,\"state\":{\"data\":{\"a\": "
        "1},\"destinationStats\":{\"recordCount\":0.0,\"rejectedRecordCount\":0.0}}}\n");
    sources_expect(db, "SELECT string_agg(id || v, ' ' ORDER BY id) FROM raw.air_t", "1y 2x");
    sources_expect(db, "SELECT reason || ' ' || line FROM ops.reject", "missing_key 6");
    sources_expect(db, "SELECT string_agg(stream, ',' ORDER BY stream) FROM ops.watermark", ",t");
    refused(db, dir, catalog, RECORD("t", "1", "z") STATE("t", "2"), KENKO_ERROR_INPUT,
            "standard input:2: the source counts 2 records of the stream t since the last state, 1 "
            "came");
    sources_expect(db, "SELECT string_agg(id || v, ' ' ORDER BY id) FROM raw.air_t", "1y 2x");
}

static void wrong_messages_and_catalogs_are_refused_R21(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    g_autofree char *good = catalog_of("t", "\"destination_sync_mode\": \"append\"");
    static const struct {
        const char *messages, *message;
    } cases[] = {
        {"{\"type\": \"RECORD\", \"rec", "standard input:1:24: not a message"},
        {RECORD("u", "1", "x"),
         "standard input:1: a record of a stream that is not in the catalog"},
        {STATUS("u", "COMPLETE"), "standard input:1: the status of a stream that is not"},
        {STATE("u", "1"), "standard input:1: a state of a stream that is not in the catalog"},
        {"{\"type\": \"RECORD\", \"record\": {\"stream\": \"t\"}}\n",
         "standard input:1: a message of type RECORD has no data"},
        {"{\"type\": \"STATE\"}\n", "standard input:1: a message of type STATE has no state"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        refused(db, dir, good, cases[i].messages, KENKO_ERROR_INPUT, cases[i].message);
    static const struct {
        const char *rest, *message;
    } catalogs[] = {
        {"\"destination_sync_mode\": \"update\"",
         "catalog: stream t: its destination_sync_mode is none of"},
        {"\"destination_sync_mode\": \"append_dedup\"",
         "catalog: stream t: append_dedup wants a primary_key"},
        {"\"destination_sync_mode\": \"overwrite\", \"generation_id\": 7",
         "catalog: stream t: generation_id and minimum_generation_id belong together"},
        {"\"destination_sync_mode\": \"append\", \"generation_id\": 7, \"minimum_generation_id\": "
         "3",
         "catalog: stream t: minimum_generation_id is neither 0 nor its generation_id"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(catalogs); i++) {
        g_autofree char *catalog = catalog_of("t", catalogs[i].rest);
        refused(db, dir, catalog, "", KENKO_ERROR_CONFIG, catalogs[i].message);
    }
    refused(db, dir, "{\"streams\": 1}", "", KENKO_ERROR_CONFIG,
            "catalog: streams: want a JSON array");
    refused(db, dir, "{}", "", KENKO_ERROR_CONFIG, "catalog: want streams");
    refused(db, dir, "{\"streams\": [{\"stream\": {}}]}", "", KENKO_ERROR_CONFIG,
            "catalog: stream ?: want a name");
    refused(db, dir, NULL, "", KENKO_ERROR_USAGE, "type airbyte wants a catalog");
    g_autofree char *daily = catalog_of("daily", "\"destination_sync_mode\": \"overwrite\"");
    refused(db, dir, daily, "", KENKO_ERROR_CONFIG, "catalog: stream daily: each sync sends all");
}

static void mapped_streams_are_found_by_namespace(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    g_autofree char *said = feed(
        db, dir,
        "{\"streams\": [{\"stream\": {\"name\": \"accounts\", \"namespace\": \"crm\"}, "
        "\"destination_sync_mode\": \"append\"}, {\"stream\": {\"name\": \"accounts\", "
        "\"namespace\": \"shop\"}, \"destination_sync_mode\": \"append\"}, {\"stream\": {\"name\": "
        "\"daily\"}, \"destination_sync_mode\": \"append_dedup\", \"primary_key\": "
        "[[\"account\"], [\"day\"]]}]}",
        "{\"type\": \"RECORD\", \"record\": {\"stream\": \"accounts\", \"namespace\": \"crm\", "
        "\"data\": {\"id\": \"a\", \"name\": \"Alpha\"}, \"emitted_at\": 1}}\n"
        "{\"type\": \"RECORD\", \"record\": {\"stream\": \"accounts\", \"namespace\": \"shop\", "
        "\"data\": {\"id\": \"b\", \"name\": \"Beta\"}, \"emitted_at\": 1602637589000}}\n"
        "{\"type\": \"RECORD\", \"record\": {\"stream\": \"daily\", \"data\": {\"account\": \"a\", "
        "\"day\": \"2026-01-05\", \"runs\": 5}, \"emitted_at\": 1}}\n"
        "{\"type\": \"RECORD\", \"record\": {\"stream\": \"daily\", \"data\": {\"account\": \"a\", "
        "\"day\": \"2026-01-05\", \"runs\": 5}, \"emitted_at\": 2}}\n");
    assert_string_equal(said, "");
    sources_expect(db, "SELECT string_agg(name, ' ') FROM warehouse.account", "Alpha");
    sources_expect(db, "SELECT id || name || ' ' || _kenko_at FROM raw.air_shop_accounts",
                   "bBeta 2020-10-14 01:06:29+00");
    sources_expect(db, "SELECT sum(u.v[1])::text FROM warehouse.usage_span AS u", "5");
}

static void a_refresh_counts_when_it_is_complete_R14(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    const char *seen = "SELECT string_agg(id || v, ' ' ORDER BY id) FROM raw.air_t";
#define DEDUP "\"destination_sync_mode\": \"append_dedup\", \"primary_key\": [[\"id\"]], "
    g_autofree char *first =
        catalog_of("t", DEDUP "\"generation_id\": 0, \"minimum_generation_id\": 0, \"sync_id\": 1");
    g_autofree char *refresh =
        catalog_of("t", DEDUP "\"generation_id\": 1, \"minimum_generation_id\": 1, \"sync_id\": 2");
    g_autofree char *later =
        catalog_of("t", DEDUP "\"generation_id\": 1, \"minimum_generation_id\": 0, \"sync_id\": 3");
    g_free(feed(db, dir, first,
                RECORD("t", "1", "a") RECORD("t", "2", "a") STATE("t", "2")
                    STATUS("t", "COMPLETE")));
    sources_expect(db, seen, "1a 2a");
    /* an attempt that does not end well: the platform hears so, and nothing changes for readers */
    refused(db, dir, refresh,
            STATUS("t", "STARTED") RECORD("t", "1", "b") STATE("t", "1") STATUS("t", "INCOMPLETE"),
            KENKO_ERROR_INPUT, "the stream t did not end with COMPLETE");
    sources_expect(db, seen, "1a 2a");
    /* one that breaks off in the middle */
    refused(db, dir, refresh, RECORD("t", "3", "b") STATE("t", "1") "{\"type\":", KENKO_ERROR_INPUT,
            "standard input:3:");
    sources_expect(db, seen, "1a 2a");
    /* the next goes on where the first one stopped; it brings nothing more, and must not need to */
    g_free(feed(db, dir, refresh, STATUS("t", "COMPLETE")));
    sources_expect(db, seen, "1b");
    g_free(feed(db, dir, later, RECORD("t", "4", "c") STATE("t", "1") STATUS("t", "COMPLETE")));
    sources_expect(db, seen, "1b 4c");
}

static void an_overwrite_without_numbers_is_a_generation_too_R14(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    const char *seen = "SELECT string_agg(id || v, ' ' ORDER BY id, v) FROM raw.air_t";
    g_autofree char *catalog = catalog_of("t", "\"destination_sync_mode\": \"overwrite\"");
    g_free(
        feed(db, dir, catalog, RECORD("t", "1", "a") RECORD("t", "1", "a") RECORD("t", "2", "a")));
    sources_expect(db, seen, "1a 1a 2a");
    refused(db, dir, catalog, RECORD("t", "9", "x") STATE("t", "1") "{\"broken", KENKO_ERROR_INPUT,
            "");
    sources_expect(db, seen, "1a 1a 2a");
    g_free(feed(db, dir, catalog, RECORD("t", "3", "b")));
    sources_expect(db, seen, "3b");
    g_free(feed(db, dir, catalog, RECORD("t", "4", "c") RECORD("t", "3", "b")));
    sources_expect(db, seen, "3b 4c");
}

static void a_refresh_that_is_abandoned_for_appending_is_shown(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    const char *seen = "SELECT string_agg(id || v, ' ' ORDER BY id) FROM raw.air_t";
    g_autofree char *refresh =
        catalog_of("t", "\"destination_sync_mode\": \"append\", "
                        "\"generation_id\": 1, \"minimum_generation_id\": 1");
    g_autofree char *append = catalog_of("t", "\"destination_sync_mode\": \"append\", "
                                              "\"generation_id\": 1, \"minimum_generation_id\": 0");
    refused(db, dir, refresh, RECORD("t", "1", "a") STATE("t", "1") STATUS("t", "INCOMPLETE"),
            KENKO_ERROR_INPUT, "the stream t did not end");
    sources_expect(db, seen, NULL);
    g_free(feed(db, dir, append, RECORD("t", "2", "b") STATE("t", "1") STATUS("t", "COMPLETE")));
    sources_expect(db, seen, "1a 2b");
}

static void a_refresh_without_records_empties_nothing_R8_R14(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    const char *names[] = {"t", "emptied"};
    for (int i = 0; i < 2; i++) {
        g_autofree char *catalog = catalog_of(names[i], "\"destination_sync_mode\": \"overwrite\"");
        g_autofree char *messages =
            g_strdup_printf("{\"type\": \"RECORD\", \"record\": {\"stream\": \"%s\", \"data\": "
                            "{\"id\": 1}, \"emitted_at\": 1}}\n",
                            names[i]);
        g_free(feed(db, dir, catalog, "")); /* nothing to be emptied */
        g_free(feed(db, dir, catalog, messages));
        if (i == 0)
            refused(db, dir, catalog, "", KENKO_ERROR_CHECK,
                    "the stream t: its refresh brought no record");
        else
            g_free(feed(db, dir, catalog, ""));
    }
    sources_expect(db, "SELECT count(*) FROM raw.air_t", "1");
    sources_expect(db, "SELECT count(*) FROM raw.air_emptied", "0");
}

static void changes_on_the_way_are_kept(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    g_autofree char *catalog = catalog_of("t", "\"destination_sync_mode\": \"append\"");
    g_free(
        feed(db, dir, catalog,
             "{\"type\": \"RECORD\", \"record\": {\"stream\": \"t\", \"emitted_at\": 1, \"data\": "
             "{\"id\": 1}, \"meta\": {\"changes\": [{\"field\": \"v\", \"change\": \"NULLED\", "
             "\"reason\": \"SOURCE_RETRIEVAL_ERROR\"}]}}}\n"));
    sources_expect(db, "SELECT _kenko_meta::text FROM raw.air_t",
                   "{\"changes\": [{\"field\": \"v\", \"change\": \"NULLED\", \"reason\": "
                   "\"SOURCE_RETRIEVAL_ERROR\"}]}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_come_back_with_counts_R23),
        cmocka_unit_test(wrong_messages_and_catalogs_are_refused_R21),
        cmocka_unit_test(mapped_streams_are_found_by_namespace),
        cmocka_unit_test(a_refresh_counts_when_it_is_complete_R14),
        cmocka_unit_test(an_overwrite_without_numbers_is_a_generation_too_R14),
        cmocka_unit_test(a_refresh_that_is_abandoned_for_appending_is_shown),
        cmocka_unit_test(a_refresh_without_records_empties_nothing_R8_R14),
        cmocka_unit_test(changes_on_the_way_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
