/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A dry run counts what a run would count, keeps nothing, and is in nobody's way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/identity.h"
#include "support/sources.h"
#include "support/warehouse.h"

#define COMPANY                                                                                    \
    "identity:\n"                                                                                  \
    "  aliases:\n"                                                                                 \
    "    - {party: ws-9, account: acc-1}\n"                                                        \
    "sources:\n"                                                                                   \
    "  - name: crm\n"                                                                              \
    "    streams:\n"                                                                               \
    "      - stream: account\n"                                                                    \
    "        path: accounts*.csv\n"                                                                \
    "        on_change: append\n"                                                                  \
    "        fields: {party: id, name: name, domain: domain}\n"                                    \
    "  - name: app\n"                                                                              \
    "    streams:\n"                                                                               \
    "      - stream: usage_event\n"                                                                \
    "        path: e*.csv\n"                                                                       \
    "        on_change: append\n"                                                                  \
    "        id: id\n"                                                                             \
    "        fields: {party: who, at: at}\n"                                                       \
    "        values: [{metric: runs}]\n"                                                           \
    "        ignore: [{name: tests, field: who, prefix: test}]\n"

/* Batches are small, so that duplicates stand in other batches than what they repeat. */
enum { BATCH = 1000 };

static const char *company(void)
{
    const char *dir = sources_directory(COMPANY);
    g_autoptr(GString) events = g_string_new("id,who,at\n");
    for (int i = 0; i < 600; i++)
        g_string_append_printf(events, "e%d,%s,20%02d-%02d-01\n", i % 500,
                               i % 7 ? "acc-1" : "test-1", 20 + i % 3, 1 + i % 12);
    g_string_append(events, "x1,ws-9,2026-01-01\nx2,nobody,2026-01-01\nx3,acc-1,2026-13-01\n");
    sources_write(dir, "accounts1.csv", "id,name,domain\nacc-1,One,one.example\nacc-2,Two,\n");
    sources_write(dir, "accounts2.csv", "id,name,domain\nacc-1,One,one.example\nacc-2,Zwei,\n");
    sources_write(dir, "e1.csv", events->str);
    sources_write(dir, "e2.csv", events->str); /* known content under another name */
    sources_write(dir, "e3.csv", "id,who,at\ne1,acc-2,2026-02-01\ny1,one.example,2026-02-01\n");
    return dir;
}

/* Everything a run leaves behind, ids of rows included. */
static char *state_of(struct db *db)
{
    g_autofree char *digest = sources_digest(db);
    g_autofree char *counts = warehouse_value(
        db, "SELECT (SELECT count(*) FROM ops.load) || ' ' || (SELECT count(*) FROM ops.job_run) "
            "|| ' ' || (SELECT count(*) FROM ops.reject) || ' ' || (SELECT count(*) FROM "
            "ops.seen) || ' ' || (SELECT count(*) FROM identity.party) || ' ' || (SELECT count(*) "
            "FROM pg_inherits) || ' ' || (SELECT commit_no FROM ops.clock) || ' ' || (SELECT "
            "coalesce(sum(fence), 0) FROM ops.fence)");
    return g_strdup_printf("%s %s", digest, counts);
}

static void nothing(struct db *db, const struct ingest_summary *summary)
{
    (void)db;
    (void)summary;
}

static bool rehearse(struct db *db, const char *dir,
                     void (*rehearsed)(struct db *db, const struct ingest_summary *summary),
                     struct ingest_summary *summary, GError **err)
{
    struct ingest_options options = {.batch_bytes = BATCH, .rehearsed = rehearsed};
    g_autoptr(config_t) config = config_open(dir, err);
    return config && ingest_run(db, warehouse_dsn(), config, &options, summary, err);
}

static void expect_same(const struct ingest_summary *a, const struct ingest_summary *b)
{
    assert_memory_equal(&a->count, &b->count, sizeof a->count);
    assert_int_equal(a->matched, b->matched);
    assert_int_equal(a->unresolved, b->unresolved);
}

static void it_counts_what_a_run_counts_and_keeps_nothing(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    struct ingest_summary dry, real;
    g_autoptr(GError) err = NULL;
    g_autofree char *before = state_of(db);
    if (!rehearse(db, dir, nothing, &dry, &err))
        fail_msg("%s", err->message);
    g_autofree char *after = state_of(db);
    assert_string_equal(before, after);
    if (!sources_try(db, dir, BATCH, &real, &err))
        fail_msg("%s", err->message);
    expect_same(&dry, &real);
    assert_true(real.count.duplicate > 600 && real.count.ignored > 50 && real.count.rejected == 1);
    assert_true(real.matched > 0 && real.unresolved == 1);
    sources_expect(db, "SELECT count(*) > 8 FROM ops.load WHERE stream = 'usage_event'", "t");
    /* In a warehouse that holds something already. */
    sources_append(dir, "e3.csv", "y2,acc-2,2026-03-01\ny1,acc-2,2026-03-01\n");
    g_autofree char *held = state_of(db);
    assert_true(rehearse(db, dir, nothing, &dry, &err));
    g_autofree char *still = state_of(db);
    assert_string_equal(held, still);
    assert_true(sources_try(db, dir, BATCH, &real, &err));
    expect_same(&dry, &real);
    assert_int_equal(real.count.loaded, 1);
    assert_int_equal(real.count.duplicate, 1);
}

static void a_failure_is_told_and_kept_as_little(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    struct ingest_summary dry;
    g_autoptr(GError) err = NULL;
    sources_write(dir, "e4.csv", "id,wrong\n");
    g_autofree char *before = state_of(db);
    assert_false(rehearse(db, dir, nothing, &dry, &err));
    assert_true(err_is(err, KENKO_ERROR_INPUT));
    assert_true(dry.count.loaded > 400);
    g_autofree char *after = state_of(db);
    assert_string_equal(before, after);
}

/* While the dry run's transaction is open: others write, commit and read; a second run is told. */
static void meanwhile(struct db *db, const struct ingest_summary *summary)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) other = db_open(warehouse_dsn(), "test", 5000, &err);
    assert_true(summary->count.loaded > 0);
    sources_expect(db, "SELECT count(*) > 0 FROM warehouse.usage_span", "t");
    sources_expect(other, "SELECT count(*) FROM warehouse.usage_span", "0");
    if (!identity_split(other, "app", "before", "acc-new", &err))
        fail_msg("%s", err->message);
    struct ingest_summary unused;
    assert_false(sources_try(other, sources_directory(COMPANY), BATCH, &unused, &err));
    assert_true(err_is(err, KENKO_ERROR_BUSY));
}

static void others_commit_and_read_while_it_runs(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    struct ingest_summary dry;
    g_autoptr(GError) err = NULL;
    warehouse_sql(db, "INSERT INTO ops.load (kind, source, stream, file) VALUES ('ingest', 'app', "
                      "'usage_event', '')");
    warehouse_sql(db, "INSERT INTO identity.party (source, external_id, created_load_id) SELECT "
                      "'app', 'before', max(load_id) FROM ops.load");
    if (!rehearse(db, dir, meanwhile, &dry, &err))
        fail_msg("%s", err->message);
    sources_expect(db, "SELECT count(*) FROM identity.account", "1");
    sources_expect(db, "SELECT commit_no FROM ops.clock", "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_counts_what_a_run_counts_and_keeps_nothing),
        cmocka_unit_test(a_failure_is_told_and_kept_as_little),
        cmocka_unit_test(others_commit_and_read_while_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
