/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics: named windows over facts, computed for any list of as-of days in one pass over the
 * warehouse. Windows are half-open, [D - n, D); facts of day D and later are never seen. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/config.h"
#include "core/db.h"
#include "core/zone.h"

enum metric_quality {
    METRIC_OK,
    METRIC_NO_DATA,
    METRIC_STALE,
    METRIC_NOT_APPLICABLE,
    METRIC_ERROR,
    METRIC_QUARANTINED, /* a quality check of its usage fails within the window */
    METRIC_CARRIED      /* of a measure alone: there is none today, an earlier day's value counts */
};

struct facts;
struct facts_source;
struct facts_attributes;
struct slo_lens;
struct metric_set; /* the parsed metrics.yaml with the churn definition of kenko.yaml */

/* One entry of metrics.yaml as others need it. */
struct metric_info {
    const char *name, *label, *unit, *sentence;
    const char *label_ja, *sentence_ja; /* NULL: not said */
    const char *direction;              /* up, down, none */
    bool monotone; /* the churn model may only let risk fall (up) or rise (down) with it */
};

/* The metrics of all accounts on one as-of day. value[m · n_accounts + a]; NaN unless METRIC_OK. */
struct metric_frame {
    int32_t as_of;
    size_t n_accounts;
    size_t n_metrics;
    const int64_t *account_id; /* ordered by account key */
    const char *const *account_key;
    double *value;
    uint8_t *quality;     /* enum metric_quality */
    int64_t *arr_minor;   /* ARR on as_of, reporting currency */
    int32_t *renewal_on;  /* INT32_MIN when none */
    int32_t *start_on;    /* first contract day or usage day; INT32_MAX when none */
    uint8_t *is_customer; /* paying, or active by the churn definition: scored only when 1 */
    const struct facts *facts;
    /* Of a metric whose past is wanted, the last value before as_of that was OK and its day, as
     * known now, by the indexes of value; day INT32_MIN: none. NULL: nobody wants any. */
    const double *carried;
    const int32_t *carried_on;
    const struct facts_attributes *attribute; /* by account; NULL: nobody wants them */
    struct slo_lens *slo; /* slo.yaml at the start of the day; NULL when nothing is declared */
};

/* Reads metrics.yaml and kenko.yaml's `churn`. Errors have file and place. */
MUST_USE struct metric_set *metric_set_load(struct arena *arena, struct config *config,
                                            GError **err);
size_t metric_count(const struct metric_set *set);
const struct metric_info *metric_info(const struct metric_set *set, size_t index);
int metric_index(const struct metric_set *set, const char *name); /* -1 when there is none */
const char *metric_text(const struct metric_set *set);            /* metrics.yaml, for its hash */
/* Usage metrics that the metrics read, in the order of facts. */
size_t metric_usage_count(const struct metric_set *set);
const char *metric_usage_name(const struct metric_set *set, size_t index);
const char *metric_quality_name(enum metric_quality quality);

/* From now on frames of the set have attributes. */
void metric_want_attributes(const struct metric_set *set);
/* The same of a metric's last value of the `days` before. */
void metric_want_past(const struct metric_set *set, size_t metric, int days);

/* Called once per as-of day, ascending; the frame lives until it returns. */
typedef bool (*metric_frame_fn)(void *context, const struct metric_frame *frame, GError **err);

/*
 * Compute every metric for each day of `as_of` (ascending) from what was known at commit
 * `known_no`.
 *
 * Rules: a metric over usage is no_data for an account that never had a fact of it before D, and
 * counts silent days as 0 afterwards; a ratio whose total is 0 is no_data, never 0; a change or
 * baseline whose past is 0 or not whole is no_data. A source without any fact for stale_days makes
 * its metrics stale; a day of the last week that fails a quality check makes them quarantined.
 * A sum that does not fit 64 bits in the metric's scale is an error of that metric and account.
 * Records count only with what their source had said before D.
 *
 * Must run in a transaction.
 *
 * Errors  KENKO_ERROR_CONFLICT  known_no lies below the known floor, or a day's windows reach into
 * usage that retention dropped
 */
MUST_USE bool metric_compute(struct db *db, const struct metric_set *set, const struct zone *zone,
                             const int32_t *as_of, size_t n_as_of, int64_t known_no,
                             metric_frame_fn fn, void *context, GError **err);

/* The same of a warehouse or of rows that were taken out of one. */
MUST_USE bool metric_compute_from(const struct facts_source *source, const struct metric_set *set,
                                  const struct zone *zone, const int32_t *as_of, size_t n_as_of,
                                  int64_t known_no, metric_frame_fn fn, void *context,
                                  GError **err);

/* The first day whose windows are whole; INT32_MIN when no usage was dropped. */
MUST_USE bool metric_whole_from(struct db *db, const struct metric_set *set,
                                const struct zone *zone, int32_t *day, GError **err);
