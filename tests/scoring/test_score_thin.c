/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Old scores are kept weekly, and the days that stay are what they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "scoring/score_thin.h"
#include "support/scored.h"
#include "support/sources.h"
#include "support/warehouse.h"

#define CONTENT                                                                                    \
    "SELECT md5(string_agg(s::text, E'\\n' ORDER BY as_of, account_id)) FROM "                     \
    "score.account_published AS s WHERE as_of IN (SELECT max(as_of) FROM generate_series("         \
    "'2025-06-02'::date, '2025-09-30'::date, '1 day') AS g(as_of) GROUP BY date_trunc('week', "    \
    "as_of) HAVING max(as_of) < '2025-09-29') OR as_of >= '2025-10-01'"

static struct score_thin_summary thin(struct db *db, const char *settings, bool dry_run)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(sources_directory(settings), &err);
    struct score_thin_summary summary = {0};
    if (!config || !score_thin(db, warehouse_dsn(), config, dry_run, &summary, &err))
        fail_msg("%s", err->message);
    return summary;
}

static void publish_days(struct db *db, int32_t from, int32_t to)
{
    for (int32_t day = from; day <= to; day++) {
        char text[DAY_TEXT_SIZE];
        scored_publish(db, day_format(day, text));
    }
}

/* Every day from June to the 5th of October 2025, one of them twice, and one day in November 2026:
 * thirteen months back lies the first of October. */
static struct db *long_history(void)
{
    struct db *db = warehouse_open();
    scored_accounts(db, 4);
    publish_days(db, day_from_civil(2025, 6, 2), day_from_civil(2025, 10, 5));
    scored_publish(db, "2025-07-06");
    scored_publish(db, "2026-11-23");
    return db;
}

static void the_last_scored_day_of_each_old_week_stays_as_it_was(void **state)
{
    (void)state;
    g_autoptr(db_t) db = long_history();
    g_autofree char *before = warehouse_value(db, CONTENT);
    assert_int_equal(thin(db, "", true).days, 121 - 17);
    sources_expect(db, "SELECT count(*)::text FROM score.published", "127");
    struct score_thin_summary done = thin(db, "", false);
    assert_int_equal(done.months, 4);
    /* 17 weeks; the 18th ends on the 5th of October, which is kept daily. */
    assert_int_equal(done.days, 121 - 17);
    g_autofree char *after = warehouse_value(db, CONTENT);
    assert_string_equal(after, before);
    sources_expect(db,
                   "SELECT string_agg(DISTINCT to_char(as_of, 'ID'), ',') FROM score.published "
                   "WHERE as_of < '2025-10-01'",
                   "7");
    sources_expect(db, "SELECT count(*)::text FROM score.published WHERE as_of >= '2025-10-01'",
                   "6");
    /* Nothing is left behind: no row of a day that went, none that a later run replaced. */
    sources_expect(db, "SELECT count(*)::text FROM score.account_score", "92");
    sources_expect(db, "SELECT count(*)::text FROM ops.invariant WHERE violations > 0", "0");
    sources_expect(db,
                   "SELECT count(*)::text FROM pg_constraint WHERE conname = 'month' OR conrelid::"
                   "regclass::text LIKE '%thin%'",
                   "0");
    assert_int_equal(thin(db, "", false).months, 0);
    /* The month made anew is a partition like any other. */
    scored_publish(db, "2025-07-07");
    sources_expect(db,
                   "SELECT tableoid::regclass::text FROM score.account_score WHERE as_of = "
                   "'2025-07-07' LIMIT 1",
                   "score.account_score_y2025m07");
    sources_expect(
        db,
        "SELECT count(DISTINCT n)::text FROM (SELECT count(*) AS n FROM pg_inherits AS h "
        "JOIN pg_index AS i ON i.indrelid = h.inhrelid WHERE h.inhparent = "
        "'score.account_score'::regclass GROUP BY h.inhrelid) AS x",
        "1");
}

static void a_month_of_which_nothing_stays_goes_whole(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    scored_accounts(db, 4);
    scored_publish(db, "2025-03-31");
    scored_publish(db, "2025-04-01");
    scored_publish(db, "2026-11-23");
    assert_int_equal(thin(db, "", false).days, 1);
    sources_expect(db, "SELECT to_regclass('score.account_score_y2025m03') IS NULL", "t");
    sources_expect(db, "SELECT string_agg(as_of::text, ',' ORDER BY as_of) FROM score.published",
                   "2025-04-01,2026-11-23");
}

static void how_long_days_are_kept_is_configured(void **state)
{
    (void)state;
    g_autoptr(db_t) db = long_history();
    g_autoptr(GError) err = NULL;
    assert_int_equal(thin(db, "score: {keep_daily_months: 0}\n", false).days, 0);
    assert_int_equal(thin(db, "score: {keep_daily_months: 17}\n", false).months, 0);
    assert_int_equal(thin(db, "score: {keep_daily_months: 16}\n", false).months, 1);
    g_autoptr(config_t) config =
        config_open(sources_directory("score: {keep_daily_months: -1}\n"), &err);
    struct score_thin_summary summary = {0};
    assert_false(score_thin(db, warehouse_dsn(), config, false, &summary, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
}

static void the_newest_published_day_always_stays(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    scored_accounts(db, 4);
    publish_days(db, day_from_civil(2020, 1, 28), day_from_civil(2020, 2, 5));
    thin(db, "score: {keep_daily_months: 1}\n", false);
    sources_expect(db, "SELECT count(*)::text FROM score.published", "9");
    scored_publish(db, "2020-03-01");
    thin(db, "score: {keep_daily_months: 1}\n", false);
    /* January is thinned; its last week ended in February. */
    sources_expect(db, "SELECT min(as_of)::text || ' ' || max(as_of) FROM score.published",
                   "2020-02-01 2020-03-01");
}

static void a_reader_that_does_not_end_makes_it_give_up(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    scored_accounts(db, 4);
    publish_days(db, day_from_civil(2020, 1, 6), day_from_civil(2020, 1, 12));
    scored_publish(db, "2026-11-23");
    g_autoptr(db_t) reader = db_open(warehouse_dsn(), "kenko reader", 60000, &err);
    assert_non_null(reader);
    warehouse_sql(reader, "BEGIN; SELECT count(*) FROM score.account_score");
    warehouse_sql(db, "ALTER FUNCTION score.month_thin(date) SET lock_timeout = '50ms'");
    g_autoptr(config_t) config = config_open(sources_directory(""), &err);
    struct score_thin_summary summary = {0};
    assert_false(score_thin(db, warehouse_dsn(), config, false, &summary, &err));
    assert_true(err_is(err, KENKO_ERROR_BUSY));
    sources_expect(db, "SELECT count(*)::text FROM score.published", "8");
    warehouse_sql(reader, "COMMIT");
    assert_int_equal(thin(db, "", false).days, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_scored_day_of_each_old_week_stays_as_it_was),
        cmocka_unit_test(a_month_of_which_nothing_stays_goes_whole),
        cmocka_unit_test(how_long_days_are_kept_is_configured),
        cmocka_unit_test(the_newest_published_day_always_stays),
        cmocka_unit_test(a_reader_that_does_not_end_makes_it_give_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
