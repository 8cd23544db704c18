/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What hazard.c, hazard_predict.c and hazard_store.c share. */
#pragma once

#include "scoring/hazard.h"

/* A column of the engine's table, made of one metric. A renewal makes two: whether it falls into
 * the period, for a contract cannot end before, and how far into it; what lies beyond says nothing.
 */
enum hazard_kind { HAZARD_VALUE, HAZARD_DUE, HAZARD_DUE_DAYS, HAZARD_KINDS };

struct hazard_column {
    size_t metric;
    const char *definition; /* what the metric computed when the model was made */
    enum hazard_kind kind;
};

struct hazard_model {
    const struct metric_set *metrics;
    int horizon_days, renewal; /* renewal: the metric that runs down, -1 */
    size_t n_columns, n_features;
    struct hazard_column *column;
    size_t *feature;         /* metric of each feature, ascending */
    size_t *feature_of;      /* by metric */
    double intercept, slope; /* of the calibration: 0, 1 when there is none */
    struct additive *additive;
};

/* How the renewal of each row stands in a table: as its value says, or all of them not due, or due
 * at their place within its period. */
enum hazard_state { HAZARD_AS_IS, HAZARD_NOT_DUE, HAZARD_ALL_DUE };

/* The engine's table of n rows. In the arena. */
void hazard_table(struct arena *arena, const struct hazard_model *model, const double *value,
                  size_t n, enum hazard_state state, struct dataset *out);

/* A renewal in `days`, seen from the start of the period it falls into: 1 to horizon_days; NaN when
 * it is not ahead. */
double hazard_days_into(const struct hazard_model *model, double days);

/* The metrics that its terms use become its features. */
void hazard_choose_features(struct arena *arena, struct hazard_model *model);
