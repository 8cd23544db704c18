/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many columns of which few say something, and very many rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "scoring/additive.h"
#include "scoring/blas.h"
#include "scoring/covariate.h"
#include "scoring/reml.h"
#include "support/surfaces.h"

enum { COLUMNS = 24, SAYING = 2, MANY_ROWS = 210000 };

struct table {
    struct dataset data;
    double *y;
};

/* Two columns of `COLUMNS` say something: a wave and a line. */
static void make(struct arena *arena, size_t n, size_t columns, struct table *out)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct dataset_column *column = arena_many(arena, columns, struct dataset_column);
    gsl_rng_set(rng, 3);
    out->y = arena_many(arena, n, double);
    for (size_t c = 0; c < columns; c++) {
        double *x = arena_many(arena, n, double);
        for (size_t i = 0; i < n; i++)
            x[i] = gsl_rng_uniform(rng);
        column[c] =
            (struct dataset_column){.name = arena_printf(arena, "x%zu", c), .unit = "", .x = x};
    }
    for (size_t i = 0; i < n; i++) {
        double eta = sin(6 * column[0].x[i]) + 1.5 * column[1].x[i] - 2;
        out->y[i] = gsl_rng_uniform(rng) < 1 / (1 + exp(-eta));
    }
    out->data = (struct dataset){n, columns, column};
    gsl_rng_free(rng);
}

static struct reml *fit_all(struct covariate_set *set, const struct reml_data *data, bool sample)
{
    struct reml *fit = reml_new(data);
    for (size_t c = 0; c < set->n; c++) {
        const uint16_t *code = set->row[c].bins->code;
        reml_add(fit, covariate_term(set, &(struct term_key){1, {c}}), &code);
    }
    if (sample)
        reml_sample(fit);
    reml_run(fit);
    return fit;
}

static double root_mean_square(const double *a, const double *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sqrt(sum / (double)n);
}

static void of_many_columns_those_that_say_something_are_kept(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct table t;
    make(arena, 4000, COLUMNS, &t);
    struct covariate_set *set = covariate_set_new(arena, &t.data);
    const struct reml_data data = {.n = t.data.n, .y = t.y};
    g_autoptr(reml_t) fit = fit_all(set, &data, false);
    assert_true(reml_p(fit) > REML_WIDE);
    g_autofree double *before = g_memdup2(reml_eta(fit), t.data.n * sizeof *before);
    double freedom[SAYING] = {reml_edf(fit, 0), reml_edf(fit, 1)};
    reml_drop(fit);
    assert_in_range(reml_terms(fit), SAYING, SAYING + COLUMNS / 4);
    for (size_t k = 0; k < SAYING; k++) {
        assert_int_equal(reml_term(fit, k)->key.axis[0], k);
        assert_true(reml_edf(fit, k) == freedom[k]);
    }
    /* What was dropped had no freedom, and the rest is as it was. */
    assert_true(root_mean_square(before, reml_eta(fit), t.data.n) < 0.03);
    reml_run(fit);
    assert_true(root_mean_square(before, reml_eta(fit), t.data.n) < 0.05);
}

/* What stands after columns were dropped is the model that never had them. */
static void dropping_leaves_the_fit_of_those_that_stay(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct table t;
    make(arena, 4000, COLUMNS, &t);
    struct covariate_set *set = covariate_set_new(arena, &t.data);
    const struct reml_data data = {.n = t.data.n, .y = t.y};
    g_autoptr(reml_t) fit = fit_all(set, &data, false);
    reml_drop(fit);
    reml_run(fit);
    g_autoptr(reml_t) alone = reml_new(&data);
    for (size_t k = 0; k < reml_terms(fit); k++) {
        const uint16_t *code = set->row[reml_term(fit, k)->key.axis[0]].bins->code;
        reml_add(alone, reml_term(fit, k), &code);
    }
    reml_run(alone);
    assert_int_equal(reml_p(fit), reml_p(alone));
    assert_true(root_mean_square(reml_eta(fit), reml_eta(alone), t.data.n) < 0.03);
    for (size_t k = 0; k < SAYING; k++)
        assert_true(fabs(reml_edf(fit, k) - reml_edf(alone, k)) < 0.1);
}

static void a_fit_that_begins_on_a_sample_ends_where_it_would(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct table t;
    make(arena, MANY_ROWS, 4, &t);
    struct covariate_set *set = covariate_set_new(arena, &t.data);
    const struct reml_data data = {.n = t.data.n, .y = t.y};
    g_autoptr(reml_t) whole = fit_all(set, &data, false);
    g_autoptr(reml_t) sampled = fit_all(set, &data, true);
    assert_true(root_mean_square(reml_eta(whole), reml_eta(sampled), t.data.n) < 0.01);
    assert_true(reml_iterations(sampled) <= reml_iterations(whole));
}

static void threads_change_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct table t;
    make(arena, MANY_ROWS, 4, &t);
    struct covariate_set *set = covariate_set_new(arena, &t.data);
    const struct reml_data one = {.n = t.data.n, .y = t.y, .threads = 1};
    const struct reml_data four = {.n = t.data.n, .y = t.y, .threads = 4};
    g_autoptr(reml_t) a = fit_all(set, &one, true);
    g_autoptr(reml_t) b = fit_all(set, &four, true);
    assert_memory_equal(reml_beta(a), reml_beta(b), reml_p(a) * sizeof(double));
}

/* Sums and ratios come of columns that say something each; of others nothing is made. */
static void what_is_derived_is_asked_for(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct table t;
    make(arena, 500, 4, &t);
    struct covariate_set *set = covariate_set_new(arena, &t.data);
    const bool asked[] = {true, false, true, false};
    assert_int_equal(set->n, 4);
    covariate_derive(set, &t.data, asked);
    assert_int_equal(set->n, 4 + 3);
    for (size_t c = 4; c < set->n; c++) {
        assert_int_equal(set->row[c].n_parents, 2);
        assert_int_equal(set->row[c].parent[0], 0);
        assert_int_equal(set->row[c].parent[1], 2);
    }
}

static int prepare(void **state)
{
    (void)state;
    blas_prepare(stderr);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_many_columns_those_that_say_something_are_kept),
        cmocka_unit_test(dropping_leaves_the_fit_of_those_that_stay),
        cmocka_unit_test(a_fit_that_begins_on_a_sample_ends_where_it_would),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(what_is_derived_is_asked_for),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
