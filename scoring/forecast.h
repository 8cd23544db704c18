/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What will be lost of renewals that are lost independently of each other, each with its own
 * probability: the whole distribution of their number and of their ARR (Poisson-binomial). */
#pragma once

#include "core/arena.h"
#include "scoring/ratio.h"

struct forecast_item {
    int64_t minor; /* 0 or more */
    int64_t p_1e9; /* probability that all of it is lost, in 1e-9 */
};

/* An amount with its probability and that of no more. */
struct forecast_atom {
    int64_t minor;
    long double p, cumulated;
};

enum { FORECAST_QUANTILES = 3 };
extern const int forecast_percent[FORECAST_QUANTILES]; /* 10, 50, 90 */

struct forecast {
    size_t n;
    int64_t total;
    struct ratio mean;                 /* of the ARR lost, exact */
    long double variance;              /* of the same */
    int64_t arr[FORECAST_QUANTILES];   /* the least x with P(lost <= x) >= q */
    int64_t count[FORECAST_QUANTILES]; /* the same of how many are lost */
    double p_zero;                     /* that no ARR is lost */
    int64_t grid;                      /* 1: the distribution is exact, else amounts are in steps */
    size_t n_atoms;
    const struct forecast_atom *atom; /* ascending; what is possible, no more */
};

/*
 * The distribution of n items, in the arena. Exact, by convolution on the amounts that can occur,
 * while these are at most 65,536; beyond, amounts are rounded to a grid of so many steps of the
 * total, the error of one carried to the next, and `grid` says its step. Mean and variance stay
 * exact.
 *
 * Errors  KENKO_ERROR_INPUT  the total does not fit 64 bits
 * Cost    n × amounts that can occur
 */
MUST_USE bool forecast_make(struct arena *arena, const struct forecast_item *item, size_t n,
                            struct forecast *out, GError **err);
