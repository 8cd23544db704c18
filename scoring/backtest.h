/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rolling-origin backtest: on every past day the model is fitted as it would have been then, and
 * held against what came. */
#pragma once

#include "core/db.h"
#include "scoring/evaluate_capacity.h"
#include "scoring/rival.h"

struct progress;

enum { BACKTEST_SHARES = 2, BACKTEST_ORIGINS_MAX = 12 };
extern const double
    backtest_share[BACKTEST_SHARES]; /* of the accounts that a team can look after */

/* How the rivals did on one day's customers, or on those of all days together. */
struct backtest_result {
    struct rival_table table;
    struct evaluate_capacity capacity[RIVALS][BACKTEST_SHARES];
};

struct backtest_origin {
    int32_t as_of;                   /* the customers of this day are judged */
    size_t train_rows, train_events; /* whose outcome was sure by then */
    struct backtest_result result;
};

struct backtest {
    size_t n;
    const struct backtest_origin *origin; /* ascending */
    struct backtest_result pooled;
    size_t days_without; /* earlier days with too few churn events before them */
};

struct backtest_options {
    int32_t as_of;    /* facts before this day */
    int64_t known_no; /* -1 for the newest */
    struct progress *progress;
};

/*
 * Judge the newest BACKTEST_ORIGINS_MAX days of the panel whose past holds min_events churn events.
 * For each, everything is fitted on rows whose period and churn delay had passed by that day:
 * nothing that was not known then reaches the fit, its bins and its screens included.
 *
 * Errors  KENKO_ERROR_REFUSED  no day has enough events before it, or a metric knows the outcome
 * Cost    a fit a day
 */
MUST_USE bool backtest_run(struct arena *arena, struct db *db, struct config *config,
                           const struct backtest_options *options, struct backtest *out,
                           GError **err);
