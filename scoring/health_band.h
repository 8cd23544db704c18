/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The band that people see: that of the last days together. */
#pragma once

#include "scoring/scorecard.h"

/* What of a day's health the band of later days needs; band NULL: no customer on that day. */
struct health_band_day {
    const char *band;
    int effective_bp;
    int lower_bp, upper_bp; /* within which it would lie with all data; effective_bp where it is
                             * bound by a cap */
};

/*
 * The band shown, a pure function of the days' results, oldest first, the last is today: it changes
 * when a score passes a cut by more than the hysteresis and missing data could not put it back, or
 * when all days agree. Unknown is at once.
 */
const char *health_band(const struct scorecard *card, struct rational_pool *pool,
                        const struct health_band_day *const *days, size_t n);
