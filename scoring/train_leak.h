/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaks: metrics that know the outcome. */
#pragma once

#include "scoring/panel.h"

/*
 * Does no metric alone rank nearly every churn (AUC above 0.95)? What tells when and not whether is
 * no leak: usage that defines churn by inactivity, and days to renewal while not all that are due
 * churn.
 *
 * Errors  KENKO_ERROR_REFUSED  the first metric that does
 */
MUST_USE bool train_leak_check(const struct metric_set *metrics, const struct panel *panel,
                               int horizon_days, GError **err);
