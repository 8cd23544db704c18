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

enum { ROWS = 3000, COLUMNS = 3, LEVELS = 4, CELLS = LEVELS * LEVELS * LEVELS };

static const char *const names[] = {"a", "b", "c"};
static const char *const levels[] = {"one", "two", "three", "four"};
static double x[COLUMNS][ROWS], y[ROWS];

/* Factors that depend on each other, and a gate of all three. */
static void simulate(struct dataset_column *column, struct dataset *data)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 5);
    for (int i = 0; i < ROWS; i++) {
        x[0][i] = (double)gsl_rng_uniform_int(rng, LEVELS);
        x[1][i] = gsl_rng_uniform(rng) < 0.4 ? x[0][i] : (double)gsl_rng_uniform_int(rng, LEVELS);
        x[2][i] = (double)gsl_rng_uniform_int(rng, LEVELS);
        double eta = -1 + 0.5 * x[0][i] - (x[1][i] == 2) + 2 * (x[0][i] > 1 && x[2][i] > 1) +
                     3 * (x[0][i] == 0 && x[1][i] == 1 && x[2][i] == 3);
        y[i] = gsl_rng_uniform(rng) < 1 / (1 + exp(-eta));
    }
    gsl_rng_free(rng);
    for (int c = 0; c < COLUMNS; c++)
        column[c] = (struct dataset_column){names[c], "", x[c], LEVELS, levels};
    *data = (struct dataset){ROWS, COLUMNS, column};
}

static const struct additive_tables *fit(struct arena *arena, double *eta)
{
    struct dataset_column column[COLUMNS];
    struct dataset data;
    static double cell[COLUMNS][CELLS];
    const struct additive_options options = {ADDITIVE_FULL, 1, 2};
    g_autoptr(GError) err = NULL;
    simulate(column, &data);
    struct additive *model = additive_fit(arena, &data, y, &options, &err);
    if (!model)
        fail_msg("%s", err->message);
    for (int i = 0; i < CELLS; i++) {
        cell[0][i] = i / (LEVELS * LEVELS);
        cell[1][i] = i / LEVELS % LEVELS;
        cell[2][i] = i % LEVELS;
    }
    for (int c = 0; c < COLUMNS; c++)
        column[c].x = cell[c];
    additive_predict(model, &(struct dataset){CELLS, COLUMNS, column}, eta);
    return additive_table_all(arena, model);
}

static size_t column_of(const struct additive_table *t, size_t axis)
{
    return (size_t)(t->covariate[axis]->bins->name[0] - 'a');
}

static void every_table_is_centred(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    double eta[CELLS];
    const struct additive_tables *tables = fit(arena, eta);
    assert_int_equal(tables->n, 6);
    assert_true(tables->triples == 1);
    for (size_t t = 0; t < tables->n; t++) {
        const struct additive_table *table = &tables->table[t];
        for (size_t axis = 0; axis < table->n; axis++) {
            size_t other = table->n - 1 - axis, rest = table->n > 1 ? table->size[other] : 1;
            for (size_t k = 0; k < rest; k++) {
                double sum = 0;
                for (size_t i = 0; i < table->size[axis]; i++)
                    sum += table->share[axis][i] *
                           table->value[axis ? k * table->size[1] + i : i * table->size[1] + k];
                assert_true(fabs(sum) < 1e-9);
            }
        }
    }
}

/* What the tables leave of the log-odds is three-way alone: over any one covariate it sums to 0. */
static void what_is_left_is_three_way(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    double eta[CELLS], most = 0;
    const struct additive_tables *tables = fit(arena, eta);
    const double *share[COLUMNS] = {NULL};
    for (size_t i = 0; i < CELLS; i++) {
        size_t at[COLUMNS] = {i / (LEVELS * LEVELS), i / LEVELS % LEVELS, i % LEVELS};
        eta[i] -= tables->constant;
        for (size_t t = 0; t < tables->n; t++) {
            const struct additive_table *table = &tables->table[t];
            size_t a = column_of(table, 0), b = table->n > 1 ? column_of(table, 1) : 0;
            eta[i] -= table->value[at[a] * table->size[1] + (table->n > 1 ? at[b] : 0)];
            share[a] = table->share[0];
        }
        most = fmax(most, fabs(eta[i]));
    }
    assert_true(most > 0.01);
    static const size_t step[COLUMNS] = {LEVELS * LEVELS, LEVELS, 1};
    for (size_t axis = 0; axis < COLUMNS; axis++) {
        for (size_t i = 0; i < CELLS; i++) {
            double sum = 0;
            for (size_t k = 0; i / step[axis] % LEVELS == 0 && k < LEVELS; k++)
                sum += share[axis][k] * eta[i + k * step[axis]];
            assert_true(fabs(sum) < 1e-9);
        }
    }
}

static void bins_have_the_names_people_know(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    double eta[CELLS];
    const struct additive_tables *tables = fit(arena, eta);
    for (size_t i = 0; i < LEVELS; i++) {
        const char *label = additive_table_label(arena, &tables->table[0], 0, i);
        assert_true(g_strv_contains((const char *[]){"one", "two", "three", "four", NULL}, label));
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
        cmocka_unit_test(every_table_is_centred),
        cmocka_unit_test(what_is_left_is_three_way),
        cmocka_unit_test(bins_have_the_names_people_know),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
