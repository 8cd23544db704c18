/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts from the published run to the receiver, over a real server: told once whatever happens in
 * between, and silent where people asked for it. */
#include <glib/gstdio.h>
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

#include "support/alerted.h"
#include "support/receiver.h"
#include "support/sources.h"
#include "support/warehouse.h"

/* ── the stage ───────────────────────────────────────────────────────────────────────────────────
 */

static void on_item(void *context, const struct alert_item *item)
{
    GString *out = context;
    g_string_append_printf(out, "%s%s %s%s%s%s", out->len ? ", " : "", item->account, item->kind,
                           *item->silence ? " " : "", item->silence, item->is_told ? "!" : "");
}

/* Gives what happened, such as "a0001 opened!", ! for what is told. */
static char *check(struct db *db, const char *dir, struct alert_counts *counts)
{
    GString *out = g_string_new(NULL);
    alerted_check(db, dir, on_item, out, counts);
    return g_string_free(out, FALSE);
}

static void expect(struct db *db, const char *dir, const char *wanted)
{
    g_autofree char *happened = check(db, dir, NULL);
    assert_string_equal(happened, wanted);
}

static void expect_sent(struct db *db, const char *wanted)
{
    sources_expect(db, "SELECT count(*)::text FROM outreach.outbox WHERE state = 'sent'", wanted);
}

/* ── once ────────────────────────────────────────────────────────────────────────────────────────
 */

static void a_run_is_judged_once_and_an_alert_is_told_once(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    const char *dir = alerted_directory(alerted_files, alerted_rule);
    alerted_publish(db, "2026-11-02", "");
    expect(db, dir, "a0009 no_data");
    alerted_publish(db, "2026-11-03", "a0001,a0002");
    expect(db, dir, "a0001 opened!, a0002 opened!");
    expect(db, dir, "");
    alerted_publish(db, "2026-11-04", "a0001");
    expect(db, dir, "a0002 resolved!");
    /* Another run of the same day says otherwise: it is judged, but what is open stays so. */
    alerted_publish(db, "2026-11-04", "a0001,a0003");
    expect(db, dir, "a0003 opened!");
    expect(db, dir, "");
    expect_sent(db, "4");
    sources_expect(db,
                   "SELECT string_agg(kind || ' ' || as_of, ', ' ORDER BY event_id) FROM "
                   "outreach.alert_event WHERE account_id = 3",
                   "opened 2026-11-03, resolved 2026-11-04");
    sources_expect(db,
                   "SELECT label || '/' || label_ja || '/' || sentence || '/' || sentence_ja FROM "
                   "outreach.alert_event WHERE kind = 'opened' AND account_id = 2",
                   "Turned red/赤/Account 0001 is Red at 20/Account 0001 は赤、20");
    /* Only what is not OK is kept. */
    sources_expect(db,
                   "SELECT string_agg(account_id || coalesce(' open ' || opened_on, ' ') || "
                   "coalesce(' cool ' || cool_until, ''), ', ' ORDER BY account_id) FROM "
                   "outreach.alert_state",
                   "2 open 2026-11-03, 3  cool 2026-11-06, 4 open 2026-11-04, 10 ");
}

static int run_command(const char *dir, const char *fault)
{
    const char *argv[] = {g_getenv("KENKO_BIN"), "-C", dir, "alert", "check", "-q", NULL};
    g_auto(GStrv) environment = g_get_environ();
    g_autoptr(GError) err = NULL;
    int status;
    if (fault)
        environment = g_environ_setenv(environment, "KENKO_FAULT", fault, TRUE);
    if (!g_spawn_sync(NULL, (char **)(uintptr_t)argv, environment, G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
                      NULL, NULL, NULL, &status, &err))
        fail_msg("%s", err->message);
    return status;
}

static size_t noted(const char *notes)
{
    g_autofree char *text = NULL;
    size_t n = 0;
    return g_file_get_contents(notes, &text, &n, NULL) ? n : 0;
}

/* Killed between any two steps, the next check brings it to where an undisturbed one would be; only
 * a message whose sender died after it was sent is unknown, and that is not sent again. */
static void killed_between_steps_nothing_is_sent_twice_or_left_out(void **state)
{
    (void)state;
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    static const struct {
        const char *fault;
        int received; /* in the end */
        const char *states;
    } kills[] = {{"alert_before_events:1:kill", 3, "sent sent sent"},
                 {"alert_before_queue:1:kill", 3, "sent sent sent"},
                 {"alert_before_commit:1:kill", 3, "sent sent sent"},
                 {"before_send:1:kill", 2, "unknown sent sent"},
                 {"after_send:1:kill", 3, "unknown sent sent"},
                 {"after_send:2:kill", 3, "sent unknown sent"}};
    if (!g_getenv("KENKO_BIN")) {
        printf("skipped: KENKO_BIN is not set\n");
        skip();
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kills); i++) {
        g_autoptr(db_t) db = alerted_stage();
        int port;
        g_autofree char *notes = g_strdup_printf("%s/notes-%zu", warehouse_scratch(), i);
        pid_t child = receiver_start(&(struct receiver){ok, true, 0, notes}, &port);
        g_autofree char *kenko = g_strdup_printf(
            "warehouse: {dsn: \"%s\"}\nreports:\n  channels:\n    - {name: cs, type: webhook, url: "
            "'http://127.0.0.1:%d/', allow_private: true}\n",
            warehouse_dsn(), port);
        const char *dir = alerted_directory(kenko, alerted_rule);
        alerted_publish(db, "2026-11-03", "a0001,a0002,a0003");
        int killed = run_command(dir, kills[i].fault);
        int again = run_command(dir, NULL), more = run_command(dir, NULL);
        receiver_stop(child);
        assert_true(WIFSIGNALED(killed) && WTERMSIG(killed) == SIGKILL);
        assert_true(again == 0 && more == 0);
        sources_expect(db, "SELECT string_agg(state, ' ' ORDER BY outbox_id) FROM outreach.outbox",
                       kills[i].states);
        sources_expect(db, "SELECT count(*)::text FROM outreach.alert_event WHERE kind = 'opened'",
                       "3");
        assert_int_equal(noted(notes), kills[i].received);
    }
}

/* ── what people said ────────────────────────────────────────────────────────────────────────────
 */

static void a_mute_is_kept_and_what_is_left_is_told_after_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    const char *dir = alerted_directory(alerted_files, alerted_rule);
    alerted_publish(db, "2026-11-02", "");
    g_free(check(db, dir, NULL));
    warehouse_sql(db, "INSERT INTO outreach.mute (account_id, what, reason, until_on, author) "
                      "VALUES (2, '', 'Known', '2026-11-05', 'x'), (3, 'red', 'Known', "
                      "'2026-11-05', 'x'), (4, 'blue', 'Other', '2026-11-05', 'x')");
    alerted_publish(db, "2026-11-03", "a0001,a0002,a0003");
    expect(db, dir,
           "a0001 opened muted, a0001 muted, a0002 opened muted, a0002 muted, a0003 opened!");
    alerted_publish(db, "2026-11-04", "a0001,a0003");
    expect(db, dir, "a0002 resolved untold");
    alerted_publish(db, "2026-11-05", "a0001,a0003");
    expect(db, dir, "a0001 told!");
    expect_sent(db, "2");
    sources_expect(db,
                   "SELECT told_on::text || ' ' || silence FROM outreach.alert_event WHERE kind = "
                   "'opened' AND account_id = 2",
                   "2026-11-05 muted");
    sources_expect(db,
                   "SELECT actor || ' ' || note || ' ' || (run_id IS NULL) FROM "
                   "outreach.alert_event WHERE kind = 'muted' AND account_id = 2",
                   "x Known true");
}

static void an_acknowledged_alert_is_not_escalated(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    g_autofree char *rule =
        g_strconcat(alerted_rule, "    escalate: {after: 2, severity: critical}\n", NULL);
    const char *dir = alerted_directory(alerted_files, rule);
    alerted_publish(db, "2026-11-02", "a0001,a0002");
    expect(db, dir, "a0001 opened!, a0002 opened!, a0009 no_data");
    warehouse_sql(db, "INSERT INTO outreach.acknowledgement (account_id, what, note, author) "
                      "VALUES (2, 'red', 'On it', 'x')");
    alerted_publish(db, "2026-11-03", "a0001,a0002");
    expect(db, dir, "a0001 acknowledged");
    alerted_publish(db, "2026-11-04", "a0001,a0002");
    expect(db, dir, "a0002 escalated!");
    alerted_publish(db, "2026-11-05", "");
    expect(db, dir, "a0001 resolved!, a0002 resolved!");
    /* It was said of the alert that is over: the next one is news. */
    alerted_publish(db, "2026-11-09", "a0001");
    expect(db, dir, "a0001 opened!");
    sources_expect(db,
                   "SELECT string_agg(severity, ' ' ORDER BY event_id) FROM outreach.alert_event "
                   "WHERE account_id = 3",
                   "warning critical critical");
}

/* ── what comes and goes ─────────────────────────────────────────────────────────────────────────
 */

static void what_flaps_is_told_once_and_again_when_it_lasts(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    const char *dir = alerted_directory(alerted_files, alerted_rule);
    static const struct {
        const char *day, *reds, *wanted;
    } days[] = {{"2026-11-02", "a0001", "a0001 opened!, a0009 no_data"},
                {"2026-11-03", "", "a0001 resolved!"},
                {"2026-11-04", "a0001", "a0001 opened cool_down"},
                {"2026-11-05", "a0001", "a0001 told!"},
                {"2026-11-06", "", "a0001 resolved!"}};
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
        alerted_publish(db, days[i].day, days[i].reds);
        expect(db, dir, days[i].wanted);
    }
    expect_sent(db, "4");
}

static void what_is_not_known_keeps_an_alert_open_and_says_so(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    const char *dir = alerted_directory(alerted_files, alerted_rule);
    alerted_publish(db, "2026-11-02", "a0001");
    g_free(check(db, dir, NULL));
    alerted_publish(db, "2026-11-03", "");
    warehouse_sql(db, "UPDATE score.account_score SET band = 'Unknown' WHERE account_id = 2 AND "
                      "as_of = '2026-11-03'");
    expect(db, dir, "a0001 no_data");
    sources_expect(db,
                   "SELECT opened_on || ' ' || no_data_since FROM outreach.alert_state WHERE "
                   "account_id = 2",
                   "2026-11-02 2026-11-03");
    alerted_publish(db, "2026-11-04", "");
    expect(db, dir, "a0001 resolved!");
    expect_sent(db, "2");
}

static void accounts_and_rules_that_are_gone_end_without_a_message(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    const char *dir = alerted_directory(alerted_files, alerted_rule);
    alerted_publish(db, "2026-11-02", "a0001,a0002");
    g_free(check(db, dir, NULL));
    alerted_publish(db, "2026-11-03", "a0002");
    warehouse_sql(db, "DELETE FROM score.account_score WHERE account_id = 2 AND as_of = "
                      "'2026-11-03'");
    expect(db, dir, ""); /* nothing that is listed: the account is not there */
    sources_expect(db,
                   "SELECT string_agg(kind || silence, ' ' ORDER BY event_id) FROM "
                   "outreach.alert_event WHERE account_id = 2",
                   "opened resolvedgone");
    sources_write(dir, "alerts.yaml",
                  "alerts:\n  - {name: other, when: {risk: {above: 0.999}}, sentence: x}\n");
    g_free(check(db, dir, NULL));
    sources_expect(db,
                   "SELECT string_agg(kind || silence, ' ' ORDER BY event_id) FROM "
                   "outreach.alert_event WHERE account_id = 3",
                   "opened resolveddropped");
    sources_expect(db, "SELECT string_agg(rule, ' ') FROM outreach.alert_rule", "other");
    sources_expect(db, "SELECT count(*)::text FROM outreach.alert_state", "0");
    expect_sent(db, "2");
}

static void days_that_no_check_saw_are_caught_up_and_told_once(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    const char *dir = alerted_directory(alerted_files, alerted_rule);
    alerted_publish(db, "2026-11-02", "");
    g_free(check(db, dir, NULL));
    alerted_publish(db, "2026-11-03", "a0001,a0002");
    alerted_publish(db, "2026-11-04", "a0001");
    alerted_publish(db, "2026-11-05", "a0001");
    expect(db, dir, "a0001 told!");
    expect_sent(db, "1");
    sources_expect(db,
                   "SELECT string_agg(kind || ' ' || as_of || ' ' || silence || ' ' || "
                   "coalesce(told_on::text, '-'), ', ' ORDER BY account_id, event_id) FROM "
                   "outreach.alert_event WHERE account_id IN (2, 3)",
                   "opened 2026-11-03 late 2026-11-05, opened 2026-11-03 late -, resolved "
                   "2026-11-04 late -");
}

/* A rule that is new tells of what holds by then, days in a row before it counted. */
static void a_new_rule_counts_the_days_before_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    alerted_publish(db, "2026-11-02", "a0001");
    alerted_publish(db, "2026-11-03", "a0001,a0002");
    alerted_publish(db, "2026-11-04", "a0001,a0002");
    g_autofree char *rule = g_strconcat(alerted_rule, "    for: 3\n", NULL);
    expect(db, alerted_directory(alerted_files, rule), "a0001 opened!");
    sources_expect(db, "SELECT as_of::text FROM outreach.alert_event WHERE kind = 'opened'",
                   "2026-11-04");
}

/* ── messages ────────────────────────────────────────────────────────────────────────────────────
 */

static void a_storm_is_one_message_and_a_group_is_another(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    g_autofree char *rules = g_strconcat("storm: 3\n", alerted_rule,
                                         "  - {name: low, group: health, when: {health_drop: "
                                         "{points: 20, days: 1}}, sentence: x}\n",
                                         NULL);
    const char *dir = alerted_directory(alerted_files, rules);
    struct alert_counts counts;
    alerted_publish(db, "2026-11-02", "");
    g_free(check(db, dir, NULL));
    alerted_publish(db, "2026-11-03", "a0001,a0002,a0003");
    g_free(check(db, dir, &counts));
    assert_int_equal(counts.told, 6);
    assert_int_equal(counts.queued, 4); /* three by themselves, and the group */
    alerted_publish(db, "2026-11-04", "a0001,a0002,a0003,a0004,a0005,a0006,a0007");
    g_free(check(db, dir, &counts));
    assert_int_equal(counts.told, 11); /* three falls of the day before are over */
    assert_int_equal(counts.queued, 2);
    sources_expect(db,
                   "SELECT string_agg(m.said, ', ' ORDER BY m.said) FROM (SELECT "
                   "convert_from(payload, 'UTF8')::jsonb ->> 'text' AS said FROM outreach.outbox "
                   "ORDER BY outbox_id DESC LIMIT 2) AS m",
                   "4 alerts on 2026-11-04, 7 alerts on 2026-11-04");
}

static void each_owner_is_told_of_their_own_in_their_language(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    const char *dir = alerted_directory(
        "reports:\n  owners:\n    - {email: a.sato@example.com, slack_id: U0SATO, language: ja}\n"
        "  channels:\n    - {name: csm, type: file, path: 'out/{owner}.json', owner: each}\n"
        "    - {name: other, type: file, path: out/other.json}\n",
        "alerts:\n  - {name: red, channel: csm, when: {band: {to: [Red]}}, label: Turned red, "
        "label_ja: 赤になった, sentence: '{account} is red', sentence_ja: '{account} が赤'}\n");
    alerted_publish(db, "2026-11-03", "a0000,a0001,a0002");
    g_free(check(db, dir, NULL));
    g_autofree char *sato_path = g_build_filename(dir, "out/a.sato@example.com.json", NULL);
    g_autofree char *lind_path = g_build_filename(dir, "out/b.lind@example.com.json", NULL);
    g_autofree char *other = g_build_filename(dir, "out/other.json", NULL);
    g_autofree char *sato = NULL, *lind = NULL;
    assert_true(g_file_get_contents(sato_path, &sato, NULL, NULL));
    assert_true(g_file_get_contents(lind_path, &lind, NULL, NULL));
    assert_false(g_file_test(other, G_FILE_TEST_EXISTS));
    assert_non_null(strstr(sato, "<@U0SATO>"));
    assert_non_null(strstr(sato, "Account 0000 \\u304C\\u8D64")); /* が赤 */
    assert_non_null(strstr(sato, "Account 0002"));
    assert_null(strstr(sato, "Account 0001"));
    assert_non_null(strstr(lind, "Account 0001: Warning: Turned red"));
    assert_null(strstr(lind, "Account 0000"));
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_judged_once_and_an_alert_is_told_once),
        cmocka_unit_test(killed_between_steps_nothing_is_sent_twice_or_left_out),
        cmocka_unit_test(a_mute_is_kept_and_what_is_left_is_told_after_it),
        cmocka_unit_test(an_acknowledged_alert_is_not_escalated),
        cmocka_unit_test(what_flaps_is_told_once_and_again_when_it_lasts),
        cmocka_unit_test(what_is_not_known_keeps_an_alert_open_and_says_so),
        cmocka_unit_test(accounts_and_rules_that_are_gone_end_without_a_message),
        cmocka_unit_test(days_that_no_check_saw_are_caught_up_and_told_once),
        cmocka_unit_test(a_new_rule_counts_the_days_before_it),
        cmocka_unit_test(a_storm_is_one_message_and_a_group_is_another),
        cmocka_unit_test(each_owner_is_told_of_their_own_in_their_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
