/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/scan_json.h"
#include "support/warehouse.h"

/* Can all members of the text, or all its items, be walked over? */
static bool walk(struct slice text)
{
    g_autoptr(arena_t) arena = arena_new();
    struct scan_json_members members;
    struct scan_json_member member;
    size_t space = strspn(text.p, " \t\r\n");
    if (space < text.n && text.p[space] == '[')
        scan_json_open_array(&members, arena, text);
    else
        scan_json_open(&members, arena, text);
    while (scan_json_next(&members, &member))
        continue;
    return !members.broken;
}

/* One verdict of JSONTestSuite: y must pass, n must fail, i must only return. */
static int judge(const char *name, const char *text, gsize size)
{
    struct scan_error error;
    bool ok = scan_json_validate((struct slice){text, size}, &error);
    char first = text[strspn(text, " \t\r\n")];
    if ((first == '{' || first == '[') && walk((struct slice){text, size}) != ok) {
        printf("%s: the walk over it says otherwise\n", name);
        return 1;
    }
    if ((name[0] == 'y' && !ok) || (name[0] == 'n' && ok)) {
        printf("%s: %s\n", name, ok ? "was accepted" : error.message);
        return 1;
    }
    return 0;
}

static void every_json_of_the_suite_gets_its_verdict(void **state)
{
    (void)state;
    const char *data = warehouse_test_data("JSONTestSuite");
    if (!data)
        skip();
    g_autofree char *archive =
        g_build_filename(data, "data/conformance/JSONTestSuite.tar.gz", NULL);
    const char *argv[] = {"tar", "-xzf", archive, "-C", warehouse_scratch(), NULL};
    assert_true(g_spawn_sync("/", (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                             NULL, NULL, NULL, NULL));
    const char *list[] = {"find", warehouse_scratch(), "-path", "*test_parsing*", "-name", "*.json",
                          NULL};
    g_autofree char *out = NULL;
    assert_true(g_spawn_sync("/", (char **)(uintptr_t)list, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                             &out, NULL, NULL, NULL));
    g_auto(GStrv) files = g_strsplit(g_strstrip(out), "\n", -1);
    int wrong = 0, count = 0;
    for (char **file = files; *file; file++, count++) {
        g_autofree char *text = NULL, *name = g_path_get_basename(*file);
        gsize size;
        assert_true(g_file_get_contents(*file, &text, &size, NULL));
        wrong += judge(name, text, size);
    }
    assert_int_equal(count, 318);
    assert_int_equal(wrong, 0);
}

static struct scan_json_value one(struct arena *arena, const char *record, const char *key,
                                  bool *ok)
{
    struct scan_json_path path = {1, {key}};
    struct scan_json_value value;
    struct scan_error error;
    uint64_t replaced = 0;
    *ok = scan_json_record(arena, slice_of(record), &path, 1, &value, &replaced, &error);
    return value;
}

static void numbers_stay_exact_and_escapes_are_undone(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    bool ok;
    struct scan_json_value v = one(arena, "{\"a\": 10000000000000000000000.1234}", "a", &ok);
    assert_true(ok && slice_is(v.text, "10000000000000000000000.1234"));
    v = one(arena, "{\"a\": \"\\u30b5\\ud83d\\ude00\\n\\\"\"}", "a", &ok);
    assert_true(ok && slice_is(v.text, "サ😀\n\""));
    v = one(arena, "{\"a\": \"\\u0000\\ud800\"}", "a", &ok);
    assert_true(ok && slice_is(v.text, "\xef\xbf\xbd\xef\xbf\xbd"));
    v = one(arena, "{\"b\": {\"a\": 1}, \"c\": [{\"a\": 2}]}", "a", &ok);
    assert_true(ok && v.type == SCAN_JSON_ABSENT);
    one(arena, "{\"a\": 1, \"a\": 2}", "a", &ok);
    assert_false(ok);
    one(arena, "[1]", "a", &ok);
    assert_false(ok);
    g_autoptr(GString) deep = g_string_new("{\"a\":");
    for (int i = 0; i < 100000; i++)
        g_string_append_c(deep, '[');
    one(arena, deep->str, "a", &ok);
    assert_false(ok);
}

static void members_are_found_by_pointer(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct scan_json_path path[2] = {{2, {"s", "rows"}}, {1, {"s"}}};
    struct scan_json_value value[2];
    struct scan_error error;
    uint64_t replaced = 0;
    assert_true(scan_json_record(arena, SLICE("{\"s\":{\"x\":1,\"rows\":7},\"rows\":9}"), path, 2,
                                 value, &replaced, &error));
    assert_true(slice_is(value[0].text, "7"));
    assert_true(slice_is(value[1].text, "{\"x\":1,\"rows\":7}"));
}

static void members_are_walked_over_in_their_order(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct scan_json_members members;
    struct scan_json_member m;
    scan_json_open(
        &members, arena,
        SLICE(" {\"a\\u0062\" : 1.10 , \"s\":\"x\\u0000\\n\",\"o\":{\"a\":[1, 2]}, \"n\":null} "));
    assert_true(scan_json_next(&members, &m));
    assert_true(slice_is(m.key, "ab") && slice_is(m.value.text, "1.10"));
    assert_true(scan_json_next(&members, &m));
    assert_true(slice_is(m.value.text, "x\xef\xbf\xbd\n") && slice_is(m.raw, "\"x\\u0000\\n\""));
    assert_int_equal(members.replaced, 1);
    assert_true(scan_json_next(&members, &m));
    assert_true(m.value.type == SCAN_JSON_OTHER && slice_is(m.raw, "{\"a\":[1, 2]}"));
    assert_true(scan_json_next(&members, &m));
    assert_int_equal(m.value.type, SCAN_JSON_NULL);
    assert_false(scan_json_next(&members, &m));
    assert_false(members.broken);
    assert_true(walk(SLICE("{}")) && walk(SLICE(" { } ")));
    const char *broken[] = {"",           "1",          "{\"a\":1{\"b\":2}", "{\"a\":1,}",
                            "{,\"a\":1}", "{\"a\":1}}", "{\"a\":1} x",       "{\"a\" 1}",
                            "{\"a\":}",   "{\"a\":1"};
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++)
        assert_false(walk(slice_of(broken[i])));
}

static void items_are_walked_over_in_their_order(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct scan_json_members items;
    struct scan_json_member m;
    scan_json_open_array(&items, arena, SLICE(" [ {\"a\": [1]} , \"x\\n\", -1.50 ] "));
    assert_true(scan_json_next(&items, &m));
    assert_true(m.value.type == SCAN_JSON_OTHER && slice_is(m.raw, "{\"a\": [1]}"));
    assert_null(m.key.p);
    assert_true(scan_json_next(&items, &m));
    assert_true(m.value.type == SCAN_JSON_STRING && slice_is(m.value.text, "x\n"));
    assert_true(scan_json_next(&items, &m));
    assert_true(m.value.type == SCAN_JSON_NUMBER && slice_is(m.raw, "-1.50"));
    assert_false(scan_json_next(&items, &m));
    assert_false(items.broken);
    assert_true(walk(SLICE("[]")) && walk(SLICE(" [ ] ")));
    const char *broken[] = {"[", "[1", "[1,]", "[,1]", "[1 2]", "[1]]", "[\"a\":1]", "[1}"};
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++)
        assert_false(walk(slice_of(broken[i])));
    scan_json_open_array(&items, arena, SLICE("{}"));
    assert_true(items.broken && !scan_json_next(&items, &m));
}

static void naughty_strings_survive(void **state)
{
    (void)state;
    const char *data = warehouse_test_data("naughty strings");
    if (!data)
        skip();
    g_autofree char *path = g_build_filename(data, "data/conformance/blns.json", NULL);
    json_t *list = json_load_file(path, 0, NULL);
    assert_true(json_array_size(list) > 500);
    for (size_t i = 0; i < json_array_size(list); i++) {
        g_autoptr(arena_t) arena = arena_new();
        const char *text = json_string_value(json_array_get(list, i));
        json_t *record = json_pack("{s:s}", "a", text);
        char *dumped = json_dumps(record, JSON_ENSURE_ASCII);
        bool ok;
        struct scan_json_value v = one(arena, dumped, "a", &ok);
        assert_true(ok && slice_is(v.text, text));
        free(dumped);
        json_decref(record);
    }
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_json_of_the_suite_gets_its_verdict),
        cmocka_unit_test(numbers_stay_exact_and_escapes_are_undone),
        cmocka_unit_test(members_are_found_by_pointer),
        cmocka_unit_test(members_are_walked_over_in_their_order),
        cmocka_unit_test(items_are_walked_over_in_their_order),
        cmocka_unit_test(naughty_strings_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
