/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each way to count a service level, with figures counted by hand, and what slo.yaml refuses. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/slo_exclusion.h"
#include "scoring/slo_scene.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
    "      - stream: incident\n"
    "        path: incidents.csv\n"
    "        fields: {external_id: id, component: component, started_at: from, resolved_at: to}\n"
    "      - stream: incident_account\n"
    "        path: touched.csv\n"
    "        fields: {external_id: id, party: account, occurred_at: at, minutes: minutes}\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: job\n"
    "        path: jobs*.csv\n"
    "        fields: {external_id: id, party: account, definition: definition, executor: "
    "executor,\n"
    "          connector: connector, status: status, created_at: created, started_at: started,\n"
    "          finished_at: finished, changed_at: changed}\n"
    "      - stream: usage_metric\n"
    "        path: usage.csv\n"
    "        fields: {party: account, at: day}\n"
    "        values: [{metric: runs, field: runs}, {metric: level, field: bad},\n"
    "          {metric: peak, field: lag}]\n";

#define HEAD "id,account,definition,executor,connector,status,created,started,finished,changed\n"
/* Asia/Tokyo: 15:00Z is the start of a business day. */
#define DAY "2026-03-0"

static const char jobs[] = HEAD
    /* queued 10 s, 300 s, 301 s; the fourth waits since 09:00; the fifth was called off */
    "q1,a,d1,scheduler,c1,succeeded," DAY "2T00:00:00Z," DAY "2T00:00:10Z," DAY "2T00:01:00Z,\n"
    "q2,a,d1,scheduler,c1,succeeded," DAY "2T01:00:00Z," DAY "2T01:05:00Z," DAY "2T01:06:00Z,\n"
    "q3,a,d1,scheduler,c1,error," DAY "2T02:00:00Z," DAY "2T02:05:01Z," DAY "2T02:06:00Z,\n"
    "q4,a,d1,scheduler,c1,queued," DAY "2T09:00:00Z,,,\n"
    "q5,a,d1,scheduler,c1,canceled," DAY "2T03:00:00Z,," DAY "2T03:10:00Z,\n"
    /* of another executor */
    "q6,a,d1,manual,c1,error," DAY "2T02:00:00Z," DAY "2T03:00:00Z," DAY "2T03:06:00Z,\n";

#define QUEUE                                                                                      \
    "slos:\n  - {name: queue, service: transfer, sli: queue, threshold: 5m, objective: 0.9,\n"     \
    "     executors: [scheduler], min_events: 1}\n"

static const char *company(const char *slo)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "accounts.csv", "id\na\nb\n");
    sources_write(dir, "jobs.csv", jobs);
    sources_write(dir, "incidents.csv", "id,component,from,to\n");
    sources_write(dir, "touched.csv", "id,account,at,minutes\n");
    sources_write(dir, "usage.csv", "account,day,runs,bad,lag\n");
    sources_write(dir, "slo.yaml", slo);
    return dir;
}

static int64_t instant(const char *text)
{
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", NULL);
    int64_t t = 0;
    assert_true(slo_instant(zone, text, &t, NULL));
    return t;
}

static struct slo_result ask(struct db *db, const char *dir, const char *at, const char *account)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    struct slo_scene scene;
    struct slo_result r;
    size_t a;
    int64_t t = instant(at);
    if (!config || !slo_scene_open(&scene, db, config, -1, t, t, &err))
        fail_msg("%s", err->message);
    assert_true(slo_scene_account(&scene, account, &a, NULL));
    slo_evaluate(scene.lens, 0, a, &r);
    slo_scene_close(&scene);
    return r;
}

static void expect(const struct slo_result *r, int total, int bad, int excluded)
{
    assert_int_equal(r->count.total, total);
    assert_int_equal(r->count.bad, bad);
    assert_int_equal(r->count.excluded, excluded);
}

static void waiting_is_bad_once_it_is_too_long(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company(QUEUE);
    sources_ingest(db, dir, NULL);
    struct slo_result r = ask(db, dir, DAY "2T09:05:00Z", "a");
    expect(&r, 3, 1, 0); /* q4 has waited five minutes to the second, which is good enough */
    r = ask(db, dir, DAY "2T09:05:01Z", "a");
    expect(&r, 4, 2, 0);
    r = ask(db, dir, DAY "2T01:03:00Z", "a"); /* q2 waits, not too long: nothing to say yet */
    expect(&r, 1, 0, 0);
    r = ask(db, dir, DAY "2T09:05:01Z", "b");
    expect(&r, 0, 0, 0);
    assert_int_equal(r.state, SLO_INSUFFICIENT_DATA);
    assert_true(isnan(slo_fraction_value(r.sli)) && r.verdict == SLO_NO_VERDICT);
}

static void a_run_is_judged_by_its_newest_version(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company(
        "slos:\n  - {name: s, service: transfer, sli: success, objective: 0.9, min_events: 1}\n");
    sources_ingest(db, dir, NULL);
    struct slo_result r = ask(db, dir, DAY "3T00:00:00Z", "a");
    expect(&r, 4, 2, 0);
    sources_write(dir, "jobs2.csv",
                  HEAD "q3,a,d1,scheduler,c1,succeeded," DAY "2T02:00:00Z," DAY "2T02:05:01Z," DAY
                       "2T02:06:00Z,\n");
    sources_ingest(db, dir, NULL);
    r = ask(db, dir, DAY "3T00:00:00Z", "a");
    expect(&r, 4, 1, 0);
    r = ask(db, dir, DAY "2T02:06:00Z", "a"); /* ends at that instant, so not before it */
    expect(&r, 2, 0, 0);
}

static void duration_is_of_runs_that_succeeded(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company("slos:\n  - {name: d, service: transfer, sli: duration, threshold: "
                              "50s, objective: 0.5, min_events: 1}\n");
    sources_ingest(db, dir, NULL);
    struct slo_result r = ask(db, dir, DAY "3T00:00:00Z", "a");
    expect(&r, 2, 1, 0); /* q1 took 50 s, q2 took 60 s */
    assert_int_equal(r.budget_left.n, 0);
    assert_int_equal(r.state, SLO_WARNING);
}

static void what_is_excluded_counts_neither_way(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company(QUEUE);
    sources_write(
        dir, "slo.yaml",
        "slos:\n  - name: queue\n    service: transfer\n    sli: queue\n    threshold: 5m\n"
        "    objective: 0.9\n    executors: [scheduler]\n    min_events: 1\n"
        "    exclude:\n"
        "      - {from: \"" DAY "2T02:00:00Z\", to: \"" DAY
        "2T03:00:00Z\", reason: planned, connector: c1}\n"
        "      - {from: \"" DAY "2T00:00:00Z\", to: \"" DAY
        "2T03:00:00Z\", reason: theirs, accounts: [b]}\n"
        "      - {from: \"" DAY "2T01:00:00Z\", to: \"" DAY
        "2T02:00:00Z\", reason: another, connector: c2}\n");
    sources_ingest(db, dir, NULL);
    struct slo_result r = ask(db, dir, DAY "2T05:00:00Z", "a");
    expect(&r, 2, 0, 1);
}

/* Two spans of an hour that share a half, one that another customer has, one that begins before. */
static void a_statement_names_the_time_it_leaves_out(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company(
        "slos:\n  - name: s\n    service: transfer\n    sli: success\n    objective: 0.9\n"
        "    exclude:\n"
        "      - {from: \"" DAY "2T02:00:00Z\", to: \"" DAY "2T03:00:00Z\", reason: planned}\n"
        "      - {from: \"" DAY "2T02:30:00Z\", to: \"" DAY
        "2T03:30:00Z\", reason: upgrade, connector: c1}\n"
        "      - {from: \"" DAY "2T05:00:00Z\", to: \"" DAY
        "2T06:00:00Z\", reason: theirs, accounts: [b]}\n"
        "      - {from: 2026-02-01, to: \"" DAY "2T00:10:00Z\", reason: freeze}\n");
    sources_ingest(db, dir, NULL);
    g_autoptr(config_t) config = config_open(dir, &err);
    struct slo_scene scene;
    size_t a, n;
    int64_t from = instant(DAY "2T00:00:00Z"), to = instant(DAY "3T00:00:00Z"),
            minute = INT64_C(60000000);
    if (!config || !slo_scene_open(&scene, db, config, -1, from, to, &err))
        fail_msg("%s", err->message);
    assert_true(slo_scene_account(&scene, "a", &a, NULL));
    const struct slo_excluded *x = slo_exclusion_list(arena, scene.lens, 0, a, from, to, &n);
    assert_int_equal(n, 3);
    assert_string_equal(x[1].reason, "upgrade");
    assert_string_equal(x[1].connector, "c1");
    assert_true(x[2].from == from && x[2].to == from + 10 * minute);
    assert_int_equal(slo_exclusion_us(scene.lens, 0, a, from, to, true), 100 * minute);
    assert_int_equal(slo_exclusion_us(scene.lens, 0, a, from, to, false), 70 * minute);
    assert_true(slo_scene_account(&scene, "b", &a, NULL));
    assert_int_equal(slo_exclusion_us(scene.lens, 0, a, from, to, true), 160 * minute);
    slo_scene_close(&scene);
}

/* d1 runs daily at 00:00Z (9:00 in Tokyo) for five days; what began on the 3rd and 4th failed.
 * Usual is a day; late is more than 36.5 hours at the day's end, 15:00Z. */
static void a_definition_is_late_after_half_a_gap_more(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company(
        "slos:\n  - {name: f, service: transfer, sli: freshness, objective: 0.5, min_events: 1,\n"
        "     executors: [scheduler], window: 5d}\n");
    g_autoptr(GString) text = g_string_new(HEAD);
    for (int d = 1; d <= 5; d++)
        g_string_append_printf(text,
                               "r%d,b,d1,scheduler,c1,%s," DAY "%dT00:00:00Z," DAY
                               "%dT00:00:00Z," DAY "%dT00:10:00Z,\n",
                               d, d == 3 || d == 4 ? "error" : "succeeded", d, d, d);
    sources_write(dir, "jobs.csv", text->str);
    sources_ingest(db, dir, NULL);
    struct slo_result r = ask(db, dir, DAY "5T16:00:00Z", "b");
    /* Days 1 and 2 have too few runs to know what is usual. At the end of the 3rd the newest data
     * is 38 h 50 min old (of the 2nd, 00:10): late; of the 4th later still; the 5th is fresh. */
    expect(&r, 3, 2, 0);
}

static void usage_counts_by_whole_days(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company("slos:\n  - {name: u, service: ui, sli: usage, total_metric: runs, "
                              "bad_metric: level, objective: 0.9, min_events: 1, window: 2d}\n");
    sources_write(dir, "usage.csv",
                  "account,day,runs,bad,lag\na,2026-03-01,100,50,5\na,2026-03-02,60,3,70\n"
                  "a,2026-03-03,40,2,60\na,2026-03-04,1000,1000,61\n");
    sources_ingest(db, dir, NULL);
    struct slo_result r = ask(db, dir, "2026-03-04", "a");
    expect(&r, 100, 5, 0);
    assert_int_equal(r.budget_left.n, 1);
    assert_int_equal(r.budget_left.d, 2);
    r = ask(db, dir, "2026-03-04T14:59:59Z", "a"); /* a day that is not over does not count */
    expect(&r, 100, 5, 0);
    sources_write(dir, "slo.yaml",
                  "slos:\n  - {name: l, service: transfer, sli: usage_days, metric: "
                  "peak, at_most: 60, objective: 0.5, min_events: 1}\n");
    r = ask(db, dir, "2026-03-05", "a");
    expect(&r, 4, 2, 0);
}

/* Two incidents that overlap, one of another component, one still going on. */
static void shared_downtime_counts_once(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company("slos:\n  - {name: up, service: ui, sli: uptime, components: [ui], "
                              "objective: 0.9, window: 1d}\n");
    sources_write(dir, "incidents.csv",
                  "id,component,from,to\ni1,ui," DAY "2T00:00:00Z," DAY "2T01:00:00Z\n"
                  "i2,*," DAY "2T00:30:00Z," DAY "2T01:30:00Z\ni3,etl," DAY "2T02:00:00Z," DAY
                  "2T03:00:00Z\ni4,ui," DAY "2T14:00:00Z,\n");
    sources_write(dir, "touched.csv",
                  "id,account,at,minutes\ni1,a," DAY "2T00:00:00Z,60\ni2,a," DAY "2T00:30:00Z,\n"
                  "i3,a," DAY "2T02:00:00Z,60\ni4,a," DAY "2T14:00:00Z,\n");
    sources_ingest(db, dir, NULL);
    struct slo_result r = ask(db, dir, DAY "2T14:10:00Z", "a");
    expect(&r, 86400, 90 * 60 + 600, 0);
    r = ask(db, dir, DAY "2T14:10:00Z", "b");
    expect(&r, 86400, 0, 0);
}

static void a_wrong_file_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *slo, *want;
    } wrong[] = {
        {"slos:\n  - {name: a, service: web, sli: success, objective: 0.9}\n",
         "slo.yaml:2:24: slos[0].service: is 'web', want transfer or ui"},
        {"slos:\n  - {name: a, service: ui, sli: sucess, objective: 0.9}\n",
         "slo.yaml:2:33: slos[0].sli: is 'sucess', want one of success, queue, duration, "
         "freshness, usage, usage_days, uptime, did you mean 'success'?"},
        {"slos:\n  - {name: a, service: ui, sli: success, objective: 99.9}\n",
         "slo.yaml:2:53: slos[0].objective: '99.9' is not understood, want a number with at most 9 "
         "decimals, 0 to 1"},
        {"slos:\n  - {name: a, service: ui, sli: success, objective: 1}\n",
         "slo.yaml:2:53: slos[0].objective: is 1, want more than 0 and less than 1"},
        {"slos:\n  - {name: a, service: ui, sli: queue, objective: 0.9}\n",
         "slo.yaml:2:5: slos[0].threshold: is missing: how long is good, such as 5m"},
        {"slos:\n  - {name: a, service: ui, sli: success, objective: 0.9, window: 90s}\n",
         "slo.yaml:2:66: slos[0].window: is 90s, want whole days such as 28d"},
        {"slos:\n  - {name: a, service: ui, sli: success, objective: 0.9, burn: [{name: x, long: "
         "5m, short: 1h, factor: 1}]}\n",
         "slo.yaml:2:81: slos[0].burn[0].long: want short < long <= window: a pair asks whether "
         "what burns over the long window burns still"},
        {"slos:\n  - {name: a, service: ui, sli: success, objective: 0.9}\n"
         "  - {name: a, service: ui, sli: success, objective: 0.9}\n",
         "slo.yaml:3:12: slos[1].name: a stands twice"},
        {"slos:\n  - {name: a, service: ui, sli: success, objectiv: 0.9}\n",
         "slo.yaml:2:42: unknown key 'objectiv' in slos[0], did you mean 'objective'?"},
        {"slos:\n  - {name: a, service: ui, sli: success, objective: 0.9}\nfaults: {tail: 0.1, "
         "baseline: [{connector: c, share: 0.1}, {connector: c, share: 0.2}]}\n",
         "slo.yaml:3:72: faults.baseline[1].connector: c stands twice"},
        {"slos:\n  - {name: a, service: ui, sli: success, objective: 0.9, exclude: [{from: "
         "2026-01-02, to: 2026-01-02, reason: r}]}\n",
         "slo.yaml:2:91: slos[0].exclude[0].to: 2026-01-02 is not after 2026-01-02"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const char *dir = company(wrong[i].slo);
        g_autoptr(GError) err = NULL;
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(config_t) config = config_open(dir, NULL);
        assert_null(slo_set_load(arena, config, &err));
        assert_string_equal(err->message, wrong[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_is_bad_once_it_is_too_long),
        cmocka_unit_test(a_run_is_judged_by_its_newest_version),
        cmocka_unit_test(duration_is_of_runs_that_succeeded),
        cmocka_unit_test(what_is_excluded_counts_neither_way),
        cmocka_unit_test(a_statement_names_the_time_it_leaves_out),
        cmocka_unit_test(a_definition_is_late_after_half_a_gap_more),
        cmocka_unit_test(usage_counts_by_whole_days),
        cmocka_unit_test(shared_downtime_counts_once),
        cmocka_unit_test(a_wrong_file_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
