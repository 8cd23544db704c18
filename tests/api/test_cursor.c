/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/cursor.h"

static const unsigned char key[CURSOR_KEY_SIZE] = "a secret of thirty-two bytes....";

static void a_cursor_comes_back_as_it_went(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct cursor cases[] = {
        {1, 2, 3, 4, NULL},
        {INT64_MAX, UINT64_MAX, INT64_MAX, INT64_MIN, NULL},
        {7, 8, 9, 0, ""},
        {7, 8, 9, -1, "サクラ"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct cursor back;
        char *text = cursor_format(arena, &cases[i], key);
        assert_true(cursor_parse(arena, text, key, &back));
        assert_int_equal(back.run_id, cases[i].run_id);
        assert_true(back.query == cases[i].query);
        assert_int_equal(back.account_id, cases[i].account_id);
        assert_true(back.number == cases[i].number);
        assert_int_equal(back.text == NULL, cases[i].text == NULL);
        if (back.text)
            assert_string_equal(back.text, cases[i].text);
        assert_string_equal(text, cursor_format(arena, &cases[i], key));
    }
}

static void every_changed_character_is_noticed(void **state)
{
    (void)state;
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ";
    g_autoptr(arena_t) arena = arena_new();
    struct cursor cursor = {1, 2, 3, 4, "abc"}, back;
    char *text = cursor_format(arena, &cursor, key);
    for (char *p = text; *p; p++) {
        char was = *p;
        for (const char *c = alphabet; *c; c++) {
            *p = *c;
            if (*c != was && cursor_parse(arena, text, key, &back))
                fail_msg("%s passed", text);
        }
        *p = was;
    }
    assert_true(cursor_parse(arena, text, key, &back));
}

static void cut_long_and_foreign_cursors_are_refused(void **state)
{
    (void)state;
    static const unsigned char other[CURSOR_KEY_SIZE] = "another secret of thirty-two b..";
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *monster = g_strnfill(100000, 'A');
    struct cursor cursor = {1, 2, 3, 4, NULL}, back;
    char *text = cursor_format(arena, &cursor, key);
    assert_false(cursor_parse(arena, text, other, &back));
    assert_false(cursor_parse(arena, "", key, &back));
    assert_false(cursor_parse(arena, monster, key, &back));
    assert_false(cursor_parse(arena, arena_printf(arena, "%sAAAA", text), key, &back));
    for (size_t n = strlen(text); n-- > 0;) {
        text[n] = '\0';
        assert_false(cursor_parse(arena, text, key, &back));
    }
}

static void text_beyond_the_limit_is_cut_not_overrun(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *longer = g_strnfill(CURSOR_TEXT_MAX * 3, 'x');
    struct cursor cursor = {1, 2, 3, 4, longer}, back;
    assert_true(cursor_parse(arena, cursor_format(arena, &cursor, key), key, &back));
    assert_int_equal(strlen(back.text), CURSOR_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_comes_back_as_it_went),
        cmocka_unit_test(every_changed_character_is_noticed),
        cmocka_unit_test(cut_long_and_foreign_cursors_are_refused),
        cmocka_unit_test(text_beyond_the_limit_is_cut_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
