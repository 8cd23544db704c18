/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a team finds that looks after the riskiest share of the accounts and no others. */
#pragma once

#include <stddef.h>

#include "core/arena.h"

struct evaluate_capacity {
    double rows, taken;         /* judged, and looked after */
    double events, found;       /* churned, and of them looked after */
    double arr_lost, arr_found; /* ARR that churned, and of it looked after */
};

/*
 * Take the ceil(share · n) rows with the highest p; of those that tie at the border a mean part.
 * Adds to `out`, so that days can be added up.
 *
 * arr  n, NULL for 1 each
 */
void evaluate_capacity_add(struct arena *arena, const double *p, const double *y, const double *arr,
                           size_t n, double share, struct evaluate_capacity *out);

/* Churned of those looked after; of the churned those looked after; precision over the churn rate;
 * of the lost ARR that looked after. NaN where nothing churned or nobody is there. */
double evaluate_capacity_precision(const struct evaluate_capacity *c);
double evaluate_capacity_recall(const struct evaluate_capacity *c);
double evaluate_capacity_lift(const struct evaluate_capacity *c);
double evaluate_capacity_arr(const struct evaluate_capacity *c);
