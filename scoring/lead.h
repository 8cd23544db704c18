/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lead time: how long before a customer left its band had said so. */
#pragma once

#include "core/arena.h"
#include "scoring/ratio.h"

enum lead_band { LEAD_GREEN, LEAD_YELLOW, LEAD_RED, LEAD_UNKNOWN, LEAD_BANDS };
enum { LEAD_MARKS = 4, LEAD_SUSTAINED_DAYS = 3, LEAD_NEVER = -1 };
extern const int lead_days[LEAD_MARKS]; /* 180, 90, 60, 30 */

const char *lead_band_name(enum lead_band band);
/* A band by its name; anything else is Unknown. */
enum lead_band lead_band_of(const char *name);

/* A band on the days [from, to). Days without one are Unknown. */
struct lead_stretch {
    int32_t from, to;
    enum lead_band band;
};

/* One customer at its contract's date. */
struct lead_outcome {
    bool has_left;
    int32_t day;
    int64_t minor;
    size_t n;
    const struct lead_stretch *stretch; /* by day, not overlapping */
};

struct lead {
    int first, last; /* days from the first day of the first or last sustained Red; LEAD_NEVER */
    enum lead_band band[LEAD_MARKS];
};

/* A Red is sustained when it held for three days or more on end before the day. */
struct lead lead_of(const struct lead_outcome *outcome);

/* Of all who left, and of their ARR; `red_left` out of `red`: who left of those Red at 90 days. */
struct lead_summary {
    size_t n_left, n_stayed, n_first, n_last; /* n_first: who had a sustained Red */
    struct ratio first_median, last_median;   /* days, of those who had one */
    struct ratio first_early, last_early;     /* 60 days or more, of all who left */
    struct ratio logos[LEAD_MARKS][LEAD_BANDS], arr[LEAD_MARKS][LEAD_BANDS];
    size_t red_stayed; /* who stayed though Red at 90 days */
    struct ratio red_precision;
};

void lead_summarise(struct arena *arena, const struct lead_outcome *outcome, size_t n,
                    struct lead_summary *out);
