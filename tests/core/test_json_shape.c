/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/json_shape.h"

static const struct scan_json_path wanted[] = {{1, {"a"}},    {1, {"b"}}, {2, {"c", "d"}},
                                               {1, {"x\"y"}}, {1, {""}},  {1, {"é"}}};
enum { WANTED = G_N_ELEMENTS(wanted) };

/* With the shape and without it a record gives the same, or is refused for the same. */
static bool check_same(struct arena *arena, struct json_shape *shape, struct slice record)
{
    struct scan_json_value one[WANTED], two[WANTED];
    struct scan_error e1 = {0}, e2 = {0};
    uint64_t r1 = 0, r2 = 0;
    bool ok = scan_json_record(arena, record, wanted, WANTED, one, &r1, &e1);
    if (scan_json_shaped(arena, shape, record, two, &r2, &e2) != ok || r1 != r2)
        fail_msg("'%.*s': %s, with the shape %s", SLICE_ARGS(record), ok ? "fine" : e1.message,
                 ok ? e2.message : "fine");
    if (!ok) {
        assert_int_equal(e1.column, e2.column);
        assert_string_equal(e1.reason, e2.reason);
        return false;
    }
    for (size_t i = 0; i < WANTED; i++)
        assert_true(one[i].type == two[i].type && slice_equals(one[i].text, two[i].text));
    return true;
}

static void put_member(GString *out, GRand *rand)
{
    static const char *const names[] = {
        "a", "b",       "c",       "e", "x\\\"y",
        "",  "\\u0061", "\\u0000", "é", "a long name that is kept in no shape, for it has no room"};
    static const char *const values[] = {
        "1",    "-2.5e3",       "\"t\"",     "null",    "[1,{}]",
        "true", "{\"d\": [2]}", "{\"d\":3}", "\"\\n\"", "\"a text of more than sixteen bytes\""};
    static const char *const spaces[] = {"", "", "", " ", "\t ", "\n"};
    const char *space = spaces[g_rand_int_range(rand, 0, G_N_ELEMENTS(spaces))];
    g_string_append_printf(out, "%s\"%s\"%s:%s%s", space,
                           names[g_rand_int_range(rand, 0, G_N_ELEMENTS(names))], space, space,
                           values[g_rand_int_range(rand, 0, G_N_ELEMENTS(values))]);
}

static void records_are_read_the_same_with_what_was_learned(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(29);
    g_autoptr(arena_t) arena = arena_new();
    struct json_shape shape;
    int fine = 0, refused = 0;
    for (int turn = 0; turn < 100000; turn++) {
        if (turn % 50 == 0)
            shape = json_shape_of(wanted, WANTED);
        g_autoptr(GString) text = g_string_new("{");
        for (int i = g_rand_int_range(rand, 0, 7); i > 0; i--) {
            put_member(text, rand);
            g_string_append(text, i > 1 ? "," : "");
        }
        g_string_append_c(text, '}');
        if (turn % 3 == 0) /* now and then a byte of it is another */
            text->str[g_rand_int_range(rand, 0, (int)text->len)] =
                "{}[]\",: \\x\n"[g_rand_int_range(rand, 0, 11)];
        arena_reset(arena);
        char *alone = g_memdup2(text->str, text->len); /* so that reading beyond it is seen */
        check_same(arena, &shape, (struct slice){alone, text->len}) ? fine++ : refused++;
        g_free(alone);
    }
    assert_true(fine > 20000 && refused > 20000);
    g_rand_free(rand);
}

static void members_that_come_and_go_are_found_again(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct json_shape shape = json_shape_of(wanted, WANTED);
    const struct slice all = SLICE("{\"a\":1,\"z\":2,\"b\":3}"), fewer = SLICE("{\"a\":1,\"b\":3}");
    for (int i = 0; i < 3; i++) {
        assert_true(check_same(arena, &shape, fewer));
        assert_true(check_same(arena, &shape, all));
    }
    assert_int_equal(shape.n, 3);
    size_t next = 1;
    const struct json_shape_member *b =
        json_shape_find(&shape, &next, fewer.p + 7, fewer.p + fewer.n);
    assert_true(b && b->wanted == 2 && next == 3);
}

static void a_name_with_an_escape_is_not_learned(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct json_shape shape = json_shape_of(wanted, WANTED);
    assert_true(check_same(arena, &shape, SLICE("{\"\\u0061\":1}")));
    assert_int_equal(shape.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read_the_same_with_what_was_learned),
        cmocka_unit_test(members_that_come_and_go_are_found_again),
        cmocka_unit_test(a_name_with_an_escape_is_not_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
