/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/calibration.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.15g, want %.15g", got, want);
}

static void groups_hold_all_rows_and_never_part_equal_predictions(void **state)
{
    (void)state;
    double p[25], y[25];
    struct calibration_group group[CALIBRATION_GROUPS];
    for (int i = 0; i < 25; i++) {
        p[i] = i < 12 ? 0.1 : 0.1 + i / 100.0;
        y[i] = i % 5 == 0;
    }
    size_t n = calibration_groups(p, y, 25, group), rows = 0, events = 0;
    assert_int_equal(group[0].n, 12);
    assert_int_equal(group[0].events, 3);
    near(group[0].predicted, 0.1, 1e-15);
    for (size_t g = 0; g < n; g++) {
        assert_true(group[g].n > 0);
        rows += group[g].n;
        events += group[g].events;
    }
    assert_int_equal(rows, 25);
    assert_int_equal(events, 5);
    assert_int_equal(calibration_groups(p, y, 0, group), 0);
}

/* Wilson's own form: the shares whose test at 95 % does not refuse what was seen. */
static void wilson_holds_the_shares_that_are_not_refused(void **state)
{
    (void)state;
    const double z = 1.959963984540054;
    double low, high;
    calibration_wilson(7, 40, &low, &high);
    near((7 / 40.0 - low) / sqrt(low * (1 - low) / 40), z, 1e-9);
    near((high - 7 / 40.0) / sqrt(high * (1 - high) / 40), z, 1e-9);
    calibration_wilson(0, 40, &low, &high);
    assert_true(low == 0 && high > 0.05 && high < 0.1);
    calibration_wilson(40, 40, &low, &high);
    assert_true(high == 1 && low > 0.9);
    calibration_wilson(0, 0, &low, &high);
    assert_true(low == 0 && high == 1);
}

static void isotonic_rates_are_means_of_blocks_that_rise(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double p[] = {0.1, 0.2, 0.3, 0.3, 0.4, 0.5}, y[] = {0, 1, 0, 0, 1, 1};
    double rate[6];
    assert_int_equal(calibration_isotonic(arena, p, y, 6, rate), 3);
    const double want[] = {0, 1 / 3.0, 1 / 3.0, 1 / 3.0, 1, 1};
    for (int i = 0; i < 6; i++)
        near(rate[i], want[i], 1e-15);
}

enum { DAYS = 8, CUSTOMERS = 100, N = DAYS * CUSTOMERS };

/* Eight days of customers who leave by `rate` times their predictions. */
static void draw(GRand *rand, const double rate[DAYS], double *p, double *y, int32_t *day)
{
    for (int i = 0; i < N; i++) {
        day[i] = 20000 + i / CUSTOMERS;
        p[i] = g_rand_double_range(rand, 0.02, 0.2);
        y[i] = g_rand_double(rand) < p[i] * rate[i / CUSTOMERS];
    }
}

static void the_sum_over_time_finds_a_break_and_names_its_day(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    static double p[N], y[N];
    static int32_t day[N];
    const double rise[DAYS] = {1, 1, 1, 1, 1, 1, 3, 3}, fall[DAYS] = {0, 0, 0, 0, 1, 1, 1, 2};
    struct calibration_cusum c;
    draw(rand, rise, p, y, day);
    calibration_cusum(arena, p, y, day, N, &c);
    assert_true(c.p < 0.05 && c.most > 0);
    assert_int_equal(c.day, 20000 + DAYS - 1);
    draw(rand, fall, p, y, day);
    calibration_cusum(arena, p, y, day, N, &c);
    assert_true(c.p < 0.05 && c.most < 0);
    assert_true(c.day < 20000 + DAYS - 1);
    struct calibration_cusum again;
    calibration_cusum(arena, p, y, day, N, &again);
    assert_true(c.most == again.most && c.p == again.p && c.day == again.day);
}

/* Were the predictions right, p is below a tenth in a tenth of the courses. */
static void chance_is_called_chance(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(8);
    static double p[N], y[N];
    static int32_t day[N];
    const double right[DAYS] = {1, 1, 1, 1, 1, 1, 1, 1};
    int below = 0;
    for (int course = 0; course < 60; course++) {
        g_autoptr(arena_t) arena = arena_new();
        struct calibration_cusum c;
        draw(rand, right, p, y, day);
        calibration_cusum(arena, p, y, day, N, &c);
        below += c.p <= 0.1;
    }
    assert_in_range(below, 1, 14); /* 6 ± 3.3 standard deviations */
}

static void without_rows_or_doubt_there_is_nothing_to_say(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double sure[] = {0, 1};
    const int32_t day[] = {1, 2};
    struct calibration_cusum c;
    double chi2, p;
    calibration_cusum(arena, sure, sure, day, 0, &c);
    assert_true(isnan(c.p) && isnan(c.most));
    calibration_cusum(arena, sure, sure, day, 2, &c);
    assert_true(isnan(c.p));
    calibration_chi2(NULL, 0, &chi2, &p);
    assert_true(isnan(chi2) && isnan(p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_hold_all_rows_and_never_part_equal_predictions),
        cmocka_unit_test(wilson_holds_the_shares_that_are_not_refused),
        cmocka_unit_test(isotonic_rates_are_means_of_blocks_that_rise),
        cmocka_unit_test(the_sum_over_time_finds_a_break_and_names_its_day),
        cmocka_unit_test(chance_is_called_chance),
        cmocka_unit_test(without_rows_or_doubt_there_is_nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
