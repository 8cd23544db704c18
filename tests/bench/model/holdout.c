/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fit the first ROWS of a table whose label is its column y (0 or 1), predict the others.
 * usage: bench_holdout CSV ROWS MODE [SEED], MODE as `kenko fit --mode`, by number
 * Prints the CPU seconds of the fit, then the log-odds of each other row, a line each. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/csv_table.h"
#include "scoring/additive.h"
#include "scoring/blas.h"

static struct dataset rows(struct arena *arena, const struct dataset *all, size_t from, size_t n)
{
    struct dataset_column *column = arena_many(arena, all->n_columns, struct dataset_column);
    for (size_t c = 0; c < all->n_columns; c++) {
        column[c] = all->column[c];
        column[c].x += from;
    }
    return (struct dataset){n, all->n_columns, column};
}

int main(int argc, char **argv)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct csv_table table;
    size_t label;
    if (argc < 4)
        return 2;
    size_t n = (size_t)g_ascii_strtoull(argv[2], NULL, 10);
    blas_prepare(stderr);
    if (!csv_table_load(arena, argv[1], NULL, &table, &err) ||
        !csv_table_find(&table, argv[1], "y", &label, &err)) {
        fprintf(stderr, "%s\n", err->message);
        return 1;
    }
    struct dataset_column *column = arena_many(arena, table.n_columns, struct dataset_column);
    struct dataset all = {table.n, 0, column};
    for (size_t c = 0; c < table.n_columns; c++) {
        if (c != label)
            column[all.n_columns++] = table.column[c];
    }
    struct dataset in = rows(arena, &all, 0, n), out = rows(arena, &all, n, table.n - n);
    const struct additive_options options = {
        (enum additive_mode)g_ascii_strtoull(argv[3], NULL, 10),
        argc > 4 ? g_ascii_strtoull(argv[4], NULL, 10) : 1, 1};
    clock_t from = clock();
    struct additive *model = additive_fit(arena, &in, table.column[label].x, &options, &err);
    if (!model) {
        fprintf(stderr, "%s\n", err->message);
        return 1;
    }
    printf("%.3f\n", (double)(clock() - from) / CLOCKS_PER_SEC);
    double *eta = arena_many(arena, out.n, double);
    additive_predict(model, &out, eta);
    for (size_t i = 0; i < out.n; i++)
        printf("%.12g\n", eta[i]);
    return 0;
}
