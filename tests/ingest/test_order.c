/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same records in any order, split into any files, loaded in any number of runs and met again
 * under other names are the same facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: app\n"
    "    type: file\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: account/*.csv\n"
    "        fields: {party: id, name: name, domain: domain, changed_at: changed}\n"
    "      - stream: ticket\n"
    "        path: ticket/*.csv\n"
    "        fields: {external_id: id, party: domain, status: status, opened_at: opened,\n"
    "          changed_at: changed}\n"
    "      - stream: usage_metric\n"
    "        path: usage/*.csv\n"
    "        fields: {party: account, at: at}\n"
    "        values: [{metric: runs, field: runs}, {metric: peak, field: ms},\n"
    "          {metric: low, field: ms}, {metric: level, field: seats}]\n"
    "      - stream: usage_event\n"
    "        path: event/*.csv\n"
    "        id: id\n"
    "        fields: {party: account, at: at, subject: user}\n"
    "        values: [{metric: by_user}]\n";

enum { FILES_MAX = 5, STREAMS = 4 };

struct stream_lines {
    const char *folder, *header;
    bool may_overlap; /* records can be told apart, so files may share some */
    GPtrArray *line;
};

static void make_lines(struct stream_lines out[STREAMS])
{
    static const struct stream_lines kinds[STREAMS] = {
        {"account", "id,name,domain,changed\n", true, NULL},
        {"ticket", "id,domain,status,opened,changed\n", true, NULL},
        {"usage", "account,at,runs,ms,seats\n", false, NULL},
        {"event", "id,account,at,user\n", true, NULL}};
    for (int i = 0; i < STREAMS; i++) {
        out[i] = kinds[i];
        out[i].line = g_ptr_array_new_with_free_func(g_free);
    }
    for (int i = 0; i < 40; i++)
        g_ptr_array_add(out[0].line,
                        g_strdup_printf("acc-%d,Name %d,c%d.example,2026-01-01T00:%02d:00Z\n",
                                        i % 20, i, i % 20, i));
    for (int i = 0; i < 120; i++)
        g_ptr_array_add(
            out[1].line,
            g_strdup_printf("t-%d,c%d.example,s%d,2026-01-03,2026-01-05T%02d:%02d:00Z\n", i % 40,
                            i % 40 % 25, i, i / 60, i % 60));
    for (int i = 0; i < 300; i++)
        g_ptr_array_add(out[2].line,
                        g_strdup_printf("acc-%d,2026-0%d-1%dT%02d:00:00Z,%d,%d.%d,%d\n", i % 7,
                                        1 + i % 3, i % 2, i % 4, i, i * 31 % 97, i % 10, i % 13));
    for (int i = 0; i < 200; i++)
        g_ptr_array_add(out[3].line, g_strdup_printf("e%d,acc-%d,2026-02-0%dT10:00:00Z,u%d\n", i,
                                                     i % 22, 1 + i % 9, i % 6));
}

static void shuffle(GRand *rand, GPtrArray *lines)
{
    for (guint i = lines->len; i > 1; i--) {
        guint j = (guint)g_rand_int_range(rand, 0, (gint32)i);
        gpointer swap = lines->pdata[i - 1];
        lines->pdata[i - 1] = lines->pdata[j];
        lines->pdata[j] = swap;
    }
}

/* Deal the stream's lines out to files; write those whose number is even or odd. */
static void write_files(const char *dir, GRand *rand, const struct stream_lines *stream, int turn)
{
    GString *file[FILES_MAX];
    for (int f = 0; f < FILES_MAX; f++)
        file[f] = g_string_new(stream->header);
    for (guint i = 0; i < stream->line->len; i++) {
        g_string_append(file[g_rand_int_range(rand, 0, FILES_MAX)], stream->line->pdata[i]);
        if (stream->may_overlap && g_rand_int_range(rand, 0, 4) == 0)
            g_string_append(file[g_rand_int_range(rand, 0, FILES_MAX)], stream->line->pdata[i]);
    }
    for (int f = 0; f < FILES_MAX; f++) {
        g_autofree char *name = g_strdup_printf("%s/%d.csv", stream->folder, (f * 3 + 1) % 7);
        g_autofree char *again = g_strdup_printf("%s/again-%d.csv", stream->folder, f);
        if (f % 2 == turn)
            sources_write(dir, name, file[f]->str);
        if (f % 2 == turn && f > 2)
            sources_write(dir, again, file[f]->str);
        g_string_free(file[f], TRUE);
    }
}

/* Ties of "latest" are decided by a keyed hash: give all warehouses the same key. */
static struct db *open_with_key(void)
{
    struct db *db = warehouse_open();
    warehouse_sql(db, "INSERT INTO ops.setting VALUES ('digest_key', 'the same everywhere')");
    return db;
}

static void ingest(struct db *db, const char *dir, size_t batch_bytes)
{
    g_autoptr(GError) err = NULL;
    if (!sources_try(db, dir, batch_bytes, NULL, &err))
        fail_msg("%s", err->message);
}

static char *plain_digest(const struct stream_lines stream[STREAMS])
{
    const char *dir = sources_directory(sources);
    for (int s = 0; s < STREAMS; s++) {
        g_autoptr(GString) text = g_string_new(stream[s].header);
        for (guint i = 0; i < stream[s].line->len; i++)
            g_string_append(text, stream[s].line->pdata[i]);
        g_autofree char *name = g_strdup_printf("%s/all.csv", stream[s].folder);
        sources_write(dir, name, text->str);
    }
    g_autoptr(db_t) db = open_with_key();
    ingest(db, dir, 0);
    return sources_facts(db);
}

static void any_order_split_and_repetition_gives_the_same_facts(void **state)
{
    (void)state;
    struct stream_lines stream[STREAMS];
    make_lines(stream);
    g_autofree char *plain = plain_digest(stream);
    for (guint32 seed = 1; seed <= 8; seed++) {
        GRand *rand = g_rand_new_with_seed(seed);
        const char *dir = sources_directory(sources);
        g_autoptr(db_t) db = open_with_key();
        for (int s = 0; s < STREAMS; s++)
            shuffle(rand, stream[s].line);
        for (int turn = 0; turn < 2; turn++) {
            GRand *deal = g_rand_new_with_seed(seed); /* the same files in both turns */
            for (int s = 0; s < STREAMS; s++)
                write_files(dir, deal, &stream[s], turn);
            g_rand_free(deal);
            ingest(db, dir, (size_t)g_rand_int_range(rand, 200, 20000));
        }
        g_autofree char *facts = sources_facts(db);
        if (strcmp(facts, plain) != 0)
            fail_msg("seed %u gives other facts", seed);
        g_rand_free(rand);
    }
    for (int s = 0; s < STREAMS; s++)
        g_ptr_array_free(stream[s].line, TRUE);
}

static void one_record_more_gives_another_digest(void **state)
{
    (void)state;
    struct stream_lines stream[STREAMS];
    make_lines(stream);
    g_autofree char *plain = plain_digest(stream);
    for (int s = 0; s < STREAMS; s++) {
        char *last = g_ptr_array_steal_index(stream[s].line, stream[s].line->len - 1);
        g_autofree char *less = plain_digest(stream);
        assert_string_not_equal(plain, less);
        g_ptr_array_add(stream[s].line, last);
    }
    for (int s = 0; s < STREAMS; s++)
        g_ptr_array_free(stream[s].line, TRUE);
}

static void batches_that_end_by_their_age_give_the_same_facts(void **state)
{
    (void)state;
    const char *dir = sources_directory(sources);
    g_autoptr(GString) text = g_string_new("account,at,runs,ms,seats\n");
    for (int i = 0; i < 2000; i++)
        g_string_append_printf(text, "acc-%d,2026-01-%02dT10:00:00Z,%d,%d,%d\n", i % 9, 1 + i % 20,
                               i, i * 31 % 97, i % 13);
    sources_write(dir, "account/all.csv", "id,name,domain,changed\n");
    sources_write(dir, "ticket/all.csv", "id,domain,status,opened,changed\n");
    sources_write(dir, "event/all.csv", "id,account,at,user\n");
    sources_write(dir, "usage/all.csv", text->str);
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    g_autoptr(db_t) whole = open_with_key();
    ingest(whole, dir, 0);
    g_autoptr(db_t) cut = open_with_key();
    const struct ingest_options at_once = {.age_us = 1};
    struct ingest_summary summary;
    if (!config || !ingest_run(cut, warehouse_dsn(), config, &at_once, &summary, &err))
        fail_msg("%s", err->message);
    assert_int_equal(summary.count.loaded, 2000);
    sources_expect(whole, "SELECT count(*) FROM ops.load WHERE stream = 'usage_metric'", "1");
    sources_expect(cut, "SELECT count(*) > 4 FROM ops.load WHERE stream = 'usage_metric'", "t");
    g_autofree char *one = sources_facts(whole), *two = sources_facts(cut);
    assert_string_equal(one, two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_split_and_repetition_gives_the_same_facts),
        cmocka_unit_test(batches_that_end_by_their_age_give_the_same_facts),
        cmocka_unit_test(one_record_more_gives_another_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
