/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Service levels by account: what share of a customer's runs was good, how much of the error budget
 * is left and how fast it burns, at an instant given. Counts are integers and shares fractions:
 * nothing is rounded but Wilson's bounds. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/config.h"
#include "core/zone.h"
#include "scoring/fault.h"

#define SLO_FILE "slo.yaml"

enum { SLO_BURNS_MAX = 6, SLO_MAX = 100 };

enum slo_sli {
    SLO_SUCCESS,    /* runs that succeeded among those that succeeded or failed */
    SLO_QUEUE,      /* runs that started within the threshold */
    SLO_DURATION,   /* runs that succeeded within the threshold of their start */
    SLO_FRESHNESS,  /* days of definitions whose data was fresh at the day's end */
    SLO_USAGE,      /* good among total of two usage metrics, by day */
    SLO_USAGE_DAYS, /* days on which a usage metric was at most a value */
    SLO_UPTIME,     /* seconds without an incident that touched the customer */
    SLO_SLIS
};

enum slo_state { SLO_OK, SLO_WARNING, SLO_BREACHED, SLO_INSUFFICIENT_DATA };
enum slo_burn_state { SLO_CALM, SLO_FIRING, SLO_BURN_INSUFFICIENT };
enum slo_verdict { SLO_NO_VERDICT, SLO_BELOW, SLO_ABOVE, SLO_UNDECIDED };

struct slo_set; /* slo.yaml */

struct slo_info {
    const char *name, *label, *service; /* service: transfer or ui */
    const char *unit; /* of what is counted: runs, definition days, days, seconds */
    enum slo_sli sli;
    int64_t window_us;
    size_t n_burns;
    const char *burn_name[SLO_BURNS_MAX];
    bool only_platform; /* only failures of the platform spend the budget */
    bool is_attributed; /* what is bad has somebody whose fault it is: success, queue, uptime */
};

/* What happened within a window. */
struct slo_count {
    int64_t total, bad; /* without what is excluded */
    int64_t platform;   /* of bad; of an SLI that is not attributed 0 */
    int64_t excluded;   /* good or bad, within a declared exclusion */
    int64_t spent;      /* what spends the budget: bad, or platform */
};

struct slo_fraction {
    int64_t n, d; /* lowest terms; d = 0: not defined */
};

struct slo_burn {
    struct slo_count over_long, over_short;
    struct slo_fraction rate_long, rate_short;
    enum slo_burn_state state;
};

struct slo_result {
    int64_t objective_1e9;
    struct slo_count count;
    struct slo_fraction sli, budget_left;
    double wilson_low, wilson_high; /* NaN when nothing was counted */
    enum slo_state state;
    enum slo_verdict verdict; /* only with fewer events than a state needs */
    struct slo_burn burn[SLO_BURNS_MAX];
};

/* Reads slo.yaml; a directory without one declares none. Errors have file, line and column. */
MUST_USE struct slo_set *slo_set_load(struct arena *arena, struct config *config, GError **err);
size_t slo_set_count(const struct slo_set *set);
const struct slo_info *slo_set_info(const struct slo_set *set, size_t slo);
int slo_set_index(const struct slo_set *set, const char *name); /* -1 when there is none */
/* In one line what it counts: a stored model must not speak about another of the same name. */
const char *slo_set_definition(const struct slo_set *set, size_t slo);
/* Usage metrics it reads, `n` names. */
const char *const *slo_set_usage(const struct slo_set *set, size_t *n);
/* How many days before an instant must be read for it. */
int slo_set_reach_days(const struct slo_set *set);

const char *slo_state_name(enum slo_state state);
const char *slo_burn_state_name(enum slo_burn_state state);
const char *slo_verdict_name(enum slo_verdict verdict); /* "" for none */

/* "2025-04-07T08:00:00Z", or a day, which is its start in the zone. */
MUST_USE bool slo_instant(const struct zone *zone, const char *text, int64_t *out, GError **err);

/* ── evaluation ─────────────────────────────────────────────────────────────────────────────────
 */

struct slo_lens; /* a set over facts; facts were loaded with runs and the set's usage metrics */

/* `usage` names the facts' usage metrics in their order. Errors  KENKO_ERROR_CONFIG  a usage metric
 * is not there, or two that are divided differ in their decimals. */
MUST_USE struct slo_lens *slo_lens_new(struct arena *arena, const struct slo_set *set,
                                       const struct facts *facts, const struct zone *zone,
                                       const char *const *usage, size_t n_usage, GError **err);

/* Look at what was over at `t`, attributing failures since `from`; both for what is asked next. */
void slo_lens_at(struct slo_lens *lens, int64_t from, int64_t t);

/* One account's count over [from, to), to at most the lens's t. Days count when they lie within. */
void slo_count(const struct slo_lens *lens, size_t slo, size_t account, int64_t from, int64_t to,
               struct slo_count *out);

/*
 * One account at the lens's t: all windows end there.
 *
 * budget_left = 1 - spent / (total (1 - objective)), a burn rate = spent / total / (1 - objective).
 * A pair fires when both its windows burn above its factor; with fewer than min_events in the long
 * one it says nothing, an empty short one does not fire. State: too few events; budget overspent;
 * a little left or a pair firing; well.
 */
void slo_evaluate(const struct slo_lens *lens, size_t slo, size_t account, struct slo_result *out);

/* The same for a span such as a month, without burn rates. */
void slo_evaluate_span(const struct slo_lens *lens, size_t slo, size_t account, int64_t from,
                       int64_t to, struct slo_result *out);

/* The verdicts of fault.h by run, in the order of facts_runs; and each failure that ended within
 * [from, t) with what its verdict rests on. */
const uint8_t *slo_lens_verdicts(const struct slo_lens *lens);
void slo_lens_faults(struct slo_lens *lens, int64_t from, fault_fn fn, void *context);

double slo_fraction_value(struct slo_fraction fraction); /* NaN when not defined */
