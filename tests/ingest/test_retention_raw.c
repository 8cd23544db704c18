/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Versions that were replaced long ago go, and nobody can tell but whoever wants to retract. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/load.h"
#include "ingest/retention_raw.h"
#include "support/sources.h"
#include "support/staged.h"
#include "support/warehouse.h"

static const char properties[] =
    "\"id\": {\"type\": \"integer\"}, \"at\": {\"type\": \"integer\"}, "
    "\"v\": {\"type\": \"string\"}";

/* A day for each load: the n-th commit is of the n-th day of 1970. */
static void date_loads(struct db *db)
{
    warehouse_sql(db, "UPDATE ops.load SET committed_at = '1970-01-01'::timestamptz + commit_no * "
                      "interval '1 day' WHERE committed_at > '2000-01-01'");
}

static int64_t drop(struct staged *s, bool dry_run, int day)
{
    g_autoptr(GError) err = NULL;
    int64_t versions;
    date_loads(s->db);
    if (!retention_raw_drop(s->db, dry_run ? NULL : s->job, (int64_t)day * 86400000000, &versions,
                            &err))
        fail_msg("%s", err->message);
    return versions;
}

static void give(struct staged *s, const char *records)
{
    g_auto(GStrv) list = g_strsplit(records, ";", -1);
    for (char **record = list; *record; record++)
        staged_take(s, "t", *record);
    staged_deliver(s);
}

#define VERSIONS "SELECT string_agg(v, ' ' ORDER BY v) FROM raw_version.sf_t"

static void what_was_replaced_goes_and_what_counts_stays(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "t", "id", "at", properties);
    give(&s, "{\"id\": 1, \"at\": 5, \"v\": \"a5\"};{\"id\": 2, \"at\": 1, \"v\": \"b1\"}"); /* 1 */
    give(&s, "{\"id\": 1, \"at\": 7, \"v\": \"a7\"}");                                       /* 2 */
    give(&s, "{\"id\": 1, \"at\": 6, \"v\": \"a6\"};{\"id\": 3, \"at\": 1, \"v\": \"c1\"}"); /* 3 */
    give(&s, "{\"id\": 2, \"at\": 2, \"v\": \"b2\"}");                                       /* 4 */
    g_autofree char *before = sources_digest(db);
    assert_int_equal(drop(&s, true, 4), 2);
    assert_int_equal(drop(&s, false, 4), 2); /* what load 4 replaced is not old enough */
    sources_expect(db, VERSIONS, "a7 b1 b2 c1");
    assert_int_equal(drop(&s, false, 4), 0);
    assert_false(load_undo(db, 2, "test", &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "load 2 replaced versions that retention has dropped"));
    g_clear_error(&err);
    g_autofree char *after = sources_digest(db);
    assert_string_equal(before, after);
    assert_true(load_undo(db, 4, "test", &err));
    sources_expect(db, "SELECT string_agg(v, ' ' ORDER BY v) FROM raw.sf_t", "a7 b1 c1");
    assert_int_equal(drop(&s, false, 9), 1); /* what was retracted */
    sources_expect(db, VERSIONS, "a7 b1 c1");
    sources_expect(db, "SELECT what FROM ops.retention", "raw");
    give(&s, "{\"id\": 1, \"at\": 5, \"v\": \"a5\"}"); /* comes again, and goes again */
    sources_expect(db, "SELECT string_agg(v, ' ' ORDER BY v) FROM raw.sf_t", "a7 b1 c1");
    assert_int_equal(drop(&s, false, 99), 1);
    staged_close(&s);
}

/* Records below a floor are left out of a view without keys: whole refreshes go. */
static void refreshes_without_keys_leave_the_last(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "t", "", "", properties);
    for (int generation = 1; generation <= 3; generation++) {
        g_autofree char *record = g_strdup_printf("{\"id\": 1, \"v\": \"g%d\"}", generation);
        staged_take_generation(&s, "t", record, generation);
        raw_set_generation(staged_stream(&s, "t"), generation, RAW_FLOOR);
        staged_deliver(&s);
    }
    assert_int_equal(drop(&s, true, 3), 1);
    assert_int_equal(drop(&s, false, 3), 1); /* below the second; the third is too new */
    sources_expect(db, VERSIONS, "g2 g3");
    sources_expect(db, "SELECT string_agg(v, ' ') FROM raw.sf_t", "g3");
    assert_int_equal(drop(&s, false, 9), 1);
    sources_expect(db, VERSIONS, "g3");
    staged_close(&s);
}

/* ── the same with and without retention ─────────────────────────────────────────────────────── */

/* Loads are retracted, or generations follow each other: an unchanged record of a load that is
 * retracted has moved its generation on for good, so both at once could be told apart. With an
 * order a record's place in it says what it is: of equals the later arrival counts, and a version
 * that is gone arrives anew. */
struct twins {
    struct staged with, without;
    bool has_generations, has_order;
};

static char *shown(struct staged *s)
{
    return warehouse_value(s->db,
                           "SELECT string_agg(concat_ws(':', id, at, v, _kenko_deleted_at IS "
                           "NOT NULL), ' ' ORDER BY id, at, v) FROM raw.sf_t");
}

static void expect_same(struct twins *t, int step)
{
    g_autofree char *with = shown(&t->with), *without = shown(&t->without);
    if (g_strcmp0(with, without) != 0)
        fail_msg("step %d, %s: with retention %s, without %s", step,
                 t->has_order ? "in order" : "as they come", with, without);
}

static void deliver_some(struct twins *t, GRand *rand, int *generation)
{
    if (t->has_generations && g_rand_int_range(rand, 0, 4) == 0)
        ++*generation;
    for (int i = g_rand_int_range(rand, 1, 6); i > 0; i--) {
        int at = g_rand_int_range(rand, 1, 9), any = g_rand_int_range(rand, 0, 3);
        g_autofree char *record =
            g_strdup_printf("{\"id\": %d, \"at\": %d, \"v\": \"%d\"}", g_rand_int_range(rand, 1, 5),
                            at, t->has_order ? at * 7 % 3 : any);
        staged_take_generation(&t->with, "t", record, *generation);
        staged_take_generation(&t->without, "t", record, *generation);
    }
    if (t->has_generations && g_rand_int_range(rand, 0, 4) == 0) {
        raw_set_generation(staged_stream(&t->with, "t"), *generation, RAW_FLOOR);
        raw_set_generation(staged_stream(&t->without, "t"), *generation, RAW_FLOOR);
    }
    staged_deliver(&t->with);
    staged_deliver(&t->without);
}

static int64_t load_of(struct db *db, int commit_no)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT load_id FROM ops.load WHERE commit_no = %d", commit_no);
    g_autofree char *id = warehouse_value(db, sql);
    return g_ascii_strtoll(id, NULL, 10);
}

/* Whoever may be retracted with retention is without it, too. */
static void undo_one(struct twins *t, GRand *rand)
{
    g_autofree char *last = warehouse_value(t->with.db, "SELECT max(commit_no) FROM ops.load");
    int commit_no = g_rand_int_range(rand, 1, (int)g_ascii_strtoll(last, NULL, 10) + 1);
    if (load_undo(t->with.db, load_of(t->with.db, commit_no), "test", NULL))
        assert_true(load_undo(t->without.db, load_of(t->without.db, commit_no), "test", NULL));
}

static void walk(guint32 seed)
{
    struct twins t = {.has_generations = seed % 4 < 2, .has_order = seed % 2};
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(db_t) with = warehouse_open();
    staged_open(&t.with, with, NULL, 0);
    g_autoptr(db_t) without = warehouse_open();
    staged_open(&t.without, without, NULL, 0);
    const char *order = t.has_order ? "at" : "";
    staged_declare(&t.with, "t", "id", order, properties);
    staged_declare(&t.without, "t", "id", order, properties);
    int generation = 1;
    int64_t gone = 0;
    deliver_some(&t, rand, &generation);
    for (int step = 0; step < 40; step++) {
        int what = g_rand_int_range(rand, 0, 6);
        if (what == 0 && !t.has_generations)
            undo_one(&t, rand);
        else if (what == 1)
            gone += drop(&t.with, false, step - 2);
        else
            deliver_some(&t, rand, &generation);
        expect_same(&t, step);
    }
    assert_true(gone > 0);
    staged_close(&t.with);
    staged_close(&t.without);
}

static void nobody_can_tell_but_who_retracts(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 4; seed++)
        walk(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_replaced_goes_and_what_counts_stays),
        cmocka_unit_test(refreshes_without_keys_leave_the_last),
        cmocka_unit_test(nobody_can_tell_but_who_retracts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
