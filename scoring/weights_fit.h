/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One fit of a scorecard's weights: a logistic regression whose coefficients are never negative and
 * are drawn to a prior. */
#pragma once

#include "scoring/weights.h"

struct weights_fit {
    double a;           /* log-odds at score 0 */
    const double *beta; /* p, >= 0: what a full score takes off them */
    const double *mean; /* p: stands for a missing score */
};

/*
 * Fit to the rows with use[i]; `strength` is the prior's λ, infinite for the prior itself: the
 * expert's weights times the one factor that fits best.
 *
 * Cost  some ten passes of n · p² operations
 */
struct weights_fit weights_fit_rows(struct arena *arena, const struct weights_rows *rows,
                                    const uint8_t *use, double strength);

/* P(churn) of row i. */
double weights_fit_p(const struct weights_fit *fit, const struct weights_rows *rows, size_t i);
