/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage rolled up from records that change is, at every commit number, what the newest versions
 * visible there count for: whatever was loaded, undone, replaced and compacted, in any order. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/day.h"
#include "ingest/compact.h"
#include "ingest/load.h"
#include "ingest/retention.h"
#include "support/sources.h"
#include "support/tally.h"
#include "support/warehouse.h"

static const char with_time[] =
    TALLY_SOURCE("jobs-*.csv", "replace", ", changed_at: changed", TALLY_VALUES);
static const char without_time[] = TALLY_SOURCE("jobs-*.csv", "replace", "", TALLY_VALUES);

static void put_rows(GRand *rand, GString *text, int rows)
{
    static const char *const statuses[] = {"running", "success", "error"};
    for (int i = 0; i < rows; i++) {
        int status = g_rand_int_range(rand, 0, 3);
        g_string_append_printf(text, "j%d,acc-%d,%s,c%d,2026-0%d-0%dT20:00:00Z,",
                               g_rand_int_range(rand, 0, 12), g_rand_int_range(rand, 0, 2),
                               statuses[status], g_rand_int_range(rand, 0, 2),
                               g_rand_int_range(rand, 1, 3), g_rand_int_range(rand, 1, 5));
        if (status > 0)
            g_string_append_printf(text, "2026-0%d-1%dT10:00:00Z,%d", g_rand_int_range(rand, 1, 3),
                                   g_rand_int_range(rand, 0, 5), g_rand_int_range(rand, 0, 100));
        else
            g_string_append(text, ",");
        g_string_append_printf(text, ",%s,2026-03-01T%02d:%02d:00Z\n",
                               g_rand_int_range(rand, 0, 12) == 0 ? "true" : "",
                               g_rand_int_range(rand, 0, 24), g_rand_int_range(rand, 0, 60));
    }
}

/* Load a new file or other content of an old one, undo any load, or compact. */
static void one_step(GRand *rand, struct db *db, const char *dir, int step, int64_t *floor)
{
    g_autoptr(GError) err = NULL;
    int what = g_rand_int_range(rand, 0, 10);
    struct compact_summary s;
    if (what < 5) {
        int file = what == 4 && step > 0 ? g_rand_int_range(rand, 0, step) : step;
        g_autofree char *name = g_strdup_printf("jobs-%d.csv", file + 1);
        g_autoptr(GString) text = g_string_new(TALLY_HEADER);
        put_rows(rand, text, g_rand_int_range(rand, 1, 12));
        sources_write(dir, name, text->str);
        if (!sources_try(db, dir, 200, NULL, &err)) { /* several batches */
            assert_true(err_is(err, KENKO_ERROR_CONFLICT) && *floor > 0);
            sources_remove(dir, name);
        }
    } else if (what < 8) {
        g_autofree char *query = g_strdup_printf("SELECT load_id FROM ops.load WHERE kind = "
                                                 "'ingest' AND undone_no IS NULL AND commit_no "
                                                 "> %d ORDER BY load_id OFFSET %d LIMIT 1",
                                                 (int)*floor, g_rand_int_range(rand, 0, 6));
        int64_t load_id = tally_number(db, query);
        if (load_id > 0)
            assert_true(load_undo(db, load_id, "a test", &err));
    } else {
        warehouse_sql(db, "UPDATE ops.load SET committed_at = '2025-01-01T00:00:00Z'::timestamptz "
                          "+ commit_no * interval '1 day'");
        int32_t day = day_from_civil(2025, 1, 2) + (int32_t)MAX(0, tally_newest(db) - 8);
        const struct compact_floor to = {day, day * DAY_US};
        assert_true(compact_run(db, warehouse_dsn(), what == 9 ? &to : NULL, NULL, &s, &err));
        *floor = s.known_floor;
    }
}

static void walk(const char *sources, guint32 seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    const char *dir = tally_directory(sources);
    g_autoptr(db_t) db = tally_warehouse();
    int64_t floor = 0;
    for (int step = 0; step < 24; step++) {
        one_step(rand, db, dir, step, &floor);
        tally_expect(db, step % 6 == 5 ? MAX(floor, 1) : tally_newest(db));
    }
    assert_true(tally_number(db, "SELECT count(*) FROM ops.load WHERE kind = 'undo'") > 0);
    g_rand_free(rand);
}

static void usage_is_what_the_newest_versions_say_at_every_commit(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 3; seed++)
        walk(with_time, seed);
}

static void so_it_is_where_the_source_does_not_say_when(void **state)
{
    (void)state;
    for (guint32 seed = 11; seed <= 13; seed++)
        walk(without_time, seed);
}

/* ── the same facts ──────────────────────────────────────────────────────────────────────────────
 */

static char *facts_of(const char *sources, const char *const *files, const int *undo)
{
    g_autoptr(GError) err = NULL;
    const char *dir = tally_directory(sources);
    g_autoptr(db_t) db = tally_warehouse();
    for (int i = 0; files[i]; i++) {
        g_autofree char *name = g_strdup_printf("jobs-%d.csv", i + 1);
        g_autofree char *text = g_strconcat(TALLY_HEADER, files[i], NULL);
        sources_write(dir, name, text);
        sources_ingest(db, dir, NULL);
    }
    for (int i = 0; undo && undo[i]; i++) {
        g_autofree char *query = g_strdup_printf(
            "SELECT load_id FROM ops.load WHERE kind = 'ingest' AND file = 'jobs-%d.csv'", undo[i]);
        assert_true(load_undo(db, tally_number(db, query), "a test", &err));
    }
    tally_expect(db, 1);
    return sources_facts(db);
}

#define A "j1,a,running,c1,2026-01-05T01:00:00Z,2026-01-05T02:00:00Z,5,,2026-01-05T03:00:00Z\n"
#define M "j1,a,error,c1,2026-01-05T01:00:00Z,2026-01-06T02:00:00Z,7,,2026-01-06T03:00:00Z\n"
#define B "j1,a,success,c2,2026-01-05T01:00:00Z,2026-01-08T02:00:00Z,9,,2026-01-08T03:00:00Z\n"

static void an_undone_load_in_the_middle_leaves_no_trace(void **state)
{
    (void)state;
    const char *const sources[] = {without_time, TALLY_LATEST};
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_autofree char *clean = facts_of(sources[i], (const char *const[]){A, B, NULL}, NULL);
        g_autofree char *undone =
            facts_of(sources[i], (const char *const[]){A, M, B, NULL}, (const int[]){2, 0});
        assert_string_equal(clean, undone);
    }
}

static void order_split_and_repetition_change_no_fact(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(5);
    g_autoptr(GString) rows = g_string_new(NULL);
    for (int i = 0; i < 80; i++) /* no two versions of a record of the same time */
        g_string_append_printf(rows,
                               "j%d,acc-%d,%s,c%d,2026-01-%02dT20:00:00Z,2026-01-%02dT10:00:00Z,%d,"
                               "%s,2026-03-01T%02d:%02d:00Z\n",
                               i % 9, i % 9 % 2, i % 4 ? "success" : "error", i % 3, 1 + i % 9 * 3,
                               1 + i * 7 % 28, i, i % 23 == 0 ? "true" : "", i / 60, i % 60);
    g_auto(GStrv) line = g_strsplit(rows->str, "\n", -1);
    g_autofree char *want = facts_of(TALLY_LATEST, (const char *const[]){rows->str, NULL}, NULL);
    for (int round = 0; round < 3; round++) {
        GString *file[4];
        for (int f = 0; f < 4; f++)
            file[f] = g_string_new(NULL);
        for (int i = 0; i < 160; i++) { /* each line at least once, in any order */
            const char *text = line[i < 80 ? (i * 37 + round) % 80 : g_rand_int_range(rand, 0, 80)];
            g_string_append_printf(file[g_rand_int_range(rand, 0, 4)], "%s\n", text);
        }
        g_autofree char *have = facts_of(
            TALLY_LATEST,
            (const char *const[]){file[0]->str, file[1]->str, file[2]->str, file[3]->str, NULL},
            NULL);
        assert_string_equal(want, have);
        for (int f = 0; f < 4; f++)
            g_string_free(file[f], TRUE);
    }
    g_rand_free(rand);
}

static void replaced_content_leaves_what_a_clean_warehouse_has(void **state)
{
    (void)state;
    const char *dir = tally_directory(with_time);
    g_autoptr(db_t) db = tally_warehouse();
    sources_write(dir, "jobs-1.csv", TALLY_HEADER A "j2,a,error,c1,2026-01-07,2026-01-07,1,,\n");
    sources_ingest(db, dir, NULL);
    sources_write(dir, "jobs-2.csv", TALLY_HEADER B);
    sources_ingest(db, dir, NULL);
    sources_write(dir, "jobs-1.csv", TALLY_HEADER M "j3,b,error,c1,2026-01-07,2026-01-07,1,,\n");
    sources_ingest(db, dir, NULL);
    tally_expect(db, 1);
    g_autofree char *have = sources_facts(db);
    g_autofree char *want = facts_of(
        with_time, (const char *const[]){B, M "j3,b,error,c1,2026-01-07,2026-01-07,1,,\n", NULL},
        NULL);
    assert_string_equal(have, want);
}

static void an_unchanged_record_brings_no_span(void **state)
{
    (void)state;
    const char *dir = tally_directory(without_time);
    g_autoptr(db_t) db = tally_warehouse();
    sources_write(dir, "jobs-1.csv", TALLY_HEADER A);
    sources_ingest(db, dir, NULL);
    struct ingest_summary s;
    sources_write(dir, "jobs-2.csv", TALLY_HEADER A);
    sources_append(dir, "jobs-2.csv", A);
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.duplicate, 2);
    sources_expect(db, "SELECT count(DISTINCT load_id) FROM warehouse.usage_span", "1");
    sources_expect(db, "SELECT count(*) FROM warehouse.tally", "1");
}

static void a_day_that_a_record_left_is_no_fact_for_people_either(void **state)
{
    (void)state;
    const char *dir =
        sources_directory(TALLY_SOURCE("jobs-*.csv", "reject", ", changed_at: changed",
                                       TALLY_VALUES) "      - stream: account\n"
                                                     "        path: accounts.csv\n"
                                                     "        fields: {party: id}\n");
    sources_write(dir, "metrics.yaml", tally_metrics);
    sources_write(dir, "accounts.csv", "id\na\n");
    g_autoptr(db_t) db = tally_warehouse();
    sources_write(dir, "jobs-1.csv", TALLY_HEADER A);
    sources_ingest(db, dir, NULL);
    sources_write(dir, "jobs-2.csv", TALLY_HEADER B);
    sources_ingest(db, dir, NULL);
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', metric, subject, day, value::int), '|' ORDER "
                   "BY metric, subject, day) FROM bi.usage_daily",
                   "by_connector c2 2026-01-05 1|rows  2026-01-08 9|runs  2026-01-05 1");
    sources_expect(db,
                   "SELECT string_agg(day::text, ' ') FROM warehouse.usage_day_now WHERE metric = "
                   "'rows'",
                   "2026-01-08");
}

static void a_late_version_of_a_dropped_month_changes_nothing_there(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    const char *dir = tally_directory("retention: {usage_months: 1}\n" TALLY_SOURCE(
        "jobs-*.csv", "reject", ", changed_at: changed", TALLY_VALUES));
    g_autoptr(db_t) db = tally_warehouse();
    g_autoptr(config_t) config = config_open(dir, &err);
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    const struct retention_options options = {day_from_civil(2026, 3, 15) * DAY_US, false};
    struct retention_summary dropped;
    sources_write(dir, "jobs-1.csv", TALLY_HEADER A);
    sources_ingest(db, dir, NULL);
    assert_true(retention_run(db, warehouse_dsn(), config, zone, &options, &dropped, &err));
    assert_int_equal(dropped.months, 1);
    sources_write(dir, "jobs-2.csv",
                  TALLY_HEADER
                  "j1,a,error,c1,2026-01-05T01:00:00Z,2026-02-06T02:00:00Z,7,,2026-02-07\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT count(*) FROM warehouse.job", "2");
    sources_expect(db,
                   "SELECT string_agg(month::text || v::text || at::text, '|') FROM "
                   "warehouse.usage_span",
                   "2026-02-01{7}{1}");
}

static void an_undo_waits_for_the_load_that_changes_the_same_records(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    const char *dir = tally_directory(with_time);
    g_autoptr(db_t) db = tally_warehouse();
    sources_write(dir, "jobs-1.csv", TALLY_HEADER A);
    sources_ingest(db, dir, NULL);
    int64_t load_id =
        tally_number(db, "SELECT max(load_id) FROM ops.load WHERE file = 'jobs-1.csv'");
    sources_write(dir, "jobs-2.csv", TALLY_HEADER M);
    fflush(NULL);
    pid_t loading = fork();
    if (loading == 0) {
        g_setenv("KENKO_FAULT", "after_copy:1:stop", TRUE);
        struct db *own = db_open(warehouse_dsn(), "kenko test", 60000, NULL);
        _exit(!own || !sources_try(own, dir, 0, NULL, NULL));
    }
    int status;
    assert_true(waitpid(loading, &status, WUNTRACED) == loading && WIFSTOPPED(status));
    pid_t undoing = fork();
    if (undoing == 0) {
        struct db *own = db_open(warehouse_dsn(), "kenko undo test", 60000, NULL);
        _exit(!own || !load_undo(own, load_id, "a test", NULL));
    }
    while (tally_number(
               db, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kenko undo "
                   "test' AND wait_event_type = 'Lock'") == 0 &&
           waitpid(undoing, &status, WNOHANG) == 0)
        g_usleep(20000);
    kill(loading, SIGCONT);
    assert_true(waitpid(loading, &status, 0) == loading && WIFEXITED(status) &&
                WEXITSTATUS(status) == 0);
    assert_true(waitpid(undoing, &status, 0) == undoing && WIFEXITED(status) &&
                WEXITSTATUS(status) == 0);
    tally_expect(db, 1);
#else
    skip();
#endif
}

static void hidden_versions_of_settled_loads_are_forgotten(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    const char *dir = tally_directory(with_time);
    g_autoptr(db_t) db = tally_warehouse();
    sources_write(dir, "jobs-1.csv", TALLY_HEADER A);
    sources_ingest(db, dir, NULL);
    sources_write(dir, "jobs-2.csv", TALLY_HEADER M);
    sources_ingest(db, dir, NULL);
    warehouse_sql(db, "UPDATE ops.load SET committed_at = '2026-01-01'");
    sources_expect(db, "SELECT count(*) FROM warehouse.tally", "2");
    g_autofree char *before = warehouse_value(db, "SELECT string_agg(v::text, ' ' ORDER BY v) FROM "
                                                  "warehouse.tally WHERE load_id = (SELECT "
                                                  "max(load_id) FROM warehouse.tally)");
    const int32_t day = day_from_civil(2026, 6, 1);
    const struct compact_floor to = {day, day * DAY_US};
    struct compact_summary s;
    assert_true(compact_run(db, warehouse_dsn(), NULL, NULL, &s, &err));
    assert_int_equal(s.tallies, 0); /* without a floor anything may be retracted */
    assert_true(compact_run(db, warehouse_dsn(), &to, NULL, &s, &err));
    assert_int_equal(s.tallies, 1);
    sources_expect(db, "SELECT string_agg(v::text, ' ' ORDER BY v) FROM warehouse.tally", before);
    sources_write(dir, "jobs-3.csv", TALLY_HEADER B);
    sources_ingest(db, dir, NULL);
    tally_expect(db, s.known_floor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hidden_versions_of_settled_loads_are_forgotten),
        cmocka_unit_test(usage_is_what_the_newest_versions_say_at_every_commit),
        cmocka_unit_test(so_it_is_where_the_source_does_not_say_when),
        cmocka_unit_test(an_undone_load_in_the_middle_leaves_no_trace),
        cmocka_unit_test(order_split_and_repetition_change_no_fact),
        cmocka_unit_test(replaced_content_leaves_what_a_clean_warehouse_has),
        cmocka_unit_test(an_unchanged_record_brings_no_span),
        cmocka_unit_test(a_day_that_a_record_left_is_no_fact_for_people_either),
        cmocka_unit_test(a_late_version_of_a_dropped_month_changes_nothing_there),
        cmocka_unit_test(an_undo_waits_for_the_load_that_changes_the_same_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
