/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole way from files to published runs, on a small company written by hand. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/zone.h"
#include "ingest/compact.h"
#include "ingest/identity.h"
#include "ingest/load.h"
#include "scoring/facts.h"
#include "scoring/score.h"
#include "scoring/train.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static void a_published_run_holds_every_customer_with_exact_sums(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    struct score_summary s = company_score(db, dir, "2026-06-01", -1, true);
    assert_int_equal(s.accounts, 3);
    /* a: 70 runs → 100, failures 0.1 → 80, one open ticket → 20: 60 % · (200+80)/3 + 40 % · 20
     * = 64. */
    sources_expect(db, "SELECT health::text FROM bi.account_current WHERE account_key = 'a'",
                   "64.0000000000000000");
    sources_expect(db,
                   "SELECT sum(contribution)::numeric(6,2)::text FROM bi.contribution_current "
                   "WHERE account_key = 'a'",
                   "64.00");
    sources_expect(db, "SELECT count(*)::text FROM ops.invariant WHERE violations > 0", "0");
    sources_expect(
        db, "SELECT arr::numeric(10,2)::text FROM bi.account_current WHERE account_key = 'c'",
        "3000.50");
    sources_expect(
        db,
        "SELECT count(*)::text FROM bi.usage_recent WHERE metric = 'runs' AND account_key = 'a'",
        "31");
}

static void missing_is_never_zero(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    /* b ran 0 times: no failure rate; c was never seen: no runs, and Unknown for want of data. */
    sources_expect(db,
                   "SELECT string_agg(quality, ',' ORDER BY ordinal) FROM bi.contribution_current "
                   "WHERE account_key = 'b'",
                   "ok,no_data,ok");
    sources_expect(db,
                   "SELECT string_agg(quality, ',' ORDER BY ordinal) FROM bi.contribution_current "
                   "WHERE account_key = 'c'",
                   "no_data,no_data,ok");
    sources_expect(db, "SELECT band FROM bi.account_current WHERE account_key = 'c'", "Unknown");
}

static void a_day_sees_only_what_was_said_before_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-04", -1, true);
    /* The ticket was solved on the 3rd; b's notice came on the 5th. */
    sources_expect(db,
                   "SELECT value::text FROM bi.contribution_current WHERE account_key = 'a' AND "
                   "measure = 'open'",
                   "0");
    sources_expect(db, "SELECT renewal_on::text FROM bi.account_current WHERE account_key = 'b'",
                   "2026-07-01");
    company_score(db, dir, "2026-06-06", -1, true);
    sources_expect(db, "SELECT renewal_on::text FROM bi.account_current WHERE account_key = 'b'",
                   "2026-06-20");
    struct score_summary s = company_score(db, dir, "2026-06-20", -1, true);
    assert_int_equal(s.accounts, 2);
}

static void the_past_is_scored_to_the_same_digest_whatever_came_since(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    struct score_summary first = company_score(db, dir, "2026-06-01", -1, true);
    sources_write(dir, "usage2.csv",
                  "account,day,user,runs,failed\na,2026-05-30,u9,500,400\nz,2026-05-30,u9,5,4\n");
    sources_write(dir, "accounts2.csv", "id,name\nd,Delta\n");
    sources_ingest(db, dir, NULL);
    assert_true(identity_merge(db, "b", "a", &err));
    assert_true(identity_split(db, "app", "b", "b2", &err));
    g_autofree char *load = warehouse_value(
        db,
        "SELECT max(load_id) FROM ops.load WHERE stream = 'usage_metric' AND file = 'usage.csv'");
    assert_true(load_undo(db, g_ascii_strtoll(load, NULL, 10), "test", &err));
    struct score_summary now = company_score(db, dir, "2026-06-01", -1, false);
    struct score_summary again = company_score(db, dir, "2026-06-01", first.known_no, false);
    assert_string_not_equal(now.input_sha256, first.input_sha256);
    assert_string_equal(again.input_sha256, first.input_sha256);
    assert_string_equal(again.output_sha256, first.output_sha256);
    g_setenv("TZ", "Asia/Tokyo", TRUE);
    tzset();
    again = company_score(db, dir, "2026-06-01", first.known_no, false);
    assert_string_equal(again.output_sha256, first.output_sha256);
    g_unsetenv("TZ");
    tzset();
}

#ifdef KENKO_FAULTS
/* Start loading what is new in a session of its own, up to an injection point. */
static pid_t start_load(const char *dir, const char *fault)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        g_setenv("KENKO_FAULT", fault, TRUE);
        struct db *own = db_open(warehouse_dsn(), "kenko test", 60000, NULL);
        _exit(!own || !sources_try(own, dir, 0, NULL, NULL));
    }
    int status;
    if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
        fail_msg("the load did not stop at %s", fault);
    return pid;
}

static void finish_load(pid_t pid)
{
    int status;
    kill(pid, SIGCONT);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the load failed");
}

static int64_t load_of(struct db *db, const char *file)
{
    g_autofree char *query =
        g_strdup_printf("SELECT max(load_id) FROM ops.load WHERE file = '%s'", file);
    g_autofree char *text = warehouse_value(db, query);
    return g_ascii_strtoll(text, NULL, 10);
}

static void expect_again(struct db *db, const char *dir, const struct score_summary *first)
{
    struct score_summary again = company_score(db, dir, "2026-06-01", first->known_no, false);
    assert_string_equal(again.input_sha256, first->input_sha256);
    assert_string_equal(again.output_sha256, first->output_sha256);
}
#endif

static void a_load_that_was_open_never_enters_the_run_that_did_not_see_it(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    struct score_summary before = company_score(db, dir, "2026-06-01", -1, false);
    sources_write(dir, "usage2.csv",
                  "account,day,user,runs,failed\na,2026-05-30,u9,500,400\nc,2026-05-29,u9,5,4\n");
    pid_t open = start_load(dir, "after_copy:1:stop"); /* its facts are in, its COMMIT is not */
    struct score_summary during = company_score(db, dir, "2026-06-01", -1, true);
    assert_int_equal(during.known_no, before.known_no);
    assert_string_equal(during.input_sha256, before.input_sha256);
    finish_load(open);
    expect_again(db, dir, &during);
    struct score_summary after = company_score(db, dir, "2026-06-01", -1, false);
    assert_string_not_equal(after.input_sha256, during.input_sha256);
    /* And whatever comes later: more loads, a merge, a split, undos, a lossless compaction. */
    sources_write(dir, "usage3.csv",
                  "account,day,user,runs,failed\na,2026-05-30,u1,3,0\nb,2026-05-31,u1,1,1\n");
    sources_ingest(db, dir, NULL);
    assert_true(identity_merge(db, "b", "a", &err) && identity_split(db, "app", "b", "b2", &err));
    assert_true(load_undo(db, load_of(db, "usage2.csv"), "a test", &err));
    assert_true(load_undo(db, load_of(db, "usage.csv"), "a test", &err));
    struct compact_summary compacted;
    assert_true(compact_run(db, warehouse_dsn(), NULL, NULL, &compacted, &err));
    assert_true(compacted.rows_before > compacted.rows_after);
    expect_again(db, dir, &during);
    expect_again(db, dir, &after);
#else
    skip();
#endif
}

static void a_run_waits_for_the_load_that_holds_the_clock(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    struct score_summary before = company_score(db, dir, "2026-06-01", -1, false);
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\na,2026-05-30,u9,500,400\n");
    pid_t open = start_load(dir, "before_commit:1:stop"); /* it has its number already */
    fflush(NULL);
    pid_t scoring = fork();
    if (scoring == 0) {
        struct db *own = db_open(warehouse_dsn(), "kenko scoring test", 60000, NULL);
        struct score_summary s = company_score(own, dir, "2026-06-01", -1, true);
        _exit(s.known_no == before.known_no + 1 ? 0 : 1);
    }
    for (int i = 0; i < 300; i++) { /* until the run stands before the clock */
        g_autofree char *waits = warehouse_value(
            db, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kenko scoring "
                "test' AND wait_event_type = 'Lock'");
        if (strcmp(waits, "1") == 0)
            break;
        g_usleep(20000);
    }
    int status;
    assert_int_equal(waitpid(scoring, &status, WNOHANG), 0);
    finish_load(open);
    assert_int_equal(waitpid(scoring, &status, 0), scoring);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    expect_again(db, dir, &before);
#else
    skip();
#endif
}

static void merging_below_the_floor_changes_no_score_from_there_on(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    for (int i = 2; i < 8; i++) {
        g_autofree char *name = g_strdup_printf("usage%d.csv", i);
        g_autofree char *text = g_strdup_printf("account,day,user,runs,failed\n"
                                                "a,2026-05-30,u%d,%d,%d\nb,2026-05-09,u1,%d,1\n",
                                                i % 3, i * 3 - 12, i % 2, i);
        sources_write(dir, name, text);
        sources_ingest(db, dir, NULL);
    }
    warehouse_sql(db, "UPDATE ops.load SET committed_at = '2025-01-01T00:00:00Z'::timestamptz + "
                      "commit_no * interval '1 day'");
    g_autofree char *text = warehouse_value(db, "SELECT commit_no FROM ops.clock");
    int64_t last = g_ascii_strtoll(text, NULL, 10), floor = last - 2;
    struct score_summary before[3];
    for (int64_t k = floor; k <= last; k++)
        before[k - floor] = company_score(db, dir, "2026-06-01", k, false);
    assert_string_not_equal(before[0].input_sha256, before[2].input_sha256);
    int32_t day = day_from_civil(2025, 1, 2) + (int32_t)floor;
    const struct compact_floor raise = {day, day * DAY_US};
    struct compact_summary compacted;
    assert_true(compact_run(db, warehouse_dsn(), &raise, NULL, &compacted, &err));
    assert_int_equal(compacted.known_floor, floor);
    assert_true(compacted.rows_before > 0);
    for (int64_t k = floor; k <= last; k++) {
        struct score_summary s = company_score(db, dir, "2026-06-01", k, false);
        assert_string_equal(s.input_sha256, before[k - floor].input_sha256);
        assert_string_equal(s.output_sha256, before[k - floor].output_sha256);
    }
    g_autoptr(config_t) config = config_open(dir, &err);
    struct score_summary summary;
    int32_t as_of = day_from_civil(2026, 6, 1);
    struct score_options options = {&as_of, 1, floor - 1, NULL, false};
    assert_false(score_run(db, warehouse_dsn(), config, &options, &summary, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    char text_day[DAY_TEXT_SIZE];
    day_format(day, text_day);
    assert_non_null(strstr(err->message, text_day));
}

static void a_window_into_dropped_usage_is_refused_not_counted_as_zero(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    warehouse_sql(db, "INSERT INTO ops.retention (what, kept_from) VALUES ('usage', "
                      "'2026-05-29T15:00:00Z')"); /* the 30th in Tokyo */
    /* Three days of hysteresis, each with seven before. */
    company_score(db, dir, "2026-06-08", -1, false);
    g_autoptr(config_t) config = config_open(dir, &err);
    struct score_summary summary;
    int32_t as_of = day_from_civil(2026, 6, 7);
    struct score_options options = {&as_of, 1, -1, NULL, false};
    assert_false(score_run(db, warehouse_dsn(), config, &options, &summary, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "whole from 2026-06-06 on"));
}

static void below_fifty_churns_the_model_refuses_with_a_clear_word(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    g_autoptr(config_t) config = config_open(dir, &err);
    struct train_options options = {.as_of = day_from_civil(2026, 12, 1), .known_no = -1};
    struct train_summary summary;
    if (!train_run(db, warehouse_dsn(), config, &options, &summary, &err))
        fail_msg("%s", err->message);
    assert_true(summary.refused);
    assert_non_null(strstr(summary.message, "want at least 50"));
    company_score(db, dir, "2026-06-01", -1, true);
    sources_expect(db, "SELECT count(p_churn_90d)::text FROM bi.account_current", "0");
    sources_expect(db,
                   "SELECT (model_message LIKE '%want at least 50%')::text FROM score.current_run",
                   "true");
}

static void wrong_scorecards_and_metrics_are_refused_by_name(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    static const struct {
        const char *file, *from, *to, *want;
    } cases[] = {
        {"scorecards/default.yaml", "metric: runs_7d", "metric: runs_8d", "no metric 'runs_8d'"},
        {"scorecards/default.yaml", "weight: 60", "wieght: 60", "did you mean 'weight'"},
        {"scorecards/default.yaml", "{at: 70, score: 100}", "{at: -1, score: 100}", "not above"},
        {"scorecards/default.yaml", "{at: 70, score: 100}", "{at: 70, score: 101}",
         "want 0 to 100"},
        {"scorecards/default.yaml", "[{at: 0, score: 0}, {at: 70, score: 100}]",
         "[{at: 0, score: 100}, {at: 70, score: 0}]", "direction: up"},
        {"scorecards/default.yaml", "edge: lo_inclusive, ", "",
         "edge: lo_inclusive or hi_inclusive"},
        {"scorecards/default.yaml", "min_coverage: ", "min_coverage: 9", "min_coverage is "},
        {"metrics.yaml", "kind: ratio, good: peak", "kind: ratio", "wants good and total"},
        {"metrics.yaml", "kind: days_since", "kind: days_sinse", "want one of"},
        {"metrics.yaml", "name: since", "name: users", "stands twice"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *dir = company_directory();
        g_autoptr(GString) text = g_string_new(
            strcmp(cases[i].file, "metrics.yaml") == 0 ? company_metrics : company_card);
        assert_true(g_string_replace(text, cases[i].from, cases[i].to, 1) == 1);
        sources_write(dir, cases[i].file, text->str);
        g_autoptr(GError) err = NULL;
        g_autoptr(config_t) config = config_open(dir, &err);
        struct score_summary summary;
        int32_t as_of = day_from_civil(2026, 6, 1);
        struct score_options options = {&as_of, 1, -1, NULL, false};
        assert_false(score_run(db, warehouse_dsn(), config, &options, &summary, &err));
        assert_true(err_is(err, KENKO_ERROR_CONFIG));
        if (!strstr(err->message, cases[i].want))
            fail_msg("'%s' does not say '%s'", err->message, cases[i].want);
        g_autofree char *place = g_strdup_printf("\\A%s:[0-9]+:[0-9]+: ", cases[i].file);
        if (!g_regex_match_simple(place, err->message, 0, 0))
            fail_msg("'%s' does not begin with its place", err->message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_published_run_holds_every_customer_with_exact_sums),
        cmocka_unit_test(missing_is_never_zero),
        cmocka_unit_test(a_day_sees_only_what_was_said_before_it),
        cmocka_unit_test(the_past_is_scored_to_the_same_digest_whatever_came_since),
        cmocka_unit_test(a_load_that_was_open_never_enters_the_run_that_did_not_see_it),
        cmocka_unit_test(a_run_waits_for_the_load_that_holds_the_clock),
        cmocka_unit_test(merging_below_the_floor_changes_no_score_from_there_on),
        cmocka_unit_test(a_window_into_dropped_usage_is_refused_not_counted_as_zero),
        cmocka_unit_test(below_fifty_churns_the_model_refuses_with_a_clear_word),
        cmocka_unit_test(wrong_scorecards_and_metrics_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
