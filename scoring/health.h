/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health in exact arithmetic: measures → groups → overall as rationals, rounded once; contributions
 * that add up to the shown number to the unit. */
#pragma once

#include "scoring/scorecard.h"

struct health {
    bool is_known;          /* false: no usable measure, or one that blocks is missing */
    int health_bp;          /* 0..10000, valid when is_known */
    int lower_bp, upper_bp; /* were every missing measure 0, or 10000 */
    int coverage_bp;        /* weight of usable over weight of applicable measures */
    const char *band;       /* of this day alone; "Unknown" without enough data */
    int effective_bp;       /* after caps */
    const char *cap;        /* which cap bound, or NULL */
    int measure_bp[SCORECARD_MEASURES_MAX];      /* -1 when not usable */
    int contribution_bp[SCORECARD_MEASURES_MAX]; /* Σ = health_bp */
    int lost_bp[SCORECARD_MEASURES_MAX];         /* Σ = 10000 - health_bp */
};

/*
 * value, quality  one per measure, from the metric it judges
 * metric_value    one per metric, for caps; NaN when there is none
 *
 * Method: S = Σ_g W_g G_g / Σ W_g over groups with a usable measure, G_g = Σ w s / Σ w over its
 * usable measures, in 128-bit rationals; S is rounded half up once, contributions and losses by
 * largest remainder (ties to the earlier measure).
 */
void health_compute(const struct scorecard *card, const double *value, const uint8_t *quality,
                    const double *metric_value, struct health *out);

/* One account of a day as its scorecard sees it; reused from account to account. */
struct health_account {
    double *metric_value; /* by metric; the caller's, with room for all of the frame */
    double value[SCORECARD_MEASURES_MAX];
    uint8_t quality[SCORECARD_MEASURES_MAX];
    struct health health;
};

/* The health of a frame's account, and what it was computed from. */
void health_of_account(const struct scorecard *card, const struct metric_frame *frame,
                       size_t account, struct health_account *out);

/* The total of the measures that count, rounded as health is; -1 when none with a weight does. */
int health_total_bp(const struct scorecard *card, const bool *counts, const int *score_bp);

/*
 * What a change of each score (delta_bp, of measures that count) does to that total: whole parts
 * that add up to `target`, the difference of the rounded totals; by largest remainder.
 */
void health_parts(const struct scorecard *card, const bool *counts, const int *delta_bp, int target,
                  int *out);

/* What of a day's health the band of later days needs; band NULL: no customer on that day. */
struct health_day {
    const char *band;
    int effective_bp;
};

/*
 * The band shown, a pure function of the days' results, oldest first, the last is today: it changes
 * when a score passes a cut by more than the hysteresis, or when all days agree. Unknown is at
 * once.
 */
const char *health_band(const struct scorecard *card, const struct health_day *const *days,
                        size_t n);
