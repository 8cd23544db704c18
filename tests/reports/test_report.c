/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reports say of a scored warehouse, and whom a webhook may reach. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reports/publish.h"
#include "scoring/change.h"
#include "support/scored.h"
#include "support/stub_http.h"
#include "support/warehouse.h"

static const struct report_config config = {.top = 20,
                                            .base_url = "https://kenko.example",
                                            .currency = "USD",
                                            .organisation = "Kumo",
                                            .directory = "/nonexistent",
                                            .split = change_split};

static GString *report_text(struct db *db, const char *name, const char *key,
                            enum publish_format format)
{
    g_autoptr(GError) err = NULL;
    GString *out = g_string_new(NULL);
    if (!publish_render(db, &config, name, key, REPORT_NEWEST, format, out, &err))
        fail_msg("%s", err->message);
    return out;
}

static void assert_says(const GString *text, const char *words)
{
    if (!strstr(text->str, words))
        fail_msg("'%s' is not said in: %s", words, text->str);
}

/* Two weeks; then a0002 loses health and a0006 gains risk, a0004 has left. */
static struct db *two_weeks(void)
{
    struct db *db = warehouse_open();
    scored_accounts(db, 12);
    scored_publish(db, "2026-11-16");
    scored_publish(db, "2026-11-23");
    return db;
}

static void make_worse(struct db *db)
{
    warehouse_sql(db, "UPDATE score.account_score SET effective_bp = 5000, health_bp = 5000, band "
                      "= 'Yellow', measure_bp = ARRAY[7500, 1250], contribution_bp = ARRAY[4500, "
                      "500], lost_bp = ARRAY[1500, 3500] "
                      "WHERE account_id = 3;"
                      "UPDATE score.account_score SET effective_bp = 2000, health_bp = 2000, band "
                      "= 'Red', measure_bp = ARRAY[2500, 1250], contribution_bp = ARRAY[1500, "
                      "500], lost_bp = ARRAY[4500, 3500], "
                      "metric_value[1] = 12345 WHERE account_id = 3 AND as_of = '2026-11-23';"
                      "UPDATE score.account_score SET p_churn_1e9 = 20000000 WHERE account_id = 7 "
                      "AND as_of = '2026-11-16';"
                      "UPDATE score.account_score SET p_churn_1e9 = 580000000 WHERE account_id = 7 "
                      "AND as_of = '2026-11-23';"
                      "UPDATE score.account_score SET arr_minor = 10000000 WHERE account_id = 7;"
                      "DELETE FROM score.account_score WHERE account_id = 5 AND as_of = "
                      "'2026-11-23'");
}

static void a_digest_without_news_says_so_in_one_line(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    g_autoptr(GString) text = report_text(db, "digest", NULL, PUBLISH_TEXT);
    assert_says(text, "No change since 2026-11-16");
    assert_null(strstr(text->str, "Account 00"));
}

static void a_digest_lists_who_is_worse_with_the_reason_in_words(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    make_worse(db);
    g_autoptr(GString) text = report_text(db, "digest", NULL, PUBLISH_TEXT);
    assert_says(text, "2 customers are worse since 2026-11-16");
    assert_says(text, "12,345 job runs in 28 days, was 3,000: −30.0 points");
    assert_says(text, "Red 20 ▼ 30.0");
    assert_says(text, "churn in 90 days 2 % → 58 %");
    assert_says(text, "churn risk raised by Job runs");
    /* The larger change of expected loss stands first. */
    assert_true(strstr(text->str, "Account 0006") < strstr(text->str, "Account 0002"));
    g_autoptr(GString) slack = report_text(db, "digest", NULL, PUBLISH_SLACK);
    assert_says(slack, "<https://kenko.example/accounts/a0002|Account 0002>");
}

static void the_weekly_report_tells_who_left_and_what_is_at_stake(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    make_worse(db);
    g_autoptr(GString) text = report_text(db, "weekly", NULL, PUBLISH_TEXT);
    assert_says(text, "since 2026-11-16: 1 left");
    assert_says(text, "Expected loss in 90 days: USD");
    assert_says(text, "known at commit 1");
    g_autoptr(GString) csv = report_text(db, "weekly", NULL, PUBLISH_CSV);
    assert_says(csv, "Account,Owner,Health,Change,Band,ARR,Churn in 90 d,Why\r\n");
}

static void the_weekly_report_says_what_came_of_computing_the_past_again(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    static const char said[] = "computed again this week";
    GString *nothing = report_text(db, "weekly", NULL, PUBLISH_TEXT);
    assert_null(strstr(nothing->str, said));
    warehouse_sql(db, "INSERT INTO score.recompute (drawn_on, as_of, run_id, state, accounts, "
                      "different, account_keys, message) SELECT '2026-11-20', as_of, run_id, "
                      "'equal', 12, 0, '{}', '' FROM score.published WHERE as_of = '2026-11-16'");
    GString *equal = report_text(db, "weekly", NULL, PUBLISH_TEXT);
    assert_says(equal, "12 published scores of the past were computed again this week");
    warehouse_sql(db, "UPDATE score.recompute SET state = 'different', different = 2");
    GString *different = report_text(db, "weekly", NULL, PUBLISH_TEXT);
    assert_says(different, "2 are not what was published");
    g_string_free(nothing, TRUE);
    g_string_free(equal, TRUE);
    g_string_free(different, TRUE);
}

static void a_weekly_report_without_a_model_says_why(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    warehouse_sql(db, "UPDATE score.run SET model_id = NULL, model_message = 'refused: 12 churn "
                      "events, 50 are wanted'; UPDATE score.account_score SET p_churn_1e9 = NULL, "
                      "p_lower_1e9 = NULL, p_upper_1e9 = NULL, risk_contribution = NULL");
    g_autoptr(GString) text = report_text(db, "weekly", NULL, PUBLISH_TEXT);
    assert_says(text, "No churn model speaks: refused: 12 churn events, 50 are wanted");
    assert_null(strstr(text->str, "AUC"));
}

static void the_contributions_of_a_brief_add_up(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    make_worse(db);
    g_autoptr(GString) text = report_text(db, "brief", "a0002", PUBLISH_TEXT);
    assert_says(text, "15.00");
    assert_says(text, "5.00");
    assert_says(text, "20.00  80.00");
}

static void an_account_without_data_is_unknown_and_has_no_sum(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    g_autoptr(GString) text = report_text(db, "brief", "a0009", PUBLISH_TEXT);
    assert_says(text, "it is Unknown, not 0");
    assert_says(text, "no data");
    assert_null(strstr(text->str, "100.00"));
}

static void without_a_model_nothing_is_said_of_churn(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    make_worse(db);
    warehouse_sql(db, "UPDATE score.run SET model_id = NULL; UPDATE score.account_score SET "
                      "p_churn_1e9 = NULL, p_lower_1e9 = NULL, p_upper_1e9 = NULL, "
                      "risk_contribution = NULL");
    g_autoptr(GString) csv = report_text(db, "weekly", NULL, PUBLISH_CSV);
    assert_says(csv, "Account,Owner,Health,Change,Band,ARR,Why\r\n");
    g_autoptr(GString) text = report_text(db, "weekly", NULL, PUBLISH_TEXT);
    assert_says(text, "ARR times missing health");
}

static void where_nobody_pays_customers_are_counted(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    warehouse_sql(db, "UPDATE score.account_score SET arr_minor = 0");
    g_autoptr(GString) text = report_text(db, "weekly", NULL, PUBLISH_TEXT);
    assert_says(text, "Expected to leave in 90 days: ");
    assert_says(text, "# Most likely to leave");
    assert_null(strstr(text->str, "USD"));
    assert_null(strstr(text->str, "ARR "));
    g_autoptr(GString) brief = report_text(db, "brief", "a0002", PUBLISH_TEXT);
    assert_null(strstr(brief->str, "ARR:"));
}

static void a_digest_counts_all_who_are_worse_and_shows_ten(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    scored_accounts(db, 30);
    scored_publish(db, "2026-11-16");
    scored_publish(db, "2026-11-23");
    warehouse_sql(db, "UPDATE score.account_score SET effective_bp = 9900 WHERE as_of = "
                      "'2026-11-16'");
    g_autoptr(GString) text = report_text(db, "digest", NULL, PUBLISH_TEXT);
    assert_says(text, "27 customers are worse since 2026-11-16; the first 10 by change");
}

static void another_scorecard_is_not_taken_for_a_fall(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    make_worse(db);
    warehouse_sql(
        db, "INSERT INTO score.scorecard (name, sha256, body) VALUES ('default', 'y', 'y');"
            "INSERT INTO score.measure (scorecard_id, ordinal, name, label, group_name, "
            "group_label, metric, unit, direction, weight, sentence, group_weight, definition) "
            "SELECT 2, ordinal, name, label, group_name, group_label, metric, unit, direction, "
            "weight, sentence, group_weight, definition || ' otherwise' FROM score.measure;"
            "UPDATE score.run SET scorecard_id = 2 WHERE as_of = '2026-11-23';"
            "UPDATE score.account_score SET scorecard_id = 2 WHERE as_of = '2026-11-23'");
    g_autoptr(GString) weekly = report_text(db, "weekly", NULL, PUBLISH_TEXT);
    assert_says(weekly, "The scorecard has changed since 2026-11-16");
    assert_says(weekly, "the scorecard judges otherwise than on 2026-11-16");
    assert_null(strstr(weekly->str, "# Fell most"));
    g_autoptr(GString) digest = report_text(db, "digest", NULL, PUBLISH_TEXT);
    assert_says(digest, "1 customer is worse");
    assert_says(digest, "Account 0006");
    g_autoptr(GString) brief = report_text(db, "brief", "a0002", PUBLISH_TEXT);
    assert_says(brief, "kenko diff a0002 2026-11-16");
}

static void only_weights_that_changed_are_configuration(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    make_worse(db);
    /* Weights 6 and 4 before, 5 and 5 after: of 2500 and 1250 they make 1875 instead of 2000. */
    warehouse_sql(
        db, "INSERT INTO score.scorecard (name, sha256, body) VALUES ('default', 'y', 'y');"
            "INSERT INTO score.measure (scorecard_id, ordinal, name, label, group_name, "
            "group_label, metric, unit, direction, weight, sentence, group_weight, definition) "
            "SELECT 2, ordinal, name, label, group_name, group_label, metric, unit, direction, "
            "weight, sentence, 5, definition FROM score.measure;"
            "UPDATE score.run SET scorecard_id = 2 WHERE as_of = '2026-11-23';"
            "UPDATE score.account_score SET scorecard_id = 2 WHERE as_of = '2026-11-23';"
            "UPDATE score.account_score SET health_bp = 1875, effective_bp = 1875, contribution_bp "
            "= ARRAY[1250, 625], lost_bp = ARRAY[3750, 4375] WHERE account_id = 3 AND as_of = "
            "'2026-11-23'");
    g_autoptr(GString) brief = report_text(db, "brief", "a0002", PUBLISH_TEXT);
    assert_says(brief,
                "was 3,000: −30.0 points; the scorecard or its metrics changed: −1.2 points");
    assert_says(brief, "−31.25");
}

static void a_page_shows_the_contracts_of_parties_that_came_to_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    /* a0003's only party becomes a0002's; its contract and name go with it, a0003 is no more. */
    warehouse_sql(
        db, "INSERT INTO ops.load (kind, source, stream, commit_no) VALUES ('identity', 'kenko', "
            "'merge', 2);"
            "INSERT INTO identity.member (party_id, account_id, method, confidence_bp, load_id) "
            "SELECT 4, 3, 'manual', 10000, max(load_id) FROM ops.load;"
            "INSERT INTO warehouse.subscription (party_id, external_id, load_id, ordinal, hash, "
            "start_on, arr_minor, currency) VALUES (3, 'ctr-own', 1, 1, 'x', '2026-01-01', 100, "
            "'EUR'), (4, 'ctr-moved', 1, 2, 'x', '2026-02-01', 200, 'EUR'), (5, 'ctr-other', 1, 3, "
            "'x', '2026-03-01', 300, 'EUR')");
    g_autoptr(GString) text = report_text(db, "brief", "a0002", PUBLISH_TEXT);
    assert_true(g_str_has_prefix(text->str, "Account 0002\n"));
    assert_says(text, "ctr-own");
    assert_says(text, "ctr-moved");
    assert_null(strstr(text->str, "ctr-other"));
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) none = g_string_new(NULL);
    assert_false(
        publish_render(db, &config, "brief", "a0003", REPORT_NEWEST, PUBLISH_TEXT, none, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
}

static void nothing_published_is_told_as_such(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    assert_false(
        publish_render(db, &config, "weekly", NULL, REPORT_NEWEST, PUBLISH_HTML, out, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
}

static void a_webhook_reaches_only_what_it_may(void **state)
{
    static const struct {
        const char *peer;
        bool plain, allow, may;
    } cases[] = {{"203.0.113.7", false, false, true},
                 {"203.0.113.7", true, true, false},
                 {"127.0.0.1", false, false, false},
                 {"127.0.0.1", true, true, true},
                 {"10.1.2.3", true, false, false},
                 {"172.31.0.1", false, false, false},
                 {"172.32.0.1", false, false, true},
                 {"100.64.0.1", false, false, false},
                 {"169.254.169.254", true, true, false},
                 {"::ffff:169.254.169.254", true, true, false},
                 {"::ffff:10.0.0.1", false, false, false},
                 {"64:ff9b::a9fe:a9fe", false, true, false},
                 {"2002:a9fe:a9fe::", false, true, false},
                 {"fe80::1", true, true, false},
                 {"::1", true, true, true},
                 {"::", true, true, false},
                 {"fd00::1", false, false, false},
                 {"ff02::1", false, true, false},
                 {"0.0.0.0", true, true, false},
                 {"255.255.255.255", false, true, false},
                 {"2001:db8::1", false, false, true},
                 {"name", false, true, false}};
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (deliver_may_reach(cases[i].peer, cases[i].plain, cases[i].allow) != cases[i].may)
            fail_msg("%s plain %d allow %d", cases[i].peer, cases[i].plain, cases[i].allow);
    }
}

static enum deliver_outcome post(struct stub_http *stub, char answer[200], int *retry_s)
{
    const struct report_channel channel = {.name = "cs", .type = "webhook", .allow_private = true};
    const struct slice payload = {"{\"text\":\"hi\"}", 13};
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/hook", stub_http_port(stub));
    const struct deliver_message message = {7, "application/json", "t=1,v1=00", payload};
    return deliver_webhook(&channel, url, &message, answer, retry_s);
}

static void a_receiver_s_wish_to_wait_and_long_answers_are_kept(void **state)
{
    char answer[200] = "";
    int retry_s = 0;
    g_autofree char *body = g_strnfill(5000, 'x');
    g_autofree char *slow = g_strdup_printf(
        "HTTP/1.1 429 Slow\r\nRetry-After: 70\r\nContent-Length: 5000\r\n\r\n%s", body);
    (void)state;
    struct stub_http *stub = stub_http_start(slow);
    assert_int_equal(post(stub, answer, &retry_s), DELIVER_RETRY);
    assert_int_equal(retry_s, 70);
    assert_int_equal(strlen(answer), 199);
    g_autofree char *request = stub_http_last(stub);
    assert_non_null(strstr(request, "POST /hook HTTP/1.1"));
    assert_non_null(strstr(request, "\r\nKenko-Delivery: 7\r\n"));
    assert_non_null(strstr(request, "\r\nKenko-Signature: t=1,v1=00\r\n"));
    assert_non_null(strstr(request, "\r\n\r\n{\"text\":\"hi\"}"));
    stub_http_stop(stub);
}

static void a_reset_after_the_message_leaves_it_unknown(void **state)
{
    char answer[200] = "";
    int retry_s = 0;
    (void)state;
    struct stub_http *stub = stub_http_start("");
    assert_int_equal(post(stub, answer, &retry_s), DELIVER_UNKNOWN);
    assert_int_equal(stub_http_requests(stub), 1);
    stub_http_stop(stub);
}

static void nobody_listening_is_tried_again(void **state)
{
    char answer[200] = "";
    int retry_s = 0;
    (void)state;
    struct stub_http *stub = stub_http_start("");
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/", stub_http_port(stub));
    stub_http_stop(stub);
    const struct report_channel channel = {.name = "cs", .type = "webhook", .allow_private = true};
    const struct deliver_message message = {1, "application/json", NULL, {"x", 1}};
    assert_int_equal(deliver_webhook(&channel, url, &message, answer, &retry_s), DELIVER_RETRY);
}

/* What metrics.yaml says in Japanese comes before the catalogue, and only in Japanese. */
static void labels_and_sentences_are_said_as_the_configuration_says_them(void **state)
{
    (void)state;
    g_autoptr(db_t) db = two_weeks();
    warehouse_sql(db,
                  "INSERT INTO score.word VALUES ('ja', 'Job runs', '実行数'), ('ja', '{value} job "
                  "runs in 28 days', '28日間の実行は{value}')");
    struct report_config japanese = config;
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    make_worse(db);
    japanese.language = LANGUAGE_JA;
    if (!publish_render(db, &japanese, "brief", "a0002", REPORT_NEWEST, PUBLISH_TEXT, out, &err))
        fail_msg("%s", err->message);
    assert_says(out, "実行数");
    assert_says(out, "28日間の実行は12,345");
    g_autoptr(GString) english = report_text(db, "brief", "a0002", PUBLISH_TEXT);
    assert_says(english, "Job runs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_without_news_says_so_in_one_line),
        cmocka_unit_test(a_digest_lists_who_is_worse_with_the_reason_in_words),
        cmocka_unit_test(the_weekly_report_tells_who_left_and_what_is_at_stake),
        cmocka_unit_test(the_weekly_report_says_what_came_of_computing_the_past_again),
        cmocka_unit_test(a_weekly_report_without_a_model_says_why),
        cmocka_unit_test(the_contributions_of_a_brief_add_up),
        cmocka_unit_test(an_account_without_data_is_unknown_and_has_no_sum),
        cmocka_unit_test(without_a_model_nothing_is_said_of_churn),
        cmocka_unit_test(where_nobody_pays_customers_are_counted),
        cmocka_unit_test(a_digest_counts_all_who_are_worse_and_shows_ten),
        cmocka_unit_test(another_scorecard_is_not_taken_for_a_fall),
        cmocka_unit_test(only_weights_that_changed_are_configuration),
        cmocka_unit_test(a_page_shows_the_contracts_of_parties_that_came_to_it),
        cmocka_unit_test(labels_and_sentences_are_said_as_the_configuration_says_them),
        cmocka_unit_test(nothing_published_is_told_as_such),
        cmocka_unit_test(a_webhook_reaches_only_what_it_may),
        cmocka_unit_test(a_receiver_s_wish_to_wait_and_long_answers_are_kept),
        cmocka_unit_test(a_reset_after_the_message_leaves_it_unknown),
        cmocka_unit_test(nobody_listening_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
