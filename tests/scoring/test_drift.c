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
#include "scoring/drift.h"
#include "scoring/metric_internal.h"
#include "scoring/numbers.h"

enum { RUNS, SHARE, NOISE, METRICS, ROWS = 3000, DAY = 1000 };

static struct metric metric[METRICS];
static const char *usage[] = {"runs"};
static const struct metric_set set = {
    .n_metrics = METRICS, .n_usage = 1, .metric = metric, .usage = usage};
static double value[ROWS * METRICS], y[ROWS];
static int32_t as_of[ROWS];
static const struct panel panel = {
    .n = ROWS, .n_metrics = METRICS, .value = value, .y = y, .as_of = as_of};
static const struct hazard_options options = {90, 1, ADDITIVE_COMPACT, 2};

static void draw(GRand *rand, double *v)
{
    v[RUNS] = exp(g_rand_double_range(rand, 0, 5));
    v[SHARE] = g_rand_double(rand);
    v[NOISE] = g_rand_int_range(rand, 0, 10) < 2 ? NAN : g_rand_double(rand);
}

static int make_panel(void **state)
{
    (void)state;
    static const char *const names[] = {"runs", "share", "noise"};
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    blas_prepare(stderr);
    for (size_t m = 0; m < METRICS; m++)
        metric[m] = (struct metric){.info = {names[m], names[m], "", "", "none"},
                                    .kind = KIND_SUM,
                                    .usage = 0,
                                    .good = -1,
                                    .total = -1,
                                    .days = 28};
    for (size_t i = 0; i < ROWS; i++) {
        double *v = value + i * METRICS;
        draw(rand, v);
        double eta = -1 - 0.5 * log(v[RUNS]) + 2 * v[SHARE];
        y[i] = g_rand_double(rand) < 1 / (1 + exp(-eta));
    }
    return 0;
}

static const struct hazard_model *fitted(struct arena *arena)
{
    const struct hazard_model *model = hazard_fit(arena, &set, &panel, NULL, &options, NULL);
    assert_non_null(model);
    return model;
}

static void look(struct arena *arena, const struct hazard_model *model, const double *day,
                 struct drift_report *out)
{
    const struct drift *drift = drift_learn(arena, model, &set, value, ROWS, 3);
    drift_look(arena, drift, model, &set, day, DAY, out);
}

static size_t feature_of(const struct hazard_model *model, size_t m)
{
    for (size_t f = 0; f < hazard_features(model); f++) {
        if (hazard_feature_metric(model, f) == m)
            return f;
    }
    fail_msg("metric %zu is no feature", m);
    return 0;
}

/* New days of the same customers: an index is above its bound about once in a hundred. */
static void an_ordinary_day_is_calm_and_the_bound_is_kept(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(12);
    const struct hazard_model *model = fitted(arena);
    static double day[DAY * METRICS];
    size_t beyond = 0, all = 0;
    for (int d = 0; d < 100; d++) {
        struct drift_report r;
        for (size_t i = 0; i < DAY; i++)
            draw(rand, day + i * METRICS);
        look(arena, model, day, &r);
        assert_int_equal(r.state, DRIFT_CALM);
        assert_string_equal(r.word, "");
        for (size_t f = 0; f < r.n_features; f++, all++)
            beyond += r.feature[f].psi > r.feature[f].limit;
    }
    assert_true(beyond <= all * 4 / 100);
}

static void a_feature_that_moves_is_named_and_the_model_speaks_on(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(13);
    const struct hazard_model *model = fitted(arena);
    static double day[DAY * METRICS];
    struct drift_report r;
    for (size_t i = 0; i < DAY; i++) {
        draw(rand, day + i * METRICS);
        day[i * METRICS + NOISE] = NAN; /* its source is gone */
    }
    look(arena, model, day, &r);
    assert_int_equal(r.state, DRIFT_WATCH);
    assert_int_equal(r.n_moved, 1);
    assert_true(r.feature[feature_of(model, NOISE)].psi > 1);
    assert_non_null(strstr(r.word, "noise"));
    assert_null(strstr(r.word, "silent"));
}

/* By hand: half of the rows were in each of two tenths … here all are beyond the highest border. */
static void the_index_is_the_sum_over_tenths(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct hazard_model *model = fitted(arena);
    static double day[DAY * METRICS];
    struct drift_report r;
    for (size_t i = 0; i < DAY; i++) {
        memcpy(day + i * METRICS, value + i * METRICS, METRICS * sizeof *day);
        day[i * METRICS + SHARE] = 2;
    }
    look(arena, model, day, &r);
    /* Nine tenths from .1 to the floor 1e-4, one from .1 to 1. */
    double want = 9 * (1e-4 - 0.1) * log(1e-4 / 0.1) + (1 - 0.1) * log(1 / 0.1);
    assert_true(fabs(r.feature[feature_of(model, SHARE)].psi - want) < 0.05);
}

/* Oracle S1 of the test data. */
static void the_index_is_that_of_r(void **state)
{
    (void)state;
    const double was[] = {0.1, 0.12, 0.08, 0.15, 0.05, 0.1, 0.1, 0.1, 0.1, 0.1};
    const double is[] = {0.12, 0.1, 0.06, 0.2, 0.04, 0.12, 0.08, 0.1, 0.08, 0.1};
    assert_true(fabs(drift_index(was, is, 10) - 0.042234216045) < 1e-8 * 0.0422);
}

static void risks_of_another_kind_silence_the_model(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(14);
    const struct hazard_model *model = fitted(arena);
    static double day[DAY * METRICS];
    struct drift_report r;
    for (size_t i = 0; i < DAY; i++) {
        draw(rand, day + i * METRICS);
        day[i * METRICS + RUNS] = 1 + day[i * METRICS + SHARE]; /* nearly nothing runs any more */
    }
    look(arena, model, day, &r);
    assert_int_equal(r.state, DRIFT_SILENT);
    assert_true(r.ks > r.ks_limit && r.risk.psi > 0.5);
    assert_true(g_str_has_prefix(r.word, "the churn model is silent"));
    assert_non_null(strstr(r.word, "runs"));
}

static void what_was_remembered_comes_back(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct hazard_model *model = fitted(arena);
    const struct drift *drift = drift_learn(arena, model, &set, value, ROWS, 3);
    json_t *root = drift_save(drift);
    char *text = json_dumps(root, NUMBERS_FORMAT);
    json_t *read = json_loads(text, NUMBERS_READ, NULL);
    const struct drift *again = drift_load(arena, model, read);
    struct drift_report a, b;
    assert_non_null(again);
    drift_look(arena, drift, model, &set, value, DAY, &a);
    drift_look(arena, again, model, &set, value, DAY, &b);
    assert_true(a.risk.psi == b.risk.psi && a.ks == b.ks);
    assert_memory_equal(a.feature, b.feature, a.n_features * sizeof *a.feature);
    json_object_del(read, "risk");
    assert_null(drift_load(arena, model, read));
    assert_null(drift_load(arena, model, NULL));
    json_decref(read);
    json_decref(root);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ordinary_day_is_calm_and_the_bound_is_kept),
        cmocka_unit_test(a_feature_that_moves_is_named_and_the_model_speaks_on),
        cmocka_unit_test(the_index_is_the_sum_over_tenths),
        cmocka_unit_test(the_index_is_that_of_r),
        cmocka_unit_test(risks_of_another_kind_silence_the_model),
        cmocka_unit_test(what_was_remembered_comes_back),
    };
    return cmocka_run_group_tests(tests, make_panel, NULL);
}
