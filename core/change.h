/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the health of one account changed between two days, split without a rest. scoring offers it,
 * the command line hands it to those who show it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum { CHANGE_MEASURES_MAX = 64 };

/* One measure on one day, as its scorecard and the stored result say. */
struct change_measure {
    const char *name, *group;
    int64_t weight, group_weight;
    const char *definition; /* what it measures and how it judges: equal texts judge alike */
    bool counts;            /* it has a score; has_data: from data, not assumed for want of it */
    bool has_data;
    int bp, contribution_bp; /* when it counts */
};

/* One account's result on one day with a known health. */
struct change_day {
    size_t n;
    struct change_measure measure[CHANGE_MEASURES_MAX];
    int health_bp, effective_bp; /* before and after caps and overrides */
    /* The profile of the scorecard whose weights applied: those of a measure above are the card's
     * own. NULL or "default": those. */
    const char *rule;
};

/* behaviour + availability + configuration + override = effective after - effective before. */
struct change {
    int behaviour_bp;     /* measures with data on both days, judged as they were before */
    int availability_bp;  /* data that came or went */
    int configuration_bp; /* another scorecard or other metrics */
    int override_bp;      /* caps and overrides */
    /* By measure of the day before; the parts add up to behaviour_bp. */
    int part_bp[CHANGE_MEASURES_MAX];
    bool lost[CHANGE_MEASURES_MAX], gained[CHANGE_MEASURES_MAX]; /* data */
};

/*
 * Split the change.
 *
 * bridge  what the scorecard of `before` makes of the facts of the day after; NULL: it follows from
 *         the rows when every measure of before is one of after and judges alike
 *
 * Errors  KENKO_ERROR_REFUSED  it does not follow: the bridge has to be computed
 *         KENKO_ERROR_CHECK    a result does not follow from its own scorecard
 */
typedef bool (*change_split_fn)(const struct change_day *before, const struct change_day *bridge,
                                const struct change_day *after, struct change *out, GError **err);
