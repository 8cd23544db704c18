/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/logistic.h"
#include "scoring/metric_internal.h"

enum { RUNS, SILENT, RENEWAL, METRICS, ROWS = 2000 };

static struct metric metric[METRICS];
static const char *usage[] = {"runs"};
static const struct metric_set set = {
    .n_metrics = METRICS, .n_usage = 1, .metric = metric, .usage = usage};
static double value[ROWS * METRICS], y[ROWS];
static int32_t as_of[ROWS];
static const struct panel panel = {
    .n = ROWS, .n_metrics = METRICS, .value = value, .y = y, .as_of = as_of};

static int make_panel(void **state)
{
    (void)state;
    static const char *const names[] = {"runs", "silent", "renewal"};
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    for (size_t m = 0; m < METRICS; m++)
        metric[m] = (struct metric){.info = {names[m], names[m], "", "", "none"},
                                    .kind = m == RENEWAL ? KIND_DAYS_TO_RENEWAL : KIND_SUM,
                                    .usage = m == RENEWAL ? -1 : 0,
                                    .good = -1,
                                    .total = -1,
                                    .days = 28};
    for (size_t i = 0; i < ROWS; i++) {
        double *v = value + i * METRICS;
        v[RUNS] = exp(g_rand_double_range(rand, 0, 8));
        v[SILENT] = i % 5 == 0 ? NAN : g_rand_double(rand);
        v[RENEWAL] = g_rand_int_range(rand, 1, 366);
        double eta = -0.4 * log1p(v[RUNS]) + (i % 5 == 0) + (v[RENEWAL] <= 30 ? 1.5 : 0);
        y[i] = g_rand_double(rand) < 1 / (1 + exp(-eta));
    }
    return 0;
}

static void it_finds_the_log_scale_the_silence_and_the_month_that_is_due(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct logistic *m = logistic_fit(arena, &set, &panel, NULL, 30, 1, NULL);
    assert_non_null(m);
    double row[METRICS] = {100, 0.5, 200};
    double base = logistic_eta(m, row);
    row[RENEWAL] = 15;
    assert_true(fabs(logistic_eta(m, row) - base - 1.5) < 0.6);
    row[RENEWAL] = 31; /* what lies beyond the period says nothing */
    assert_true(logistic_eta(m, row) == base);
    row[SILENT] = NAN;
    assert_true(fabs(logistic_eta(m, row) - base - 1) < 0.5);
    row[SILENT] = 0.5;
    row[RUNS] = 100 * exp(2);
    assert_true(fabs(logistic_eta(m, row) - base + 0.8) < 0.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_the_log_scale_the_silence_and_the_month_that_is_due),
    };
    return cmocka_run_group_tests(tests, make_panel, NULL);
}
