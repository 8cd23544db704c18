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
                           facts_newest_day(facts, 0) - day_of(1) + 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_that_records_left_has_no_fact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
