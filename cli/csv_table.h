/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A CSV file as a table of columns in memory: numbers where every value is one, factors otherwise.
 */
#pragma once

#include "core/arena.h"
#include "scoring/dataset.h"

struct csv_table {
    size_t n, n_columns;
    struct dataset_column *column; /* empty, NA and NaN are missing */
};

/*
 * Read a whole file with a header, in the arena.
 *
 * factor  names of columns that are factors though they hold numbers, NULL-terminated; may be NULL
 *
 * Errors  KENKO_ERROR_INPUT  file, line and column;  KENKO_ERROR_IO;  KENKO_ERROR_USAGE  unknown
 * name
 */
MUST_USE bool csv_table_load(struct arena *arena, const char *path, const char *const *factor,
                             struct csv_table *out, GError **err);

/* Index of a column by name; the error names the nearest. */
MUST_USE bool csv_table_find(const struct csv_table *table, const char *path, const char *name,
                             size_t *out, GError **err);
