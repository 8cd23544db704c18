/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do as many leave as probabilities say: in groups, for each probability, and over time. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

enum { CALIBRATION_GROUPS = 10 };

struct calibration_group {
    size_t n, events;
    double predicted; /* mean */
};

/*
 * Groups of equal count by prediction; a group ends behind the last of equal predictions, or the
 * order of rows would decide. Returns how many there are, none of them empty.
 *
 * p  n predictions, ascending;  y  n outcomes, 0 or 1
 */
size_t calibration_groups(const double *p, const double *y, size_t n,
                          struct calibration_group out[CALIBRATION_GROUPS]);

/* The share of events in a group, with its 95 % interval. Source  Wilson, JASA 22 (1927) */
void calibration_wilson(size_t events, size_t n, double *low, double *high);

/* How far n groups are from their predictions: chi-squared with n degrees of freedom, were the
 * predictions right, and its p-value; NaN for none. Of predictions made without these rows.
 *
 * Source  Hosmer, Lemeshow, Commun. Stat. A 9 (1980) */
void calibration_chi2(const struct calibration_group *group, size_t n, double *chi2, double *p);

/*
 * The rates that never fall as predictions rise and are nearest to the outcomes (pool adjacent
 * violators); equal predictions have one rate. Returns the number of different rates.
 *
 * p  n, ascending;  y  n;  rate  n
 */
size_t calibration_isotonic(struct arena *arena, const double *p, const double *y, size_t n,
                            double *rate);

/* Does calibration hold over time? */
struct calibration_cusum {
    double most; /* largest sum of events beyond the predicted ones up to a day, in standard
                    deviations of the sum of all days; negative when fewer came */
    double p;    /* how often chance alone goes so far, by simulation; NaN without rows */
    int32_t day; /* it was reached with */
};

/*
 * p, y  n;  day  n, ascending
 *
 * Under the null each row is an event with its own probability, whatever came of earlier days; 999
 * drawn courses, always the same ones, say how far chance goes.
 *
 * Source  Page, Biometrika 41 (1954), for sums; Barnard, JRSS B 25 (1963), for the simulated test
 * Cost    1000 n
 */
void calibration_cusum(struct arena *arena, const double *p, const double *y, const int32_t *day,
                       size_t n, struct calibration_cusum *out);
