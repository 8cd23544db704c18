/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Churn as data: the stretches for which accounts were customers, by the configuration's
 * definition. */
#pragma once

#include "scoring/metric.h"

/* What a life ended with: where the label "churned" comes from. */
enum metric_end {
    METRIC_END_NONE,        /* it goes on, as far as is known */
    METRIC_END_CONTRACT,    /* no contract followed within the gap */
    METRIC_END_DOWNGRADE,   /* a contract goes on, and nothing is paid */
    METRIC_END_CONTRACTION, /* the declared share of ARR was lost; the next life begins that day */
    METRIC_END_SILENCE      /* no activity for the declared days */
};

/* One stretch of being a customer. */
struct metric_life {
    uint32_t account; /* index in facts' order */
    int32_t from, to; /* [from, to); to = INT32_MAX when it was not known to have ended */
    int32_t ends;     /* the end as far as is known now, believed or not; INT32_MAX when open */
    enum metric_end end;
};

/*
 * Every account's lives as known at K, with facts up to day `until`: contracts merged over gaps of
 * at most gap_days, whatever their price (contract_end), or days paid merged so (downgrade), also
 * cut where the declared share of ARR is lost for longer than the gap (contraction), or activity
 * over silences shorter than inactive_days (inactivity). An end is believed only when its gap or
 * silence has passed before `until`. Sorted by account, then day. In the arena.
 *
 * Errors  as ledger_arr
 */
MUST_USE bool metric_lives(struct arena *arena, const struct metric_set *set,
                           const struct facts *facts, int32_t until, struct metric_life **out,
                           size_t *n, GError **err);

/* The account's life that holds a day later than its first, NULL when none does; log n. */
const struct metric_life *metric_life_on(const struct metric_life *life, size_t n, size_t account,
                                         int32_t day);
/* Was it known to have ended at most `days` after a day that it holds? */
bool metric_life_ends_within(const struct metric_life *life, int32_t day, int days);

/*
 * The facts that metric_lives reads and the contracts, and nothing else: for who asks of revenue
 * alone. Must run in a transaction; facts_free it.
 *
 * Errors  as facts_load, and metric_compute where silences make churn
 */
MUST_USE struct facts *metric_lives_facts(struct db *db, const struct metric_set *set,
                                          const struct zone *zone, int32_t until, int64_t known_no,
                                          GError **err);

/* Days that must pass after a life's `to` before it is believed. */
int metric_churn_delay(const struct metric_set *set);
/* Days without a contract, or without paying, that are no break. */
int metric_churn_gap(const struct metric_set *set);
/* contract_end, downgrade, contraction or inactivity. */
const char *metric_churn_name(const struct metric_set *set);
/* The whole definition in words, e.g. "contract_end gap_days=7". */
const char *metric_churn_definition(struct arena *arena, const struct metric_set *set);
/* contract end, downgrade, contraction, silence; "" of a life that goes on. */
const char *metric_end_name(enum metric_end end);
