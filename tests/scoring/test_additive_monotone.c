/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "scoring/additive_table.h"
#include "scoring/blas.h"

enum { ROWS = 2000, COLUMNS = 3, STEPS = 200 };

static double x[COLUMNS][ROWS], y[ROWS];

/* Log-odds that rise and fall with a, a product of a and b, and c of four values that go up and
 * down; every tenth a is missing. */
static struct dataset make(struct dataset_column *column)
{
    static const char *const names[] = {"a", "b", "c"};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 5);
    for (int i = 0; i < ROWS; i++) {
        double a = x[0][i] = gsl_rng_uniform(rng) * 2 - 1, b = x[1][i] = gsl_rng_uniform(rng);
        double c = x[2][i] = (double)gsl_rng_uniform_int(rng, 4);
        double eta = sin(5 * a) + 2 * a * b + (c == 2 ? -1 : c / 2);
        y[i] = gsl_rng_uniform(rng) < 1 / (1 + exp(-eta));
        if (i % 10 == 0)
            x[0][i] = NAN;
    }
    gsl_rng_free(rng);
    for (int c = 0; c < COLUMNS; c++)
        column[c] = (struct dataset_column){.name = names[c], .unit = "", .x = x[c]};
    return (struct dataset){ROWS, COLUMNS, column};
}

static struct additive *fit(struct arena *arena, const struct dataset *data,
                            enum additive_mode mode)
{
    g_autoptr(GError) err = NULL;
    const struct additive_options options = {mode, 1, 2};
    struct additive *model = additive_fit(arena, data, y, &options, &err);
    if (!model)
        fail_msg("%s", err->message);
    return model;
}

/* The largest step of a column's table against its direction, over bins with a value. */
static double worst_step(struct arena *arena, const struct additive *model, const char *name,
                         int direction)
{
    const struct additive_tables *tables = additive_table_all(arena, model);
    double worst = -INFINITY;
    for (size_t t = 0; t < tables->n; t++) {
        const struct additive_table *table = &tables->table[t];
        const struct bins *bins = table->covariate[0]->bins;
        if (table->n != 1 || strcmp(bins->name, name) != 0)
            continue;
        for (size_t b = 0; b + 1 < bins->m - bins->has_missing; b++)
            worst = fmax(worst, direction * (table->value[b] - table->value[b + 1]));
    }
    return worst;
}

static void a_constrained_table_goes_one_way(void **state)
{
    (void)state;
    struct dataset_column column[COLUMNS];
    struct dataset data = make(column);
    for (int mode = ADDITIVE_AUTO; mode <= ADDITIVE_MAINS; mode++) {
        g_autoptr(arena_t) arena = arena_new();
        column[0].direction = column[2].direction = 0;
        const struct additive *freely = fit(arena, &data, (enum additive_mode)mode);
        assert_true(worst_step(arena, freely, "a", 1) > 0.05);
        assert_true(worst_step(arena, freely, "c", 1) > 0.5);
        column[0].direction = 1;
        column[2].direction = 1;
        const struct additive *up = fit(arena, &data, (enum additive_mode)mode);
        assert_true(worst_step(arena, up, "a", 1) < 1e-12);
        assert_true(worst_step(arena, up, "c", 1) < 1e-12);
        column[0].direction = -1;
        const struct additive *down = fit(arena, &data, (enum additive_mode)mode);
        assert_true(worst_step(arena, down, "a", -1) < 1e-12);
    }
}

/* No other term sees the column: the whole score goes one way, whatever the others are. */
static void the_whole_score_goes_one_way(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data = make(column);
    column[0].direction = 1;
    const struct additive *model = fit(arena, &data, ADDITIVE_FULL);
    static double at[COLUMNS][STEPS], eta[STEPS];
    for (int row = 1; row < 20; row++) {
        for (int i = 0; i < STEPS; i++) {
            at[0][i] = -1.2 + 2.4 * i / STEPS;
            at[1][i] = x[1][row];
            at[2][i] = x[2][row];
        }
        for (int c = 0; c < COLUMNS; c++)
            column[c].x = at[c];
        const struct dataset sweep = {STEPS, COLUMNS, column};
        additive_predict(model, &sweep, eta);
        for (int i = 0; i + 1 < STEPS; i++)
            assert_true(eta[i + 1] - eta[i] > -1e-12);
        assert_true(eta[STEPS - 1] > eta[0] + 0.5);
    }
}

/* A bound that the data keep anyway changes next to nothing. */
static void a_direction_that_holds_anyway_costs_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data = make(column);
    static double freely[ROWS], held[ROWS];
    for (int i = 0; i < ROWS; i++)
        y[i] = x[1][i] + 0.3 * ((i * 7919) % 101 / 101.0 - 0.5) > 0.5;
    additive_predict(fit(arena, &data, ADDITIVE_MAINS), &data, freely);
    column[1].direction = 1;
    additive_predict(fit(arena, &data, ADDITIVE_MAINS), &data, held);
    double worst = 0;
    for (int i = 0; i < ROWS; i++)
        worst = fmax(worst, fabs(1 / (1 + exp(-freely[i])) - 1 / (1 + exp(-held[i]))));
    assert_true(worst < 0.02);
}

static void texts_have_no_direction(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    static const char *const levels[] = {"p", "q", "r", "s"};
    struct dataset_column column[COLUMNS];
    struct dataset data = make(column);
    const struct additive_options options = {ADDITIVE_MAINS, 1, 1};
    column[2].level = levels;
    column[2].n_levels = 4;
    column[2].direction = 1;
    assert_null(additive_fit(arena, &data, y, &options, &err));
    assert_string_equal(err->message, "c: its values are texts: they have no order");
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
        cmocka_unit_test(a_constrained_table_goes_one_way),
        cmocka_unit_test(the_whole_score_goes_one_way),
        cmocka_unit_test(a_direction_that_holds_anyway_costs_nothing),
        cmocka_unit_test(texts_have_no_direction),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
