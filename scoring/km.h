/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Survival without a model: Kaplan and Meier's curve, and the log-rank test between groups. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

/* Who was at risk from when to when. */
struct km_data {
    size_t n;
    const double *start; /* came under watch (delayed entry); NULL: 0 for all */
    const double *stop;  /* left it; > start */
    const double *event; /* 1 = by the event, 0 = otherwise (censored) */
};

/* The curve at the times of events, ascending. */
struct km {
    size_t n;
    const double *time, *at_risk, *events;
    const double *survival;
    const double *se;         /* by Greenwood */
    const double *low, *high; /* 95 %, made on log(-log S); 0 to 1 at its ends */
};

/* Source  Kaplan, Meier, JASA 53 (1958); Kalbfleisch, Prentice, The Statistical Analysis of Failure
 *         Time Data, 2nd ed., 1.4, for the intervals.  Cost  n log n */
void km_fit(struct arena *arena, const struct km_data *data, struct km *out);

/* The curve's index that holds at a time: its last event until then; SIZE_MAX before the first. */
size_t km_at(const struct km *km, double time);
double km_survival(const struct km *km, double time);

/* The first time at which half have gone; NaN when it is not reached. */
double km_median(const struct km *km);

/* Mean time within [0, until]. */
double km_restricted_mean(const struct km *km, double until);

/*
 * Do groups differ? group[i] from 0 to n_groups - 1. chi2 with n_groups - 1 degrees of freedom and
 * its p-value; NaN when fewer than two groups had anybody at risk at an event.
 *
 * Source  Mantel, Cancer Chemotherapy Reports 50 (1966)
 */
void km_log_rank(const struct km_data *data, const size_t *group, size_t n_groups, double *chi2,
                 double *p);
