/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "scoring/screen_gate.h"

enum { ROWS = 4000, COLUMNS = 4 };

/* Three uniform columns and a factor of two levels, and residuals about `rise` of a row. */
struct sample {
    struct arena *arena;
    struct covariate_set *set;
    struct screen_data data;
    const uint16_t **code; /* of the columns and of what is derived from them */
};

typedef double (*rise_fn)(const double *x);

static void make(struct arena *arena, rise_fn rise, unsigned long seed, struct sample *out)
{
    static const char *const names[] = {"a", "b", "c", "g"}, *const levels[] = {"no", "yes"};
    static struct dataset_column column[COLUMNS];
    static const double scale[] = {1, 10, 100}; /* too far apart for sums of them */
    double *x[COLUMNS], *residual = arena_many(arena, ROWS, double);
    double *weight = arena_many(arena, ROWS, double);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    for (int c = 0; c < COLUMNS; c++) {
        x[c] = arena_many(arena, ROWS, double);
        column[c] =
            (struct dataset_column){names[c], "", x[c], c == 3 ? 2 : 0, c == 3 ? levels : NULL};
    }
    for (size_t i = 0; i < ROWS; i++) {
        double row[COLUMNS];
        for (int c = 0; c < COLUMNS; c++) {
            double u = gsl_rng_uniform(rng);
            row[c] = c == 3 ? u < 0.5 : u;
            x[c][i] = c == 3 ? row[c] : (row[c] - 0.5) * scale[c];
        }
        weight[i] = 0.25;
        residual[i] = (gsl_rng_uniform(rng) < 0.5 + rise(row)) - 0.5;
    }
    double mean = gsl_stats_mean(residual, 1, ROWS); /* as an intercept leaves them */
    for (size_t i = 0; i < ROWS; i++)
        residual[i] -= mean;
    gsl_rng_free(rng);
    const struct dataset data = {ROWS, COLUMNS, column};
    out->set = covariate_set_new(arena, &data);
    out->code = arena_many(arena, out->set->n, const uint16_t *);
    for (size_t c = 0; c < out->set->n; c++)
        out->code[c] = out->set->row[c].bins->code;
    size_t *row = arena_many(arena, ROWS, size_t);
    for (size_t i = 0; i < ROWS; i++)
        row[i] = i;
    out->data = (struct screen_data){ROWS, row, residual, weight, NULL, 0.01};
}

/* The border of a side, as a share of the rows. */
static double border(const struct sample *s, const struct screen_side *side)
{
    const struct bins *bins = s->set->row[side->covariate].bins;
    double below = 0;
    for (size_t b = 0; b <= side->cut; b++)
        below += bins->count[b];
    return below / ROWS;
}

static double exclusive_or(const double *x)
{
    return (x[0] > 0.37) != (x[1] > 0.62) ? 0.15 : -0.15;
}

static double gate_of_three(const double *x)
{
    return x[0] > 0.4 && x[1] > 0.5 && x[3] > 0 ? 0.49 : 0;
}

/* Sums and differences of columns so far apart are no candidates: the pair has to do it. */
static double product(const double *x)
{
    return 1.2 * (x[0] - 0.5) * (x[1] - 0.5);
}

static double nothing(const double *x)
{
    (void)x;
    return 0;
}

static double jump(const double *x)
{
    return x[2] > 0.81 ? 0.25 : 0;
}

static void borders_of_an_exclusive_or_are_found_where_they_are(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct sample s;
    struct screen_gate gate;
    make(arena, exclusive_or, 1, &s);
    assert_true(screen_gate_corners(s.set, &s.data, &(struct term_key){2, {0, 1}}, &gate));
    assert_true(gate.log_p < -50);
    assert_true(fabs(border(&s, &gate.side[0]) - 0.37) < 0.01);
    assert_true(fabs(border(&s, &gate.side[1]) - 0.62) < 0.01);
}

static void a_gate_of_three_is_found_with_a_factor_in_it(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct sample s;
    struct screen_gate gate;
    make(arena, gate_of_three, 2, &s);
    assert_true(screen_gate_corners(s.set, &s.data, &(struct term_key){3, {0, 1, 3}}, &gate));
    assert_true(gate.log_p < log(0.01));
    assert_true(fabs(border(&s, &gate.side[0]) - 0.4) < 0.08);
    assert_true(fabs(border(&s, &gate.side[1]) - 0.5) < 0.08);
}

static void a_jump_is_found_where_it_is(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct sample s;
    struct screen_gate gate;
    make(arena, jump, 3, &s);
    const struct basis *basis = covariate_basis(s.set, 2, 1);
    double *penalty = arena_many(arena, basis->q, double);
    for (size_t k = 0; k < basis->q; k++)
        penalty[k] = 1e6; /* a main effect of nothing */
    assert_true(screen_gate_jump(s.set, &s.data, 2, penalty, &gate));
    assert_true(gate.log_p < log(0.001));
    assert_true(fabs(border(&s, &gate.side[0]) - 0.81) < 0.02);
}

/* Which pairs and gates does the screen take when a, b, c and g have main effects? */
static size_t screen(const struct sample *s, struct screen_gate *gate, size_t *n_gates)
{
    static const struct term_key mains[] = {{1, {0}}, {1, {1}}, {1, {2}}, {1, {3}}};
    struct term_key out[SCREEN_MAX];
    size_t n = screen_terms(s->set, &s->data, mains, 4, out, gate, n_gates), pairs = 0;
    for (size_t i = 0; i < n; i++)
        pairs += out[i].n == 2 && out[i].axis[0] == 0 && out[i].axis[1] == 1;
    return pairs;
}

static void a_pair_is_a_gate_or_smooth_by_what_says_more(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct sample sharp, smooth;
    struct screen_gate gate[SCREEN_GATES_MAX];
    size_t n_gates;
    make(arena, exclusive_or, 4, &sharp);
    assert_int_equal(screen(&sharp, gate, &n_gates), 0);
    assert_int_equal(n_gates, 1);
    make(arena, product, 5, &smooth);
    assert_int_equal(screen(&smooth, gate, &n_gates), 1);
    assert_int_equal(n_gates, 0);
}

static void noise_has_hardly_ever_a_gate(void **state)
{
    (void)state;
    size_t taken = 0;
    for (unsigned long seed = 10; seed < 30; seed++) {
        g_autoptr(arena_t) arena = arena_new();
        struct sample s;
        struct screen_gate gate[SCREEN_GATES_MAX];
        size_t n_gates;
        make(arena, nothing, seed, &s);
        screen(&s, gate, &n_gates);
        taken += n_gates;
    }
    assert_true(taken <= 1); /* 20 tables, a rate of 1 % */
}

static void a_border_is_a_covariate_of_two_bins_made_once(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct sample s;
    make(arena, nothing, 6, &s);
    size_t n = s.set->n, step = covariate_step(s.set, 1, 5);
    assert_int_equal(step, n);
    assert_int_equal(covariate_step(s.set, 1, 5), step);
    assert_int_equal(covariate_base(s.set, step), 1);
    const struct bins *bins = s.set->row[step].bins;
    assert_int_equal(bins->m, 2);
    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(bins->code[i], s.code[1][i] > 5);
    assert_int_equal(covariate_basis(s.set, step, 1)->q, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(borders_of_an_exclusive_or_are_found_where_they_are),
        cmocka_unit_test(a_gate_of_three_is_found_with_a_factor_in_it),
        cmocka_unit_test(a_jump_is_found_where_it_is),
        cmocka_unit_test(a_pair_is_a_gate_or_smooth_by_what_says_more),
        cmocka_unit_test(noise_has_hardly_ever_a_gate),
        cmocka_unit_test(a_border_is_a_covariate_of_two_bins_made_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
