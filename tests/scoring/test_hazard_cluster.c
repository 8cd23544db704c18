/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/blas.h"
#include "scoring/hazard_cluster.h"
#include "scoring/metric_internal.h"

enum { RUNS, SHARE, METRICS, CUSTOMERS = 400, TIMES = 6, ROWS = CUSTOMERS * TIMES };

static struct metric metric[METRICS];
static const char *usage[] = {"runs"};
static const struct metric_set set = {
    .n_metrics = METRICS, .n_usage = 1, .metric = metric, .usage = usage};
static double value[ROWS * METRICS], y[ROWS];
static int32_t as_of[ROWS];
static uint32_t account[ROWS];

static int name_metrics(void **state)
{
    (void)state;
    static const char *const names[] = {"runs", "share"};
    blas_prepare(stderr);
    for (size_t m = 0; m < METRICS; m++)
        metric[m] = (struct metric){.info = {names[m], names[m], "", "", "none"},
                                    .kind = KIND_SUM,
                                    .usage = 0,
                                    .good = -1,
                                    .total = -1,
                                    .days = 28};
    return 0;
}

/* Rows day by day; a customer's first row again on all days, or a new one on each. */
static double inflation(bool repeated)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(21);
    const struct hazard_options options = {30, 1, ADDITIVE_COMPACT, 2};
    struct panel panel = {.n = ROWS,
                          .n_metrics = METRICS,
                          .value = value,
                          .y = y,
                          .as_of = as_of,
                          .account = account};
    for (size_t i = 0; i < ROWS; i++) {
        double *v = value + i * METRICS;
        as_of[i] = 20000 + (int32_t)(i / CUSTOMERS) * 30;
        account[i] = (uint32_t)(i % CUSTOMERS);
        v[RUNS] = exp(g_rand_double_range(rand, 0, 5));
        v[SHARE] = g_rand_double(rand);
        y[i] = g_rand_double(rand) < 1 / (1 + exp(0.5 * log(v[RUNS]) - 2 * v[SHARE]));
        if (repeated && i >= CUSTOMERS) {
            memcpy(v, value + account[i] * METRICS, METRICS * sizeof *v);
            y[i] = y[account[i]];
        }
    }
    const struct hazard_model *model = hazard_fit(arena, &set, &panel, NULL, &options, NULL);
    assert_non_null(model);
    double all = hazard_cluster_inflation(model, &panel, NULL);
    panel.account = NULL;
    assert_true(isnan(hazard_cluster_inflation(model, &panel, NULL)));
    return all;
}

static void rows_that_are_independent_are_as_wide_by_customer(void **state)
{
    (void)state;
    double is = inflation(false);
    if (!(is > 0.9 && is < 1.1))
        fail_msg("%.3f", is);
}

/* Six times the same row is one: the root of six. */
static void rows_said_six_times_are_told(void **state)
{
    (void)state;
    double is = inflation(true);
    if (!(fabs(is - sqrt(TIMES)) < 0.01))
        fail_msg("%.3f, want %.3f", is, sqrt(TIMES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_are_independent_are_as_wide_by_customer),
        cmocka_unit_test(rows_said_six_times_are_told),
    };
    return cmocka_run_group_tests(tests, name_metrics, NULL);
}
