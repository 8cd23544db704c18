/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What slo_config.c reads and slo.c and its neighbours evaluate. */
#pragma once

#include "scoring/fault.h"
#include "scoring/slo.h"

/* A pair of windows that end at the same instant. */
struct slo_burn_rule {
    int64_t long_us, short_us;
    int64_t factor_1e6;
};

/* What other accounts are promised. */
struct slo_promise {
    int64_t objective_1e9;
    const char *const *accounts; /* keys, NULL-terminated */
};

/* Time that does not count: planned maintenance, a customer's own freeze. */
struct slo_exclusion {
    int64_t from, to; /* [from, to) */
    const char *reason;
    const char *connector;       /* NULL: all */
    const char *const *accounts; /* NULL: all */
};

struct slo {
    struct slo_info info;
    const char *definition;
    int64_t objective_1e9, warn_below_1e9, min_events;
    int64_t threshold_us;                                    /* queue, duration */
    const char *const *executors, *const *good, *const *bad; /* executors NULL: all */
    const char *const *components;                           /* uptime; NULL: all */
    const char *usage_good, *usage_bad, *usage_total; /* usage: total and one of the others */
    const char *usage_level;                          /* usage_days */
    double at_most;
    struct slo_burn_rule burn[SLO_BURNS_MAX];
    struct slo_promise *promise;
    size_t n_promises;
    struct slo_exclusion *exclusion;
    size_t n_exclusions;
};

struct slo_set {
    struct slo *slo;
    size_t n;
    struct fault_rule fault;
    const char **usage;
    size_t n_usage;
    int reach_days;
};

/* How an SLO sees the facts. */
struct slo_view {
    bool *executor_ok, *is_good, *is_bad, *connector_excluded; /* by word */
    int64_t *objective_1e9;                                    /* by account */
    int usage_good, usage_bad, usage_total, usage_level;       /* in the facts; -1 */
    bool **exclusion_of; /* by exclusion: by account, NULL all */
};

/* An incident that touched an account, within [from, to). */
struct slo_touch {
    uint32_t account;
    const struct facts_incident *incident; /* NULL: nothing more is known of it */
    int64_t from, to;
};

struct slo_lens {
    const struct slo_set *set;
    const struct facts *facts;
    const struct zone *zone;
    struct slo_view *view; /* by SLO */
    struct fault_index *faults;
    uint8_t *verdict; /* by run */
    int64_t t;
    struct arena *arena;
    struct slo_touch *touch; /* as of t, by account and start */
    size_t n_touches;
};

/* Is an event of `at` (of a connector, or UINT32_MAX) within an exclusion of the SLO? */
bool slo_is_excluded(const struct slo_lens *lens, size_t slo, uint32_t account, uint32_t connector,
                     int64_t at);

/* SLO_FRESHNESS over the days [first, last), SLO_UPTIME over [from, to). */
void slo_freshness_count(const struct slo_lens *lens, size_t slo, size_t account, int32_t first,
                         int32_t last, struct slo_count *out);
void slo_uptime_count(const struct slo_lens *lens, size_t slo, size_t account, int64_t from,
                      int64_t to, struct slo_count *out);
void slo_uptime_touches(struct slo_lens *lens);
