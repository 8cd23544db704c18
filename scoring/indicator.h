/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Risk and opportunity indicators: flags on a metric's value that are shown beside health and never
 * averaged into it. */
#pragma once

#include "core/db.h"
#include "core/limit.h"
#include "scoring/metric.h"

#define INDICATOR_FILE "indicators.yaml"

struct indicator {
    const char *name, *label, *label_ja, *kind; /* kind: risk or opportunity */
    int metric;
    struct limit limit; /* set beyond it */
};

struct indicator_set {
    struct indicator *indicator;
    size_t n;
};

/* Reads indicators.yaml; a directory without one declares none. Errors have file, line, column. */
MUST_USE bool indicator_load(struct arena *arena, struct config *config,
                             const struct metric_set *metrics, struct indicator_set *out,
                             GError **err);

bool indicator_is_set(const struct indicator *indicator, double value);

/*
 * Store the flags of a day's customers, in the transaction that publishes it. A metric without a
 * value neither sets nor clears: what was set on the published day before stays, said to be
 * unknown.
 */
MUST_USE bool indicator_write(struct db *db, const struct indicator_set *set,
                              const struct metric_frame *frame, GError **err);
