/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How good probabilities are against what happened. */
#pragma once

#include <stddef.h>

#include "core/arena.h"

struct evaluation {
    size_t n, events;
    double auc, auc_low, auc_high; /* 95 % by DeLong; NaN with one class */
    double pr_auc; /* area under precision and recall, by average precision; NaN without churn */
    double log_loss, base_log_loss;
    double brier;
    double ece;       /* over 10 bins of equal count; equal predictions are never split */
    double slope;     /* of a logistic recalibration on the log-odds; 1 is perfect. NaN when the
                         predictions do not vary, with one class, or when they separate the classes */
    double intercept; /* its intercept; 0 is perfect */
    double lift;      /* churn in the tenth with the highest predictions over churn in all; NaN
                         without churn */
};

/*
 * p  n probabilities in [0, 1];  y  n outcomes, 0 or 1
 *
 * Source  Sun, Xu, Fast implementation of DeLong's algorithm, IEEE SPL 21 (2014) 1389-1393
 * Cost    n log n
 */
void evaluate_probabilities(struct arena *arena, const double *p, const double *y, size_t n,
                            struct evaluation *out);

/* Area under the ROC curve of any score, ties counting half; NaN with one class. */
double evaluate_auc(struct arena *arena, const double *score, const double *y, size_t n);

/* Log loss of one row, p kept inside (0, 1). */
double evaluate_log_loss(double p, double y);
