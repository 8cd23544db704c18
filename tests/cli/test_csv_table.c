/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

#include "cli/csv_table.h"

static bool load(struct arena *arena, const char *text, const char *const *factor,
                 struct csv_table *out, GError **err)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("kenko-table-XXXXXX", &path, NULL);
    assert_true(fd >= 0);
    close(fd);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    bool ok = csv_table_load(arena, path, factor, out, err);
    g_unlink(path);
    return ok;
}

static struct csv_table loaded(struct arena *arena, const char *text, const char *const *factor)
{
    g_autoptr(GError) err = NULL;
    struct csv_table table;
    if (!load(arena, text, factor, &table, &err))
        fail_msg("%s", err->message);
    return table;
}

static void numbers_are_numbers_and_texts_are_levels(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct csv_table t = loaded(arena, "a,b\n1.5,x\n,y\n-2e3,x\nNA,\n", NULL);
    assert_int_equal(t.n, 4);
    assert_null(t.column[0].level);
    assert_true(t.column[0].x[0] == 1.5 && isnan(t.column[0].x[1]) && t.column[0].x[2] == -2000 &&
                isnan(t.column[0].x[3]));
    assert_int_equal(t.column[1].n_levels, 2);
    assert_string_equal(t.column[1].level[1], "y");
    assert_true(t.column[1].x[0] == 0 && t.column[1].x[1] == 1 && t.column[1].x[2] == 0 &&
                isnan(t.column[1].x[3]));
}

static void a_text_late_makes_texts_of_the_numbers_before(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct csv_table t = loaded(arena, "a,b\n10,1\n1.0,1\n10,1\nx,1\n,1\n1,1\n", NULL);
    assert_int_equal(t.column[0].n_levels, 4); /* as written: 1.0 is not 1 */
    assert_string_equal(t.column[0].level[0], "1");
    assert_string_equal(t.column[0].level[1], "1.0");
    assert_true(t.column[0].x[0] == 2 && t.column[0].x[3] == 3 && isnan(t.column[0].x[4]) &&
                t.column[0].x[5] == 0);
}

static void numbers_asked_for_as_a_factor_are_levels(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const char *factor[] = {"a", NULL};
    struct csv_table t = loaded(arena, "a,b\n2,1\n1,1\n2,3\n", factor);
    assert_int_equal(t.column[0].n_levels, 2);
    assert_true(t.column[0].x[0] == 1 && t.column[0].x[1] == 0);
    assert_null(t.column[1].level);
}

/* Whatever is written is the nearest double, as the C library reads it. */
static void every_number_is_the_nearest_double(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GString) text = g_string_new("a\n");
    g_autoptr(GRand) random = g_rand_new_with_seed(9);
    static const char *const forms[] = {"%.0f", "%.3f", "%.12f", "%.17g", "%e", "%.15g"};
    enum { N = 20000 };
    double *want = g_new(double, N);
    for (int i = 0; i < N; i++) {
        char number[64];
        double x = (g_rand_double(random) - 0.5) * pow(10, g_rand_int_range(random, -6, 12));
        const char *form = forms[i % (int)G_N_ELEMENTS(forms)];
        if (i % 3 == 0)
            g_snprintf(number, sizeof number, "%d.%05d", g_rand_int_range(random, -99, 99),
                       g_rand_int_range(random, 0, 99999));
        else
            g_ascii_formatd(number, sizeof number, form, x);
        want[i] = g_ascii_strtod(number, NULL);
        g_string_append_printf(text, "%s\n", number);
    }
    struct csv_table t = loaded(arena, text->str, NULL);
    assert_int_equal(t.n, N);
    assert_memory_equal(t.column[0].x, want, N * sizeof *want);
    g_free(want);
}

/* Of a file the numbers before it are read once more, as texts. */
static void a_text_among_very_many_numbers_makes_texts_of_all(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GString) text = g_string_new("id,y,z\n");
    for (int i = 0; i < 5000; i++)
        g_string_append_printf(text, "%d,1,%d.5\n", i, i);
    g_string_append(text, "A7,1,-\n8,1,\n");
    struct csv_table t = loaded(arena, text->str, NULL);
    assert_int_equal(t.n, 5002);
    assert_int_equal(t.column[0].n_levels, 5001);
    assert_int_equal(t.column[2].n_levels, 5001);
    assert_true(t.column[0].x[8] == t.column[0].x[5001] && isnan(t.column[2].x[5001]));
    assert_null(t.column[1].level);
}

/* A pipe cannot be read again. */
static void a_late_text_of_a_pipe_is_refused_by_its_place(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) text = g_string_new("id,y\n");
    struct csv_table t;
    int end[2];
    for (int i = 0; i < 300; i++)
        g_string_append_printf(text, "%d,1\n", i);
    g_string_append(text, "A7,1\n");
    assert_int_equal(pipe(end), 0);
    assert_int_equal(write(end[1], text->str, text->len), text->len);
    close(end[1]);
    g_autofree char *path = g_strdup_printf("/dev/fd/%d", end[0]);
    assert_false(csv_table_load(arena, path, NULL, &t, &err));
    close(end[0]);
    assert_non_null(strstr(err->message, ":302: column id is no number here"));
    assert_non_null(strstr(err->message, "--factor"));
    assert_null(strstr(err->message, "A7"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_numbers_and_texts_are_levels),
        cmocka_unit_test(a_text_late_makes_texts_of_the_numbers_before),
        cmocka_unit_test(numbers_asked_for_as_a_factor_are_levels),
        cmocka_unit_test(every_number_is_the_nearest_double),
        cmocka_unit_test(a_text_among_very_many_numbers_makes_texts_of_all),
        cmocka_unit_test(a_late_text_of_a_pipe_is_refused_by_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
