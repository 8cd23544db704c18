/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/publish.h"
#include "scoring/change.h"
#include "support/receiver.h"
#include "support/scored.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { ANSWERS_US = 50000 };

static const char *config_dir(int port, bool allow_private)
{
    g_autofree char *text = g_strdup_printf(
        "reports:\n  base_url: https://kenko.example\n  channels:\n"
        "    - {name: cs, type: webhook, url: 'http://127.0.0.1:%d/hook', allow_private: %s}\n",
        port, allow_private ? "true" : "false");
    return sources_directory(text);
}

static struct outbox_result send_digest(struct db *db, const char *dir, int64_t *queued)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    struct outbox_result result = {0};
    struct report_config reports;
    if (!config || !report_config_load(config, change_split, &reports, &err) ||
        !publish_digest(db, config, &reports, REPORT_NEWEST, queued, &result, &err))
        fail_msg("%s", err->message);
    return result;
}

static void expect(const char *answer, bool read_first, bool allow_private,
                   const char *state_wanted)
{
    g_autoptr(db_t) db = warehouse_open();
    scored_accounts(db, 12);
    scored_publish(db, "2026-11-16");
    scored_publish(db, "2026-11-23");
    int port;
    int64_t queued;
    pid_t child = receiver_start(&(struct receiver){answer, read_first, ANSWERS_US, NULL}, &port);
    send_digest(db, config_dir(port, allow_private), &queued);
    receiver_stop(child);
    assert_int_equal(queued, 1);
    sources_expect(db, "SELECT state FROM outreach.outbox", state_wanted);
}

static void a_message_is_sent_once_however_often_it_is_asked_for(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    scored_accounts(db, 12);
    scored_publish(db, "2026-11-23");
    int port;
    int64_t queued;
    pid_t child =
        receiver_start(&(struct receiver){"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true,
                                          ANSWERS_US, NULL},
                       &port);
    const char *dir = config_dir(port, true);
    assert_int_equal(send_digest(db, dir, &queued).sent, 1);
    struct outbox_result again = send_digest(db, dir, &queued);
    receiver_stop(child);
    assert_int_equal(again.sent, 0);
    assert_int_equal(queued, 0);
    sources_expect(db, "SELECT state || ' ' || answer || ' ' || attempts FROM outreach.outbox",
                   "sent ok 1");
}

static void answers_decide_what_becomes_of_a_message(void **state)
{
    (void)state;
    expect("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", true, true, "failed");
    expect("HTTP/1.1 429 Slow\r\nRetry-After: 70\r\nContent-Length: 0\r\n\r\n", true, true,
           "failed");
    expect("HTTP/1.1 404 No\r\nContent-Length: 10\r\n\r\nno_service", true, true, "dead");
    expect("HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", true,
           true, "dead");
    /* Taken in and then silence: it may have arrived. */
    expect(NULL, true, true, "unknown");
    /* A private address that was not allowed is never spoken to. */
    expect("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true, false, "dead");
}

static void a_sender_that_died_leaves_unknown_not_a_second_message(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    scored_accounts(db, 12);
    scored_publish(db, "2026-11-23");
    int port;
    int64_t queued;
    pid_t child = receiver_start(
        &(struct receiver){"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", true, ANSWERS_US, NULL},
        &port);
    const char *dir = config_dir(port, true);
    send_digest(db, dir, &queued);
    warehouse_sql(db, "UPDATE outreach.outbox SET state = 'sending'");
    struct outbox_result result = send_digest(db, dir, &queued);
    receiver_stop(child);
    assert_int_equal(result.sent + result.failed, 0);
    sources_expect(db, "SELECT state FROM outreach.outbox", "unknown");
}

static void reports_read_a_scored_warehouse(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    scored_accounts(db, 30);
    scored_account(db, "evil", "<script>alert(1)</script>", NULL);
    scored_publish(db, "2026-11-16");
    scored_publish(db, "2026-11-23");
    g_autoptr(config_t) config = config_open(config_dir(1, true), &err);
    struct report_config reports;
    assert_true(report_config_load(config, change_split, &reports, &err));
    const char *names[] = {"weekly", "digest", "brief"};
    for (int i = 0; i < 3; i++) {
        for (int format = 0; format < 3; format++) {
            g_autoptr(GString) out = g_string_new(NULL);
            if (!publish_render(db, &reports, names[i], i == 2 ? "evil" : NULL, REPORT_NEWEST,
                                (enum publish_format)format, out, &err))
                fail_msg("%s: %s", names[i], err->message);
            assert_true(out->len > 100);
            if (format == PUBLISH_HTML)
                assert_null(strstr(out->str, "<script"));
        }
    }
    g_autoptr(GString) out = g_string_new(NULL);
    assert_false(
        publish_render(db, &reports, "brief", "nobody", REPORT_NEWEST, PUBLISH_HTML, out, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
}

static char *written(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

static void each_owner_is_told_of_their_accounts_in_their_language(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    scored_accounts(db, 12);
    scored_account(db, "c1", "Calm", "c.calm@example.com");
    warehouse_sql(db, "INSERT INTO identity.staff (email) VALUES ('c.calm@example.com')");
    scored_publish(db, "2026-11-16");
    scored_publish(db, "2026-11-23");
    /* a0000 of Sato and a0001 of Lind lost health; nothing happened to Calm's. */
    warehouse_sql(db, "UPDATE score.account_score SET effective_bp = 9000 WHERE account_id IN (1, "
                      "2) AND as_of = '2026-11-16'");
    const char *dir = sources_directory(
        "reports:\n  owners:\n    - {email: a.sato@example.com, slack_id: U0SATO, language: ja}\n"
        "  channels:\n    - {name: csm, type: file, path: 'out/{owner}.json', owner: each}\n"
        "    - {name: lind, type: file, path: out/lind.json, owner: b.lind@example.com}\n");
    int64_t queued;
    assert_int_equal(send_digest(db, dir, &queued).sent, 3);
    g_autofree char *sato = written(dir, "out/a.sato@example.com.json");
    g_autofree char *lind = written(dir, "out/b.lind@example.com.json");
    g_autofree char *again = written(dir, "out/lind.json");
    g_autofree char *calm = written(dir, "out/c.calm@example.com.json");
    assert_non_null(strstr(sato, "<@U0SATO>"));
    assert_non_null(strstr(sato, "Account 0000"));
    assert_non_null(strstr(sato, "\\u60AA\\u5316")); /* 悪化 */
    assert_null(strstr(sato, "Account 0001"));
    assert_non_null(strstr(lind, "Account 0001"));
    assert_null(strstr(lind, "Account 0000"));
    assert_null(strstr(lind, "<@"));
    assert_string_equal(lind, again);
    assert_null(calm);
    assert_int_equal(send_digest(db, dir, &queued).sent, 0);
    assert_int_equal(queued, 0);
}

static void a_path_leads_nowhere_else_for_any_owner(void **state)
{
    (void)state;
    const char *dir = warehouse_scratch();
    const struct report_config reports = {.directory = dir};
    const struct report_channel channel = {.type = "file", .path = "in/{owner}"};
    const struct slice payload = {"x", 1};
    char answer[200];
    assert_int_equal(deliver_file(&reports, &channel, "../../etc/x@y", "x", payload, answer),
                     DELIVER_SENT);
    g_autofree char *inside = written(dir, "in/_"), *outside = written(dir, "etc/x@y");
    assert_string_equal(inside, "x");
    assert_null(outside);
}

static void refuse(const char *text, const char *words)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(sources_directory(text), &err);
    struct report_config reports;
    assert_non_null(config);
    assert_false(report_config_load(config, change_split, &reports, &err));
    if (!strstr(err->message, words))
        fail_msg("'%s' is not said in: %s", words, err->message);
}

static void what_channels_and_owners_lack_is_named(void **state)
{
    (void)state;
    refuse("reports:\n  channels:\n    - {name: csm, type: file, path: out/x.json, owner: each}\n",
           "csm writes a file for each owner, its path wants {owner}");
    refuse("reports:\n  owners:\n    - {email: a@example.com, language: fr}\n",
           "language is 'fr', want en or ja");
    refuse("reports:\n  channels:\n    - {name: cs, type: webhook}\n", "webhook with url");
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_sent_once_however_often_it_is_asked_for),
        cmocka_unit_test(answers_decide_what_becomes_of_a_message),
        cmocka_unit_test(a_sender_that_died_leaves_unknown_not_a_second_message),
        cmocka_unit_test(reports_read_a_scored_warehouse),
        cmocka_unit_test(each_owner_is_told_of_their_accounts_in_their_language),
        cmocka_unit_test(a_path_leads_nowhere_else_for_any_owner),
        cmocka_unit_test(what_channels_and_owners_lack_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
