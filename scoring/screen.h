/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which terms the residuals of a fitted model ask for: chi-squared score tests on coarse cells with
 * the false discovery rate held within each class of terms. */
#pragma once

#include "scoring/covariate.h"

enum { SCREEN_DERIVED = 2, SCREEN_PAIRS = 8, SCREEN_TRIPLES = 4, SCREEN_GATES = 4 };
enum { SCREEN_MAX = SCREEN_DERIVED + SCREEN_PAIRS + SCREEN_TRIPLES };
enum { SCREEN_GATES_MAX = 3 * SCREEN_GATES };

struct screen_data {
    size_t n;
    const size_t *row;            /* where each row stands in the table */
    const double *residual;       /* y - mu */
    const double *weight;         /* mu (1 - mu) */
    const double *const *penalty; /* of each covariate's main effect, its diagonal; NULL: none */
    double fdr;                   /* false discovery rate, e.g. 0.01 */
};

/* A border: bins above `cut` against the others, missing ones left out; of a factor the level `cut`
 * against the others. */
struct screen_side {
    size_t covariate, cut;
};

/* What the model has not explained jumps at borders of one covariate, or of two or three together.
 */
struct screen_gate {
    double chi2, log_p;
    size_t n;
    struct screen_side side[TERM_AXES];
};

/*
 * New terms for a model that has `known` (n_known of them): at most SCREEN_DERIVED derived
 * covariates with different parents, SCREEN_PAIRS pairs of covariates that are main effects,
 * SCREEN_TRIPLES triples of which two pairs are in the model.
 *
 * out  room for SCREEN_MAX keys, most significant first within each class; returns how many
 * gate, n_gates  room for SCREEN_GATES_MAX: at most SCREEN_GATES jumps, pairs and triples each. A
 *      pair is a gate where that says more than a smooth product of the two
 *
 * Source  Benjamini, Hochberg, J. R. Statist. Soc. B 57 (1995) 289-300
 * Cost    n per candidate, plus the cube of the cells' margins
 */
size_t screen_terms(const struct covariate_set *set, const struct screen_data *data,
                    const struct term_key *known, size_t n_known, struct term_key *out,
                    struct screen_gate *gate, size_t *n_gates);

/* log P(X > x) of the chi-squared distribution, exact far into the tail. */
double screen_log_chi2_tail(double x, double df);
