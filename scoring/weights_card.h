/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights of the configured scorecard, asked of what happened in the warehouse. */
#pragma once

#include "scoring/train_panel.h"
#include "scoring/weights.h"

struct weights_card {
    struct train_panel t;
    struct weights_rows rows; /* by measure of t.card */
    struct weights weights;
};

/*
 * Scores of the card's measures on the days the churn model learns from, their outcomes, and the
 * weights they suggest. The newest quarter of the days judges, after a gap of one horizon and the
 * churn delay.
 *
 * Errors  as weights_suggest, panel_build;  KENKO_ERROR_REFUSED  a history too short to be cut
 * Cost    one pass over the warehouse
 */
MUST_USE bool weights_card_suggest(struct arena *arena, struct db *db, struct config *config,
                                   const struct train_panel_options *options,
                                   struct weights_card *out, GError **err);
