/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The covariates a model may use: the columns that vary, and what can be derived from them by unit
 * and scale. A derived covariate enters a model only through a screen. */
#pragma once

#include "scoring/term.h"

enum covariate_groups {
    COVARIATE_PARENT,
    COVARIATE_DERIVED,
    COVARIATE_TRIPLE,
    COVARIATE_BOOST,
    COVARIATE_GROUPINGS
};

struct covariate {
    struct bins *bins;
    bool is_main; /* enters as a main effect unasked; false: derived, or nearly another's copy */
    bool is_derived;
    int direction; /* as the column's: no other term uses it then */
    bool is_step;  /* one border of another covariate: bins above it, and those below */
    size_t step_of, step_cut;
    size_t n_parents; /* of a derived one: covariates, copies replaced by their originals */
    size_t *parent;
    size_t n_group[COVARIATE_GROUPINGS];
    uint16_t *group[COVARIATE_GROUPINGS]; /* bin → coarse group */
    struct basis *basis[TERM_AXES];       /* for terms of 1, 2, 3 covariates; NULL until asked */
};

/* A numeric column that varies. */
struct covariate_numeric {
    size_t column, covariate;
    size_t original; /* the covariate whose copy it is, or its own */
    double mean, sd, least;
    bool can_pair;
};

struct covariate_set {
    struct arena *arena;
    size_t n_rows, n;
    struct covariate *row; /* room for COVARIATE_STEPS more */
    size_t n_numeric;
    struct covariate_numeric *numeric;
};
enum { COVARIATE_STEPS = 400 };

/*
 * Cut every column of `data` into bins. A numeric column that correlates with an earlier one by
 * more than .999 is no main effect of its own but raw material.
 *
 * Cost  columns · n log n, and numeric columns^2 · n
 */
struct covariate_set *covariate_set_new(struct arena *arena, const struct dataset *data);

/*
 * Add what can be derived from numeric columns that `asked` (by covariate, NULL for all) names:
 * totals of three or more columns of a unit; sums and differences of two of one unit or of like
 * scale; log ratios of two that are never negative. Once, before any step; set->row moves.
 *
 * Cost  columns^2 · n log n; only the COVARIATE_NUMERIC_MAX first that are asked for are paired
 */
enum { COVARIATE_NUMERIC_MAX = 24 };
void covariate_derive(struct covariate_set *set, const struct dataset *data, const bool *asked);

/*
 * The covariate of one border: bins of `index` above `cut` against the others, missing ones stay a
 * bin. Made when first asked; SIZE_MAX when there is no room for another. By one thread.
 */
size_t covariate_step(struct covariate_set *set, size_t index, size_t cut);

/* The covariate whose border this is; itself when it is none. */
size_t covariate_base(const struct covariate_set *set, size_t index);

/* The basis of a covariate in a term of `axes` covariates; made when first asked. */
const struct basis *covariate_basis(struct covariate_set *set, size_t index, size_t axes);

/* Build the term of a key. In the set's arena. */
struct term *covariate_term(struct covariate_set *set, const struct term_key *key);
