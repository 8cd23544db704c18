/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain churn model that others are held against: an L2-penalised logistic regression on the
 * metrics, log scale for long right tails, missing values told by columns of their own. */
#pragma once

#include "scoring/panel.h"

struct logistic; /* immutable once made */

/* Fit on the rows with use[i] != 0 (NULL: all). Errors  KENKO_ERROR_REFUSED  as glm_fit */
MUST_USE struct logistic *logistic_fit(struct arena *arena, const struct metric_set *metrics,
                                       const struct panel *panel, const uint8_t *use,
                                       int horizon_days, double ridge, GError **err);

/* Log-odds of one row of metric values. */
double logistic_eta(const struct logistic *model, const double *value);
