/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Panels: customers on many as-of days, each with what was known then and what came of it. What a
 * churn model is fitted on and judged by. */
#pragma once

#include "scoring/metric.h"
#include "scoring/scorecard.h"

struct progress;

/* Rows of (account, as-of day), days ascending. */
struct panel {
    size_t n, n_metrics;
    const double *value;     /* n × n_metrics, row-major; NaN = missing */
    const double *y;         /* n, 1 = churned within the horizon after as_of */
    const int32_t *as_of;    /* n */
    const uint32_t *account; /* n: the same number on every day; NULL where nobody asks */
    const double *arr_minor; /* n; NULL as well */
    const double *health;    /* n, 0..1 by the scorecard, NaN when Unknown; NULL as well */
    const double *measure; /* n × its measures, 0..1, NaN where one does not count; NULL as well */
    size_t events;
};

struct panel_options {
    int32_t until; /* facts before this day; an outcome counts when it was sure by then */
    int64_t known_no;
    int horizon_days;
    int step_days;                /* from one as-of day to the next */
    const bool *chosen;           /* by metric: others are missing throughout; NULL: none is */
    const struct scorecard *card; /* NULL: no health */
    bool measures;                /* of a card: also the score of each of its measures */
    struct progress *progress;    /* NULL: nobody looks */
};

/*
 * Build the panel up to `until`: all customers on days step_days apart, point in time. A window
 * whose end was not sure by `until` is left out, not counted as staying; so are days whose history
 * is shorter than eight weeks or was dropped by retention.
 *
 * Errors  as metric_compute. Must run in a transaction.
 * Cost    one pass over the warehouse
 */
MUST_USE bool panel_build(struct arena *arena, struct db *db, const struct metric_set *set,
                          const struct zone *zone, const struct panel_options *options,
                          struct panel *out, GError **err);

/* The first day with eight weeks of history and whole windows; `until` when there is no usage. */
MUST_USE bool panel_first_day(struct db *db, const struct metric_set *set, const struct zone *zone,
                              int32_t until, int32_t *out, GError **err);

/* The values of n rows, n × n_metrics, in the arena. */
double *panel_values(struct arena *arena, const struct panel *panel, const size_t *row, size_t n);

/* The distinct days, ascending, in the arena. */
const int32_t *panel_days(struct arena *arena, const struct panel *panel, size_t *n);
