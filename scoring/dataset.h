/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plain table of covariates: what the additive model is fitted on and scores. Borrowed, not
 * owned.
 */
#pragma once

#include <stddef.h>

/* One column of n rows. A numeric column has `level` NULL and NaN where a value is missing; a
 * factor has the index of its level in x, NaN where it is missing. */
struct dataset_column {
    const char *name;
    const char *unit; /* columns of one unit may be summed; "" is no unit */
    const double *x;
    size_t n_levels;
    const char *const *level;
    int direction; /* its effect may only rise (1) or fall (-1) with x; 0: as it likes */
};

struct dataset {
    size_t n; /* rows */
    size_t n_columns;
    const struct dataset_column *column;
};
