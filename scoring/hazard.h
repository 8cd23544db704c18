/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The churn model: a discrete-time hazard whose log-odds are a sum over metrics, so that every
 * probability is explained exactly. L2-penalised; intervals from the posterior covariance. */
#pragma once

#include "scoring/metric.h"

struct hazard_model; /* immutable once made */

/* Rows of (account, as-of day): values of every metric, NaN = missing, and the outcome. */
struct hazard_panel {
    size_t n, n_metrics;
    const double *value; /* n × n_metrics, row-major */
    const double *y;     /* n, 1 = churned within the horizon after as_of */
    const int32_t *as_of;
};

/* Fit on the rows with use[i] != 0 (NULL: all). Errors  KENKO_ERROR_REFUSED  as glm_fit */
MUST_USE struct hazard_model *hazard_fit(struct arena *arena, const struct metric_set *metrics,
                                         const struct hazard_panel *panel, const uint8_t *use,
                                         int horizon_days, double ridge, GError **err);

/*
 * JSON with 17 digits, and back to the same bits. Metrics are found by name and must still compute
 * what they did when the model was made.
 *
 * Errors  KENKO_ERROR_CONFLICT  metrics.yaml or the text is not what the model was made of
 */
char *hazard_save(const struct hazard_model *model);
MUST_USE struct hazard_model *hazard_load(struct arena *arena, const struct metric_set *metrics,
                                          const char *json, GError **err);

size_t hazard_features(const struct hazard_model *model);
size_t hazard_feature_metric(const struct hazard_model *model, size_t feature);
int hazard_horizon(const struct hazard_model *model);

struct hazard_risk {
    double p, low, high; /* churn within `days`, with its 95 % interval */
};

/*
 * Risk of one row within `days` (a multiple of the horizon): one minus the product of the periods'
 * survival; days_to_renewal runs down from period to period, other metrics are held.
 *
 * contribution  hazard_features + 1 log-odds of the first period: Σ = its log-odds, intercept (at
 *               the training means) last; may be NULL
 */
void hazard_predict(const struct hazard_model *model, const double *value, int days,
                    struct hazard_risk *out, double *contribution);
