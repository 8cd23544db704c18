/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that a scorecard's measures would have, had what happened been asked: never negative,
 * shrunk to those people chose, and judged on time they were not fitted to. They are suggested, and
 * never applied by themselves. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

/* Customers on days with the scores of their measures and what came. */
struct weights_rows {
    size_t n, p;
    const double *score;     /* n × p, row-major, 0..1, higher is healthier; NaN = missing */
    const double *y;         /* n, 1 = churned */
    const uint32_t *account; /* n; rows of one account stay together */
    const uint8_t *train;    /* n, != 0: may be fitted to when the gain is measured */
    const uint8_t *test;     /* n, != 0: the gain is measured on it; neither: left out between */
    const double *expert;    /* p, >= 0, the weights as they are; Σ = 1 */
};

struct weights {
    size_t events, test_rows, test_events;
    double *share;   /* p, >= 0, Σ = 1: suggested; the expert's own when nothing is to be learnt */
    double strength; /* of the shrinkage, in observations; infinite: the expert's weights stay */
    double loss_expert, loss;         /* mean log loss on the rows of test */
    double auc_expert, auc;           /* on them */
    double gain, gain_low, gain_high; /* loss_expert - loss with its 95 % interval over accounts */
};

/*
 * Method  logit P(churn) = a - Σ β_j s_j with β >= 0, penalised by λ/2 Σ (β_j - c v_j)², v the
 *         expert's weights and c what they are worth together, by projected Newton steps; λ by the
 *         held-out log loss of five folds of accounts. The gain is that of weights fitted on
 *         `train` over c v fitted there, on `test`; the interval is of 2,000 draws of accounts.
 *         The weights suggested are fitted on all rows.
 * Source  quadratic sub-problems by coordinate descent: Friedman, Hastie, Tibshirani,
 * Regularization Paths for Generalized Linear Models via Coordinate Descent, JSS 33 (2010); cluster
 *         bootstrap: Cameron, Gelbach, Miller, REStat 90 (2008)
 * Errors  KENKO_ERROR_REFUSED  fewer than 50 churn events to fit to or 10 to judge by, or scores
 *                              that do not vary
 * Cost    about 300 · n · p² operations
 */
MUST_USE bool weights_suggest(struct arena *arena, const struct weights_rows *rows,
                              struct weights *out, GError **err);
