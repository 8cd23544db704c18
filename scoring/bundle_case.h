/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One account's score computed from facts, wherever they come from: what makes an audit bundle and
 * what verifies one are the same. */
#pragma once

#include "scoring/facts_source.h"
#include "scoring/health.h"
#include "scoring/health_band.h"
#include "scoring/override.h"
#include "scoring/score_config.h"

/* The account's metrics on one of the days that its band looks at. */
struct bundle_day {
    int32_t as_of;
    bool is_customer;
    int64_t arr_minor;
    int32_t renewal_on; /* INT32_MIN when none */
    double *value;      /* by metric */
    uint8_t *quality;
    bool *taken; /* it rests on what other accounts did, so its value is taken as it is said */
};

struct bundle_case {
    struct arena *arena;
    struct config *config;
    const struct metric_set *metrics;
    const struct scorecard *card;
    const struct zone *zone;
    const char *key; /* the account's */
    int64_t known_no;
    size_t n_days;
    int32_t day[SCORE_BAND_DAYS_MAX]; /* ascending, the last is the as-of day */
};

/* Errors  KENKO_ERROR_CONFIG  what the files say is wrong */
MUST_USE bool bundle_case_open(struct arena *arena, struct config *config, const char *card,
                               int32_t as_of, struct bundle_case *out, GError **err);

struct bundle_outcome {
    struct bundle_day day[SCORE_BAND_DAYS_MAX];
    struct health health; /* of the last day, bound by an override where one holds */
    double measure[SCORECARD_MEASURES_MAX]; /* the values behind its measures */
    const char *band;                       /* of all days together */
    const int32_t *newest;                  /* by usage metric: last day with a fact of anybody */
    bool has[FACTS_KINDS];
};

/*
 * Compute. Where `said` is not NULL, metrics that it says are taken have its values.
 *
 * Errors  KENKO_ERROR_NOT_FOUND  the facts have no such account
 */
MUST_USE bool bundle_case_compute(const struct bundle_case *c, const struct facts_source *source,
                                  const struct override_set *overrides,
                                  const struct bundle_day *said, struct bundle_outcome *out,
                                  GError **err);
