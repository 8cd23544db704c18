/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cohorts: who began to pay in the same period, and what was left of them later. */
#pragma once

#include "scoring/ledger.h"
#include "scoring/period.h"
#include "scoring/ratio.h"

/* A cohort at an age: on the last day of the period so many after its own. */
struct cohort_cell {
    int32_t day;
    bool is_censored;  /* the day had not passed: the rest is 0 and means nothing */
    size_t n_retained; /* who came back counts again */
    int64_t arr, kept; /* kept: of each the lesser of ARR then and at the beginning */
    bool is_watched;   /* usage of the whole period was looked at */
    size_t n_active;   /* accounts that used the product on a day of it, paying or not */
};

/* Amounts in minor units; each account's at the rates of its first day paid. */
struct cohort {
    int32_t start; /* first day of its period */
    size_t n;
    int64_t base; /* ARR on the first day each paid */
    struct cohort_cell *cell;
};

struct cohort_table {
    size_t n, n_ages;
    struct cohort *cohort; /* by period; only those with somebody */
};

/*
 * Cohorts by month, quarter or year, of accounts that first paid before the ledger's day, at the
 * ages 0 (the last day of their own period) to n_ages - 1. In the arena.
 *
 * Errors  as ledger_arr
 */
MUST_USE bool cohort_compute(struct arena *arena, const struct ledger *ledger, enum period_by by,
                             size_t n_ages, struct cohort_table *out, GError **err);

/*
 * Look at the usage of the cohorts: who had a value above 0 of one usage metric within the period
 * that a cell ends. Periods that usage on record does not reach, and those not over, are not
 * watched.
 *
 * table  as cohort_compute made it of `ledger`;  by  the same
 *
 * Errors  as facts_load
 * Cost    one pass over the warehouse's usage of that metric
 */
MUST_USE bool cohort_activity(struct db *db, const struct zone *zone, const struct ledger *ledger,
                              const char *usage, int64_t known_no, enum period_by by,
                              struct cohort_table *table, GError **err);

struct ratio cohort_activity_share(const struct cohort *cohort, const struct cohort_cell *cell);
struct ratio cohort_logo(const struct cohort *cohort, const struct cohort_cell *cell);
struct ratio cohort_nrr(const struct cohort *cohort, const struct cohort_cell *cell);
struct ratio cohort_grr(const struct cohort *cohort, const struct cohort_cell *cell);
