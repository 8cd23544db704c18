/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which terms the residuals of a fitted model ask for: chi-squared score tests on coarse cells with
 * the false discovery rate held within each class of terms. */
#pragma once

#include "scoring/covariate.h"

enum { SCREEN_DERIVED = 2, SCREEN_PAIRS = 8, SCREEN_TRIPLES = 4 };
enum { SCREEN_MAX = SCREEN_DERIVED + SCREEN_PAIRS + SCREEN_TRIPLES };

struct screen_data {
    size_t n;
    const double *residual;      /* y - mu */
    const double *weight;        /* mu (1 - mu) */
    const uint16_t *const *code; /* bins of each covariate of the set, n each */
    double fdr;                  /* false discovery rate, e.g. 0.01 */
};

/*
 * New terms for a model that has `known` (n_known of them): at most SCREEN_DERIVED derived
 * covariates with different parents, SCREEN_PAIRS pairs of covariates that are main effects,
 * SCREEN_TRIPLES triples of which two pairs are in the model.
 *
 * out  room for SCREEN_MAX keys, most significant first within each class; returns how many
 *
 * Source  Benjamini, Hochberg, J. R. Statist. Soc. B 57 (1995) 289-300
 * Cost    n per candidate, plus the cube of the cells' margins
 */
size_t screen_terms(const struct covariate_set *set, const struct screen_data *data,
                    const struct term_key *known, size_t n_known, struct term_key *out);

/* log P(X > x) of the chi-squared distribution, exact far into the tail. */
double screen_log_chi2_tail(double x, double df);
