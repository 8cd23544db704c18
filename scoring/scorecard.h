/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scorecards: measures in groups, as written in scorecards/NAME.yaml, validated. */
#pragma once

#include "core/config.h"
#include "scoring/metric.h"

enum { SCORECARD_MEASURES_MAX = 64, SCORECARD_GROUPS_MAX = 20, SCORECARD_POINTS_MAX = 16 };

enum scorecard_missing {
    MISSING_RENORMALISE,
    MISSING_NEUTRAL,
    MISSING_WORST,
    MISSING_BEST,
    MISSING_BLOCK
};

/* How a metric becomes 0..10000: anchors (piecewise linear, clamped) or bands with a stated edge.
 */
struct scorecard_measure {
    const char *name, *label;
    int metric;
    int group;
    int weight;
    enum scorecard_missing missing;
    bool is_bands, hi_inclusive; /* edge of bands: [from, to) or (from, to] */
    size_t n_points;
    double x[SCORECARD_POINTS_MAX]; /* anchor, or upper edge of a band (last: infinity) */
    int score_bp[SCORECARD_POINTS_MAX];
};

struct scorecard_group {
    const char *name, *label;
    int weight;
};

struct scorecard_band {
    const char *name;
    int below_bp; /* INT32_MAX for the last */
};

struct scorecard_cap {
    const char *name;
    int metric;
    bool above;
    double limit;
    int cap_bp;
};

struct scorecard {
    const char *name, *label, *text;
    size_t n_groups, n_measures, n_bands, n_caps;
    struct scorecard_group group[SCORECARD_GROUPS_MAX];
    struct scorecard_measure measure[SCORECARD_MEASURES_MAX];
    struct scorecard_band band[8];
    struct scorecard_cap cap[16];
    int min_coverage_bp, hysteresis_bp;
};

/*
 * Read scorecards/NAME.yaml.
 *
 * Errors  KENKO_ERROR_CONFIG  with the measure's name: unknown metric, overlapping or unordered
 * bands and anchors, weights that are all zero, a direction that contradicts the anchors
 */
MUST_USE struct scorecard *scorecard_load(struct arena *arena, struct config *config,
                                          const struct metric_set *metrics, const char *name,
                                          GError **err);

/* What a measure measures and how it judges, in one line: equal texts judge alike. */
const char *scorecard_definition(struct arena *arena, const struct scorecard *card,
                                 const struct metric_set *metrics, size_t measure);

/* A metric's value → 0..10000. `value` finite. */
int scorecard_measure_bp(const struct scorecard_measure *measure, double value);

/* The band of a score; never Unknown. */
const char *scorecard_band(const struct scorecard *card, int health_bp);
