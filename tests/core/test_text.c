/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "core/text.h"

static void an_edit_is_an_insertion_a_loss_a_change_or_a_swap(void **state)
{
    (void)state;
    assert_int_equal(text_distance("ingest", "ingest", 3), 0);
    assert_int_equal(text_distance("ingest", "inngest", 3), 1);
    assert_int_equal(text_distance("ingest", "inget", 3), 1);
    assert_int_equal(text_distance("ingest", "ingast", 3), 1);
    assert_int_equal(text_distance("ingest", "ingets", 3), 1);
    assert_int_equal(text_distance("", "abc", 3), 3);
    assert_int_equal(text_distance("kitten", "sitting", 3), 3);
    assert_int_equal(text_distance("sitting", "kitten", 3), 3);
}

static void beyond_the_limit_all_distances_are_one_more(void **state)
{
    (void)state;
    assert_int_equal(text_distance("abcdef", "uvwxyz", 2), 3);
    assert_int_equal(text_distance("a", "abcdefgh", 2), 3);
    g_autofree char *long_word = g_strnfill(1000, 'x');
    assert_int_equal(text_distance(long_word, long_word, 2), 3);
}

static void the_nearest_name_is_found_and_nothing_far_off(void **state)
{
    (void)state;
    static const char *const names[] = {"streams", "separator", "fields", "path", "at", NULL};
    assert_string_equal(text_nearest("steams", names), "streams");
    assert_string_equal(text_nearest("seperator", names), "separator");
    assert_string_equal(text_nearest("patch", names), "path");
    assert_null(text_nearest("organisation", names));
    assert_null(text_nearest("", names));
    assert_null(text_nearest("x", names));
    /* Something of the word must be left. */
    assert_null(text_nearest("on", names));
    static const char *const none[] = {NULL};
    assert_null(text_nearest("path", none));
    g_autofree char *hint = text_hint("steams", names), *no_hint = text_hint("on", names);
    assert_string_equal(hint, ", did you mean 'streams'?");
    assert_string_equal(no_hint, "");
}

static void thousands_are_set_apart_up_to_the_ends_of_64_bits(void **state)
{
    (void)state;
    static const struct {
        int64_t n;
        const char *want;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {-999, "-999"},
                 {-1000, "-1,000"},
                 {1234567, "1,234,567"},
                 {-123456, "-123,456"},
                 {INT64_MAX, "9,223,372,036,854,775,807"},
                 {INT64_MIN, "-9,223,372,036,854,775,808"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = text_thousands(cases[i].n);
        assert_string_equal(text, cases[i].want);
    }
}

static void wide_characters_take_two_columns_and_marks_none(void **state)
{
    (void)state;
    assert_int_equal(text_width(""), 0);
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("サクラ"), 6);
    assert_int_equal(text_width("ｻｸﾗ"), 3);
    assert_int_equal(text_width("e\xcc\x81"), 1);
    assert_int_equal(text_width("é"), 1);
}

static void text_is_cut_between_characters(void **state)
{
    (void)state;
    static const size_t want[] = {0, 1, 1, 1, 4, 5, 5};
    struct slice text = SLICE("aサb");
    for (size_t max = 0; max < G_N_ELEMENTS(want); max++) {
        struct slice cut = text_cut(text, max);
        assert_int_equal(cut.n, want[max]);
        assert_ptr_equal(cut.p, text.p);
    }
}

static void every_byte_comes_back_from_json_and_none_ends_a_script(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa7サ</script>&");
    for (char c = 1; c != 0x7f; c++)
        g_string_append_c(text, c);
    g_autoptr(GString) out = g_string_new("[\"");
    text_json(out, text->str);
    g_string_append(out, "\"]");
    for (size_t i = 0; i < out->len; i++)
        assert_null(strchr("<>&\n\x7f", out->str[i]));
    assert_null(strstr(out->str, "\xe2\x80\xa8"));
    json_t *read = json_loads(out->str, 0, NULL);
    assert_non_null(read);
    assert_string_equal(json_string_value(json_array_get(read, 0)), text->str);
    json_decref(read);
}

static void a_member_without_text_is_null(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new("{\"a\": 1");
    text_json_member(out, "b", NULL);
    text_json_member(out, "c", "x\"y");
    text_json_member(out, "d", "");
    assert_string_equal(out->str, "{\"a\": 1, \"b\": null, \"c\": \"x\\\"y\", \"d\": \"\"");
}

static void a_number_that_json_cannot_hold_is_null(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new("{\"a\": 1");
    text_json_number(out, "b", 0.1);
    text_json_number(out, "c", NAN);
    text_json_number(out, "d", -INFINITY);
    assert_string_equal(out->str, "{\"a\": 1, \"b\": 0.10000000000000001, \"c\": null, "
                                  "\"d\": null");
    g_string_append(out, "}");
    json_t *read = json_loads(out->str, 0, NULL);
    assert_true(json_real_value(json_object_get(read, "b")) == 0.1);
    json_decref(read);
}

static void an_instant_is_written_in_utc(void **state)
{
    (void)state;
    static const struct {
        int64_t at_us;
        const char *want;
    } cases[] = {{0, "1970-01-01T00:00:00Z"},
                 {-1, "1969-12-31T23:59:59Z"},
                 {1793437200000000, "2026-10-31T09:00:00Z"},
                 {1793437200999999, "2026-10-31T09:00:00Z"},
                 {INT64_MIN, "none"},
                 {INT64_MAX, "none"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = text_instant(cases[i].at_us, "none");
        assert_string_equal(text, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_is_an_insertion_a_loss_a_change_or_a_swap),
        cmocka_unit_test(beyond_the_limit_all_distances_are_one_more),
        cmocka_unit_test(the_nearest_name_is_found_and_nothing_far_off),
        cmocka_unit_test(thousands_are_set_apart_up_to_the_ends_of_64_bits),
        cmocka_unit_test(wide_characters_take_two_columns_and_marks_none),
        cmocka_unit_test(text_is_cut_between_characters),
        cmocka_unit_test(every_byte_comes_back_from_json_and_none_ends_a_script),
        cmocka_unit_test(a_member_without_text_is_null),
        cmocka_unit_test(a_number_that_json_cannot_hold_is_null),
        cmocka_unit_test(an_instant_is_written_in_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
