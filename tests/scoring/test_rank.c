/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <glib.h>

#include "scoring/rank.h"

enum { ROWS = 60 };

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

static int sign(double v)
{
    return (v > 0) - (v < 0);
}

/* Kendall's tau-b by its definition. */
static double tau_b(const double *x, const double *y, size_t n)
{
    double s = 0, by_x = 0, by_y = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            s += sign(x[i] - x[j]) * sign(y[i] - y[j]);
            by_x += x[i] != x[j];
            by_y += y[i] != y[j];
        }
    }
    return s / sqrt(by_x * by_y);
}

static double place(const double *v, size_t n, size_t i)
{
    double below = 0, same = 0;
    for (size_t j = 0; j < n; j++) {
        below += v[j] < v[i];
        same += v[j] == v[i];
    }
    return below + (same + 1) / 2;
}

static double rho(const double *x, const double *y, size_t n)
{
    double ab = 0, aa = 0, bb = 0, mean = ((double)n + 1) / 2;
    for (size_t i = 0; i < n; i++) {
        double a = place(x, n, i) - mean, b = place(y, n, i) - mean;
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    return ab / sqrt(aa * bb);
}

static void both_are_what_their_definitions_say(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    for (int round = 0; round < 200; round++) {
        g_autoptr(arena_t) arena = arena_new();
        double x[ROWS], y[ROWS];
        int levels = g_rand_int_range(rand, 2, 40);
        size_t n = (size_t)g_rand_int_range(rand, 8, ROWS);
        for (size_t i = 0; i < n; i++) {
            x[i] = g_rand_int_range(rand, 0, levels);
            y[i] = x[i] * (round % 3 - 1) + g_rand_int_range(rand, 0, levels);
        }
        x[0] = -1;
        y[1] = 1000;
        assert_true(near(rank_kendall(arena, x, y, n), tau_b(x, y, n)));
        assert_true(near(rank_spearman(arena, x, y, n), rho(x, y, n)));
    }
}

static void what_does_not_vary_has_no_rank_correlation(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double x[] = {1, 2, 3}, flat[] = {7, 7, 7}, back[] = {3, 2, 1};
    assert_true(isnan(rank_spearman(arena, x, flat, 3)) && isnan(rank_kendall(arena, flat, x, 3)));
    assert_true(isnan(rank_spearman(arena, x, x, 1)) && isnan(rank_kendall(arena, x, x, 0)));
    assert_true(near(rank_spearman(arena, x, back, 3), -1) &&
                near(rank_kendall(arena, x, back, 3), -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_are_what_their_definitions_say),
        cmocka_unit_test(what_does_not_vary_has_no_rank_correlation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
