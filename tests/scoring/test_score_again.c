/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day scored again and again while facts arrive, against the same day scored once. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { ACCOUNTS = 40, ROUNDS = 4 };

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - {stream: account, path: accounts*.csv, fields: {party: id}}\n"
    "      - stream: subscription\n"
    "        path: contracts*.csv\n"
    "        fields: {external_id: id, party: account, start_on: start, end_on: end, arr: arr}\n"
    "      - stream: incident\n"
    "        path: incidents*.csv\n"
    "        fields: {external_id: id, component: component, cause: cause, started_at: from,\n"
    "          resolved_at: to}\n"
    "      - stream: incident_account\n"
    "        path: touched*.csv\n"
    "        fields: {external_id: id, party: account, occurred_at: at, minutes: minutes}\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: job\n"
    "        path: jobs*.csv\n"
    "        fields: {external_id: id, party: account, connector: connector, executor: executor,\n"
    "          status: status, created_at: created, finished_at: finished}\n"
    "      - stream: usage_metric\n"
    "        path: usage*.csv\n"
    "        fields: {party: account, at: day, subject: user}\n"
    "        values:\n"
    "          - {metric: runs, field: runs}\n"
    "          - {metric: by_user, field: runs}\n";

static const char metrics[] =
    "usage:\n"
    "  - {name: runs, combine: sum}\n"
    "  - {name: by_user, combine: sum, by: user}\n"
    "metrics:\n"
    "  - {name: arr, kind: arr}\n"
    "  - {name: runs_28d, kind: sum, usage: runs, days: 28, direction: up}\n"
    "  - {name: users, kind: distinct_subjects, usage: by_user, days: 28}\n"
    "  - {name: jobs, kind: run_count, days: 28}\n"
    "  - {name: ours, kind: run_platform_fault, days: 28, direction: down}\n"
    "  - {name: budget, kind: slo, slo: sla, direction: up}\n";

static const char slo[] =
    "slos:\n"
    "  - {name: sla, label: Transfers, service: transfer, sli: success, objective: 0.5,\n"
    "     min_events: 2, window: 28d, spends: platform}\n"
    "faults:\n"
    "  before: 2h\n"
    "  after: 2h\n"
    "  accounts: 2\n"
    "  tail: 0.3\n"
    "  baseline: [{connector: c0, share: 0.05}, {connector: c1, share: 0.1}]\n";

static const char card[] =
    "name: default\nbands: [{name: Red, below: 40}, {name: Green}]\nmin_coverage: 10\n"
    "hysteresis: 3\ngroups:\n  - name: g\n    weight: 1\n    measures:\n"
    "      - {name: budget, metric: budget, weight: 3, anchors: [{at: 0, score: 0}, "
    "{at: 1, score: 100}]}\n"
    "      - {name: runs, metric: runs_28d, weight: 1, anchors: [{at: 0, score: 0}, "
    "{at: 70, score: 100}]}\n"
    "      - {name: ours, metric: ours, weight: 2, anchors: [{at: 0, score: 100}, "
    "{at: 1, score: 0}]}\n";

/* What came in a round: of some accounts, or of all in the first. */
static void write_round(const char *dir, GRand *rand, int round)
{
    g_autoptr(GString) jobs =
        g_string_new("id,account,connector,executor,status,created,finished\n");
    g_autoptr(GString) usage = g_string_new("account,day,user,runs\n");
    g_autoptr(GString) touched = g_string_new("id,account,at,minutes\n");
    for (int a = 0; a < ACCOUNTS; a++) {
        for (int i = 0; i < 6 && (round == 0 || g_rand_int_range(rand, 0, 10) == 0); i++) {
            int day = g_rand_int_range(rand, 10, 32), hour = g_rand_int_range(rand, 0, 23);
            /* An id that was there before is a correction. */
            g_string_append_printf(
                jobs,
                "j%d-%d,a%d,c%d,x,%s,2026-05-%02dT%02d:00:00Z,2026-05-%02dT%02d"
                ":30:00Z\n",
                a, g_rand_int_range(rand, 0, 20), a, g_rand_int_range(rand, 0, 3),
                g_rand_int_range(rand, 0, 2) ? "succeeded" : "error", day, hour, day, hour);
            g_string_append_printf(usage, "a%d,2026-05-%02d,u%d,%d\n", a, day,
                                   g_rand_int_range(rand, 0, 3), g_rand_int_range(rand, 0, 9));
        }
        if (g_rand_int_range(rand, 0, 8) == 0)
            g_string_append_printf(touched, "i%d,a%d,2026-05-%02dT01:00:00Z,%d\n", round, a,
                                   g_rand_int_range(rand, 20, 25), g_rand_int_range(rand, 1, 90));
    }
    g_autofree char *incident =
        g_strdup_printf("id,component,cause,from,to\ni%d,c%d,platform,2026-05-%02dT00:00:00Z,2026-"
                        "05-28T00:00:00Z\n",
                        g_rand_int_range(rand, 0, round + 1), g_rand_int_range(rand, 0, 3),
                        g_rand_int_range(rand, 18, 25));
    const struct {
        const char *name, *text;
    } file[] = {{"jobs", jobs->str},
                {"usage", usage->str},
                {"touched", touched->str},
                {"incidents", incident}};
    for (size_t i = 0; i < G_N_ELEMENTS(file); i++) {
        g_autofree char *name = g_strdup_printf("%s%d.csv", file[i].name, round);
        sources_write(dir, name, file[i].text);
    }
}

static const char *company(GRand *rand)
{
    const char *dir = sources_directory(sources);
    g_autoptr(GString) accounts = g_string_new("id\n");
    g_autoptr(GString) contracts = g_string_new("id,account,start,end,arr\n");
    for (int a = 0; a < ACCOUNTS; a++) {
        g_string_append_printf(accounts, "a%d\n", a);
        g_string_append_printf(contracts, "k%d,a%d,2026-01-01,2027-01-01,%d\n", a, a,
                               g_rand_int_range(rand, 1, 9) * 100);
    }
    sources_write(dir, "metrics.yaml", metrics);
    sources_write(dir, "slo.yaml", slo);
    sources_write(dir, "scorecards/default.yaml", card);
    sources_write(dir, "accounts.csv", accounts->str);
    sources_write(dir, "contracts.csv", contracts->str);
    write_round(dir, rand, 0);
    return dir;
}

#define ALL_OF(columns, table)                                                                     \
    "(SELECT md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), '')) FROM (SELECT " columns   \
    " FROM " table ") AS r)"
#define STANDS                                                                                                \
    "SELECT concat_ws(' ', " ALL_OF("*", "score.slo_result") ", " ALL_OF("*", "score.job_fault") ", " ALL_OF( \
        "*",                                                                                                  \
        "score.incident_exposure") ", " ALL_OF("*",                                                           \
                                               "score.usage_recent") ", " ALL_OF("account_id, "               \
                                                                                 "rule, "                     \
                                                                                 "health_bp, "                \
                                                                                 "lower_bp, "                 \
                                                                                 "upper_bp, "                 \
                                                                                 "band, "                     \
                                                                                 "coverage_bp, "              \
                                                                                 "effective_bp, "             \
                                                                                 "arr_minor, "                \
                                                                                 "metric_value, "             \
                                                                                 "metric_quality,"            \
                                                                                 " measure_bp, "              \
                                                                                 "contribution_"              \
                                                                                 "bp, lost_bp",               \
                                                                                 "score.account_"             \
                                                                                 "published") ")"

static void what_stands_after_edits_is_what_one_run_stores(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 2; seed++) {
        g_autoptr(db_t) db = warehouse_open();
        GRand *rand = g_rand_new_with_seed(seed);
        const char *dir = company(rand);
        for (int round = 0; round < ROUNDS; round++) {
            if (round > 0)
                write_round(dir, rand, round);
            sources_ingest(db, dir, NULL);
            struct score_summary again = company_score(db, dir, "2026-06-01", -1, true);
            g_autofree char *stands = warehouse_value(db, STANDS);
            warehouse_sql(db, "TRUNCATE score.slo_result, score.job_fault, "
                              "score.incident_exposure, score.usage_recent, score.account_score");
            struct score_summary once = company_score(db, dir, "2026-06-01", -1, true);
            g_autofree char *stored = warehouse_value(db, STANDS);
            assert_string_equal(stands, stored);
            assert_string_equal(again.output_sha256, once.output_sha256);
            assert_string_equal(again.input_sha256, once.input_sha256);
            assert_int_equal(once.stored, ACCOUNTS);
            assert_true(round == 0 || again.stored > 0);
        }
        /* There is something to compare. */
        sources_expect(db,
                       "SELECT concat_ws(' ', bool_or(is_burst), bool_or(incident IS NOT NULL), "
                       "bool_or(fault = 'customer'), (SELECT count(*) > 0 FROM "
                       "score.incident_exposure), (SELECT count(*) > 0 FROM score.usage_recent)) "
                       "FROM score.job_fault",
                       "t t t t t");
        g_rand_free(rand);
    }
}

static void results_do_not_depend_on_the_number_of_processors(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    GRand *rand = g_rand_new_with_seed(3);
    const char *dir = company(rand);
    g_rand_free(rand);
    sources_ingest(db, dir, NULL);
    struct score_summary all = company_score(db, dir, "2026-06-01", -1, true);
    cpu_set_t mine, one;
    assert_int_equal(sched_getaffinity(0, sizeof mine, &mine), 0);
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++) {
        if (CPU_ISSET(cpu, &mine))
            CPU_SET(cpu, &one);
    }
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    struct score_summary alone = company_score(db, dir, "2026-06-01", -1, true);
    assert_int_equal(sched_setaffinity(0, sizeof mine, &mine), 0);
    assert_string_equal(all.output_sha256, alone.output_sha256);
    assert_string_equal(all.input_sha256, alone.input_sha256);
    assert_int_equal(alone.stored, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_after_edits_is_what_one_run_stores),
        cmocka_unit_test(results_do_not_depend_on_the_number_of_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
