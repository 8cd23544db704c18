/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Binomial regression by penalised Newton steps. */
#pragma once

#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

enum glm_link { GLM_LOGIT, GLM_CLOGLOG };

struct glm_data {
    size_t n, p;
    const double *x;      /* n × p, row-major, finite, without intercept */
    const double *y;      /* n, 0 or 1 */
    const double *weight; /* n, >= 0; NULL = all 1 */
    const double *offset; /* n; NULL = all 0 */
};

struct glm_fit {
    double *beta;       /* p + 1, intercept first */
    double *covariance; /* (p + 1)², inverse of the penalised information at the end */
    double deviance, log_likelihood;
    int iterations;
};

/*
 * Fit by iteratively reweighted least squares with step halving and ½·ridge·|β|² on all
 * coefficients but the intercept. The information matrix gets a ridge floor of 1e-10 of its trace,
 * so that duplicated or constant columns end with a fit and not with an abort.
 *
 * Errors  KENKO_ERROR_REFUSED  y has one class, or no convergence in 100 steps (separation with
 *                              ridge = 0)
 * Source  McCullagh, Nelder, Generalized Linear Models, 2nd ed., 2.5 and 4.4
 */
MUST_USE bool glm_fit(struct arena *arena, const struct glm_data *data, enum glm_link link,
                      double ridge, struct glm_fit *out, GError **err);
