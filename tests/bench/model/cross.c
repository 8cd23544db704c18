/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fitting and scoring of a wide table, and X'WX beside a dense product of the same size.
 * usage: bench_cross ROWS COLUMNS [MODE, as `kenko fit --mode` by number: also fit]
 * Prints a line a figure, CPU seconds. The dense product is measured on 4,096 rows and scaled. */
#include <gsl/gsl_cblas.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "scoring/additive.h"
#include "scoring/blas.h"
#include "scoring/reml_internal.h"

enum { DENSE_ROWS = 4096 };

static double cpu(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static double *simulate(struct arena *arena, size_t n, size_t d, struct dataset *data)
{
    struct dataset_column *column = arena_many(arena, d, struct dataset_column);
    double *y = arena_many(arena, n, double), *eta = arena_many(arena, n, double);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    for (size_t c = 0; c < d; c++) {
        double *x = arena_many(arena, n, double);
        for (size_t i = 0; i < n; i++) {
            x[i] = floor(gsl_rng_uniform(rng) * 64);
            eta[i] += c < 10 ? sin(x[i] / (4 + (double)c)) / 2 : 0;
        }
        column[c] = (struct dataset_column){arena_printf(arena, "x%zu", c), "", x, 0, NULL};
    }
    for (size_t i = 0; i < n; i++)
        y[i] = gsl_rng_uniform(rng) < 1 / (1 + exp(2 - eta[i]));
    gsl_rng_free(rng);
    *data = (struct dataset){n, d, column};
    return y;
}

static size_t cross(struct arena *arena, const struct dataset *data, const double *y)
{
    struct reml_data rows = {.n = data->n, .y = y};
    g_autoptr(reml_t) fit = reml_new(&rows);
    for (size_t c = 0; c < data->n_columns; c++) {
        const struct bins *bins = bins_new(
            arena, data, &(struct bins_source){BINS_COLUMN, 1, &c, {0, 0}}, data->column[c].name);
        const struct basis *basis = basis_new(arena, bins, 21);
        const uint16_t *code = bins->code;
        reml_add(fit, term_new(arena, &(struct term_key){1, {c}}, &basis), &code);
    }
    fit->h = g_new(double, fit->p * fit->p);
    fit->g = g_new(double, fit->p);
    double from = cpu();
    reml_cross(fit, true);
    printf("X'WX of %zu rows, p = %zu: %.3f s\n", data->n, fit->p, cpu() - from);
    return fit->p;
}

static void dense(size_t n, size_t p)
{
    double *a = g_new(double, DENSE_ROWS *p), *c = g_new0(double, p *p);
    for (size_t i = 0; i < DENSE_ROWS * p; i++)
        a[i] = (double)(i % 1000) / 1000;
    double from = cpu();
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)p, DENSE_ROWS, 1, a, (int)p, 0, c,
                (int)p);
    printf("dsyrk of %zu rows, p = %zu: %.3f s (%s)\n", n, p,
           (cpu() - from) * (double)n / DENSE_ROWS, blas_name());
    g_free(a);
    g_free(c);
}

int main(int argc, char **argv)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct dataset data;
    if (argc < 3)
        return 2;
    blas_prepare(stderr);
    size_t n = (size_t)g_ascii_strtoull(argv[1], NULL, 10);
    double *y = simulate(arena, n, (size_t)g_ascii_strtoull(argv[2], NULL, 10), &data);
    dense(n, cross(arena, &data, y));
    if (argc < 4)
        return 0;
    const struct additive_options options = {
        (enum additive_mode)g_ascii_strtoull(argv[3], NULL, 10), 1, 2};
    double from = cpu();
    struct additive *model = additive_fit(arena, &data, y, &options, &err);
    if (!model) {
        fprintf(stderr, "%s\n", err->message);
        return 1;
    }
    printf("fit of %zu rows, %zu columns, mode %s: %.3f s\n", n, data.n_columns, argv[3],
           cpu() - from);
    from = cpu();
    additive_predict(model, &data, y);
    printf("scoring of %zu rows, binning and all: %.3f s\n", n, cpu() - from);
    return 0;
}
