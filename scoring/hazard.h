/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The churn model: a discrete-time hazard whose log-odds are an exact sum of tables of metrics, by
 * the additive engine, so that every probability is explained exactly. */
#pragma once

#include "scoring/additive.h"
#include "scoring/panel.h"

struct additive_tables;
struct hazard_model; /* immutable once made, but for hazard_calibrate */

struct hazard_options {
    int horizon_days;        /* length of one period of the hazard */
    double ridge;            /* of the logistic regression it is held against */
    enum additive_mode mode; /* compact, or with boosted tables where they earn it */
    int threads;             /* results do not depend on it */
};

/* Fit on the rows with use[i] != 0 (NULL: all). Errors  KENKO_ERROR_REFUSED  as additive_fit */
MUST_USE struct hazard_model *hazard_fit(struct arena *arena, const struct metric_set *metrics,
                                         const struct panel *panel, const uint8_t *use,
                                         const struct hazard_options *options, GError **err);

/* From now on the log-odds are intercept + slope · what they were. Of a model not yet in use. */
void hazard_calibrate(struct hazard_model *model, double intercept, double slope);

/*
 * JSON with 17 digits, and back to the same bits. Metrics are found by name and must still compute
 * what they did when the model was made.
 *
 * Errors  KENKO_ERROR_CONFLICT  metrics.yaml or the text is not what the model was made of
 */
char *hazard_save(const struct hazard_model *model);
MUST_USE struct hazard_model *hazard_load(struct arena *arena, const struct metric_set *metrics,
                                          const char *json, GError **err);

/* Features: the metrics that contributions are told by, ascending. */
size_t hazard_features(const struct hazard_model *model);
size_t hazard_feature_metric(const struct hazard_model *model, size_t feature);
int hazard_horizon(const struct hazard_model *model);
const struct additive_summary *hazard_summary(const struct hazard_model *model);

/* Its tables, before a calibration: that moves all log-odds alike. */
struct additive_tables *hazard_tables(struct arena *arena, const struct hazard_model *model);
void hazard_calibration(const struct hazard_model *model, double *intercept, double *slope);

struct hazard_risk {
    double p, low, high; /* churn within `days`, with its 95 % interval; NaN when not defined */
};

enum { HAZARD_AT_RENEWAL = 0, HAZARD_STAY = -1, HAZARD_STAY_DAYS = 365, HAZARD_DAYS_MAX = 366 };

/*
 * Risk of n rows (n × metrics, row-major, NaN = missing) within each of `days` (1 to
 * HAZARD_DAYS_MAX, or HAZARD_AT_RENEWAL: by the end of the day of the next renewal; NaN where none
 * is known). HAZARD_STAY asks for the mean share of the next HAZARD_STAY_DAYS days that the row is
 * still there, which times the ARR is what of it is expected to be earned: the survival curve's
 * area up to then, not discounted, censored there. Metrics are held, but for days to renewal, which
 * run down: what a contract's end adds to the hazard of its period falls on the day of the renewal,
 * the rest evenly over the days.
 *
 * out           n × n_days
 * contribution  n × (hazard_features + 1): log-odds of the first period; they add up to it,
 *               intercept last. What a term of several metrics adds is shared equally among them;
 *               NULL when nobody asks
 *
 * Cost  a few look-ups a term and row; once a call the tables of the intervals, which cost as much
 * as hundreds of rows, so ask for rows together
 */
void hazard_predict(const struct hazard_model *model, const double *value, size_t n,
                    const int *days, size_t n_days, struct hazard_risk *out, double *contribution);

/* The same with days of its own for each row; out: n. */
void hazard_predict_each(const struct hazard_model *model, const double *value, size_t n,
                         const int *days, struct hazard_risk *out);

/* Risk of n rows within the model's horizon, in the arena. */
double *hazard_probabilities(struct arena *arena, const struct hazard_model *model,
                             const double *value, size_t n);
