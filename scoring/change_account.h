/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One account's stored results on two days, and how the one became the other. */
#pragma once

#include "core/config.h"
#include "core/db.h"
#include "scoring/change.h"
#include "sql/scoring.h"

/* One day: the row, the measures of its scorecard, and both in the form that is split. */
struct change_account_day {
    struct q_change_account_row row;
    struct q_change_measures_rows measures;
    struct change_day day; /* when the health is known */
};

struct change_account {
    struct change_account_day before, after;
    bool is_split;    /* false: a health is Unknown, `why_not` says so */
    bool is_computed; /* the stored rows were not enough: the day after was computed again under
                       * the scorecard of the day before, as it was known then */
    const char *why_not;
    struct change change; /* when is_split; by measure of `before` */
};

/* The newest published day up to `day` (INT32_MAX: of all).
 * Errors  KENKO_ERROR_NOT_FOUND  the account has no published score on it */
MUST_USE bool change_account_day(struct arena *arena, struct db *db, const char *key, int32_t day,
                                 struct change_account_day *out, GError **err);

/*
 * The change from the newest published day up to `from` to that up to `to`.
 *
 * Errors  KENKO_ERROR_NOT_FOUND  no published score on one of them
 *         KENKO_ERROR_CONFLICT   it has to be computed again, and the scorecard's texts were not
 *                                kept or what was known then can no longer be asked
 * Cost    two look-ups; when it is computed, one reading of the facts
 */
MUST_USE bool change_account_load(struct arena *arena, struct db *db, struct config *config,
                                  const char *key, int32_t from, int32_t to,
                                  struct change_account *out, GError **err);
