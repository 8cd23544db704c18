/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kenko.yaml's section `model`. */
#pragma once

#include "core/config.h"
#include "scoring/hazard.h"

struct train_config {
    int min_events;     /* fewer churn events: the scorecard alone speaks */
    int step_days;      /* between the as-of days of a panel */
    const bool *chosen; /* by metric: may it be a feature? NULL: all may */
    struct hazard_options hazard;
};

/* Errors  KENKO_ERROR_CONFIG  a number out of its range, a metric that is not there */
MUST_USE bool train_config_load(struct arena *arena, struct config *config,
                                const struct metric_set *metrics, struct train_config *out,
                                GError **err);
