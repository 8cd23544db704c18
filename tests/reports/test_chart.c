/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chart's child may be missing, ill or hang: the report goes on without it. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "reports/chart.h"
#include "support/warehouse.h"

static const int32_t days[] = {20000, 20007, 20014};
static const double values[] = {50, NAN, 70};

static struct chart sample(void)
{
    return (struct chart){.unit = "points",
                          .n_days = 3,
                          .n_series = 1,
                          .day = days,
                          .name = {"health \"; system('x')"},
                          .value = {values},
                          .deadline_ms = 700};
}

/* Put a gnuplot of our own in front of the path for one call. */
static char *draw_with(struct arena *arena, const char *script)
{
    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_autofree char *fake = g_build_filename(warehouse_scratch(), "gnuplot", NULL);
    g_autofree char *changed = g_strdup_printf("%s:%s", warehouse_scratch(), path);
    struct chart chart = sample();
    assert_true(g_file_set_contents(fake, script, -1, NULL));
    assert_int_equal(chmod(fake, 0755), 0);
    g_setenv("PATH", changed, TRUE);
    char *svg = chart_svg(arena, &chart);
    g_setenv("PATH", path, TRUE);
    return svg;
}

static void a_child_that_hangs_is_left_at_the_deadline(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    gint64 start = g_get_monotonic_time();
    assert_null(draw_with(arena, "#!/bin/sh\nsleep 20\n"));
    gint64 took_ms = (g_get_monotonic_time() - start) / 1000;
    assert_in_range(took_ms, 500, 5000);
}

static void a_child_that_fails_or_stops_half_way_gives_no_chart(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    assert_null(draw_with(arena, "#!/bin/sh\nexit 3\n"));
    assert_null(draw_with(arena, "#!/bin/sh\ncat >/dev/null\necho '<svg>half'\n"));
    assert_null(draw_with(arena, "#!/bin/sh\ncat >/dev/null\necho '<svg></svg>'\nexit 1\n"));
    assert_string_equal(draw_with(arena, "#!/bin/sh\ncat >/dev/null\necho '<svg></svg>'\n"),
                        "<svg class=\"wide\"></svg>\n");
}

static void no_gnuplot_is_no_failure(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *path = g_strdup(g_getenv("PATH"));
    struct chart chart = sample();
    g_setenv("PATH", "/nonexistent", TRUE);
    assert_null(chart_svg(arena, &chart));
    g_setenv("PATH", path, TRUE);
}

static void text_follows_the_page_in_light_and_dark(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *program = g_find_program_in_path("gnuplot");
    struct chart chart = sample();
    chart.deadline_ms = 0;
    if (!program) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    const char *svg = chart_svg(arena, &chart);
    assert_non_null(svg);
    assert_non_null(strstr(svg, "currentColor"));
    assert_null(strstr(svg, "\"black\""));
    assert_null(strstr(svg, "'black'"));
    assert_null(strstr(svg, "<script"));
    /* Two weeks: the marks are days, not one month's name again and again. */
    assert_non_null(strstr(svg, "10-04"));
    assert_null(strstr(svg, "2024-10"));
}

/* Over a number there are no days, and factors stand as far above 1 as their halves below. */
static void a_chart_over_a_number_has_its_marks(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *program = g_find_program_in_path("gnuplot");
    const double x[] = {0, 1000, 2000}, y[] = {0.25, 1, 4};
    const struct chart chart = {.unit = "odds",
                                .n_days = 3,
                                .n_series = 1,
                                .x = x,
                                .x_name = "runs",
                                .name = {"Job runs"},
                                .value = {y},
                                .is_factor = true};
    if (!program) {
        print_message("skipped: gnuplot is not installed\n");
        skip();
    }
    const char *svg = chart_svg(arena, &chart);
    assert_non_null(svg);
    assert_non_null(strstr(svg, "1500"));
    assert_non_null(strstr(svg, "0.25"));
    assert_non_null(strstr(svg, "runs"));
    assert_null(strstr(svg, "2024-10"));
}

int main(void)
{
    /* As the program does: a child that does not read must not kill the writer. */
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_that_hangs_is_left_at_the_deadline),
        cmocka_unit_test(a_child_that_fails_or_stops_half_way_gives_no_chart),
        cmocka_unit_test(no_gnuplot_is_no_failure),
        cmocka_unit_test(text_follows_the_page_in_light_and_dark),
        cmocka_unit_test(a_chart_over_a_number_has_its_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
