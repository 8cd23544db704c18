/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a candidate may take the place of the model that speaks: never when it is worse. */
#pragma once

#include "core/db.h"
#include "scoring/rival.h"

struct train_judged {
    const struct metric_set *metrics;
    const struct panel *panel;
    const struct rival_rows *rows; /* the candidate's kind, held out */
    const struct hazard_options *options;
    int delay_days; /* until an outcome is sure */
};

struct train_verdict {
    bool promoted;
    char word[200]; /* why, for people */
};

/*
 * Hold the candidate against the active model on held-out rows that neither was fitted on: it is
 * promoted unless it loses more by over a standard error. Where such rows hold too few events, the
 * share of the base rate's log loss that each saves on its own held-out time is compared in the
 * same way. Without an active model that still fits metrics.yaml the candidate is promoted.
 */
MUST_USE bool train_promote(struct db *db, const struct train_judged *judged,
                            struct train_verdict *out, GError **err);
