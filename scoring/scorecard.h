/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scorecards: measures in groups, as written in scorecards/NAME.yaml, validated. Every number is
 * exact. docs/scorecards.md is the language. */
#pragma once

#include "core/config.h"
#include "scoring/metric.h"
#include "scoring/scorecard_shape.h"

enum { SCORECARD_MEASURES_MAX = 64, SCORECARD_GROUPS_MAX = 20, SCORECARD_BANDS_MAX = 12 };

enum scorecard_missing {
    MISSING_RENORMALISE,
    MISSING_NEUTRAL,
    MISSING_WORST,
    MISSING_BEST,
    MISSING_BLOCK,
    MISSING_CARRY,
    MISSING_SCORE
};

struct scorecard_measure {
    const char *name, *label;
    int input;
    int group;
    int64_t weight; /* a whole number of the proportions that were written */
    struct rational written_weight;
    enum scorecard_missing missing;
    struct rational missing_score; /* of MISSING_SCORE */
    int carry_days;                /* of MISSING_CARRY: how old the last value may be */
    struct scorecard_conditions only_if, no_data_if;
    size_t n_rules; /* cases: the first whose `when` holds */
    const struct scorecard_rule *rule;
    struct rational low, high; /* of all rules */
    const char *direction;     /* up, down, none */
};

enum scorecard_combine { LEVEL_MEAN, LEVEL_SUM, LEVEL_WORST, LEVEL_BEST };

/* How scores become one. */
struct scorecard_level {
    enum scorecard_combine combine;
    bool has_least, has_most, has_out_of;
    struct rational start, least, most, out_of; /* sum: start + points, in limits; points of out_of
                                                 * that are the whole scale */
};

struct scorecard_group {
    const char *name, *label;
    int64_t weight;
    struct rational written_weight;
    struct scorecard_conditions only_if;
    struct scorecard_level level;
};

struct scorecard_band {
    const char *name;
    struct scorecard_range range; /* on the card's scale */
};

enum scorecard_bound { BOUND_CAP, BOUND_FLOOR, BOUND_SET };

/* What binds the number, whatever the measures say. */
struct scorecard_cap {
    const char *name;
    struct scorecard_conditions when;
    enum scorecard_bound bound;
    struct rational value;
};

struct scorecard_round {
    enum rational_rounding rule;
    struct rational step;
    bool is_basis_point; /* nothing was written: whole basis points of the scale */
};

/* Other weights for those of whom its conditions hold. */
struct scorecard_profile {
    const char *name;
    struct scorecard_conditions when;
    int64_t weight[SCORECARD_MEASURES_MAX], group_weight[SCORECARD_GROUPS_MAX];
    struct rational written[SCORECARD_MEASURES_MAX], written_group[SCORECARD_GROUPS_MAX];
};

struct scorecard {
    const char *name, *label, *text;
    const char *author, *note; /* of this version; "" when nothing is said */
    struct rational from, to;  /* the scale */
    size_t n_inputs, n_groups, n_measures, n_bands, n_caps, n_profiles;
    const struct scorecard_profile *profile;
    struct scorecard_input *input;
    struct scorecard_group group[SCORECARD_GROUPS_MAX];
    struct scorecard_measure measure[SCORECARD_MEASURES_MAX];
    struct scorecard_band band[SCORECARD_BANDS_MAX];
    struct scorecard_cap cap[16];
    struct scorecard_level level;
    struct scorecard_round round_measure, round_group, round_total;
    struct scorecard_conditions scored_only_if;
    bool has_nothing_known; /* the number when nothing is known */
    struct rational nothing_known;
    bool shows_number; /* false: bands only */
    int min_coverage_bp, sure_coverage_bp, hysteresis_bp;
};

/*
 * Read scorecards/NAME.yaml; its inputs are metrics of metrics.yaml and what it derives from them.
 *
 * Errors  KENKO_ERROR_CONFIG  file, line, column and what to do: unknown inputs, overlapping or
 * gapped bands, anchors that do not ascend, weights that are all zero, rules that are never
 * reached, a direction that contradicts the scores
 */
MUST_USE struct scorecard *scorecard_load(struct arena *arena, struct config *config,
                                          const struct metric_set *metrics, const char *name,
                                          GError **err);

/* The same of a file of the directory, or of any by its absolute path. */
MUST_USE struct scorecard *scorecard_load_file(struct arena *arena, struct config *config,
                                               const struct metric_set *metrics, const char *file,
                                               GError **err);

/* The same of a file of the directory whose inputs are columns of a table: `columns`, NULL at the
 * end, are their names. */
MUST_USE struct scorecard *scorecard_load_table(struct arena *arena, struct config *config,
                                                const char *file, const char *const *columns,
                                                GError **err);

/* Is the number a weighted mean of weighted means and nothing else? Then contributions of measures
 * are all there is of it; else the card's start, limits and rounding have a part. */
bool scorecard_is_mean(const struct scorecard *card);

/* What of the whole each measure weighs when all are known, 0..1, where groups and the card
 * average; `out` has n_measures places. */
void scorecard_shares(const struct scorecard *card, double *out);

/* What a measure measures and how it judges, in one line: equal texts judge alike. `metrics` may be
 * NULL. */
const char *scorecard_definition(struct arena *arena, const struct scorecard *card,
                                 const struct metric_set *metrics, size_t measure);

/* The band of a number on the card's scale, NULL when it stands in none; never Unknown. */
const char *scorecard_band(const struct scorecard *card, struct rational_pool *pool,
                           struct rational health);
/* The same of basis points of the scale. */
const char *scorecard_band_bp(const struct scorecard *card, struct rational_pool *pool,
                              int health_bp);
