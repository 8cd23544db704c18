/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How good probabilities are against what happened. */
#pragma once

#include <stddef.h>

#include "scoring/calibration.h"

struct evaluation {
    size_t n, events;
    double expected; /* events, by the predictions */
    double large_z;  /* events beyond the expected ones in standard errors, were the predictions
                        right: calibration in the large. NaN where nothing is uncertain */
    double auc, auc_low, auc_high; /* 95 % by DeLong; NaN with one class */
    double pr_auc; /* area under precision and recall, by average precision; NaN without churn */
    double log_loss, base_log_loss;
    double brier;        /* reliability - resolution + uncertainty, exactly */
    double reliability;  /* what recalibration could save, by isotonic regression; 0 is perfect */
    double resolution;   /* what telling rows apart saves against the rate for everybody */
    double uncertainty;  /* rate · (1 - rate): of the rate for everybody */
    double ece;          /* over the groups: mean distance of predicted and observed rate */
    double chi2, chi2_p; /* of the groups against their predictions, and its p-value */
    double slope;        /* of a logistic recalibration on the log-odds; 1 is perfect. NaN when the
                            predictions do not vary, with one class, or when they separate the classes */
    double intercept;    /* its intercept; 0 is perfect */
    double lift;         /* churn in the tenth with the highest predictions over churn in all; NaN
                            without churn */
    /* Each row weighed by its ARR: how the money that leaves is foreseen. NaN without ARR. */
    double arr_auc, arr_log_loss;
    double arr_expected, arr_lost; /* shares of all ARR */
    size_t n_groups;
    struct calibration_group group[CALIBRATION_GROUPS];
};

/*
 * p  n probabilities in [0, 1];  y  n outcomes, 0 or 1
 *
 * Source  Sun, Xu, Fast implementation of DeLong's algorithm, IEEE SPL 21 (2014) 1389-1393;
 *         Dimitriadis, Gneiting, Jordan, PNAS 118 (2021), for the parts of Brier's score
 * Cost    n log n
 */
void evaluate_probabilities(struct arena *arena, const double *p, const double *y, size_t n,
                            struct evaluation *out);

/* Fill the figures by ARR. arr  n, at least 0; NULL leaves them NaN. Cost  n log n */
void evaluate_by_arr(struct arena *arena, const double *p, const double *y, const double *arr,
                     size_t n, struct evaluation *out);

/* n, events and the area under the ROC curve with its interval, of any score; nothing else. Cost
 * n log n */
void evaluate_ranking(struct arena *arena, const double *score, const double *y, size_t n,
                      struct evaluation *out);

/* Area under the ROC curve of any score, ties counting half; NaN with one class. */
double evaluate_auc(struct arena *arena, const double *score, const double *y, size_t n);

/* Log loss of one row, p kept inside (0, 1). */
double evaluate_log_loss(double p, double y);
