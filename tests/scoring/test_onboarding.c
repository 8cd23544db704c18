/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be expected of a new customer, from those before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
    "      - stream: subscription\n"
    "        path: contracts.csv\n"
    "        fields: {external_id: id, party: account, start_on: start, end_on: end, arr: arr}\n"
    "      - stream: milestone\n"
    "        path: milestones.csv\n"
    "        fields: {external_id: milestone, party: account, reached_at: at}\n";

/* Four customers of old reached `use` after 2, 4 and 20 days and never; n1 has been there for 21
 * days without it, n2 for 20, n3 for 30 with it. */
static void who_is_later_than_three_quarters_is_named(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    warehouse_sql(db, "INSERT INTO ops.setting (name, value) VALUES ('time_zone', 'Asia/Tokyo')");
    sources_write(dir, "metrics.yaml", "metrics:\n  - {name: arr, kind: arr}\n");
    sources_write(
        dir, "scorecards/default.yaml",
        "name: default\nbands: [{name: Red, below: 40}, {name: Green}]\nmin_coverage: 10\n"
        "hysteresis: 3\ngroups:\n  - name: g\n    weight: 1\n    measures:\n"
        "      - {name: arr, metric: arr, weight: 1, anchors: [{at: 0, score: 0}, "
        "{at: 1, score: 100}]}\n");
    sources_write(dir, "accounts.csv", "id\no1\no2\no3\no4\nn1\nn2\nn3\n");
    sources_write(dir, "contracts.csv",
                  "id,account,start,end,arr\n1,o1,2026-01-01,,1\n2,o2,2026-01-01,,1\n"
                  "3,o3,2026-01-01,,1\n4,o4,2026-01-01,,1\n5,n1,2026-05-11,,1\n"
                  "6,n2,2026-05-12,,1\n7,n3,2026-05-02,,1\n8,o1,2026-05-20,,1\n");
    /* 15:00Z is the next day in Tokyo */
    sources_write(dir, "milestones.csv",
                  "milestone,account,at\nuse,o1,2026-01-02T15:00:00Z\nuse,o2,2026-01-05T00:00:00Z\n"
                  "use,o3,2026-01-21T00:00:00Z\nuse,n3,2026-05-03T00:00:00Z\n");
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    sources_expect(
        db,
        "SELECT concat_ws(' ', customers, reached, days_p25, days_median, days_p75) FROM "
        "bi.onboarding_curve",
        "4 3 2 4 20");
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', account_key, age_days, milestone), ', ') FROM "
                   "bi.onboarding_late",
                   "n1 21 use");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_later_than_three_quarters_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
