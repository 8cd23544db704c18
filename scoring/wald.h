/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a penalised term there at all? */
#pragma once

#include <stddef.h>

struct wald {
    double chi2, df;
    double log_p; /* natural logarithm: p may be smaller than a double can be */
};

/*
 * Wood's test that a term is zero everywhere: its fitted values against their Bayesian covariance,
 * in the directions of most variance, as many as the term has degrees of freedom; of a fraction the
 * last two directions have a share. The tail is that of the mixture's chi-squared with the same
 * mean and variance.
 *
 * beta  p      the term's coefficients
 * v     p × p  their covariance
 * gram  p × p  X'WX of the term's columns
 * df           reference degrees of freedom, > 0: the trace of 2F - FF
 *
 * Source  Wood, On p-values for smooth components of an extended generalized additive model,
 *         Biometrika 100 (2013) 221-228; Kuonen, Saddlepoint approximations for distributions of
 *         quadratic forms in normal variables, Biometrika 86 (1999) 929-935
 * Cost    p^3
 */
struct wald wald_test(const double *beta, const double *v, const double *gram, size_t p, double df);
