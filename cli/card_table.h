/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of raw values for a scorecard: a key column, a column for each metric, attributes as
 * columns named @name. Cells stay texts, because numbers have to stay exact. */
#pragma once

#include "core/arena.h"

struct card_table {
    size_t n, n_columns;
    const char **column;      /* names; NULL at the end */
    const char *const **cell; /* by row, by column; NULL where it is empty */
    size_t key;               /* the column of keys */
};

/*
 * Read a whole CSV file with a header, in the arena.
 *
 * Errors  KENKO_ERROR_INPUT  file, line and column, a name that stands twice;  KENKO_ERROR_USAGE no
 * column `key`
 */
MUST_USE bool card_table_load(struct arena *arena, const char *path, const char *key,
                              struct card_table *out, GError **err);
