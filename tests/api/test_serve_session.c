/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People who sign in at the server, and what ends that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/user.h"
#include "core/audit.h"
#include "support/signed_in.h"
#include "support/warehouse.h"

static const char as_json[] = "Content-Type: application/json\r\n";

static int set_up(void **state)
{
    int failed = served_set_up(state);
    const struct served *f = *state;
    signed_in_add(f->db, "Lead", "lead", NULL);
    signed_in_add(f->db, "a.sato", "csm", "a.sato@example.com");
    signed_in_add(f->db, "leaver", "analyst", NULL);
    return failed;
}

static int write_note(int port, const char *account, const char *headers)
{
    static const char body[] = "{\"body\":\"spoke with them\"}";
    g_autofree char *path = g_strconcat("/api/v1/accounts/", account, "/notes", NULL);
    g_autofree char *all = g_strconcat(as_json, headers, NULL);
    g_autoptr(raw_http_answer_t) answer =
        raw_http_send(port, "POST", path, all, body, strlen(body));
    return answer->status;
}

static void who_signs_in_is_who_the_role_says(void **state)
{
    const struct served *f = *state;
    g_autofree char *csm = signed_in_cookie(f->port, "A.Sato");
    g_autoptr(raw_http_answer_t) own = raw_http_get(f->port, "/api/v1/accounts/sakura", csm);
    g_autoptr(raw_http_answer_t) other = raw_http_get(f->port, "/api/v1/accounts/script", csm);
    g_autoptr(raw_http_answer_t) session = raw_http_get(f->port, "/api/v1/session", csm);
    g_autoptr(raw_http_answer_t) keyed = raw_http_get(f->port, "/api/v1/session", f->csm);
    assert_int_equal(own->status, 200);
    assert_int_equal(other->status, 404);
    assert_int_equal(keyed->status, 403);
    assert_int_equal(session->status, 200);
    json_t *json = served_json_of(session), *data = json_object_get(json, "data");
    assert_string_equal(served_text(data, "user"), "a.sato");
    assert_string_equal(served_text(data, "role"), "csm");
    json_decref(json);
}

static void the_cookie_is_kept_from_scripts_and_other_sites(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) local = signed_in_try(f->port, "lead", signed_in_password, "");
    g_autoptr(raw_http_answer_t) tls =
        signed_in_try(f->port, "lead", signed_in_password, "X-Forwarded-Proto: https\r\n");
    g_autofree char *a = raw_http_header(local, "Set-Cookie");
    g_autofree char *b = raw_http_header(tls, "Set-Cookie");
    assert_true(g_regex_match_simple("^kenko-local=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$",
                                     a, 0, 0));
    assert_true(g_regex_match_simple(
        "^__Host-kenko=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Secure$", b, 0, 0));
    /* One is not taken for the other, though the token is right. */
    b[strcspn(b, ";")] = '\0';
    g_autofree char *clear = g_strdup_printf("Cookie: kenko-local=%s\r\n", strchr(b, '=') + 1);
    g_autofree char *wrong = g_strdup_printf("Cookie: %s\r\n", b);
    g_autofree char *right = g_strconcat(wrong, "X-Forwarded-Proto: https\r\n", NULL);
    assert_int_equal(signed_in_status(f->port, wrong, 401), 401);
    assert_int_equal(signed_in_status(f->port, right, 200), 200);
    assert_int_equal(signed_in_status(f->port, clear, 200), 200);
}

static void nobody_signs_in_where_others_can_read_along(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) clear =
        signed_in_try(f->port, "lead", signed_in_password, "X-Forwarded-For: 192.0.2.7\r\n");
    assert_int_equal(clear->status, 403);
    assert_non_null(strstr(clear->body, "\"clear_text\""));
    g_autoptr(raw_http_answer_t) foreign =
        signed_in_try(f->port, "lead", signed_in_password, "Origin: http://evil.example\r\n");
    assert_int_equal(foreign->status, 403);
    assert_non_null(strstr(foreign->body, "\"cross_site\""));
}

static char *without_id(const struct raw_http_answer *answer)
{
    g_autoptr(GRegex) id = g_regex_new("\"request_id\":\"[0-9a-f]{16}\"", 0, 0, NULL);
    return g_regex_replace_literal(id, answer->body, -1, 0, "", 0, NULL);
}

static void an_unknown_name_cannot_be_told_from_a_wrong_password(void **state)
{
    const struct served *f = *state;
    struct server *server = served_start((struct server_options){.poll_ms = 200});
    int64_t took_us[2] = {0};
    for (int i = 0; i < 3; i++) {
        int64_t began_us = g_get_monotonic_time();
        g_autoptr(raw_http_answer_t) wrong =
            signed_in_try(server_port(server), "lead", "a quiet evening at 8", "");
        int64_t between_us = g_get_monotonic_time();
        g_autoptr(raw_http_answer_t) unknown =
            signed_in_try(server_port(server), "nobody", "a quiet evening at 8", "");
        took_us[0] += between_us - began_us;
        took_us[1] += g_get_monotonic_time() - between_us;
        g_autofree char *a = without_id(wrong), *b = without_id(unknown);
        assert_int_equal(wrong->status, 401);
        assert_string_equal(a, b);
    }
    assert_true(took_us[1] > took_us[0] / 4 && took_us[1] < took_us[0] * 4);
    (void)f;
    server_stop(server);
}

static void guesses_at_one_name_are_slowed(void **state)
{
    (void)state;
    struct server *server = served_start((struct server_options){.api = {.guesses = 2}});
    int port = server_port(server);
    for (int i = 0; i < 2; i++) {
        g_autoptr(raw_http_answer_t) wrong = signed_in_try(port, "lead", "wrong", "");
        assert_int_equal(wrong->status, 401);
    }
    g_autoptr(raw_http_answer_t) slowed = signed_in_try(port, "LEAD", signed_in_password, "");
    g_autoptr(raw_http_answer_t) other = signed_in_try(port, "a.sato", signed_in_password, "");
    g_autofree char *wait = raw_http_header(slowed, "Retry-After");
    assert_int_equal(slowed->status, 429);
    assert_true(g_ascii_strtoll(wait, NULL, 10) > 0);
    assert_int_equal(other->status, 201);
    server_stop(server);
}

static void a_write_of_a_session_shows_that_a_page_of_ours_made_it(void **state)
{
    const struct served *f = *state;
    g_autofree char *cookie = signed_in_cookie(f->port, "lead");
    g_autofree char *page = signed_in_page(f->port, "lead");
    g_autofree char *other = signed_in_page(f->port, "a.sato");
    g_autofree char *mixed = g_strconcat(cookie, strstr(other, "X-CSRF-Token"), NULL);
    g_autofree char *foreign = g_strconcat(page, "Origin: http://evil.example\r\n", NULL);
    g_autofree char *crossed = g_strconcat(page, "Sec-Fetch-Site: cross-site\r\n", NULL);
    g_autofree char *keyed = g_strconcat(f->lead, "Origin: http://evil.example\r\n", NULL);
    assert_int_equal(write_note(f->port, "a0000", cookie), 403);
    assert_int_equal(write_note(f->port, "a0000", mixed), 403);
    assert_int_equal(write_note(f->port, "a0000", foreign), 403);
    assert_int_equal(write_note(f->port, "a0000", crossed), 403);
    assert_int_equal(write_note(f->port, "a0000", page), 201);
    assert_int_equal(write_note(f->port, "a0000", keyed), 201);
}

static void signing_in_again_takes_a_new_token_and_ends_the_old(void **state)
{
    const struct served *f = *state;
    g_autofree char *first = signed_in_cookie(f->port, "lead");
    g_autoptr(raw_http_answer_t) again = signed_in_try(f->port, "lead", signed_in_password, first);
    g_autofree char *cookie = raw_http_header(again, "Set-Cookie");
    assert_int_equal(again->status, 201);
    cookie[strcspn(cookie, ";")] = '\0';
    assert_null(strstr(first, cookie));
    assert_int_equal(signed_in_status(f->port, first, 401), 401);
    g_autofree char *second = g_strdup_printf("Cookie: %s\r\n", cookie);
    assert_int_equal(signed_in_status(f->port, second, 200), 200);
}

static void signing_out_ends_the_session_and_all_of_them_if_asked(void **state)
{
    const struct served *f = *state;
    g_autofree char *one = signed_in_page(f->port, "lead"), *two = signed_in_page(f->port, "lead"),
                    *three = signed_in_page(f->port, "lead");
    g_autoptr(raw_http_answer_t) out =
        raw_http_send(f->port, "DELETE", "/api/v1/session", one, "", 0);
    g_autofree char *cookie = raw_http_header(out, "Set-Cookie");
    assert_int_equal(out->status, 204);
    assert_non_null(strstr(cookie, "kenko-local=; Path=/"));
    assert_int_equal(signed_in_status(f->port, one, 401), 401);
    assert_int_equal(signed_in_status(f->port, two, 200), 200);
    g_autoptr(raw_http_answer_t) all =
        raw_http_send(f->port, "DELETE", "/api/v1/session?all=true", two, "", 0);
    assert_int_equal(all->status, 204);
    assert_int_equal(signed_in_status(f->port, two, 401), 401);
    assert_int_equal(signed_in_status(f->port, three, 401), 401);
}

static void another_password_ends_all_sessions(void **state)
{
    const struct served *f = *state;
    static const char wrong[] = "{\"password\":\"no\",\"new_password\":\"some other evening\"}";
    static const char weak[] =
        "{\"password\":\"a quiet evening at 7\",\"new_password\":\"aaaaaaaaaaaa\"}";
    static const char right[] =
        "{\"password\":\"a quiet evening at 7\",\"new_password\":\"some other evening\"}";
    signed_in_add(f->db, "changes", "lead", NULL);
    g_autofree char *page = signed_in_page(f->port, "changes");
    g_autofree char *all = g_strconcat(as_json, page, NULL);
    g_autoptr(raw_http_answer_t) no =
        raw_http_send(f->port, "PUT", "/api/v1/session/password", all, wrong, strlen(wrong));
    g_autoptr(raw_http_answer_t) poor =
        raw_http_send(f->port, "PUT", "/api/v1/session/password", all, weak, strlen(weak));
    assert_int_equal(no->status, 401);
    assert_int_equal(poor->status, 422);
    assert_int_equal(signed_in_status(f->port, page, 200), 200);
    g_autoptr(raw_http_answer_t) done =
        raw_http_send(f->port, "PUT", "/api/v1/session/password", all, right, strlen(right));
    assert_int_equal(done->status, 204);
    assert_int_equal(signed_in_status(f->port, page, 401), 401);
    g_autoptr(raw_http_answer_t) old = signed_in_try(f->port, "changes", signed_in_password, "");
    g_autoptr(raw_http_answer_t) new = signed_in_try(f->port, "changes", "some other evening", "");
    assert_int_equal(old->status, 401);
    assert_int_equal(new->status, 201);
}

static void who_may_sign_in_no_more_is_out_within_a_second(void **state)
{
    const struct served *f = *state;
    g_autofree char *cookie = signed_in_cookie(f->port, "leaver");
    assert_int_equal(signed_in_status(f->port, cookie, 200), 200);
    assert_true(user_disable(f->arena, f->db, "cli:test", "leaver", NULL));
    assert_int_equal(signed_in_status(f->port, cookie, 401), 401);
    g_autoptr(raw_http_answer_t) refused = signed_in_try(f->port, "leaver", signed_in_password, "");
    assert_int_equal(refused->status, 401);
    assert_true(user_enable(f->arena, f->db, "cli:test", "leaver", NULL));
    assert_int_equal(signed_in_status(f->port, cookie, 401), 401);
    g_autofree char *again = signed_in_cookie(f->port, "leaver");
    assert_true(
        user_set_password(f->arena, f->db, "cli:test", "leaver", "a much louder morning", NULL));
    assert_int_equal(signed_in_status(f->port, again, 401), 401);
    assert_true(user_remove(f->arena, f->db, "cli:test", "leaver", NULL));
    assert_false(user_remove(f->arena, f->db, "cli:test", "leaver", NULL));
}

static void a_session_goes_on_over_a_restart_of_the_server(void **state)
{
    const struct served *f = *state;
    g_autofree char *cookie = signed_in_cookie(f->port, "lead");
    struct server *other = served_start((struct server_options){.poll_ms = 200});
    assert_int_equal(signed_in_status(server_port(other), cookie, 200), 200);
    server_stop(other);
}

static void only_a_hash_of_a_token_is_kept(void **state)
{
    const struct served *f = *state;
    g_autofree char *cookie = signed_in_cookie(f->port, "lead");
    g_autofree char *token = g_strndup(strchr(cookie, '=') + 1, 43);
    g_autofree char *sql = g_strdup_printf(
        "SELECT (SELECT count(*) FROM ops.session WHERE position('%s'::bytea IN token_sha256) > 0)"
        " || ' ' || (SELECT count(*) FROM ops.session WHERE token_sha256 = sha256('%s'))",
        token, token);
    g_autofree char *found = warehouse_value(f->db, sql);
    assert_string_equal(found, "0 1");
}

static int64_t audited(const struct served *f, const char *condition)
{
    g_autofree char *sql = g_strdup_printf("SELECT count(*) FROM ops.audit WHERE %s", condition);
    g_autofree char *value = warehouse_value(f->db, sql);
    return g_ascii_strtoll(value, NULL, 10);
}

static void what_people_do_is_in_the_audit_log(void **state)
{
    const struct served *f = *state;
    struct audit_anchor end;
    g_autoptr(GError) err = NULL;
    struct server *server = served_start((struct server_options){.poll_ms = 200});
    int port = server_port(server);
    g_autofree char *page = signed_in_page(port, "lead");
    static const char by_lead[] =
        "actor = (SELECT 'user:' || user_id FROM ops.user WHERE name = 'lead')";
    g_autofree char *opened = g_strconcat(by_lead, " AND action = 'session.open'", NULL);
    g_autofree char *wrote = g_strconcat(
        by_lead, " AND action = 'api.note_add' AND object = '/api/v1/accounts/a0003/notes'", NULL);
    g_autofree char *exported = g_strconcat(
        by_lead, " AND action = 'api.export' AND object = 'accounts' AND detail LIKE '2 %'", NULL);
    int64_t sessions = audited(f, opened), refused = audited(f, "action = 'api.refused'");
    assert_true(sessions > 0);
    assert_int_equal(audited(f, wrote), 0);
    assert_int_equal(write_note(port, "a0003", page), 201);
    assert_int_equal(audited(f, wrote), 1);
    for (int i = 0; i < 20; i++) {
        g_autoptr(raw_http_answer_t) stranger = raw_http_get(port, "/api/v1/me", "");
        assert_int_equal(stranger->status, 401);
    }
    for (int i = 0; i < 2; i++) {
        g_autoptr(raw_http_answer_t) lines =
            raw_http_get(port, "/api/v1/accounts?format=csv", page);
        assert_int_equal(lines->status, 200);
    }
    g_autoptr(raw_http_answer_t) guess = signed_in_try(port, "lead", "wrong", "");
    assert_int_equal(guess->status, 401);
    assert_int_equal(audited(f, "action = 'api.refused'"), refused);
    server_stop(server);
    assert_int_equal(
        audited(f, "action = 'api.refused' AND actor = 'address:127.0.0.1' AND object = '401' AND "
                   "detail = '21 within a minute'"),
        1);
    assert_int_equal(audited(f, exported), 1);
    assert_int_equal(audited(f,
                             "action = 'session.refused' AND object = (SELECT 'user:' || user_id "
                             "FROM ops.user WHERE name = 'lead') AND detail = '1 within a "
                             "minute'"),
                     1);
    if (!audit_verify(f->db, NULL, &end, &err))
        fail_msg("%s", err->message);
}

static void a_person_at_a_browser_is_shown_where_to_sign_in(void **state)
{
    const struct served *f = *state;
    static const char browser[] = "Accept: text/html\r\nX-Forwarded-Proto: https\r\n";
    g_autoptr(raw_http_answer_t) sent = raw_http_get(f->port, "/accounts/a0000", browser);
    g_autofree char *to = raw_http_header(sent, "Location");
    assert_int_equal(sent->status, 303);
    assert_string_equal(to, "/sign-in?next=/accounts/a0000");
    g_autoptr(raw_http_answer_t) page = raw_http_get(f->port, to, browser);
    g_autoptr(raw_http_answer_t) japanese =
        raw_http_get(f->port, "/sign-in", "Accept-Language: ja,en;q=0.8\r\n");
    g_autoptr(raw_http_answer_t) script = raw_http_get(f->port, "/sign-in.js", "");
    g_autofree char *policy = raw_http_header(page, "Content-Security-Policy");
    assert_int_equal(page->status, 200);
    assert_non_null(strstr(page->body, "<html lang=\"en\">"));
    assert_non_null(strstr(page->body, "type=\"password\" required maxlength=\"128\" "
                                       "autocomplete=\"current-password\""));
    assert_non_null(strstr(japanese->body, "<html lang=\"ja\">"));
    assert_non_null(strstr(policy, "script-src 'self'; connect-src 'self'"));
    assert_null(strstr(policy, "script-src 'unsafe"));
    assert_int_equal(script->status, 200);
    g_autoptr(raw_http_answer_t) tool =
        raw_http_get(f->port, "/accounts/a0000", "X-Forwarded-Proto: https\r\n");
    assert_int_equal(tool->status, 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_signs_in_is_who_the_role_says),
        cmocka_unit_test(the_cookie_is_kept_from_scripts_and_other_sites),
        cmocka_unit_test(nobody_signs_in_where_others_can_read_along),
        cmocka_unit_test(an_unknown_name_cannot_be_told_from_a_wrong_password),
        cmocka_unit_test(guesses_at_one_name_are_slowed),
        cmocka_unit_test(a_write_of_a_session_shows_that_a_page_of_ours_made_it),
        cmocka_unit_test(signing_in_again_takes_a_new_token_and_ends_the_old),
        cmocka_unit_test(signing_out_ends_the_session_and_all_of_them_if_asked),
        cmocka_unit_test(another_password_ends_all_sessions),
        cmocka_unit_test(who_may_sign_in_no_more_is_out_within_a_second),
        cmocka_unit_test(a_session_goes_on_over_a_restart_of_the_server),
        cmocka_unit_test(only_a_hash_of_a_token_is_kept),
        cmocka_unit_test(what_people_do_is_in_the_audit_log),
        cmocka_unit_test(a_person_at_a_browser_is_shown_where_to_sign_in),
    };
    return cmocka_run_group_tests(tests, set_up, served_tear_down);
}
