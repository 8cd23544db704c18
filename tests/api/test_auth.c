/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "api/auth.h"
#include "api/key.h"
#include "core/audit.h"
#include "support/warehouse.h"

static void a_key_has_the_documented_shape_and_opens(void **state)
{
    (void)state;
    char token[AUTH_TOKEN_SIZE + 1];
    struct auth_key key = {.role = auth_role_find("csm"), .until_us = INT64_MAX, .staff_id = 7};
    struct principal who;
    auth_make(token, &key);
    assert_int_equal(strlen(token), 63);
    assert_true(
        g_regex_match_simple("^knk_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$", token, 0, 0));
    struct auth_ring *ring = auth_ring_new(&key, 1);
    assert_true(auth_check(ring, token, NULL, 0, &who));
    assert_string_equal(who.key_id, key.id);
    assert_int_equal(who.scopes, auth_role_scopes("csm"));
    assert_true(who.own_only);
    assert_int_equal(who.staff_id, 7);
    auth_ring_unref(ring);
}

static void every_changed_character_closes(void **state)
{
    (void)state;
    char token[AUTH_TOKEN_SIZE + 1];
    struct auth_key key = {.role = auth_role_find("csm"), .until_us = INT64_MAX};
    struct principal who;
    auth_make(token, &key);
    struct auth_ring *ring = auth_ring_new(&key, 1);
    for (size_t i = 0; i < AUTH_TOKEN_SIZE; i++) {
        char was = token[i];
        token[i] = was == 'x' ? 'y' : 'x';
        assert_false(auth_check(ring, token, NULL, 0, &who));
        token[i] = was;
    }
    assert_true(auth_check(ring, token, NULL, 0, &who));
    auth_ring_unref(ring);
}

static void a_right_crc_does_not_open_without_the_secret(void **state)
{
    (void)state;
    char token[AUTH_TOKEN_SIZE + 1], stranger[AUTH_TOKEN_SIZE + 1];
    struct auth_key key = {.role = auth_role_find("csm"), .until_us = INT64_MAX}, other = {0};
    struct principal who;
    auth_make(token, &key);
    auth_make(stranger, &other); /* well formed, of no known id */
    struct auth_ring *ring = auth_ring_new(&key, 1), *empty = auth_ring_new(NULL, 0);
    assert_false(auth_check(ring, stranger, NULL, 0, &who));
    assert_false(auth_check(empty, token, NULL, 0, &who));
    memcpy(other.id, key.id, sizeof key.id); /* known id, other secret */
    struct auth_ring *swapped = auth_ring_new(&other, 1);
    assert_false(auth_check(swapped, token, NULL, 0, &who));
    auth_ring_unref(ring);
    auth_ring_unref(empty);
    auth_ring_unref(swapped);
}

static void a_key_ends_when_its_time_is_over(void **state)
{
    (void)state;
    char token[AUTH_TOKEN_SIZE + 1];
    struct auth_key key = {.role = auth_role_find("csm"), .until_us = 1000};
    struct principal who;
    auth_make(token, &key);
    struct auth_ring *ring = auth_ring_new(&key, 1);
    assert_true(auth_check(ring, token, NULL, 999, &who));
    assert_false(auth_check(ring, token, NULL, 1000, &who));
    auth_ring_unref(ring);
}

static void only_bearer_carries_a_key(void **state)
{
    (void)state;
    assert_string_equal(auth_bearer("Bearer knk_x"), "knk_x");
    assert_string_equal(auth_bearer("bearer  knk_x"), "knk_x");
    assert_null(auth_bearer("Basic knk_x"));
    assert_null(auth_bearer("knk_x"));
    assert_null(auth_bearer(NULL));
}

static void roles_hold_what_they_need_and_no_more(void **state)
{
    (void)state;
    assert_int_equal(auth_role_scopes("ingest"), AUTH_EVENTS | AUTH_KEY);
    assert_int_equal(auth_role_scopes("auditor"), AUTH_AUDIT | AUTH_KEY);
    assert_false(auth_role_scopes("csm") & AUTH_REPORTS);
    assert_true(auth_role_scopes("lead") & AUTH_REPORTS);
    assert_int_equal(auth_role_scopes("root"), 0);
}

static void keys_are_made_listed_and_revoked(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *token;
    struct key_rows rows;
    warehouse_sql(db, "INSERT INTO identity.staff (email) VALUES ('a.sato@example.com')");
    struct key_request request = {"Sato", "csm", "a.sato@example.com", 30};
    assert_true(key_create(arena, db, &request, &token, &err));
    assert_true(key_list(arena, db, &rows, &err));
    assert_int_equal(rows.n, 1);
    assert_true(rows.row[0].valid);
    assert_string_equal(rows.row[0].staff_email, "a.sato@example.com");
    assert_int_equal(rows.row[0].expires_at - rows.row[0].created_at, INT64_C(30) * 86400000000);
    g_autofree char *stored =
        warehouse_value(db, "SELECT (SELECT string_agg(t::text, '') FROM ops.api_key AS t)");
    g_autofree char *secret = g_strndup(token + 13, AUTH_SECRET_SIZE);
    assert_null(strstr(stored, secret));
    assert_true(key_revoke(arena, db, "cli:test", token, &err));
    assert_false(key_revoke(arena, db, "cli:test", rows.row[0].key_id, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
    assert_true(key_list(arena, db, &rows, NULL));
    assert_false(rows.row[0].valid);
}

static void a_key_bound_to_nets_opens_from_there_only(void **state)
{
    (void)state;
    static const char *const nets[] = {"192.0.2.0/24", "2001:db8:1::/48", "198.51.100.7"};
    static const struct {
        const char *from;
        bool opens;
    } cases[] = {{"192.0.2.1", true},      {"192.0.3.1", false},       {"2001:db8:1:2::3", true},
                 {"2001:db8:2::1", false}, {"198.51.100.7", true},     {"198.51.100.8", false},
                 {"127.0.0.1", false},     {"::ffff:192.0.2.9", true}, {"::192.0.2.9", false}};
    char token[AUTH_TOKEN_SIZE + 1];
    struct auth_key key = {.role = auth_role_find("lead"), .until_us = INT64_MAX};
    struct principal who;
    auth_make(token, &key);
    assert_true(auth_nets_parse(nets, G_N_ELEMENTS(nets), &key.nets, NULL));
    struct auth_ring *ring = auth_ring_new(&key, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct address from;
        assert_true(address_parse(cases[i].from, &from));
        if (auth_check(ring, token, &from, 0, &who) != cases[i].opens)
            fail_msg("%s", cases[i].from);
    }
    assert_false(auth_check(ring, token, NULL, 0, &who));
    auth_ring_unref(ring);
}

static void a_wrong_net_is_refused_in_words(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",           "192.0.2.0/33",   "192.0.2.1/24", "host",
                                        "192.0.2.0/", "2001:db8::/129", "192.0.2.0/24 "};
    struct auth_nets nets;
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) err = NULL;
        if (auth_nets_parse(&wrong[i], 1, &nets, &err))
            fail_msg("%s is taken", wrong[i]);
        assert_true(err_is(err, KENKO_ERROR_USAGE));
    }
    static const char *const many[AUTH_NETS_MAX + 1] = {0};
    assert_false(auth_nets_parse(many, G_N_ELEMENTS(many), &nets, NULL));
}

static void a_rotated_key_hands_over_and_ends(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    static const char *const nets[] = {"192.0.2.0/24"};
    const char *old, *made;
    struct key_rows rows;
    struct audit_anchor end;
    const struct key_request request = {"Sato", "lead", NULL, 30, "cli:test", {1, nets, NULL}};
    assert_true(key_create(arena, db, &request, &old, &err));
    assert_true(key_rotate(arena, db, "cli:test", old, 2, &made, &err));
    assert_string_not_equal(old, made);
    assert_true(key_list(arena, db, &rows, &err));
    assert_int_equal(rows.n, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct key_row *row = &rows.row[i];
        bool is_old = strncmp(row->key_id, old + 4, AUTH_ID_SIZE) == 0;
        assert_true(row->valid);
        assert_int_equal(row->nets.n, 1);
        assert_string_equal(row->nets.v[0], nets[0]);
        assert_string_equal(row->role, "lead");
        if (is_old)
            assert_true(row->expires_at - row->created_at < INT64_C(3) * 3600000000);
        else
            assert_int_equal(row->expires_at - row->created_at, INT64_C(30) * 86400000000);
    }
    assert_true(key_rotate(arena, db, "cli:test", made, 0, &made, &err));
    assert_true(key_revoke(arena, db, "cli:test", old, &err));
    assert_false(key_rotate(arena, db, "cli:test", old, 2, &made, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
    assert_true(audit_verify(db, NULL, &end, NULL));
    assert_int_equal(end.number, 4);
    g_autofree char *said = warehouse_value(
        db, "SELECT string_agg(actor || ' ' || action, ', ' ORDER BY audit_no) FROM ops.audit");
    assert_string_equal(said, "cli:test key.create, cli:test key.rotate, cli:test key.rotate, "
                              "cli:test key.revoke");
}

static void a_wrong_request_for_a_key_is_refused_in_words(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *token = NULL;
    const struct key_request wrong[] = {{"", "lead", NULL, 0},
                                        {"a", "boss", NULL, 0},
                                        {"a", "csm", NULL, 0},
                                        {"a", "lead", "a@example.com", 0},
                                        {"a", "csm", "nobody@example.com", 0},
                                        {"a", "lead", NULL, -1}};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) err = NULL;
        assert_false(key_create(arena, db, &wrong[i], &token, &err));
        assert_true(err_is(err, i == 4 ? KENKO_ERROR_NOT_FOUND : KENKO_ERROR_USAGE));
        assert_null(token);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_has_the_documented_shape_and_opens),
        cmocka_unit_test(every_changed_character_closes),
        cmocka_unit_test(a_right_crc_does_not_open_without_the_secret),
        cmocka_unit_test(a_key_ends_when_its_time_is_over),
        cmocka_unit_test(only_bearer_carries_a_key),
        cmocka_unit_test(roles_hold_what_they_need_and_no_more),
        cmocka_unit_test(keys_are_made_listed_and_revoked),
        cmocka_unit_test(a_key_bound_to_nets_opens_from_there_only),
        cmocka_unit_test(a_wrong_net_is_refused_in_words),
        cmocka_unit_test(a_rotated_key_hands_over_and_ends),
        cmocka_unit_test(a_wrong_request_for_a_key_is_refused_in_words),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
