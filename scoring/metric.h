/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics: named windows over facts, computed for any list of as-of days in one pass over the
 * warehouse. Usage is folded from parties to accounts in C as identity was known at K. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/db.h"
#include "core/error.h"

enum metric_quality {
    METRIC_OK,
    METRIC_NO_DATA,
    METRIC_STALE,
    METRIC_NOT_APPLICABLE,
    METRIC_ERROR
};

struct config;
struct zone;
struct metric_set; /* the parsed metrics.yaml */

/* One entry of metrics.yaml as others need it. */
struct metric_info {
    const char *name, *label, *unit, *sentence;
    const char *direction; /* up, down, none */
};

/* The metrics of all accounts on one as-of day. value[m · n_accounts + a]; NaN unless METRIC_OK. */
struct metric_frame {
    int32_t as_of;
    size_t n_accounts;
    size_t n_metrics;
    const int64_t *account_id; /* ordered by account key */
    const char *const *account_key;
    const double *value;
    const uint8_t *quality;       /* enum metric_quality */
    const int64_t *arr_minor;     /* ARR on as_of, reporting currency */
    const int32_t *renewal_on;    /* INT32_MIN when none */
    const int32_t *first_fact_on; /* first contract start or usage day known; INT32_MAX when none */
    const uint8_t *is_customer;   /* paying or active on as_of: scored only when 1 */
};

/* Reads metrics.yaml in the configuration's directory. Errors have file, line and column. */
MUST_USE struct metric_set *metric_set_load(struct arena *arena, const struct config *config,
                                            GError **err);
size_t metric_count(const struct metric_set *set);
const struct metric_info *metric_info(const struct metric_set *set, size_t index);
int metric_index(const struct metric_set *set, const char *name); /* -1 when there is none */

/* Called once per as-of day, in the order asked; the frame lives until it returns. */
typedef bool (*metric_frame_fn)(void *context, const struct metric_frame *frame, GError **err);

/*
 * Compute every metric for each day of `as_of` (ascending) from what was known at commit
 * `known_no`.
 *
 * Must run inside a transaction. One pass over the spans between the earliest window and the last
 * day; memory: one day's values per account and usage metric for the span of the longest window
 * when days are dense, never the event history.
 *
 * Errors  KENKO_ERROR_CONFLICT  known_no lies below the known floor (names the date)
 */
MUST_USE bool metric_compute(struct db *db, const struct metric_set *set, const struct zone *zone,
                             const int32_t *as_of, size_t n_as_of, int64_t known_no,
                             metric_frame_fn fn, void *context, GError **err);
