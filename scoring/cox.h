/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proportional hazards: what multiplies the hazard, whatever its course. */
#pragma once

#include "core/arena.h"
#include "core/error.h"

enum cox_ties { COX_EFRON, COX_BRESLOW };

/* Rows at risk on (start, stop]; a subject may have many, one after the other, with covariates of
 * its time. */
struct cox_data {
    size_t n, p;
    const double *start; /* NULL: at risk from before the first event */
    const double *stop, *event;
    const double *x; /* n × p, row-major, finite */
    enum cox_ties ties;
};

struct cox {
    size_t p;
    const double *beta, *covariance; /* p; p × p */
    double log_likelihood_0, log_likelihood;
    double score, wald;  /* chi-squared with p degrees of freedom each */
    const double *trend; /* p tests of one degree each: does the effect change in time? */
    double trend_all;    /* of all at once, p degrees; NaN: times cannot tell, or no covariate */
    int iterations;
    size_t n_times;              /* of events, ascending */
    const double *time, *hazard; /* cumulated baseline hazard at them, all covariates 0 */
};

/*
 * Fit by Newton's method on the partial likelihood.
 *
 * Errors  KENKO_ERROR_REFUSED  no event, columns that say the same, or no end in 50 steps (the
 *                              covariates tell all events)
 * Source  Cox, J. R. Statist. Soc. B 34 (1972); Efron, JASA 72 (1977), for ties; Therneau,
 *         Grambsch, Modeling Survival Data (2000), 3.1; 6.2 for the trend, tested by its score
 *         over the share that had its event before (Kaplan-Meier)
 * Cost    n log n, and n · p^2 a step
 */
MUST_USE bool cox_fit(struct arena *arena, const struct cox_data *data, struct cox *out,
                      GError **err);

/* Cumulated baseline hazard at a time. */
double cox_hazard(const struct cox *cox, double time);
