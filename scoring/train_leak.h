/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaks: metrics that know the outcome. */
#pragma once

#include "scoring/panel.h"

/* The name of the first metric that alone ranks nearly every churn (AUC above 0.95); NULL when none
 * does. What tells when and not whether is no leak: usage that defines churn by inactivity, and
 * days to renewal while not all that are due churn. */
const char *train_leak(const struct metric_set *metrics, const struct panel *panel,
                       int horizon_days);
