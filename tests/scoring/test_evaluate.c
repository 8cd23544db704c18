/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/evaluate.h"
#include "scoring/glm.h"
#include "support/warehouse.h"

static void near(double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%.15g, want %.15g", got, want);
}

static void losses_are_what_they_are_by_hand(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double p[] = {0.9, 0.2, 0.2, 0.4}, y[] = {1, 0, 1, 0};
    struct evaluation e;
    evaluate_probabilities(arena, p, y, 4, &e);
    assert_int_equal(e.n, 4);
    assert_int_equal(e.events, 2);
    near(e.log_loss, -(log(0.9) + log(0.8) + log(0.2) + log(0.6)) / 4, 1e-14);
    near(e.base_log_loss, log(2), 1e-14);
    near(e.brier, (0.01 + 0.04 + 0.64 + 0.16) / 4, 1e-14);
    near(e.auc, 2.5 / 4, 1e-14); /* the pair of equal predictions counts half */
}

static void one_class_or_nothing_has_no_auc_slope_or_lift(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double p[] = {0.1, 0.2, 0.3}, y[] = {0, 0, 0};
    for (size_t n = 0; n <= 3; n += 3) {
        struct evaluation e;
        evaluate_probabilities(arena, p, y, n, &e);
        assert_true(isnan(e.auc) && isnan(e.auc_low) && isnan(e.auc_high));
        assert_true(isnan(e.slope) && isnan(e.intercept) && isnan(e.lift));
        assert_true(isfinite(e.log_loss) && isfinite(e.brier));
    }
}

static void certain_and_constant_predictions_stay_finite_or_say_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double p[] = {0, 1, 0, 1, 0.5, 0.5}, y[] = {0, 1, 1, 0, 1, 0};
    const double flat[] = {0.5, 0.5, 0.5, 0.5, 0.5, 0.5};
    struct evaluation e;
    evaluate_probabilities(arena, p, y, 6, &e);
    assert_true(isfinite(e.log_loss) && isfinite(e.slope));
    evaluate_probabilities(arena, flat, y, 6, &e);
    near(e.auc, 0.5, 0);
    near(e.lift, 1, 1e-14);
    near(e.ece, 0, 1e-14);
    assert_true(isnan(e.slope));
}

/* 20 levels of risk whose shares of churn are exactly as predicted. */
static size_t exact_world(double *p, double *y)
{
    size_t n = 0;
    for (int level = 1; level < 20; level++) {
        for (int i = 0; i < 40; i++, n++) {
            p[n] = level / 20.0;
            y[n] = i < level * 2;
        }
    }
    return n;
}

static void exact_predictions_have_slope_one_and_no_calibration_error(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    double p[800], q[800], y[800];
    size_t n = exact_world(p, y);
    struct evaluation e;
    evaluate_probabilities(arena, p, y, n, &e);
    near(e.slope, 1, 1e-9);
    near(e.intercept, 0, 1e-9);
    near(e.ece, 0, 1e-12);
    /* Log-odds halved and shifted by 0.3: the recalibration undoes it. */
    for (size_t i = 0; i < n; i++)
        q[i] = 1 / (1 + exp(-(0.3 + 0.5 * log(p[i] / (1 - p[i])))));
    evaluate_probabilities(arena, q, y, n, &e);
    near(e.slope, 2, 1e-7);
    near(e.intercept, -0.6, 1e-7);
    assert_true(e.ece > 0.05);
}

/* Fitted probabilities of birthwt: low ~ age + lwt + factor(race) + smoke + ptl + ht + ui + ftv. */
static size_t birthwt(struct arena *arena, const char *folder, double *p, double *y)
{
    enum { LOW, AGE, LWT, RACE, SMOKE, PTL, HT, UI, FTV };
    g_autofree char *path = g_build_filename(folder, "oracles", "birthwt.csv", NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) line = g_strsplit(text, "\n", -1);
    double *x = arena_many(arena, 200 * 9, double);
    size_t n = 0;
    for (; line[n + 1] && *line[n + 1]; n++) {
        g_auto(GStrv) cell = g_strsplit(line[n + 1], ",", -1);
        static const int plain[] = {AGE, LWT, SMOKE, PTL, HT, UI, FTV};
        for (size_t j = 0; j < G_N_ELEMENTS(plain); j++)
            x[n * 9 + j] = g_ascii_strtod(cell[plain[j]], NULL);
        x[n * 9 + 7] = strcmp(cell[RACE], "2") == 0;
        x[n * 9 + 8] = strcmp(cell[RACE], "3") == 0;
        y[n] = g_ascii_strtod(cell[LOW], NULL);
    }
    struct glm_data data = {.n = n, .p = 9, .x = x, .y = y};
    struct glm_fit fit;
    assert_true(glm_fit(arena, &data, GLM_LOGIT, 0, &fit, NULL));
    for (size_t i = 0; i < n; i++) {
        double eta = fit.beta[0];
        for (size_t j = 0; j < 9; j++)
            eta += fit.beta[j + 1] * x[i * 9 + j];
        p[i] = 1 / (1 + exp(-eta));
    }
    return n;
}

static int by_prediction(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

static void isotonic_of(struct arena *arena, const double *p, const double *y, size_t n)
{
    double pair[200][2], sorted[200], outcome[200], rate[200], sum = 0;
    for (size_t i = 0; i < n; i++)
        memcpy(pair[i], (const double[]){p[i], y[i]}, sizeof pair[i]);
    qsort(pair, n, sizeof *pair, by_prediction);
    for (size_t i = 0; i < n; i++) {
        sorted[i] = pair[i][0];
        outcome[i] = pair[i][1];
    }
    assert_int_equal(calibration_isotonic(arena, sorted, outcome, n, rate), 11);
    for (size_t i = 0; i < n; i++)
        sum += (rate[i] - outcome[i]) * (rate[i] - outcome[i]);
    near(sum, 32.0104197632, 32 * 1e-8);
}

/* Oracle S1 of the test data. */
static void measures_equal_those_of_r(void **state)
{
    (void)state;
    const char *folder = warehouse_test_data("oracles/birthwt.csv");
    if (!folder)
        skip();
    g_autoptr(arena_t) arena = arena_new();
    double p[200], y[200];
    size_t n = birthwt(arena, folder, p, y);
    struct evaluation e;
    evaluate_probabilities(arena, p, y, n, &e);
    near(e.auc, 0.746153846154, 1e-8);
    near((e.auc_high - e.auc) / 1.959963984540054, sqrt(0.00142689967434), 1e-8);
    near(e.log_loss, 0.53249945782, 1e-8);
    near(e.brier, 0.179060228839, 1e-8);
    near(e.chi2, 3.9434154795, 1e-8 * 4);
    isotonic_of(arena, p, y, n);
    for (size_t i = 0; i < n; i++)
        p[i] = 1 / (1 + exp(-(1.5 * log(p[i] / (1 - p[i])) - 0.3)));
    evaluate_probabilities(arena, p, y, n, &e);
    near(e.intercept, 0.2, 1e-8);
    near(e.slope, 0.666666666667, 1e-8);
}

static void the_order_of_rows_changes_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(4);
    double p[800], y[800];
    size_t n = exact_world(p, y);
    struct evaluation before, after;
    evaluate_probabilities(arena, p, y, n, &before);
    for (size_t i = n - 1; i > 0; i--) {
        size_t j = (size_t)g_rand_int_range(rand, 0, (gint32)i + 1);
        double swap_p = p[i], swap_y = y[i];
        p[i] = p[j];
        y[i] = y[j];
        p[j] = swap_p;
        y[j] = swap_y;
    }
    evaluate_probabilities(arena, p, y, n, &after);
    near(after.auc, before.auc, 0);
    near(after.auc_low, before.auc_low, 1e-12);
    near(after.ece, before.ece, 1e-12);
    near(after.lift, before.lift, 1e-12);
    near(after.log_loss, before.log_loss, 1e-12);
}

static void lift_is_churn_in_the_top_tenth_over_churn_in_all(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    double p[40], y[40];
    /* 40 rows, 8 churned: the top tenth is four rows, two sure places and two of a tie of four
     * of which two churned. */
    for (int i = 0; i < 40; i++) {
        p[i] = i < 2 ? 0.9 : i < 6 ? 0.8 : 0.1;
        y[i] = i == 0 || i == 2 || i == 3 || i >= 35;
    }
    struct evaluation e;
    evaluate_probabilities(arena, p, y, 40, &e);
    near(e.lift, (1 + 2 * 0.5) / 4 / (8 / 40.0), 1e-12);
}

static void average_precision_takes_equal_predictions_as_one_step(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    /* By hand: thresholds .9 (1 of 1), .5 (2 of 4), .1 (3 of 6). */
    const double p[] = {0.9, 0.5, 0.5, 0.5, 0.1, 0.1}, y[] = {1, 0, 1, 0, 0, 1};
    struct evaluation e;
    evaluate_probabilities(arena, p, y, 6, &e);
    assert_true(fabs(e.pr_auc - (1.0 / 3 * 1 + 1.0 / 3 * 2 / 4 + 1.0 / 3 * 3 / 6)) < 1e-12);
    const double none[6] = {0};
    evaluate_probabilities(arena, p, none, 6, &e);
    assert_true(isnan(e.pr_auc));
}

static void the_parts_of_brier_add_up_exactly(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    double p[800], y[800];
    struct evaluation e;
    for (int i = 0; i < 500; i++) {
        p[i] = floor(g_rand_double(rand) * 40) / 40; /* with ties */
        y[i] = g_rand_double(rand) < 0.1 + 0.5 * p[i];
    }
    evaluate_probabilities(arena, p, y, 500, &e);
    near(e.reliability - e.resolution + e.uncertainty, e.brier, 1e-15);
    assert_true(e.reliability > 0.01 && e.resolution > 0.005);
    /* Rates that are right for each prediction have nothing to gain. */
    size_t n = exact_world(p, y);
    evaluate_probabilities(arena, p, y, n, &e);
    near(e.reliability, 0, 1e-15);
}

static void more_or_fewer_than_expected_is_told_in_the_large(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    double p[100], y[100] = {0};
    struct evaluation e;
    for (int i = 0; i < 100; i++) {
        p[i] = 0.2;
        y[i] = i < 28;
    }
    evaluate_probabilities(arena, p, y, 100, &e);
    near(e.expected, 20, 1e-12);
    near(e.large_z, 8 / 4.0, 1e-12);
}

/* A customer of three times the ARR counts as three. */
static void arr_weighs_rows_as_copies_would(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double p[] = {0.9, 0.2, 0.2, 0.4}, y[] = {1, 0, 1, 0}, arr[] = {1, 3, 2, 0};
    const double copied_p[] = {0.9, 0.2, 0.2, 0.2, 0.2, 0.2}, copied_y[] = {1, 0, 0, 0, 1, 1};
    struct evaluation e, copies;
    evaluate_probabilities(arena, p, y, 4, &e);
    assert_true(isnan(e.arr_auc) && isnan(e.arr_log_loss));
    evaluate_by_arr(arena, p, y, arr, 4, &e);
    evaluate_probabilities(arena, copied_p, copied_y, 6, &copies);
    near(e.arr_auc, copies.auc, 1e-14);
    near(e.arr_log_loss, copies.log_loss, 1e-14);
    near(e.arr_expected, copies.expected / 6, 1e-14);
    near(e.arr_lost, 0.5, 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_of_brier_add_up_exactly),
        cmocka_unit_test(more_or_fewer_than_expected_is_told_in_the_large),
        cmocka_unit_test(arr_weighs_rows_as_copies_would),
        cmocka_unit_test(average_precision_takes_equal_predictions_as_one_step),
        cmocka_unit_test(losses_are_what_they_are_by_hand),
        cmocka_unit_test(one_class_or_nothing_has_no_auc_slope_or_lift),
        cmocka_unit_test(certain_and_constant_predictions_stay_finite_or_say_nothing),
        cmocka_unit_test(exact_predictions_have_slope_one_and_no_calibration_error),
        cmocka_unit_test(measures_equal_those_of_r),
        cmocka_unit_test(the_order_of_rows_changes_nothing),
        cmocka_unit_test(lift_is_churn_in_the_top_tenth_over_churn_in_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
