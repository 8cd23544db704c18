/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log-odds, the probability and the loss they stand for, without overflow. */
#pragma once

#include <math.h>

/* The probability of log-odds eta, off 0 and 1: beyond 35 a double would not tell it from them. */
static inline double logit_mean(double eta)
{
    double held = eta > -35 ? eta < 35 ? eta : 35 : -35;
    return 1 / (1 + exp(-held));
}

/* -log(1 - p) of log-odds eta. */
static inline double logit_exposure(double eta)
{
    return eta > 0 ? eta + log1p(exp(-eta)) : log1p(exp(eta));
}

/* Minus the log likelihood of an outcome y, 0 or 1. */
static inline double logit_loss(double eta, double y)
{
    return logit_exposure(eta) - y * eta;
}
