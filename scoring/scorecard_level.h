/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the scores of measures become those of groups and one number, and what each brought. */
#pragma once

#include "scoring/scorecard_loading.h"

MUST_USE bool scorecard_level_load(const struct scorecard_loading *l,
                                   const struct scorecard_text_level *text,
                                   struct scorecard_level *out, GError **err);

/* Is one added to another here, instead of averaged? */
static inline bool scorecard_level_adds(const struct scorecard_level *level)
{
    return level->combine == LEVEL_SUM;
}

/* What the measures that count make. */
struct scorecard_tally {
    bool known; /* of all of them one counts, with a weight */
    bool group_known[SCORECARD_GROUPS_MAX];
    int64_t group_weight[SCORECARD_GROUPS_MAX]; /* of the measures that count */
    int64_t weight;                             /* of the groups that count */
    /* Before its limits; within them; rounded as the card says, which is what enters the total. */
    struct rational group_raw[SCORECARD_GROUPS_MAX], group_limited[SCORECARD_GROUPS_MAX],
        group[SCORECARD_GROUPS_MAX];
    struct rational raw, total; /* of the card: before its limits, within them; not rounded */
    int decides;                /* of LEVEL_WORST and BEST: the group */
    int group_decides[SCORECARD_GROUPS_MAX]; /* and the measure */
};

void scorecard_level_tally(const struct scorecard *card, struct rational_pool *pool,
                           const bool *counts, const struct rational *score,
                           struct scorecard_tally *out);

/* In basis points of the scale: measure + start + limits + rounding = total - the scale's begin. */
struct scorecard_parts {
    struct rational factor[SCORECARD_MEASURES_MAX];  /* of what one of the scale in a score does */
    struct rational measure[SCORECARD_MEASURES_MAX]; /* 0 where it does not count */
    struct rational start, limits, rounding;         /* rounding: of groups */
};

void scorecard_level_parts(const struct scorecard *card, struct rational_pool *pool,
                           const bool *counts, const struct rational *score,
                           const struct scorecard_tally *tally, struct scorecard_parts *out);

/* Share of the weight, 0 to 1, that those of `has` have of those of `applies`; where scores add up
 * a measure weighs what it can move. */
struct rational scorecard_level_coverage(const struct scorecard *card, struct rational_pool *pool,
                                         const bool *applies, const bool *has);

/* The worst and the best that a missing measure could be taken for. */
void scorecard_level_limits(const struct scorecard *card, size_t measure, struct rational *worst,
                            struct rational *best);
