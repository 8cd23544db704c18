/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose fault a failed run was: the platform's when more customers than usual failed on the same
 * connector at the same time, or during a declared incident; else the customer's. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "scoring/facts.h"

enum fault_verdict { FAULT_NONE, FAULT_CUSTOMER, FAULT_PLATFORM };

/* Usual share of customers with a failed run on a connector within a window, exactly. */
struct fault_baseline {
    const char *connector;
    int64_t share_1e9;
};

struct fault_rule {
    int64_t before_us, after_us; /* the window about a failure is [f - before, f + after) */
    int64_t accounts;            /* a burst has at least so many failing customers */
    int64_t tail_1e9;            /* ... and chance makes one with less than this probability */
    const struct fault_baseline *baseline;
    size_t n_baselines;
    const char *const *good, *const *bad; /* statuses, NULL-terminated */
};

/* One failed run. */
struct fault {
    size_t run;   /* in the order of facts_runs */
    int64_t n, k; /* distinct customers with a run that ended, and with one that failed */
    double tail;  /* P(X >= k), X binomial (n, baseline); NaN without a baseline */
    bool is_burst;
    const struct facts_incident *incident; /* the first declared one that held it, or NULL */
};

struct fault_index; /* runs by connector and end */

/* Sort once for any number of instants. The rule and the facts outlive it. */
struct fault_index *fault_index_new(struct arena *arena, const struct facts *facts,
                                    const struct fault_rule *rule);

/*
 * Attribute the failures that ended within [from, t), from runs that ended before t. verdict is by
 * run, of all runs; those of no failure in the range are left as they are. `fn` may be NULL; it
 * gets each failure, by connector and end.
 *
 * Cost: linear in the runs of the range; the binomial tail once for each (connector, n, k).
 */
typedef void (*fault_fn)(void *context, const struct fault *fault);
void fault_attribute(const struct fault_index *index, int64_t from, int64_t t, uint8_t *verdict,
                     fault_fn fn, void *context);

/*
 * P(X >= k) of a binomial with p = share_1e9 / 10^9, and is it below limit_1e9 / 10^9: asked of the
 * logarithms where they can tell, of exact integers where they cannot.
 */
double fault_tail(int64_t n, int64_t k, int64_t share_1e9, int64_t limit_1e9, bool *is_below);

/* The same as an exact fraction in lowest terms, "1955359/100000000000"; n at most 10,000. Caller
 * frees. */
char *fault_tail_exact(int64_t n, int64_t k, int64_t share_1e9);

const char *fault_verdict_name(enum fault_verdict verdict);
