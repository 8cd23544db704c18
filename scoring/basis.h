/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalised basis on the bins of one covariate, rotated so that its penalties are diagonal and
 * centred over the rows: a term's column is orthogonal to the intercept. */
#pragma once

#include "scoring/bins.h"

struct basis {
    size_t m, q;    /* bins × columns */
    double *c;      /* m × q, row-major */
    double *e;      /* q: the second penalty; the first is the identity */
    bool is_smooth; /* e is not zero everywhere */
    /* The same in splines: a bin has BASIS_RUN neighbours from `first` on, the last of them 0 when
     * fewer are needed; c = splines · turn. For fitting only. */
    size_t k, run;   /* splines, with room beyond the last; neighbours that may not be 0 */
    uint16_t *first; /* m */
    double *local;   /* m × BASIS_RUN */
    double *turn;    /* k × q */
};

enum { BASIS_RUN = 4 };

/*
 * Cubic B-splines (degree 1 where there are few bins) on knots at quantiles of the distinct values,
 * order-1 and order-2 difference penalties with de Boor's scaling in half powers; a factor has one
 * column a level. Missing values have a column of their own.
 *
 * size  columns before centring; >= 2
 *
 * Source  Eilers, Marx, Flexible smoothing with B-splines and penalties, Statist. Sci. 11 (1996);
 *         de Boor, A Practical Guide to Splines, X(14)-(16), for the scaling;
 *         Wood, Generalized Additive Models, 2nd ed. (2017), 5.4.2, for centring
 * Cost    size^3
 */
struct basis *basis_new(struct arena *arena, const struct bins *bins, size_t size);
