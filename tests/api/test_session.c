/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens, cookies, CSRF tokens and the book of sessions; passwords that are good enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "api/session_book.h"
#include "api/user_password.h"

enum { SECOND = 1000000 };
#define IDLE_US (INT64_C(60) * SECOND)

static void a_cookie_is_read_once_and_whole(void **state)
{
    (void)state;
    static const struct {
        const char *header, *value;
    } cases[] = {{"k=v", "v"},     {"a=b; k=v", "v"},  {"k=v; a=b", "v"},  {"a=b;k=v ;c=d", "v"},
                 {"k=", ""},       {"k=a=b", "a=b"},   {"k=v; k=w", NULL}, {"k=v; k=v", NULL},
                 {"kk=v", NULL},   {"xk=v; k=w", "w"}, {"K=v", NULL},      {"k", NULL},
                 {";;; k=v", "v"}, {"", NULL},         {NULL, NULL}};
    g_autoptr(arena_t) arena = arena_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *value = session_cookie(arena, cases[i].header, "k");
        if (g_strcmp0(value, cases[i].value) != 0)
            fail_msg("%s: %s, want %s", cases[i].header, value ? value : "nothing",
                     cases[i].value ? cases[i].value : "nothing");
    }
}

static struct request request_with(struct arena *arena, struct guard_header *headers, size_t n)
{
    return (struct request){.arena = arena, .headers = headers, .n_headers = n, .loopback = true};
}

#define HEADER(name, value)                                                                        \
    {                                                                                              \
        {name, sizeof name - 1},                                                                   \
        {                                                                                          \
            value, sizeof value - 1                                                                \
        }                                                                                          \
    }

static void the_cookie_is_for_tls_or_for_this_machine(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct guard_header tls[] = {HEADER("Host", "k.example"), HEADER("X-Forwarded-Proto", "https"),
                                 HEADER("X-Forwarded-For", "10.0.0.1")};
    struct guard_header local[] = {HEADER("Host", "localhost:8080")};
    struct guard_header clear[] = {HEADER("Host", "k.example")};
    const struct request secure = request_with(arena, tls, 3), here = request_with(arena, local, 1),
                         open = request_with(arena, clear, 1);
    assert_string_equal(session_cookie_name(&secure), "__Host-kenko");
    assert_string_equal(session_cookie_name(&here), "kenko-local");
    assert_null(session_cookie_name(&open));
    assert_string_equal(session_set_cookie(&secure, "t"),
                        "__Host-kenko=t; Path=/; HttpOnly; SameSite=Strict; Secure");
    assert_string_equal(session_set_cookie(&here, NULL),
                        "kenko-local=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

static void a_page_of_another_site_is_told_from_ours(void **state)
{
    (void)state;
    static const struct {
        const char *site, *origin;
        bool ours;
    } cases[] = {{"same-origin", "http://localhost:8080", true},
                 {"same-origin", NULL, true},
                 {"none", NULL, true},
                 {NULL, NULL, true},
                 {NULL, "http://localhost:8080", true},
                 {NULL, "http://LOCALHOST:8080", true},
                 {"same-site", "http://localhost:8080", false},
                 {"cross-site", NULL, false},
                 {"", NULL, false},
                 {NULL, "null", false},
                 {NULL, "https://localhost:8080", false},
                 {NULL, "http://localhost:8081", false},
                 {NULL, "http://localhost:8080.evil.example", false},
                 {NULL, "http://evil.example", false},
                 {"same-origin", "http://evil.example", false}};
    g_autoptr(arena_t) arena = arena_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct guard_header headers[3] = {HEADER("Host", "localhost:8080")};
        size_t n = 1;
        if (cases[i].site)
            headers[n++] =
                (struct guard_header){slice_of("Sec-Fetch-Site"), slice_of(cases[i].site)};
        if (cases[i].origin)
            headers[n++] = (struct guard_header){slice_of("Origin"), slice_of(cases[i].origin)};
        const struct request request = request_with(arena, headers, n);
        if (session_is_same_site(&request) != cases[i].ours)
            fail_msg("case %zu", i);
    }
}

static struct session_user person(const char *id, const char *name, const char *role)
{
    struct session_user user = {.name = name, .role = auth_role_find(role), .staff_id = 7};
    g_strlcpy(user.id, id, sizeof user.id);
    return user;
}

static struct session_entry entry_of(const char *id, char token[SESSION_TOKEN_SIZE + 1])
{
    struct session_entry entry = {.until_us = 1000 * INT64_C(1000000)};
    session_make(token, entry.hash);
    g_strlcpy(entry.user_id, id, sizeof entry.user_id);
    return entry;
}

static void a_session_ends_by_rest_by_age_and_when_it_is_dropped(void **state)
{
    (void)state;
    char token[SESSION_TOKEN_SIZE + 1];
    struct principal who;
    const struct session_user user = person("abcdefgh", "a.sato", "csm");
    struct session_entry entry = entry_of("abcdefgh", token);
    struct session_book *book = session_book_new(IDLE_US);
    session_book_put(book, &user, 1, &entry, 1);
    assert_true(session_book_check(book, token, 59 * SECOND, &who));
    assert_string_equal(who.key_id, "abcdefgh");
    assert_true(who.own_only && who.staff_id == 7 && who.by == AUTH_BY_SESSION);
    assert_true(session_book_check(book, token, 118 * SECOND, &who));
    assert_false(session_book_check(book, token, 178 * SECOND, &who));
    session_book_put(book, &user, 1, &entry, 1);
    assert_false(session_book_check(book, token, 178 * SECOND, &who));
    session_book_drop(book, entry.hash);
    entry.seen_us = 999 * INT64_C(1000000);
    session_book_add(book, &user, &entry);
    assert_true(session_book_check(book, token, entry.until_us - 1, &who));
    assert_false(session_book_check(book, token, entry.until_us, &who));
    session_book_put(book, NULL, 0, &entry, 1);
    assert_false(session_book_check(book, token, entry.until_us - 1, &who));
    session_book_free(book);
}

static void a_token_that_was_changed_opens_nothing(void **state)
{
    (void)state;
    char token[SESSION_TOKEN_SIZE + 1];
    struct principal who;
    const struct session_user user = person("abcdefgh", "a", "lead");
    const struct session_entry entry = entry_of("abcdefgh", token);
    struct session_book *book = session_book_new(IDLE_US);
    session_book_put(book, &user, 1, &entry, 1);
    for (size_t i = 0; i < SESSION_TOKEN_SIZE; i++) {
        char was = token[i];
        token[i] = was == 'x' ? 'y' : 'x';
        assert_false(session_book_check(book, token, 0, &who));
        token[i] = was;
    }
    assert_true(session_book_check(book, token, 0, &who));
    assert_false(session_book_check(book, "", 0, &who));
    assert_false(session_book_check(book, NULL, 0, &who));
    session_book_free(book);
}

static void a_csrf_token_is_of_its_session_only(void **state)
{
    (void)state;
    char tokens[2][SESSION_TOKEN_SIZE + 1], text[SESSION_CSRF_TEXT + 1];
    struct principal who[2];
    const struct session_user user = person("abcdefgh", "a", "lead");
    const struct session_entry entries[] = {entry_of("abcdefgh", tokens[0]),
                                            entry_of("abcdefgh", tokens[1])};
    struct session_book *book = session_book_new(IDLE_US);
    session_book_put(book, &user, 1, entries, 2);
    g_autoptr(arena_t) arena = arena_new();
    for (int i = 0; i < 2; i++)
        assert_true(session_book_check(book, tokens[i], 0, &who[i]));
    session_csrf_format(who[0].csrf, text);
    assert_string_not_equal(text, tokens[0]);
    struct guard_header headers[] = {{slice_of("X-CSRF-Token"), slice_of(text)}};
    struct request request = request_with(arena, headers, 1);
    request.principal = who[0];
    assert_true(session_has_csrf(&request));
    request.principal = who[1];
    assert_false(session_has_csrf(&request));
    request.n_headers = 0;
    assert_false(session_has_csrf(&request));
    session_book_free(book);
}

static void people_hold_what_their_role_holds_but_events(void **state)
{
    (void)state;
    struct principal who;
    const struct session_user user = person("abcdefgh", "boss", "admin");
    struct session_book *book = session_book_new(IDLE_US);
    session_book_put(book, &user, 1, NULL, 0);
    assert_true(session_book_named(book, "Boss", slice_of("secret"), &who));
    assert_int_equal(who.scopes,
                     (auth_role_scopes("admin") & ~(unsigned)AUTH_EVENTS) | AUTH_SESSION);
    assert_false(session_book_named(book, "bos", slice_of("secret"), &who));
    session_book_free(book);
}

static void passwords_that_are_easily_guessed_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "short",           "elevenchars",      "aaaaaaaaaaaaaaaaaa", "abcabcabcabcabc",
        "123456789012345", "abcdefghijklmnop", "Password-1234",      "CorrectHorseBatteryStaple",
        "m.rossi 2026!",   "M_Rossi123456"};
    static const char *const good[] = {"a quiet evening at 7", "xk7Qm2vR9pLw",
                                       "春はあけぼのやうやう白く", "marco and his 3 old bicycles"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;
        if (user_password_check("m.rossi@example.com", bad[i], &err))
            fail_msg("%s passes", bad[i]);
        assert_true(err_is(err, KENKO_ERROR_INPUT));
        assert_null(strstr(err->message, bad[i]));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) err = NULL;
        if (!user_password_check("m.rossi@example.com", good[i], &err))
            fail_msg("%s: %s", good[i], err->message);
    }
    g_autofree char *longest = g_strnfill(USER_PASSWORD_MOST + 1, 'x');
    assert_false(user_password_check("m", longest, NULL));
}

static void a_password_is_kept_as_argon2id_with_a_salt(void **state)
{
    (void)state;
    char one[USER_PASSWORD_HASH_SIZE], other[USER_PASSWORD_HASH_SIZE];
    assert_true(user_password_hash("a quiet evening at 7", one, NULL));
    assert_true(user_password_hash("a quiet evening at 7", other, NULL));
    assert_true(g_str_has_prefix(one, "$argon2id$v=19$m=65536,t=3,p=1$"));
    assert_string_not_equal(one, other);
    assert_true(user_password_fits(one, "a quiet evening at 7"));
    assert_false(user_password_fits(one, "a quiet evening at 8"));
    assert_false(user_password_fits(NULL, "a quiet evening at 7"));
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_is_read_once_and_whole),
        cmocka_unit_test(the_cookie_is_for_tls_or_for_this_machine),
        cmocka_unit_test(a_page_of_another_site_is_told_from_ours),
        cmocka_unit_test(a_session_ends_by_rest_by_age_and_when_it_is_dropped),
        cmocka_unit_test(a_token_that_was_changed_opens_nothing),
        cmocka_unit_test(a_csrf_token_is_of_its_session_only),
        cmocka_unit_test(people_hold_what_their_role_holds_but_events),
        cmocka_unit_test(passwords_that_are_easily_guessed_are_refused),
        cmocka_unit_test(a_password_is_kept_as_argon2id_with_a_salt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
