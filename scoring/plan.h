/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an edit of metrics or scorecard would change, before it is applied: every customer of one
 * day scored as it is and as it would be. Nothing is written. */
#pragma once

#include "scoring/scorecard.h"

struct progress;

enum { PLAN_BINS = 9, PLAN_MEASURES_MAX = 2 * SCORECARD_MEASURES_MAX + 2 };

/* One configuration. When both sides have the same set, facts are read once. */
struct plan_side {
    const struct metric_set *set;
    const struct scorecard *card;
};

enum plan_edit { PLAN_SAME, PLAN_ADDED, PLAN_REMOVED, PLAN_JUDGES, PLAN_WEIGHS };

/* A measure of either card, or what has no measure: start, limits and rounding; caps and people's
 * words. */
struct plan_measure {
    const char *name, *label;
    enum plan_edit edit;
    size_t known_before, known_after; /* customers for whom it has a score */
    size_t moved;                     /* customers whose health it moves */
    double mean_bp;                   /* mean of what it moves them by, either way */
};

/* One customer; parts_bp by plan's measure add up to after_bp - before_bp when both are known. */
struct plan_account {
    const char *key;
    int64_t arr_minor;
    const char *from, *to; /* bands of the day alone; "" on a side where it is no customer */
    bool known_before, known_after;
    int before_bp, after_bp;
    bool by_cut; /* the cuts of before would leave it where it stands */
    const int *part_bp;
};

struct plan_move {
    const char *from, *to;
    size_t accounts;
    __int128 arr_minor;
};

struct plan {
    int32_t as_of;
    int64_t known_no;
    size_t n_measures;
    struct plan_measure measure[PLAN_MEASURES_MAX];
    size_t n_accounts; /* customers on either side */
    const struct plan_account
        *account;   /* by the size of their move, those that change band first */
    size_t changed; /* of them change band */
    size_t n_moves;
    const struct plan_move *move; /* every pair of bands that occurs, by accounts */
    size_t both;                  /* with a health on both sides */
    double spearman, kendall;     /* of their healths; NaN */
    size_t histogram[PLAN_BINS];  /* of their moves */
};

/* Upper edges of the histogram's bins but the last, in basis points; a move on an edge lies in the
 * bin nearer to 0. */
extern const int plan_edge[PLAN_BINS - 1];

struct plan_options {
    int32_t as_of;
    int64_t known_no; /* -1 for the newest */
    struct progress *progress;
};

/*
 * Errors  as metric_compute
 * Cost    one day's scoring, twice where the metrics differ
 */
MUST_USE bool plan_run(struct arena *arena, struct db *db, struct config *config,
                       const struct plan_side *before, const struct plan_side *after,
                       const struct plan_options *options, struct plan *out, GError **err);
