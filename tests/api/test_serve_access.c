/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may ask the server for what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/key.h"
#include "support/served.h"
#include "support/warehouse.h"

/* The body without its request id, which differs by nature. */
static char *without_id(const struct raw_http_answer *answer)
{
    g_autoptr(GRegex) id = g_regex_new("\"request_id\":\"[0-9a-f]{16}\"", 0, 0, NULL);
    return g_regex_replace_literal(id, answer->body, -1, 0, "", 0, NULL);
}

static void a_csm_sees_own_accounts_and_others_as_absent(void **state)
{
    const struct served *f = *state;
    static const char *const forms[] = {"/api/v1/accounts/%s", "/api/v1/accounts/%s/explain",
                                        "/api/v1/accounts/%s/history", "/accounts/%s"};
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_auto(GStrv) form = g_strsplit(forms[i], "%s", 2);
        g_autofree char *own = g_strjoin("a0000", form[0], form[1], NULL);
        g_autofree char *other = g_strjoin("a0001", form[0], form[1], NULL);
        g_autofree char *absent = g_strjoin("a9999", form[0], form[1], NULL);
        g_autoptr(raw_http_answer_t) a = raw_http_get(f->port, own, f->csm);
        g_autoptr(raw_http_answer_t) b = raw_http_get(f->port, other, f->csm);
        g_autoptr(raw_http_answer_t) c = raw_http_get(f->port, absent, f->csm);
        assert_int_equal(a->status, 200);
        assert_int_equal(b->status, 404);
        assert_int_equal(c->status, 404);
        g_autofree char *bb = without_id(b), *cc = without_id(c);
        g_auto(GStrv) parts = g_strsplit(cc, "a9999", -1);
        g_autofree char *cc_as_b = g_strjoinv("a0001", parts);
        assert_string_equal(bb, cc_as_b);
    }
}

static void a_csm_lists_own_accounts_only_and_no_report(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) list =
        raw_http_get(f->port, "/api/v1/accounts?limit=1000", f->csm);
    json_t *json = served_json_of(list), *data = json_object_get(json, "data");
    assert_int_equal(json_array_size(data),
                     served_in_warehouse(f, "owner_email = 'a.sato@example.com'"));
    for (size_t i = 0; i < json_array_size(data); i++)
        assert_string_equal(served_text(json_array_get(data, i), "owner_email"),
                            "a.sato@example.com");
    json_decref(json);
    g_autoptr(raw_http_answer_t) report = raw_http_get(f->port, "/", f->csm);
    assert_int_equal(report->status, 403);
}

static void without_a_key_there_is_nothing_but_documentation(void **state)
{
    const struct served *f = *state;
    static const char *const closed[] = {"/api/v1/accounts", "/api/v1/accounts/a0000",
                                         "/api/v1/accounts/a0000/history"};
    static const char *const wrong[] = {
        "", "Authorization: Bearer\r\n", "Authorization: Bearer knk_x\r\n",
        "Authorization: Basic YTpi\r\n",
        "Authorization: Bearer "
        "knk_AAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_AAAAAA\r\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(closed); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(wrong); k++) {
            g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, closed[i], wrong[k]);
            g_autofree char *ask = raw_http_header(answer, "WWW-Authenticate");
            assert_int_equal(answer->status, 401);
            assert_non_null(ask);
        }
    }
    g_autoptr(raw_http_answer_t) errors = raw_http_get(f->port, "/docs/errors", "");
    g_autoptr(raw_http_answer_t) docs = raw_http_get(f->port, "/docs", "");
    g_autoptr(raw_http_answer_t) ingest = raw_http_get(f->port, "/api/v1/accounts", f->ingest);
    assert_int_equal(errors->status, 200);
    assert_int_equal(docs->status, 200);
    assert_int_equal(ingest->status, 403);
}

static void a_revoked_key_ends_within_a_second(void **state)
{
    struct served *f = *state;
    const char *token;
    g_autofree char *header = served_key(f->arena, f->db, "analyst", NULL, &token);
    int status = 0;
    for (int i = 0; i < 50 && status != 200; i++) {
        g_autoptr(raw_http_answer_t) answer =
            raw_http_get(f->port, "/api/v1/accounts?limit=1", header);
        status = answer->status;
        g_usleep(20000);
    }
    assert_int_equal(status, 200);
    assert_true(key_revoke(f->arena, f->db, "cli:test", token, NULL));
    for (int i = 0; i < 50 && status != 401; i++) {
        g_autoptr(raw_http_answer_t) answer =
            raw_http_get(f->port, "/api/v1/accounts?limit=1", header);
        status = answer->status;
        g_usleep(20000);
    }
    assert_int_equal(status, 401);
}

/* From an address that is refused too often only valid keys are still asked. */
static void guesses_from_one_address_are_slowed_and_valid_keys_go_on(void **state)
{
    const struct served *f = *state;
    static const char wrong[] = "Authorization: Bearer knk_x\r\n";
    struct server *server = served_start((struct server_options){.api = {.refusals = 5}});
    for (int i = 0; i < 5; i++) {
        g_autoptr(raw_http_answer_t) answer =
            raw_http_get(server_port(server), "/api/v1/me", i % 2 ? wrong : "");
        assert_int_equal(answer->status, 401);
    }
    g_autoptr(raw_http_answer_t) slowed = raw_http_get(server_port(server), "/api/v1/me", wrong);
    g_autofree char *wait = raw_http_header(slowed, "Retry-After");
    assert_int_equal(slowed->status, 429);
    assert_true(g_ascii_strtoll(wait, NULL, 10) <= 13);
    g_autoptr(raw_http_answer_t) valid = raw_http_get(server_port(server), "/api/v1/me", f->lead);
    assert_int_equal(valid->status, 200);
    server_stop(server);
}

static void pages_are_for_this_machine_or_a_key(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) weekly = raw_http_get(f->port, "/", "");
    g_autoptr(raw_http_answer_t) brief = raw_http_get(f->port, "/accounts/sakura", "");
    g_autoptr(raw_http_answer_t) absent = raw_http_get(f->port, "/accounts/nobody", "");
    g_autoptr(raw_http_answer_t) proxied =
        raw_http_get(f->port, "/", "X-Forwarded-For: 10.1.1.1\r\n");
    g_autoptr(raw_http_answer_t) keyed = raw_http_get(f->port, "/", f->lead);
    assert_int_equal(weekly->status, 200);
    assert_non_null(strstr(weekly->body, "weekly"));
    assert_int_equal(brief->status, 200);
    assert_string_equal(brief->body, "<!doctype html><p>brief sakura</p>");
    assert_int_equal(absent->status, 404);
    assert_int_equal(proxied->status, 401);
    assert_int_equal(keyed->status, 200);
    g_autofree char *policy = raw_http_header(weekly, "Content-Security-Policy");
    g_autofree char *type = raw_http_header(weekly, "Content-Type");
    assert_non_null(strstr(policy, "default-src 'none'"));
    assert_null(strstr(policy, "script-src"));
    assert_string_equal(type, "text/html; charset=utf-8");
    const char foreign[] = "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    g_autoptr(GString) rebound = raw_http_exchange(f->port, foreign, strlen(foreign), 5000);
    assert_int_equal(raw_http_status(rebound), 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_csm_sees_own_accounts_and_others_as_absent),
        cmocka_unit_test(a_csm_lists_own_accounts_only_and_no_report),
        cmocka_unit_test(without_a_key_there_is_nothing_but_documentation),
        cmocka_unit_test(a_revoked_key_ends_within_a_second),
        cmocka_unit_test(guesses_from_one_address_are_slowed_and_valid_keys_go_on),
        cmocka_unit_test(pages_are_for_this_machine_or_a_key),
    };
    return cmocka_run_group_tests(tests, served_set_up, served_tear_down);
}
