/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every kind of metric with a value computed by hand: from files through ingest to the frame. What
 * is missing is never 0. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/metric.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "calendar:\n"
    "  holidays: [2026-03-20]\n"
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
    "      - stream: subscription\n"
    "        path: contracts.csv\n"
    "        fields: {external_id: id, party: account, start_on: start, end_on: end, arr: arr}\n"
    "      - stream: ticket\n"
    "        path: tickets.csv\n"
    "        fields: {external_id: id, party: account, opened_at: opened, solved_at: solved,\n"
    "          first_reply_at: replied, severity: severity, reopened: reopened}\n"
    "      - stream: survey_response\n"
    "        path: answers.csv\n"
    "        fields: {external_id: id, party: account, kind: kind, value: value,\n"
    "          answered_at: at, contact_id: who}\n"
    "      - stream: milestone\n"
    "        path: milestones.csv\n"
    "        fields: {external_id: milestone, party: account, reached_at: at}\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: job\n"
    "        path: jobs.csv\n"
    "        fields: {external_id: id, party: account, definition: definition, executor: "
    "executor,\n"
    "          connector: connector, status: status, created_at: created, started_at: started,\n"
    "          finished_at: finished, row_count: rows, byte_count: bytes, skipped_count: skipped}\n"
    "      - stream: usage_metric\n"
    "        path: usage.csv\n"
    "        fields: {party: account, at: day, subject: feature}\n"
    "        values: [{metric: runs, field: runs}, {metric: level, field: level},\n"
    "          {metric: features, field: runs}]\n";

struct want {
    const char *account, *metric; /* the entry of metrics.yaml after its name */
    double value;                 /* NaN: no data */
};

struct check {
    const struct want *want;
    size_t n;
    const struct metric_set *set;
};

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    (void)err;
    const struct check *check = context;
    for (size_t i = 0; i < check->n; i++) {
        const struct want *w = &check->want[i];
        size_t a = 0;
        while (a < f->n_accounts && strcmp(f->account_key[a], w->account) != 0)
            a++;
        assert_true(a < f->n_accounts);
        double value = f->value[i * f->n_accounts + a];
        enum metric_quality quality = f->quality[i * f->n_accounts + a];
        if (isnan(w->value)) {
            if (quality != METRIC_NO_DATA || !isnan(value))
                fail_msg("%s of %s is %g (%s), want no_data", w->metric, w->account, value,
                         metric_quality_name(quality));
        } else if (quality != METRIC_OK || !(fabs(value - w->value) <= 1e-12 * fabs(w->value))) {
            fail_msg("%s of %s is %.17g (%s), want %.17g", w->metric, w->account, value,
                     metric_quality_name(quality), w->value);
        }
    }
    return true;
}

static const char *company(void)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "accounts.csv", "id\na\nb\nc\n");
    sources_write(dir, "contracts.csv",
                  "id,account,start,end,arr\nk1,a,2026-01-01,2027-01-01,1000\n"
                  "k2,b,2026-03-01,2027-01-01,1000\nk3,c,2026-01-01,2027-01-01,1000\n");
    sources_write(dir, "tickets.csv", "id,account,opened,solved,replied,severity,reopened\n");
    sources_write(dir, "answers.csv", "id,account,kind,value,at,who\n");
    sources_write(dir, "milestones.csv", "milestone,account,at\n");
    sources_write(dir, "jobs.csv",
                  "id,account,definition,executor,connector,status,created,started,finished,rows,"
                  "bytes,skipped\n");
    sources_write(dir, "usage.csv", "account,day,feature,runs,level\n");
    return dir;
}

/* Compute each entry as a metric of its own on a day. */
static void expect(struct db *db, const char *dir, const char *day, const struct want *want,
                   size_t n)
{
    g_autoptr(GString) yaml =
        g_string_new("usage:\n  - {name: runs, combine: sum}\n"
                     "  - {name: level, combine: latest}\n"
                     "  - {name: features, combine: sum, by: feature}\nmetrics:\n");
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(yaml, "  - {name: m%zu, %s}\n", i, want[i].metric);
    sources_write(dir, "metrics.yaml", yaml->str);
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(config_t) config = config_open(dir, &err);
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", NULL);
    struct check check = {want, n, NULL};
    int32_t as_of;
    sources_ingest(db, dir, NULL);
    assert_true(day_parse(slice_of(day), &as_of, NULL));
    if (!config || !(check.set = metric_set_load(arena, config, &err)) ||
        !db_begin_snapshot(db, &err) ||
        !metric_compute(db, check.set, zone, &as_of, 1, INT64_MAX, on_frame, &check, &err))
        fail_msg("%s", err->message);
    db_rollback(db);
}

#define EXPECT(db, dir, day, want) expect(db, dir, day, want, G_N_ELEMENTS(want))

#define JOBS                                                                                       \
    "id,account,definition,executor,connector,status,created,started,finished,rows,bytes,"         \
    "skipped\n"
/* Times are UTC; a day of Asia/Tokyo ends at 15:00Z. */
static const char jobs[] = JOBS
    /* d1 fails three times on the 10th and is well again ten hours after its first error */
    "1,a,d1,scheduler,mysql->bigquery,succeeded,2026-03-09T00:00:00Z,2026-03-09T00:00:04Z,"
    "2026-03-09T00:01:44Z,100,1000,0\n"
    "2,a,d1,scheduler,mysql->bigquery,error,2026-03-10T00:00:00Z,2026-03-10T00:00:02Z,"
    "2026-03-10T00:10:00Z,,,\n"
    "3,a,d1,retry,mysql->bigquery,error,2026-03-10T01:00:00Z,2026-03-10T01:00:02Z,"
    "2026-03-10T01:10:00Z,,,\n"
    "4,a,d1,scheduler,mysql->bigquery,error,2026-03-10T06:00:00Z,2026-03-10T06:00:02Z,"
    "2026-03-10T06:10:00Z,,,\n"
    "5,a,d1,retry,mysql->bigquery,succeeded,2026-03-10T10:00:00Z,2026-03-10T10:00:03Z,"
    "2026-03-10T10:10:00Z,50,500,10\n"
    /* d2 has been failing since the 12th, 15:00Z */
    "6,a,d2,api,s3->bigquery,succeeded,2026-03-11T00:00:00Z,2026-03-11T00:00:05Z,"
    "2026-03-11T00:03:25Z,250,,40\n"
    "7,a,d2,api,s3->bigquery,error,2026-03-12T14:00:00Z,2026-03-12T14:00:06Z,2026-03-12T15:00:00Z,"
    ",,\n"
    "8,a,d2,api,s3->bigquery,error,2026-03-13T00:00:00Z,2026-03-13T00:00:07Z,2026-03-13T01:00:00Z,"
    ",,\n"
    /* d3 by hand, and once long ago d4 */
    "9,a,d3,manual,s3->s3,canceled,2026-03-13T02:00:00Z,,,,,\n"
    "10,a,d4,scheduler,kintone->s3,succeeded,2026-01-10T00:00:00Z,2026-01-10T00:00:01Z,"
    "2026-01-10T00:00:51Z,1,1,0\n"
    /* d1 and d2 in the window before, at half and twice the time */
    "11,a,d1,scheduler,mysql->bigquery,succeeded,2026-02-20T00:00:00Z,2026-02-20T00:00:00Z,"
    "2026-02-20T00:00:50Z,,,\n"
    "12,a,d2,scheduler,s3->bigquery,succeeded,2026-02-20T00:00:00Z,2026-02-20T00:00:00Z,"
    "2026-02-20T00:06:40Z,,,\n"
    /* b ran long ago, and nothing since */
    "13,b,d1,scheduler,x,succeeded,2025-01-01T00:00:00Z,2025-01-01T00:00:00Z,"
    "2025-01-01T00:06:40Z,5,5,0\n";

/* On the 17th over 14 days, from the 3rd: runs 1 to 9. */
static void metrics_over_runs(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_write(dir, "jobs.csv", jobs);
    const struct want want[] = {
        {"a", "kind: run_count, days: 14", 9},
        {"b", "kind: run_count, days: 14", 0}, /* silent, which is not unknown */
        {"c", "kind: run_count, days: 14", NAN},
        /* scheduled or by api: 1, 2, 4, 6, 7, 8; of them 1 and 6 are good */
        {"a", "kind: run_success, days: 14, min_events: 6", 1.0 / 3},
        /* Wilson's lower bound of 2 of 6 */
        {"a", "kind: run_success, days: 14, min_events: 7", 0.09677141110578037},
        {"b", "kind: run_success, days: 14", NAN},
        {"c", "kind: run_success, days: 14", NAN},
        /* slots 1, 2 (its retry failed), 4 (its retry succeeded), 6, 7, 8 */
        {"a", "kind: run_eventual_success, days: 14", 0.5},
        /* d1: 00:10 to 10:10, 10 h; d2: open since the 12th 15:00 to the 16th 15:00, 96 h */
        {"a", "kind: run_mttr, days: 14", 53},
        {"b", "kind: run_mttr, days: 14", NAN},
        /* d2 has two errors at its end; d1, d2 and d3 are active */
        {"a", "kind: run_chronic, days: 14, length: 2", 1.0 / 3},
        {"a", "kind: run_chronic, days: 14, length: 3", 0},
        {"b", "kind: run_chronic, days: 14", NAN},
        /* waits of 2, 2, 2, 3, 4, 5, 6, 7 s: the 8th of 8 */
        {"a", "kind: run_queue_p95, days: 14", 7},
        /* now 100 s, 597 s and 200 s; then 50 s and 400 s */
        {"a", "kind: run_duration_change, days: 14", 200.0 / 225},
        {"a", "kind: run_rows, days: 14", 400},
        {"a", "kind: run_bytes, days: 14", 1500},
        {"b", "kind: run_rows, days: 14", 0},
        {"c", "kind: run_rows, days: 14", NAN},
        {"a", "kind: run_skipped, days: 14", 50.0 / 450},
        {"b", "kind: run_skipped, days: 14", NAN},
        {"a", "kind: run_definitions, days: 14", 2},
        {"a", "kind: run_dormant, days: 14", 1},
        {"a", "kind: run_dormant_share, days: 14", 1.0 / 3},
        {"a", "kind: run_connectors, days: 14", 2},
        {"a", "kind: run_connectors, days: 14, side: source", 2},
        {"a", "kind: run_connectors, days: 14, side: destination", 1},
        {"a", "kind: run_automation, days: 14", 8.0 / 9},
        {"b", "kind: run_automation, days: 14", NAN},
        {"a", "kind: run_platform_fault, days: 14", 0},
    };
    EXPECT(db, dir, "2026-03-17", want);
    /* On the 13th, which began at 15:00Z of the 12th, run 7 has not ended: at that very instant. */
    const struct want earlier[] = {
        {"a", "kind: run_success, days: 14, min_events: 1", 0.5},
        {"a", "kind: run_mttr, days: 14", 10},
        {"a", "kind: run_count, days: 14", 8 + 0 - 1},
    };
    EXPECT(db, dir, "2026-03-13", earlier);
}

/* The 16th of March 2026 is a Monday, the 20th a holiday. */
static void metrics_over_the_shape_of_usage(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_write(dir, "usage.csv",
                  "account,day,feature,runs,level\n"
                  "a,2026-03-14,f1,7,100\na,2026-03-16,f1,1,\na,2026-03-17,f2,2,\n"
                  "a,2026-03-18,f1,3,\na,2026-03-19,f3,4,\na,2026-03-23,f1,10,80\n"
                  "b,2026-03-20,f1,6,\n");
    const struct want want[] = {
        /* as of Tuesday the 24th; five business days are 16, 17, 18, 19, 23 */
        {"a", "kind: sum, usage: runs, days: 5, calendar: business", 20},
        {"a", "kind: active_share, usage: runs, days: 5, calendar: business", 1},
        {"a", "kind: active_share, usage: runs, days: 8", 5.0 / 8},
        {"a", "kind: streak, usage: runs", 1},
        {"a", "kind: streak, usage: runs, calendar: business", 5},
        {"a", "kind: median, usage: runs, days: 8", 3}, /* 1, 2, 3, 4, 10 */
        {"a", "kind: p95, usage: runs, days: 8", 10},
        {"c", "kind: median, usage: runs, days: 8", NAN},
        /* 1, 2, 3, 4, 0, 0, 0, 10: Σ (i - 3.5) y = 20 over 42 */
        {"a", "kind: slope, usage: runs, days: 8", 20.0 / 42},
        /* 1, 2, 3, 4, 10: distances 2, 1, 0, 1, 7 */
        {"a", "kind: volatility, usage: runs, days: 5, calendar: business", 1.0 / 3},
        {"b", "kind: volatility, usage: runs, days: 8", NAN}, /* the median day is silent */
        {"a", "kind: breadth, usage: features, days: 8, cap: 6", 0.5},
        {"c", "kind: breadth, usage: features, days: 8, cap: 6", NAN},
        /* b has been here for 23 days: 6 in 23 of the 28 days */
        {"b", "kind: rate, usage: runs, days: 28, per_days: 7", 6 * 7 / 23.0},
        /* 27 of what 100 a month allow in 23 of 31 days; the newest allowance is 80 */
        {"a", "kind: quota, usage: runs, total: level", 27 / (80 * 23.0 / 31)},
        {"b", "kind: quota, usage: runs, total: level", NAN},
    };
    EXPECT(db, dir, "2026-03-24", want);
}

/* A week of usage each, the newest last: 12 weeks up to the 29th of March. */
static void engagement_counts_silent_weeks(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    static const int weeks[] = {10, 20, 10, 20, 10, 20, 10, 20, 99, 0, 6, 3};
    g_autoptr(GString) text = g_string_new("account,day,feature,runs,level\n");
    for (int w = 0; w < 12; w++) {
        int32_t day = day_from_civil(2026, 1, 4) + 7 * w;
        char name[DAY_TEXT_SIZE];
        if (weeks[w])
            g_string_append_printf(text, "a,%s,f,%d,\n", day_format(day, name), weeks[w]);
    }
    g_string_append(text, "b,2026-01-05,f,5,\n");
    sources_write(dir, "usage.csv", text->str);
    const struct want want[] = {
        /* (3 + 6 + 0) / 3 against the median of 10 and 20 four times each, 15 */
        {"a", "kind: engagement, usage: runs", 3 / (0.85 * 15)},
        {"b", "kind: engagement, usage: runs", NAN}, /* not there for twelve weeks yet */
        {"c", "kind: engagement, usage: runs", NAN},
    };
    EXPECT(db, dir, "2026-03-29", want);
}

static void metrics_over_support(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_write(dir, "tickets.csv",
                  "id,account,opened,solved,replied,severity,reopened\n"
                  "1,a,2026-03-20T00:00:00Z,2026-03-21T00:00:00Z,2026-03-20T04:00:00Z,high,true\n"
                  "2,a,2026-03-20T00:00:00Z,,2026-03-20T04:00:01Z,urgent,\n"
                  "3,a,2026-03-22T15:00:00Z,,,high,\n" /* waits a day */
                  "4,a,2026-03-23T14:00:00Z,,,low,\n"  /* waits an hour: not late */
                  "5,a,2026-01-01T15:00:00Z,,,low,true\n");
    sources_write(dir, "usage.csv",
                  "account,day,feature,runs,level\na,2026-03-20,f,50,\n"
                  "b,2026-03-01,f,100,\nb,2026-03-20,f,80,\nc,2026-03-01,f,100,\n"
                  "c,2026-03-20,f,81,\nb,2026-01-01,f,1,\nc,2026-01-01,f,1,\na,2026-01-01,f,1,\n");
    sources_write(dir, "answers.csv",
                  "id,account,kind,value,at,who\n"
                  "1,a,nps,0,2025-12-01T00:00:00Z,u1\n" /* u1 thought better of it */
                  "2,a,nps,9,2026-03-23T15:00:00Z,u1\n"
                  "3,a,nps,10,2026-03-23T14:00:00Z,u1\n"
                  "4,a,nps,3,2025-12-23T15:00:00Z,u2\n"
                  "5,a,csat,5,2026-03-23T15:00:00Z,u1\n");
    const struct want want[] = {
        {"a",
         "kind: ticket_weight, parts: [{severity: Urgent, weight: 8}, {severity: high, weight: "
         "3}]",
         8 + 3 + 1 + 1},
        {"a", "kind: ticket_first_reply, threshold: 4h", 1.0 / 3},
        {"b", "kind: ticket_first_reply, threshold: 4h", NAN},
        {"a", "kind: ticket_reopened", 0.25},
        /* open: 1 h, 1 day, 3 days 15 h, 81 days; the 4th of 4 */
        {"a", "kind: ticket_age_p90", 81},
        {"b", "kind: ticket_age_p90", NAN},
        {"a", "kind: tickets_per, usage: runs", 8},
        {"c", "kind: tickets_per, usage: runs", 0},
        /* no ticket in 14 days, and usage at 80 of 100, or 81 */
        {"b", "kind: support_silence, usage: runs, days: 14, fall: 0.2", 1},
        {"c", "kind: support_silence, usage: runs, days: 14, fall: 0.2", 0},
        {"a", "kind: support_silence, usage: runs, days: 14, fall: 0.2", NAN},
    };
    EXPECT(db, dir, "2026-03-24", want);
    /* A day later u1's newest answer is a day old and u2's 91; half-lives of 90 days. */
    double young = exp2(-1.0 / 90), old = exp2(-91.0 / 90);
    const struct want faded[] = {
        {"a", "kind: nps, days: 180, half_life_days: 90", 100 * (young - old) / (young + old)},

        {"a", "kind: csat, days: 180, half_life_days: 90", 5},
        {"b", "kind: nps, days: 180, half_life_days: 90", NAN},
    };
    EXPECT(db, dir, "2026-03-25", faded);
}

static void metrics_over_onboarding(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_write(dir, "milestones.csv",
                  "milestone,account,at\nconnection,b,2026-03-02T00:00:00Z\n"
                  "success,b,2026-03-05T15:00:00Z\nother,b,2026-03-20T00:00:00Z\n"
                  "connection,a,2026-01-02T00:00:00Z\nsuccess,a,2026-01-03T00:00:00Z\n");
#define STEPS "milestones: [connection, success]"
    const struct want want[] = {
        {"a", "kind: onboarding_progress, " STEPS, 1},
        {"b", "kind: onboarding_progress, milestones: [connection, success, workflow, second_user]",
         0.5},
        {"c", "kind: onboarding_progress, " STEPS, 0},
        {"b", "kind: onboarding_ttv, milestones: [success]", 5}, /* 15:00Z is the 6th in Tokyo */
        {"c", "kind: onboarding_ttv, milestones: [success]", NAN},
        {"a", "kind: onboarding_stalled, " STEPS, 0},
        {"b", "kind: onboarding_stalled, milestones: [connection, success, workflow]", 0},
        {"c", "kind: onboarding_stalled, " STEPS, 1},
    };
    EXPECT(db, dir, "2026-03-20", want);
    const struct want later[] = {
        {"b", "kind: onboarding_stalled, milestones: [connection, success, workflow]", 1},
        {"b", "kind: onboarding_stalled, milestones: [connection, success, workflow], days: 15", 0},
    };
    EXPECT(db, dir, "2026-03-21", later);
}

static void service_levels_and_depth_are_metrics(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_write(dir, "jobs.csv", jobs);
    sources_write(dir, "slo.yaml",
                  "slos:\n  - {name: s, service: transfer, sli: success, objective: 0.75, window: "
                  "14d, min_events: 8, executors: [scheduler, api, retry]}\n");
    const struct want want[] = {
        /* three of eight are good: 5 bad where 2 are allowed */
        {"a", "kind: slo, slo: s, of: sli", 3.0 / 8},
        {"a", "kind: slo, slo: s", -1.5},
        {"a", "kind: slo, slo: s, of: burn", 2.5},
        {"b", "kind: slo, slo: s", NAN},
        {"a", "kind: run_definitions, days: 14", 2},
        {"a", "kind: run_connectors, days: 14, side: destination", 1},
        {"a", "kind: run_rows, days: 14", 400},
        /* 3 (1 + 2/20) + 3 (1 + 1/5) + 1 (1 + 1) = 8.9 of 12 */
        {"a",
         "kind: stickiness, cap: 12, parts: [{metric: m4, weight: 3, saturation: 20}, {metric: "
         "m5, weight: 3, saturation: 5}, {metric: m6}]",
         8.9 / 12},
        {"b", "kind: stickiness, cap: 12, parts: [{metric: m4, weight: 3, saturation: 20}]", 0},
        {"c", "kind: stickiness, cap: 12, parts: [{metric: m4, weight: 3, saturation: 20}]", NAN},
    };
    EXPECT(db, dir, "2026-03-17", want);
}

static void a_wrong_metric_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *entry, *want;
    } wrong[] = {
        {"kind: run_succes", "did you mean 'run_success'?"},
        {"kind: quota, usage: runs", "a quota wants usage, and as total what is allowed a month"},
        {"kind: breadth, usage: runs", "breadth wants as cap how many there are"},
        {"kind: slo, slo: nothing", "there is no service level 'nothing' in slo.yaml"},
        {"kind: stickiness, cap: 1, parts: [{metric: later}]",
         "part 1: there is no metric 'later' before this one"},
        {"kind: onboarding_ttv", "onboarding wants milestones"},
        {"kind: ticket_first_reply, threshold: soon",
         "threshold is 'soon', want a number and s, m, h or d, such as 4h"},
        {"kind: sum, usage: runs, calendar: lunar", "calendar is 'lunar', want business"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const char *dir = company();
        g_autofree char *yaml = g_strdup_printf("metrics:\n  - {name: m, %s}\n", wrong[i].entry);
        g_autoptr(GError) err = NULL;
        g_autoptr(arena_t) arena = arena_new();
        sources_write(dir, "metrics.yaml", yaml);
        g_autoptr(config_t) config = config_open(dir, NULL);
        assert_null(metric_set_load(arena, config, &err));
        assert_true(g_str_has_prefix(err->message, "metrics.yaml:2:5: metric m: "));
        if (!g_str_has_suffix(err->message, wrong[i].want))
            fail_msg("%s", err->message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_over_runs),
        cmocka_unit_test(metrics_over_the_shape_of_usage),
        cmocka_unit_test(engagement_counts_silent_weeks),
        cmocka_unit_test(metrics_over_support),
        cmocka_unit_test(metrics_over_onboarding),
        cmocka_unit_test(service_levels_and_depth_are_metrics),
        cmocka_unit_test(a_wrong_metric_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
