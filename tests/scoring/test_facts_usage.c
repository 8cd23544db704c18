/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage as scoring sees it where records that change are rolled up beside plain usage. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/compact.h"
#include "scoring/facts.h"
#include "scoring/metric.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char metrics[] = "usage:\n"
                              "  - {name: runs, combine: sum}\n"
                              "  - {name: by_connector, combine: sum, by: connector}\n";

static const char sources[] =
    "sources:\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: accounts.csv\n"
    "        fields: {party: id}\n"
    "      - stream: usage_metric\n"
    "        path: usage-*.csv\n"
    "        fields: {party: account, at: day}\n"
    "        values: [{metric: runs, field: n}]\n"
    "      - stream: job\n"
    "        path: jobs-*.csv\n"
    "        fields: {external_id: id, party: account, status: status, connector: connector,\n"
    "          finished_at: finished}\n"
    "        values:\n"
    "          - {metric: runs, at: finished_at}\n"
    "          - {metric: by_connector, at: finished_at, subject: connector}\n";

#define JOBS "id,account,status,connector,finished\n"

static int32_t day_of(int day)
{
    return day_from_civil(2026, 1, day);
}

/* Runs of account a by day of January with its subjects' days, and its first and newest day. */
static char *seen(struct db *db)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    const char *const usage[] = {"runs", "by_connector"};
    const bool by_subject[] = {false, true};
    struct facts_wish wish = {2, usage, by_subject, day_of(1), day_of(31), "USD"};
    g_autofree char *known = warehouse_value(db, "SELECT commit_no FROM ops.clock");
    assert_true(db_begin_snapshot(db, NULL));
    struct facts *facts = facts_load(db, zone, &wish, g_ascii_strtoll(known, NULL, 10), &err);
    if (!facts)
        fail_msg("%s", err->message);
    db_rollback(db);
    g_autoptr(GString) out = g_string_new(NULL);
    for (int32_t day = day_of(1); day < day_of(31); day++) {
        double v = facts_value(facts, 0, 0, day);
        if (!isnan(v))
            g_string_append_printf(out, "%d:%g ", day - day_of(1) + 1, v);
    }
    size_t n;
    const struct facts_subject_day *row = facts_subject_days(facts, &n);
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(out, "| %d:%d ", row[i].day - day_of(1) + 1, (int)row[i].v);
    g_string_append_printf(out, "from %d to %d", facts_first_day(facts, 0, 0) - day_of(1) + 1,
                           facts_newest_day(facts, 0, day_of(31)) - day_of(1) + 1);
    facts_free(facts);
    return g_strdup(out->str);
}

static void expect(struct db *db, const char *want)
{
    g_autofree char *have = seen(db);
    if (strcmp(have, want) != 0)
        fail_msg("%s, want %s", have, want);
}

static void a_day_that_records_left_has_no_fact(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml", metrics);
    sources_write(dir, "accounts.csv", "id\na\n");
    sources_write(dir, "usage-1.csv", "account,day,n\na,2026-01-10,0\n");
    sources_write(dir, "jobs-1.csv",
                  JOBS "j1,a,success,c1,2026-01-03\nj2,a,success,c1,2026-01-10\n"
                       "j3,a,success,c1,2026-01-28\n");
    sources_ingest(db, dir, NULL);
    expect(db, "3:1 10:1 28:1 | 3:1 | 10:1 | 28:1 from 3 to 28");
    sources_write(dir, "jobs-2.csv",
                  JOBS "j1,a,success,c1,2026-01-12\nj2,a,success,c2,2026-01-12\n"
                       "j3,a,success,c1,\n");
    sources_ingest(db, dir, NULL);
    /* The 10th keeps the zero that plain usage said. */
    const char *want = "10:0 12:2 | 12:1 | 12:1 from 10 to 12";
    expect(db, want);
    sources_write(dir, "usage-2.csv", "account,day,n\na,2026-01-11,5\n");
    sources_ingest(db, dir, NULL);
    want = "10:0 11:5 12:2 | 12:1 | 12:1 from 10 to 12";
    expect(db, want);
    struct compact_summary s;
    assert_true(compact_run(db, warehouse_dsn(), NULL, NULL, &s, &err));
    assert_true(s.rows_before > s.rows_after);
    expect(db, want);
    warehouse_sql(db, "UPDATE ops.load SET committed_at = '2025-01-01'");
    const struct compact_floor floor = {day_from_civil(2025, 1, 2),
                                        day_from_civil(2025, 1, 2) * DAY_US};
    assert_true(compact_run(db, warehouse_dsn(), &floor, NULL, &s, &err));
    expect(db, want);
    sources_expect(db, "SELECT count(*) FROM warehouse.usage_span", "3");
}

#define MOST "9223372036854775807"

static const char large_metrics[] =
    "usage:\n"
    "  - {name: runs, combine: sum}\n"
    "  - {name: peak, combine: max}\n"
    "  - {name: rows, combine: sum, by: user}\n"
    "metrics:\n"
    "  - {name: sum_1d, kind: sum, usage: runs, days: 1}\n"
    "  - {name: sum_2d, kind: sum, usage: runs, days: 2}\n"
    "  - {name: mean_2d, kind: mean, usage: runs, days: 2}\n"
    "  - {name: active_2d, kind: active_days, usage: runs, days: 2}\n"
    "  - {name: last_2d, kind: last, usage: runs, days: 2}\n"
    "  - {name: min_2d, kind: min, usage: runs, days: 2}\n"
    "  - {name: max_2d, kind: max, usage: runs, days: 2}\n"
    "  - {name: good_2d, kind: ratio, good: runs, total: peak, days: 2}\n"
    "  - {name: part_2d, kind: ratio, good: peak, total: runs, days: 2}\n"
    "  - {name: change_1d, kind: change, usage: runs, days: 1}\n"
    "  - {name: peak_sum_2d, kind: sum, usage: peak, days: 2}\n"
    "  - {name: users_1d, kind: distinct_subjects, usage: rows, days: 1}\n"
    "  - {name: top_2d, kind: top_subject_share, usage: rows, days: 2}\n";

static const char large_sources[] =
    "churn: {definition: inactivity, inactive_days: 180, metric: peak}\n"
    "sources:\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: accounts.csv\n"
    "        fields: {party: id}\n"
    "      - stream: usage_metric\n"
    "        path: usage-*.csv\n"
    "        fields: {party: account, at: day, subject: user}\n"
    "        values:\n"
    "          - {metric: runs, field: n}\n"
    "          - {metric: peak, field: n}\n"
    "          - {metric: rows, field: n}\n";

/* What each metric says of account a, by its name; of b the sum of a day. */
struct said {
    const struct metric_set *set;
    GString *text;
};

static bool on_frame(void *context, const struct metric_frame *frame, GError **err)
{
    (void)err;
    struct said *said = context;
    for (size_t m = 0; m < frame->n_metrics; m++) {
        const char *quality =
            metric_quality_name((enum metric_quality)frame->quality[m * frame->n_accounts]);
        g_string_append_printf(said->text, "%s=", metric_info(said->set, m)->name);
        if (strcmp(quality, "ok") == 0)
            g_string_append_printf(said->text, "%.10g ", frame->value[m * frame->n_accounts]);
        else
            g_string_append_printf(said->text, "%s ", quality);
    }
    g_string_append_printf(said->text, "b=%g", frame->value[1]);
    return true;
}

static char *said_on(struct db *db, const char *dir, int day)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    struct config *config = config_open(dir, &err);
    g_autofree char *known = warehouse_value(db, "SELECT commit_no FROM ops.clock");
    g_autoptr(GString) text = g_string_new(NULL);
    struct said said = {config ? metric_set_load(arena, config, &err) : NULL, text};
    const int32_t as_of = day_of(day);
    assert_true(db_begin_snapshot(db, NULL));
    if (!said.set || !metric_compute(db, said.set, zone, &as_of, 1,
                                     g_ascii_strtoll(known, NULL, 10), on_frame, &said, &err))
        fail_msg("%s", err->message);
    db_rollback(db);
    config_close(config);
    return g_strdup(text->str);
}

static void expect_said(struct db *db, const char *dir, int day, const char *want)
{
    g_autofree char *have = said_on(db, dir, day);
    if (strcmp(have, want) != 0)
        fail_msg("day %d:\n%s, want\n%s", day, have, want);
}

static void a_sum_beyond_64_bits_is_an_error_of_its_metric_and_account_alone(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(large_sources);
    sources_write(dir, "metrics.yaml", large_metrics);
    sources_write(dir, "accounts.csv", "id\na\nb\n");
    sources_write(dir, "usage-1.csv",
                  "account,day,user,n\na,2026-01-10,u," MOST "\nb,2026-01-10,u," MOST "\n");
    sources_write(dir, "usage-2.csv",
                  "account,day,user,n\na,2026-01-10,u,5\na,2026-01-11,u,-10\n"
                  "a,2026-01-12,u,7\n");
    sources_ingest(db, dir, NULL);
    /* Before the 11th: one day, which is over. */
    expect_said(db, dir, 11,
                "sum_1d=error sum_2d=error mean_2d=error active_2d=1 last_2d=error min_2d=error "
                "max_2d=error good_2d=error part_2d=error change_1d=no_data "
                "peak_sum_2d=9.223372037e+18 users_1d=error top_2d=error b=9.22337e+18");
    /* Before the 12th: the sum of both days fits again, and is exact. */
    expect_said(db, dir, 12,
                "sum_1d=-10 sum_2d=9.223372037e+18 mean_2d=4.611686018e+18 active_2d=1 last_2d=-10 "
                "min_2d=error max_2d=error good_2d=1 part_2d=1 change_1d=error "
                "peak_sum_2d=9.223372037e+18 users_1d=0 top_2d=error b=0");
    /* Before the 13th: the day that is over lies behind. */
    expect_said(
        db, dir, 13,
        "sum_1d=7 sum_2d=-3 mean_2d=-1.5 active_2d=1 last_2d=7 min_2d=-10 max_2d=7 "
        "good_2d=no_data part_2d=no_data change_1d=no_data peak_sum_2d=-3 users_1d=1 top_2d=1 b=0");
}

static void sums_of_many_days_beyond_64_bits_leave_each_day_exact(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(large_sources);
    sources_write(dir, "metrics.yaml", large_metrics);
    sources_write(dir, "accounts.csv", "id\na\nb\n");
    g_autoptr(GString) text = g_string_new("account,day,user,n\n");
    for (int day = 1; day <= 20; day++)
        g_string_append_printf(text, "a,2026-01-%02d,u," MOST "\nb,2026-01-%02d,u,%d\n", day, day,
                               day);
    g_string_append(text, "a,2026-01-21,u,3\na,2026-01-22,u,4\n");
    sources_write(dir, "usage-1.csv", text->str);
    sources_ingest(db, dir, NULL);
    expect_said(db, dir, 21,
                "sum_1d=9.223372037e+18 sum_2d=error mean_2d=error active_2d=2 "
                "last_2d=9.223372037e+18 min_2d=9.223372037e+18 max_2d=9.223372037e+18 "
                "good_2d=error part_2d=error change_1d=0 peak_sum_2d=error users_1d=1 top_2d=1 "
                "b=20");
    expect_said(db, dir, 23,
                "sum_1d=4 sum_2d=7 mean_2d=3.5 active_2d=2 last_2d=4 min_2d=3 max_2d=4 good_2d=1 "
                "part_2d=1 change_1d=0.3333333333 peak_sum_2d=7 users_1d=1 top_2d=1 b=0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_that_records_left_has_no_fact),
        cmocka_unit_test(a_sum_beyond_64_bits_is_an_error_of_its_metric_and_account_alone),
        cmocka_unit_test(sums_of_many_days_beyond_64_bits_leave_each_day_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
