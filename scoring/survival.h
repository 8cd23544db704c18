/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long customers stay, by the year they came. */
#pragma once

#include "scoring/metric.h"

enum { SURVIVAL_SPANS = 3 };
extern const int survival_days[SURVIVAL_SPANS]; /* of being a customer */

struct survival_estimate {
    double p, low, high; /* NaN when nobody was watched from about the first day and so long */
};

struct survival_cohort {
    int year; /* its customers came in */
    size_t n, ended;
    struct survival_estimate stays[SURVIVAL_SPANS]; /* Kaplan-Meier, 95 % */
    double median;                                  /* days; NaN when not reached */
    double mean_days; /* within the last of survival_days; NaN when nobody was watched so long */
    double expected;  /* share still there then by Cox's model, which knows of the years' likeness
                         where a cohort's first days were not watched; NaN where it cannot tell */
    struct survival_estimate hazard; /* times the first cohort's (Cox); 1 of itself;
                                        NaN where it cannot be told */
};

struct survival {
    size_t n;
    const struct survival_cohort *cohort; /* by year */
    double chi2, p;                       /* log-rank: do the cohorts differ? NaN for one */
    double trend_chi2, trend_p;           /* do the ratios of the hazards change with the days?
                                             NaN where there are none */
};

/*
 * Lives as customers known before `as_of` at commit `known_no` (-1: the newest). Who came before
 * the first usage on record is watched from then on only: who had left by then is not known of.
 *
 * Errors  KENKO_ERROR_REFUSED  there are no customers
 *         KENKO_ERROR_USAGE    known_no lies beyond the newest commit
 * Cost    one pass over the warehouse
 */
MUST_USE bool survival_run(struct arena *arena, struct db *db, struct config *config, int32_t as_of,
                           int64_t known_no, struct survival *out, GError **err);
