/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often the one whose event comes first had the higher risk. */
#pragma once

#include "scoring/cox.h"

struct concordance {
    double value, se; /* 0.5 is guessing; NaN when no two can be compared */
};

/*
 * Pairs of an event and of a row at risk then that has no event at that time; equal risks count
 * half. Rows are taken as independent.
 *
 * risk    n       any increasing function of it
 *
 * Source  Harrell, Lee, Mark, Stat. Med. 15 (1996); the error is the infinitesimal jackknife
 * Cost    n log n
 */
void concordance_of(const struct cox_data *data, const double *risk, struct concordance *out);
