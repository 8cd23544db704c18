/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "core/zone.h"
#include "ingest/load.h"
#include "ingest/quality.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] = "sources:\n"
                              "  - name: app\n"
                              "    streams:\n"
                              "      - stream: usage_metric\n"
                              "        path: usage-*.csv\n"
                              "        on_change: replace\n"
                              "        fields: {party: account, at: day}\n"
                              "        values: [{metric: runs, field: runs}]\n";

static const char metrics[] = "usage:\n"
                              "  - name: runs\n"
                              "    unit: runs\n"
                              "    min: 0\n"
                              "    max: 1000\n"
                              "    quality: {parties: 0.5, total: 3}\n";

enum { ACCOUNTS = 10, DAYS = 70 };

static int32_t today(void)
{
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", NULL);
    return zone_day(zone, g_get_real_time());
}

/* One day of usage, each account `runs`; the file's name is the day's distance from today. */
static void write_day(const char *dir, int ago, int accounts, int runs)
{
    char day[DAY_TEXT_SIZE];
    g_autoptr(GString) text = g_string_new("account,day,runs\n");
    day_format(today() - ago, day);
    for (int i = 0; i < accounts; i++)
        g_string_append_printf(text, "acc-%d,%s,%d\n", i, day, runs);
    g_autofree char *name = g_strdup_printf("usage-%02d.csv", ago);
    sources_write(dir, name, text->str);
}

/* Ten accounts with 20 runs a day, up to and with yesterday. */
static const char *make_directory(void)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml", metrics);
    for (int ago = 1; ago <= DAYS; ago++)
        write_day(dir, ago, ACCOUNTS, 20);
    return dir;
}

/* Run ingest; what the checks then looked at is what a look at all usage gives. */
static void ingest(struct db *db, const char *dir, struct ingest_summary *summary)
{
    sources_ingest(db, dir, summary);
    sources_expect(db,
                   "WITH full_scan AS (SELECT metric, day, parties, total FROM "
                   "warehouse.usage_day_now WHERE metric = 'runs' AND day >= "
                   "(now() AT TIME ZONE 'Asia/Tokyo')::date - 70), kept AS (SELECT metric, day, "
                   "parties, total FROM ops.usage_day) SELECT count(*) FROM "
                   "((TABLE full_scan EXCEPT TABLE kept) UNION ALL "
                   "(TABLE kept EXCEPT TABLE full_scan)) AS d",
                   "0");
}

static void what_keeps_its_promise_is_not_in_doubt(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct ingest_summary s;
    ingest(db, make_directory(), &s);
    assert_int_equal(s.doubtful, 0);
    sources_expect(db, "SELECT count(*) FROM warehouse.quality", "0");
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE kind = 'quality'", "0");
}

static void a_day_that_came_in_part_is_in_doubt_until_the_rest_comes(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory();
    struct ingest_summary s;
    write_day(dir, 3, 4, 30); /* the sum would pass */
    ingest(db, dir, &s);
    assert_int_equal(s.doubtful, 1);
    sources_expect(db,
                   "SELECT string_agg(check_name || ' ' || failed || ' ' || value || ' ' || usual, "
                   "', ' ORDER BY check_name) FROM bi.quality",
                   "parties true 4 10");
    ingest(db, dir, &s); /* nothing new is said twice */
    assert_int_equal(s.doubtful, 1);
    sources_expect(db, "SELECT count(*) FROM warehouse.quality", "1");

    write_day(dir, 3, ACCOUNTS, 20);
    ingest(db, dir, &s);
    assert_int_equal(s.doubtful, 0);
    sources_expect(db, "SELECT count(*) FROM bi.quality WHERE failed", "0");
    sources_expect(db, "SELECT count(*) FROM warehouse.quality", "2"); /* known-at keeps both */
}

static void a_day_without_any_fact_is_in_doubt_once_later_days_are_here(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory();
    struct ingest_summary s;
    sources_remove(dir, "usage-01.csv"); /* yesterday is not here yet: no doubt */
    sources_remove(dir, "usage-05.csv"); /* this day is missing */
    ingest(db, dir, &s);
    assert_int_equal(s.doubtful, 1);
    sources_expect(db, "SELECT value FROM bi.quality", "0");
}

static void a_sum_far_from_the_usual_is_in_doubt_up_and_down(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory();
    struct ingest_summary s;
    write_day(dir, 2, ACCOUNTS, 61);
    write_day(dir, 4, ACCOUNTS, 60); /* three times is not more than three times */
    write_day(dir, 6, ACCOUNTS, 6);
    ingest(db, dir, &s);
    assert_int_equal(s.doubtful, 2);
    sources_expect(db,
                   "SELECT string_agg(check_name || ' ' || value, ', ' ORDER BY day) FROM "
                   "bi.quality WHERE failed",
                   "total 60, total 610");
}

static void a_day_that_was_accepted_stays_accepted(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = make_directory();
    struct ingest_summary s;
    write_day(dir, 2, 3, 20);
    ingest(db, dir, &s);
    assert_int_equal(s.doubtful, 2); /* parties and total */
    assert_true(quality_accept(db, "runs", today() - 2, "a holiday", &err));
    ingest(db, dir, &s);
    assert_int_equal(s.doubtful, 0);
    sources_expect(db, "SELECT string_agg(DISTINCT said_by, ',') FROM bi.quality", "a holiday");
    assert_false(quality_accept(db, "runs", today() - 2, "again", &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
}

static void a_value_outside_the_promise_is_rejected_by_name(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory();
    struct ingest_summary s;
    sources_write(dir, "usage-99.csv",
                  "account,day,runs\na,2026-01-05,-1\na,2026-01-05,1001\n"
                  "a,2026-01-05,0\na,2026-01-05,1000\n");
    ingest(db, dir, &s);
    assert_int_equal(s.count.rejected, 2);
    sources_expect(db,
                   "SELECT string_agg(reason || ': ' || field || ' ' || message, '; ' ORDER BY "
                   "ordinal) FROM ops.reject",
                   "out_of_contract: runs is '-1', want 0 to 1000; "
                   "out_of_contract: runs is '1001', want 0 to 1000");
}

static void a_load_that_corrects_scored_days_is_listed(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory();
    ingest(db, dir, NULL);
    warehouse_sql(db, "INSERT INTO score.scorecard (name, sha256, body) VALUES ('a', 'b', 'c');"
                      "INSERT INTO score.run (as_of, known_no, known_at, state, config_sha256, "
                      "version, scorecard_id) SELECT (SELECT max(last_day) FROM ops.load), "
                      "commit_no, now(), 'complete', '', '', 1 FROM ops.clock;"
                      "INSERT INTO score.published (as_of, run_id) SELECT as_of, run_id FROM "
                      "score.run");
    sources_expect(db, "SELECT count(*) FROM bi.correction", "0");
    write_day(dir, 30, ACCOUNTS, 21);
    ingest(db, dir, NULL);
    sources_expect(db,
                   "SELECT count(*) || ' ' || min(days_scored) || ' ' || bool_and(first_day = "
                   "last_day AND last_day < first_as_of) FROM bi.correction",
                   "1 1 true");
}

static void promises_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *usage, *message;
    } cases[] = {
        {"{name: runs, quality: {parties: 2}}",
         "metrics.yaml:2:5: usage runs: quality.parties is 2, want a share of 0 to 1"},
        {"{name: runs, combine: max, quality: {total: 3}}",
         "metrics.yaml:2:5: usage runs: quality.total is 3, want a factor above 1 on a metric that "
         "combines by sum"},
        {"{name: runs, min: 5, max: 4}",
         "metrics.yaml:2:5: usage runs: min is 5, above max, which is 4"},
        {"{name: runs, min: few}",
         "metrics.yaml:2:5: usage runs: min is 'few', want a number with at most 0 decimals"},
    };
    g_autoptr(db_t) db = warehouse_open();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        const char *dir = sources_directory(sources);
        g_autofree char *text = g_strdup_printf("usage:\n  - %s\n", cases[i].usage);
        sources_write(dir, "metrics.yaml", text);
        assert_false(sources_try(db, dir, 0, NULL, &err));
        assert_string_equal(err->message, cases[i].message);
    }
}

static void only_days_that_a_load_spoke_of_are_added_up_again(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory();
    sources_remove(dir, "usage-02.csv");
    ingest(db, dir, NULL);
    warehouse_sql(db,
                  "UPDATE ops.usage_day SET parties = 1000000 WHERE day = (SELECT max(day) - 30 "
                  "FROM ops.usage_day)"); /* who would see it again adds it up */
    write_day(dir, 2, ACCOUNTS, 20);
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT count(*) FROM ops.usage_day WHERE parties = 1000000", "1");
    sources_expect(db,
                   "SELECT parties FROM ops.usage_day WHERE day = (now() AT TIME ZONE "
                   "'Asia/Tokyo')::date - 2",
                   "10");
    write_day(dir, 2, ACCOUNTS - 1, 20); /* the load of before is retracted */
    ingest(db, dir, NULL);
    sources_expect(db, "SELECT count(*) FROM ops.usage_day WHERE parties = 1000000", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_days_that_a_load_spoke_of_are_added_up_again),
        cmocka_unit_test(what_keeps_its_promise_is_not_in_doubt),
        cmocka_unit_test(a_day_that_came_in_part_is_in_doubt_until_the_rest_comes),
        cmocka_unit_test(a_day_without_any_fact_is_in_doubt_once_later_days_are_here),
        cmocka_unit_test(a_sum_far_from_the_usual_is_in_doubt_up_and_down),
        cmocka_unit_test(a_day_that_was_accepted_stays_accepted),
        cmocka_unit_test(a_value_outside_the_promise_is_rejected_by_name),
        cmocka_unit_test(a_load_that_corrects_scored_days_is_listed),
        cmocka_unit_test(promises_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
