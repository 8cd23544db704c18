/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panel that training and backtests work on, as the configuration asks for it. */
#pragma once

#include "scoring/train_config.h"

struct train_panel_options {
    int32_t as_of;
    int64_t known_no; /* -1 for the newest */
    struct progress *progress;
    bool all_metrics; /* those that model.features leaves out as well */
    bool measures;    /* what the scorecard makes of them too */
};

struct train_panel {
    const struct metric_set *set;
    const struct scorecard *card; /* the one customers are scored by */
    struct train_config config;
    struct panel panel;
    int64_t known_no; /* what -1 was */
};

/* Errors  KENKO_ERROR_USAGE  known_no lies beyond the newest commit; those of the parts */
MUST_USE bool train_panel_load(struct arena *arena, struct db *db, struct config *config,
                               const struct train_panel_options *options, struct train_panel *out,
                               GError **err);

/*
 * The rows to fit on before a model is judged, and those it is judged by: the newest quarter of the
 * days. What lies within a horizon and the churn delay before them had its outcome told by the same
 * days and is in neither. `fit` and `test` have a place for each row.
 */
void train_panel_split(struct arena *arena, const struct train_panel *data, uint8_t *fit,
                       uint8_t *test);
