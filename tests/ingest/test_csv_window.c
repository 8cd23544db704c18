/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "ingest/csv_window.h"
#include "ingest/scan_csv.h"

enum { FIELDS_MAX = 400 };

static void check_fields(struct arena *arena, const struct csv_marks *marks, struct slice record)
{
    struct slice field[FIELDS_MAX];
    struct scan_error error;
    size_t n;
    if (!scan_csv_split(arena, record, ',', field, FIELDS_MAX, &n, &error))
        fail_msg("'%.*s' is given: %s", SLICE_ARGS(record), error.message);
    assert_int_equal(n, marks->n);
    for (size_t i = 0; i < n; i++) {
        struct slice got = csv_marks_field(marks, arena, i, record.p + record.n);
        if (!slice_equals(got, field[i]))
            fail_msg("field %zu is '%.*s', want '%.*s'", i, SLICE_ARGS(got), SLICE_ARGS(field[i]));
    }
}

/* Every record the window gives is the one the scanner of single records gives; how many. */
static size_t check_window(struct arena *arena, struct csv_window *window, struct slice text)
{
    struct csv_marks marks;
    size_t looked = csv_window_fill(window, text), at = 0, given = 0, inside, end, want_inside;
    assert_true(looked <= text.n && looked <= CSV_WINDOW_BYTES);
    while (csv_window_next(window, &marks, &inside)) {
        struct slice rest = {text.p + at, text.n - at};
        assert_true(scan_csv_end(rest, ',', false, &end, &want_inside));
        assert_int_equal(inside, want_inside);
        assert_int_equal(marks.begin, at);
        assert_int_equal(marks.end[marks.n - 1], at + end);
        check_fields(arena, &marks,
                     (struct slice){rest.p, end - (end > 0 && rest.p[end - 1] == '\r')});
        at += end + 1;
        given++;
    }
    if (!csv_window_is_irregular(window))
        assert_false(
            scan_csv_end((struct slice){text.p + at, looked - at}, ',', false, &end, &inside));
    return given;
}

static struct slice random_text(GRand *rand, const char *letters, size_t n_letters, size_t n,
                                int spread)
{
    char *copy = g_malloc(n + 1); /* alone, so that reading beyond it is seen */
    for (size_t i = 0; i < n; i++)
        copy[i] = spread && g_rand_int_range(rand, 0, spread)
                      ? 'x'
                      : letters[g_rand_int_range(rand, 0, (int)n_letters)];
    return (struct slice){copy, n};
}

static void a_window_gives_the_records_that_are_read_one_by_one(void **state)
{
    (void)state;
    static const char letters[] = "abcdefgh,\"\n\n\r,";
    GRand *rand = g_rand_new_with_seed(19);
    struct csv_window *window = csv_window_new(',');
    g_autoptr(arena_t) arena = arena_new();
    size_t given = 0;
    for (int turn = 0; turn < 100000; turn++) {
        struct slice text =
            random_text(rand, letters, sizeof letters - 1,
                        (size_t)g_rand_int_range(rand, 0, turn % 10 ? 140 : 400), turn % 40);
        arena_reset(arena);
        given += check_window(arena, window, text);
        g_free((char *)(uintptr_t)text.p);
    }
    assert_true(given > 5000);
    csv_window_free(window);
    g_rand_free(rand);
}

/* Fields as people write them, some of them in quotes. */
static void put_field(GString *out, GRand *rand)
{
    static const char *const fields[] = {"a",        "\"b\"",         "\"c,d\"", "\"e\"\"f\"", "",
                                         "\"g\nh\"", "\"\"\"i\"\"\"", "\"\"",    "日本"};
    g_string_append(out, fields[g_rand_int_range(rand, 0, G_N_ELEMENTS(fields))]);
}

static void all_of_regular_text_is_given(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(23);
    struct csv_window *window = csv_window_new(',');
    g_autoptr(arena_t) arena = arena_new();
    for (int turn = 0; turn < 2000; turn++) {
        g_autoptr(GString) text = g_string_new(NULL);
        size_t whole = 0;
        const char *line_end = turn % 2 ? "\r\n" : "\n";
        for (; text->len < 2000; whole++) {
            for (int i = g_rand_int_range(rand, 0, 6); i >= 0; i--) {
                put_field(text, rand);
                g_string_append(text, i ? "," : line_end);
            }
        }
        g_string_append_len(text, "x\n", 2);
        for (int i = 0; i < 64; i++)
            g_string_append_c(text, '\n');
        arena_reset(arena);
        size_t given = check_window(arena, window, (struct slice){text->str, text->len});
        assert_false(csv_window_is_irregular(window));
        assert_true(given >= whole);
    }
    csv_window_free(window);
    g_rand_free(rand);
}

static void a_long_record_and_a_short_text_are_left_to_others(void **state)
{
    (void)state;
    struct csv_window *window = csv_window_new(',');
    struct csv_marks marks;
    size_t inside;
    g_autofree char *text = g_strnfill(2 * CSV_WINDOW_BYTES, 'x');
    text[2 * CSV_WINDOW_BYTES - 1] = '\n';
    assert_int_equal(csv_window_fill(window, (struct slice){text, 2 * CSV_WINDOW_BYTES}),
                     CSV_WINDOW_BYTES);
    assert_false(csv_window_next(window, &marks, &inside));
    assert_int_equal(csv_window_fill(window, SLICE("a,b\n")), 0);
    assert_false(csv_window_next(window, &marks, &inside));
    csv_window_free(window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_gives_the_records_that_are_read_one_by_one),
        cmocka_unit_test(all_of_regular_text_is_given),
        cmocka_unit_test(a_long_record_and_a_short_text_are_left_to_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
