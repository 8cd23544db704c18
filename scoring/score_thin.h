/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Thinning: scores are kept for every day for a while, then one day a week. */
#pragma once

#include "core/config.h"
#include "core/db.h"

struct score_thin_summary {
    int64_t months, days; /* months made anew, published days that went */
};

/*
 * Keep of each month that lies wholly before the last score.keep_daily_months (13; 0: all are kept
 * daily) the last published day of every ISO week. Counted from the newest published day, which
 * always stays. What readers of the kept days see does not change; rows that only earlier runs of
 * a day showed go with its month. One transaction a month; may be killed anywhere.
 *
 * dry_run  count only
 *
 * Errors  KENKO_ERROR_BUSY  scores are being made, or a reader holds a month for too long
 *         KENKO_ERROR_CONFIG  the number of months;  KENKO_ERROR_INTERRUPTED  after a month
 */
MUST_USE bool score_thin(struct db *db, const char *dsn, struct config *config, bool dry_run,
                         struct score_thin_summary *summary, GError **err);
