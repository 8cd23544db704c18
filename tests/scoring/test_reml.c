/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "scoring/blas.h"
#include "scoring/reml.h"

enum { ROWS = 1500 };

static double x[2 * ROWS], y[2 * ROWS], weight[2 * ROWS], offset[2 * ROWS];

/* A smooth curve; the second half repeats the first. */
static const struct term *simulate(struct arena *arena, const uint16_t **code)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 7);
    for (int i = 0; i < ROWS; i++) {
        x[i] = x[i + ROWS] = gsl_rng_uniform(rng) * 6;
        y[i] = y[i + ROWS] = gsl_rng_uniform(rng) < 1 / (1 + exp(1 - 2 * sin(x[i])));
    }
    gsl_rng_free(rng);
    static struct dataset_column column;
    size_t parent = 0;
    column = (struct dataset_column){.name = "x", .unit = "", .x = x};
    struct dataset data = {2 * ROWS, 1, &column};
    const struct bins *bins =
        bins_new(arena, &data, &(struct bins_source){BINS_COLUMN, 1, &parent, {0, 0}}, "x");
    const struct basis *basis = basis_new(arena, bins, 20);
    *code = bins->code;
    return term_new(arena, &(struct term_key){1, {0}}, &basis);
}

static struct reml *run(const struct reml_data *data, const struct term *term, const uint16_t *code)
{
    struct reml *fit = reml_new(data);
    reml_add(fit, term, &code);
    reml_run(fit);
    return fit;
}

static double furthest(const double *a, const double *b, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(a[i] - b[i]));
    return most;
}

static void a_curve_is_found_with_the_freedom_it_needs(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const uint16_t *code;
    const struct term *term = simulate(arena, &code);
    const struct reml_data data = {.n = ROWS, .y = y};
    g_autoptr(reml_t) fit = run(&data, term, code);
    double error = 0;
    for (int i = 0; i < ROWS; i++)
        error += pow(reml_eta(fit)[i] - (2 * sin(x[i]) - 1), 2) / ROWS;
    assert_true(sqrt(error) < 0.25);
    assert_true(reml_edf(fit, 0) > 3 && reml_edf(fit, 0) < 12);
}

static void a_weight_of_two_is_a_row_twice(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const uint16_t *code;
    const struct term *term = simulate(arena, &code);
    for (int i = 0; i < ROWS; i++)
        weight[i] = 2;
    const struct reml_data twice = {.n = 2 * ROWS, .y = y};
    const struct reml_data weighed = {.n = ROWS, .y = y, .weight = weight};
    g_autoptr(reml_t) a = run(&twice, term, code);
    g_autoptr(reml_t) b = run(&weighed, term, code);
    assert_true(furthest(reml_beta(a), reml_beta(b), reml_p(a)) < 1e-9);
}

static void rows_of_weight_zero_say_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const uint16_t *code;
    const struct term *term = simulate(arena, &code);
    for (int i = 0; i < 2 * ROWS; i++)
        weight[i] = i < ROWS;
    const struct reml_data half = {.n = ROWS, .y = y};
    const struct reml_data all = {.n = 2 * ROWS, .y = y, .weight = weight};
    g_autoptr(reml_t) a = run(&half, term, code);
    g_autoptr(reml_t) b = run(&all, term, code);
    assert_true(furthest(reml_beta(a), reml_beta(b), reml_p(a)) < 1e-9);
}

static void rows_that_all_weigh_nothing_end_with_a_fit(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const uint16_t *code;
    const struct term *term = simulate(arena, &code);
    memset(weight, 0, sizeof weight);
    const struct reml_data none = {.n = ROWS, .y = y, .weight = weight};
    g_autoptr(reml_t) fit = run(&none, term, code);
    for (size_t k = 0; k < reml_p(fit); k++)
        assert_true(isfinite(reml_beta(fit)[k]));
}

static void an_offset_of_all_rows_moves_the_intercept_only(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const uint16_t *code;
    const struct term *term = simulate(arena, &code);
    for (int i = 0; i < ROWS; i++)
        offset[i] = 0.7;
    const struct reml_data plain = {.n = ROWS, .y = y};
    const struct reml_data moved = {.n = ROWS, .y = y, .offset = offset};
    g_autoptr(reml_t) a = run(&plain, term, code);
    g_autoptr(reml_t) b = run(&moved, term, code);
    assert_true(fabs(reml_beta(a)[0] - reml_beta(b)[0] - 0.7) < 0.01);
    assert_true(furthest(reml_eta(a), reml_eta(b), ROWS) < 0.02); /* the criterion's tolerance */
}

static void a_fit_that_follows_another_ends_where_it_would_alone_and_sooner(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const uint16_t *code;
    const struct term *term = simulate(arena, &code);
    const struct reml_data most = {.n = ROWS - ROWS / 5, .y = y}, all = {.n = ROWS, .y = y};
    g_autoptr(reml_t) first = run(&most, term, code);
    g_autoptr(reml_t) alone = run(&all, term, code);
    g_autoptr(reml_t) after = reml_new(&all);
    reml_add(after, term, &code);
    reml_follow(after, first);
    reml_run(after);
    assert_true(fabs(reml_criterion(after) - reml_criterion(alone)) < 0.1);
    assert_true(furthest(reml_eta(after), reml_eta(alone), ROWS) < 0.05);
    assert_true(reml_iterations(after) < reml_iterations(alone));
}

/* A column of noise beside the curve, whose share of what is told is the curve's but for chance. */
static void a_term_that_says_nothing_is_smoothed_away_and_changes_nothing(void **state)
{
    (void)state;
    static double noise[2 * ROWS];
    g_autoptr(arena_t) arena = arena_new();
    const uint16_t *code;
    const struct term *term = simulate(arena, &code);
    const struct reml_data data = {.n = ROWS, .y = y};
    double worst = 0;
    int away = 0;
    g_autoptr(reml_t) alone = run(&data, term, code);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int draw = 0; draw < 6; draw++) {
        for (int i = 0; i < 2 * ROWS; i++)
            noise[i] = gsl_rng_uniform(rng);
        struct dataset_column column = {.name = "noise", .unit = "", .x = noise};
        struct dataset table = {2 * ROWS, 1, &column};
        size_t parent = 0;
        const struct bins *bins = bins_new(
            arena, &table, &(struct bins_source){BINS_COLUMN, 1, &parent, {0, 0}}, "noise");
        const struct basis *basis = basis_new(arena, bins, 20);
        const uint16_t *noisy = bins->code;
        g_autoptr(reml_t) fit = reml_new(&data);
        reml_add(fit, term, &code);
        reml_add(fit, term_new(arena, &(struct term_key){1, {1}}, &basis), &noisy);
        reml_run(fit);
        if (reml_edf(fit, 1) > 0.1)
            continue;
        away++;
        worst = fmax(worst, furthest(reml_eta(fit), reml_eta(alone), ROWS));
    }
    gsl_rng_free(rng);
    assert_true(away >= 2);
    assert_true(worst < 0.05);
}

static void without_terms_the_intercept_is_the_link_of_the_mean(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const uint16_t *code;
    double mean = 0;
    simulate(arena, &code);
    for (int i = 0; i < ROWS; i++)
        mean += y[i] / ROWS;
    const struct reml_data logit = {.n = ROWS, .y = y, .link = REML_LOGIT};
    const struct reml_data cloglog = {.n = ROWS, .y = y, .link = REML_CLOGLOG};
    g_autoptr(reml_t) a = reml_new(&logit);
    g_autoptr(reml_t) b = reml_new(&cloglog);
    reml_run(a);
    reml_run(b);
    assert_true(fabs(reml_beta(a)[0] - log(mean / (1 - mean))) < 1e-8);
    assert_true(fabs(reml_beta(b)[0] - log(-log1p(-mean))) < 1e-8);
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
        cmocka_unit_test(a_curve_is_found_with_the_freedom_it_needs),
        cmocka_unit_test(a_weight_of_two_is_a_row_twice),
        cmocka_unit_test(rows_of_weight_zero_say_nothing),
        cmocka_unit_test(rows_that_all_weigh_nothing_end_with_a_fit),
        cmocka_unit_test(an_offset_of_all_rows_moves_the_intercept_only),
        cmocka_unit_test(a_fit_that_follows_another_ends_where_it_would_alone_and_sooner),
        cmocka_unit_test(a_term_that_says_nothing_is_smoothed_away_and_changes_nothing),
        cmocka_unit_test(without_terms_the_intercept_is_the_link_of_the_mean),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
