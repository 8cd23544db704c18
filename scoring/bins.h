/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A covariate cut into bins once: from here on the model sees small integers only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "scoring/dataset.h"

enum {
    BINS_QUANTILES = 128, /* cuts by rows, and as many by distinct values */
    BINS_FACTOR = 5,      /* a numeric column with at most so many values is a factor */
    BINS_LEVELS = 254,    /* rarer levels of a factor are one: "other" */
    BINS_NODES = 241,     /* quantiles of the distinct values, for knots */
    BINS_UNSEEN = UINT16_MAX
};

/* How a covariate is made of columns. */
enum bins_make { BINS_COLUMN, BINS_SUM, BINS_DIFFERENCE, BINS_LOG_RATIO };

struct bins_source {
    enum bins_make make;
    size_t n_parents;
    const size_t *parent; /* columns of the dataset */
    double shift[2];      /* of a log ratio: added to both sides */
};

struct bins {
    const char *name;
    const char *unit;
    struct bins_source source;
    bool is_factor, has_missing, has_other;
    size_t m;    /* bins; "other", then "missing" are the last when there are any */
    size_t cuts; /* numeric: m - 1 - has_missing upper borders in `edge` */
    double *edge;
    double *value;      /* numeric: mean of each bin; factor of numbers: the level */
    const char **level; /* factor of texts: its levels, by bin */
    double *node;       /* numeric: BINS_NODES quantiles of the distinct values */
    double *count;      /* rows in each bin */
    uint16_t *code;     /* n rows */
};

/* The values of a covariate, NaN where a parent is missing. `out` has n places. */
void bins_values(const struct dataset *data, const struct bins_source *source, double *out);

/*
 * Cut a covariate of `data` into bins: quantiles of the rows and of the distinct values, or all
 * values when they are few; a factor's levels. NULL when it does not vary.
 *
 * Cost  n log n
 */
struct bins *bins_new(struct arena *arena, const struct dataset *data,
                      const struct bins_source *source, const char *name);

/* Two bins of a numeric covariate's: those above its border `cut`, and the others; missing stays a
 * bin. */
struct bins *bins_step(struct arena *arena, const struct bins *from, size_t cut);

/* The codes of another dataset's rows (its columns in the same order); levels that were never seen
 * are BINS_UNSEEN. `out` has data->n places. */
void bins_code(const struct bins *bins, const struct dataset *data, uint16_t *out);

/* Coarse groups: bin → group, at most `groups` of equal mass (a factor keeps its bins, missing
 * stays alone). `out` has bins->m places. Returns how many groups there are. */
size_t bins_group(const struct bins *bins, size_t groups, uint16_t *out);
