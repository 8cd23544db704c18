/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters and members of bodies are what they were declared to be, or a sentence says what was
 * wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/body.h"

static const char *const colours[] = {"red", "green", NULL};
static const struct field fields[] = {
    {.name = "text", .kind = FIELD_TEXT, .least = 1, .most = 3, .what = "W."},
    {.name = "number",
     .kind = FIELD_INTEGER,
     .least = -5,
     .most = 5,
     .fallback = "2",
     .what = "W."},
    {.name = "points", .kind = FIELD_POINTS, .what = "W."},
    {.name = "day", .kind = FIELD_DAY, .what = "W."},
    {.name = "flag", .kind = FIELD_BOOL, .what = "W."},
    {.name = "colour", .kind = FIELD_CHOICE, .choices = colours, .what = "W."},
    {.name = "sort", .kind = FIELD_SORT, .choices = colours, .what = "W."},
    {.name = "words", .kind = FIELD_WORDS, .most = 2, .what = "W."},
    {.name = "numbers", .kind = FIELD_NUMBERS, .most = 2, .what = "W."},
    {.name = "object", .kind = FIELD_OBJECT, .most = 20, .what = "W."},
    {0}};

static const struct field *field_of(const char *name)
{
    for (const struct field *field = fields; field->name; field++) {
        if (strcmp(field->name, name) == 0)
            return field;
    }
    fail_msg("no field %s", name);
    return NULL;
}

static void each_kind_takes_what_it_says_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        int64_t number; /* INT64_MIN: refused; INT64_MAX: taken, without a number */
    } cases[] = {
        {"text", "abc", INT64_MAX},
        {"text", "健康だ", INT64_MAX},
        {"text", "", INT64_MIN},
        {"text", "abcd", INT64_MIN},
        {"number", "-5", -5},
        {"number", "6", INT64_MIN},
        {"number", "1e0", INT64_MIN},
        {"number", " 1", INT64_MIN},
        {"number", "0x1", INT64_MIN},
        {"points", "0", 0},
        {"points", "99.5", 9950},
        {"points", "100.00", 10000},
        {"points", "100.01", INT64_MIN},
        {"points", "-0", INT64_MIN},
        {"points", "1.", INT64_MIN},
        {"points", ".5", INT64_MIN},
        {"points", "1.234", INT64_MIN},
        {"day", "1970-01-02", 1},
        {"day", "2026-02-29", INT64_MIN},
        {"day", "2026-2-1", INT64_MIN},
        {"flag", "true", 1},
        {"flag", "false", 0},
        {"flag", "1", INT64_MIN},
        {"flag", "TRUE", INT64_MIN},
        {"colour", "green", 1},
        {"colour", "Green", INT64_MIN},
        {"colour", "-red", INT64_MIN},
        {"sort", "-green", 1},
        {"sort", "--green", INT64_MIN},
        {"words", "a,b", INT64_MAX},
        {"words", "a,b,c", INT64_MIN},
        {"words", "a,,b", INT64_MIN},
        {"words", "", INT64_MIN},
        {"numbers", "{}", INT64_MIN},
        {"object", "{}", INT64_MIN},
    };
    g_autoptr(arena_t) arena = arena_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct field_value value = {.number = -77};
        const char *wrong = field_parse(arena, field_of(cases[i].name), cases[i].text, &value);
        if ((wrong != NULL) != (cases[i].number == INT64_MIN))
            fail_msg("%s '%s': %s", cases[i].name, cases[i].text, wrong ? wrong : "is taken");
        if (wrong)
            assert_true(g_str_has_prefix(wrong, "want ") && !value.given);
        else if (cases[i].number != INT64_MAX)
            assert_int_equal(value.number, cases[i].number);
    }
}

static void an_absent_one_is_its_fallback(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct field_set set = field_set_new(arena, fields);
    field_fall_back(arena, &set);
    assert_true(field_get(&set, "number")->given);
    assert_int_equal(field_get(&set, "number")->number, 2);
    assert_false(field_get(&set, "points")->given);
    assert_null(field_text(&set, "text"));
}

/* The faults of a body as "pointer: detail" lines. */
static char *faults_of(const char *text)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GString) out = g_string_new(NULL);
    struct field_set set = field_set_new(arena, fields);
    json_t *json = NULL;
    for (const struct field_fault *f = body_parse(arena, slice_of(text), &set, &json); f;
         f = f->next)
        g_string_append_printf(out, "%s: %s\n", f->pointer, f->detail);
    json_decref(json);
    return g_strdup(out->str);
}

static void a_body_gives_each_member_its_type(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct field_set set = field_set_new(arena, fields);
    json_t *json = NULL;
    static const char text[] =
        "{\"text\": \"a\", \"number\": -3, \"points\": 12.5, \"day\": \"1970-01-03\", \"flag\": "
        "false, \"words\": [\"x\", \"y\"], \"numbers\": {\"a\": 1, \"b\": 0.1}, \"object\": "
        "{\"k\": [1]}, \"colour\": null}";
    assert_null(body_parse(arena, SLICE(text), &set, &json));
    assert_string_equal(field_text(&set, "text"), "a");
    assert_int_equal(field_get(&set, "number")->number, -3);
    assert_int_equal(field_get(&set, "points")->number, 1250);
    assert_int_equal(field_get(&set, "day")->number, 2);
    assert_true(field_get(&set, "flag")->given && field_get(&set, "flag")->number == 0);
    assert_string_equal(field_get(&set, "words")->words[1], "y");
    assert_int_equal(json_object_size(field_get(&set, "numbers")->json), 2);
    assert_false(field_get(&set, "colour")->given); /* null is absent */
    json_decref(json);
}

static void types_are_not_guessed(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"{\"text\": 1}", "/text"},
        {"{\"number\": \"1\"}", "/number"},
        {"{\"number\": 1.5}", "/number"},
        {"{\"number\": 1e30}", "/number"},
        {"{\"points\": \"12\"}", "/points"},
        {"{\"points\": 0.001}", "/points"},
        {"{\"flag\": 1}", "/flag"},
        {"{\"words\": \"a,b\"}", "/words"},
        {"{\"words\": [\"a,b\"]}", "/words"},
        {"{\"words\": [1]}", "/words"},
        {"{\"numbers\": {\"a\": \"1\"}}", "/numbers"},
        {"{\"numbers\": {\"a\": 1, \"b\": 2, \"c\": 3}}", "/numbers"},
        {"{\"object\": []}", "/object"},
        {"{\"object\": {\"k\": \"0123456789012345\"}}", "/object"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *faults = faults_of(wrong[i][0]);
        g_autofree char *start = g_strconcat(wrong[i][1], ": want ", NULL);
        if (!g_str_has_prefix(faults, start))
            fail_msg("%s: '%s'", wrong[i][0], faults);
    }
}

static void many_unknown_members_are_not_all_named(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("{");
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(text, "%s\"unknown%d\": 1", i ? "," : "", i);
    g_string_append_c(text, '}');
    g_autofree char *faults = faults_of(text->str);
    g_auto(GStrv) lines = g_strsplit(faults, "\n", -1);
    assert_int_equal(g_strv_length(lines), 20 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_takes_what_it_says_and_nothing_else),
        cmocka_unit_test(an_absent_one_is_its_fallback),
        cmocka_unit_test(a_body_gives_each_member_its_type),
        cmocka_unit_test(types_are_not_guessed),
        cmocka_unit_test(many_unknown_members_are_not_all_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
