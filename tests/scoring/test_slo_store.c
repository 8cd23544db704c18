/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a published run leaves for dashboards: service levels, faults, exposure to incidents. */
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
    "      - stream: incident\n"
    "        path: incidents*.csv\n"
    "        fields: {external_id: id, component: component, cause: cause, started_at: from,\n"
    "          resolved_at: to}\n"
    "      - stream: incident_account\n"
    "        path: touched.csv\n"
    "        fields: {external_id: id, party: account, occurred_at: at, minutes: minutes}\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: job\n"
    "        path: jobs*.csv\n"
    "        fields: {external_id: id, party: account, connector: connector, executor: executor,\n"
    "          status: status, created_at: created, finished_at: finished}\n";

static const char slo[] = "slos:\n"
                          "  - {name: sla, label: Transfers, service: transfer, sli: success, "
                          "objective: 0.5, min_events: 4,\n"
                          "     window: 28d, spends: platform}\n";

#define JOBS "id,account,connector,executor,status,created,finished\n"
#define AT(hour) ",2026-05-30T" hour ":00:00Z,2026-05-30T" hour ":30:00Z\n"

/* a: four runs, two of them failed, one within the incident of c1; b: only touched. */
static const char *company(void)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml",
                  "metrics:\n  - {name: arr, kind: arr}\n"
                  "  - {name: budget, kind: slo, slo: sla, direction: up}\n");
    sources_write(
        dir, "scorecards/default.yaml",
        "name: default\nbands: [{name: Red, below: 40}, {name: Green}]\nmin_coverage: 10\n"
        "hysteresis: 3\ngroups:\n  - name: g\n    weight: 1\n    measures:\n"
        "      - {name: budget, metric: budget, weight: 1, anchors: [{at: 0, score: 0}, "
        "{at: 1, score: 100}]}\n");
    sources_write(dir, "slo.yaml", slo);
    sources_write(dir, "accounts.csv", "id\na\nb\n");
    sources_write(dir, "contracts.csv",
                  "id,account,start,end,arr\nk1,a,2026-01-01,2027-01-01,1000\n"
                  "k2,b,2026-01-01,2027-01-01,2000\n");
    sources_write(dir, "incidents.csv",
                  "id,component,cause,from,to\n"
                  "i1,c1,platform,2026-05-30T02:00:00Z,2026-05-30T03:00:00Z\n");
    sources_write(dir, "touched.csv",
                  "id,account,at,minutes\ni1,a,2026-05-30T02:00:00Z,60\n"
                  "i1,b,2026-05-30T02:30:00Z,\n");
    sources_write(
        dir, "jobs.csv",
        JOBS "1,a,c1,scheduler,succeeded" AT("00") "2,a,c1,scheduler,error" AT(
            "02") "3,a,c1,scheduler,error" AT("04") "4,a,c1,scheduler,succeeded" AT("06"));
    return dir;
}

#define LEVEL                                                                                      \
    "SELECT concat_ws(' ', total, bad, platform, customer, round(sli, 4), round(budget_left, 4), " \
    "state) FROM bi.slo_current WHERE account_key = 'a'"

static void a_published_run_leaves_what_dashboards_read(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    sources_expect(db, LEVEL, "4 2 1 1 0.7500 0.5000 OK");
    sources_expect(db, "SELECT health::text FROM bi.account_current WHERE account_key = 'a'",
                   "50.0000000000000000");
    /* nothing was counted for b, so nothing is said of it */
    sources_expect(db, "SELECT count(*)::text FROM bi.slo_daily", "1");
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', run, fault, incident), ', ' ORDER BY run) "
                   "FROM bi.job_fault",
                   "2 platform crm/i1, 3 customer");
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', account_key, minutes, round(arr), "
                   "failed_runs), ', ' ORDER BY account_key) FROM bi.incident_exposure",
                   "a 60 1000 1, b 30 2000 0");
}

/* One within another, one that outlasts it, of another connector, of the customer's making, and one
 * that goes on; ends do not belong to them, beginnings do. */
static void the_first_incident_that_holds_a_failure_is_named(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_write(dir, "incidents.csv",
                  "id,component,cause,from,to\n"
                  "i1,c1,platform,2026-05-30T02:00:00Z,2026-05-30T05:30:00Z\n"
                  "i2,c1,platform,2026-05-30T03:00:00Z,2026-05-30T04:00:00Z\n"
                  "i3,*,platform,2026-05-30T04:30:00Z,2026-05-30T06:45:00Z\n"
                  "i4,c2,platform,2026-05-30T01:00:00Z,2026-05-30T20:00:00Z\n"
                  "i5,c1,customer,2026-05-30T07:00:00Z,2026-05-30T08:00:00Z\n"
                  "i6,c1,platform,2026-05-30T09:30:00Z,\n");
    sources_write(dir, "jobs.csv",
                  JOBS "1,a,c1,scheduler,error" AT("01") "2,a,c1,scheduler,error" AT(
                      "03") "3,a,c1,scheduler,error" AT("05") "4,a,c1,scheduler,error" AT("06") //
                  "5,a,c1,scheduler,error" AT("07") "6,a,c1,scheduler,error" AT(
                      "09") "7,a,c1,scheduler,error" AT("23"));
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', run, fault, incident), ', ' ORDER BY run) "
                   "FROM bi.job_fault",
                   "1 customer, 2 platform crm/i1, 3 platform crm/i3, 4 platform crm/i3, "
                   "5 customer, 6 platform crm/i6, 7 platform crm/i6");
}

/* Which transactions stored what stands. */
#define STORED                                                                                     \
    "SELECT string_agg(concat_ws(' ', what, xmin), ', ' ORDER BY what) FROM ("                     \
    "SELECT 'level' AS what, xmin FROM score.slo_result UNION ALL "                                \
    "SELECT 'fault ' || external_id, xmin FROM score.job_fault UNION ALL "                         \
    "SELECT 'touch ' || account_id, xmin FROM score.incident_exposure) AS s"

static void scoring_again_stores_what_differs(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-24", -1, true);
    company_score(db, dir, "2026-06-01", -1, true);
    g_autofree char *before = warehouse_value(db, STORED);
    company_score(db, dir, "2026-06-01", -1, true);
    g_autofree char *same = warehouse_value(db, STORED);
    assert_string_equal(before, same);
    sources_write(dir, "jobs2.csv", JOBS "3,a,c1,scheduler,succeeded" AT("04"));
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    sources_expect(db, LEVEL, "4 1 1 0 0.7500 0.5000 OK");
    sources_expect(db, "SELECT string_agg(run, ' ') FROM bi.job_fault", "2");
    /* health a week after an incident stands beside that before it */
    company_score(db, dir, "2026-06-07", -1, true);
    sources_expect(db,
                   "SELECT concat_ws(' ', before_on, after_on, round(health_after)) FROM "
                   "bi.incident_exposure WHERE account_key = 'a'",
                   "2026-05-24 2026-06-07 50");
    /* an incident that began earlier than was said, and one of the customer's making after all */
    sources_write(dir, "incidents2.csv",
                  "id,component,cause,from,to\n"
                  "i1,c1,customer,2026-05-29T02:00:00Z,2026-05-30T03:00:00Z\n");
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-07", -1, true);
    sources_expect(db, "SELECT concat_ws(' ', run, fault, incident) FROM bi.job_fault",
                   "2 customer");
    sources_expect(db,
                   "SELECT concat_ws(' ', started_on, cause, failed_runs) FROM "
                   "score.incident_exposure AS e JOIN identity.account AS a USING (account_id) "
                   "WHERE a.key = 'a'",
                   "2026-05-29 customer 0");
}

static void what_is_not_published_leaves_nothing(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, false);
    sources_expect(
        db,
        "SELECT concat_ws(' ', (SELECT count(*) FROM score.slo_result), (SELECT count(*) "
        "FROM score.job_fault), (SELECT count(*) FROM score.incident_exposure))",
        "0 0 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_published_run_leaves_what_dashboards_read),
        cmocka_unit_test(the_first_incident_that_holds_a_failure_is_named),
        cmocka_unit_test(scoring_again_stores_what_differs),
        cmocka_unit_test(what_is_not_published_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
