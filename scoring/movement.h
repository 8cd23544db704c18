/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ARR movements: what each account's ARR did in a period, so that start and movements are the end,
 * exactly. Both ends of a period are at the rates of its first day: a currency that moves moves no
 * ARR within a period. */
#pragma once

#include "scoring/ledger.h"
#include "scoring/period.h"

enum movement_kind {
    MOVEMENT_NEW,          /* 0 to more, and never paid on an earlier day */
    MOVEMENT_RESURRECTION, /* 0 to more otherwise */
    MOVEMENT_EXPANSION,
    MOVEMENT_CONTRACTION, /* negative */
    MOVEMENT_CHURN,       /* to 0; negative */
    MOVEMENT_KINDS
};

enum { MOVEMENT_NO_GAP = 0 }; /* nothing is bridged */

/* One account's movement; start + delta = end. Minor units. */
struct movement {
    uint32_t account; /* in the ledger's order */
    size_t period;
    enum movement_kind kind;
    int64_t start, end;
};

/* A period in sums: start + all deltas = end. */
struct movement_sum {
    int64_t start, end, delta[MOVEMENT_KINDS];
    size_t n_start, n[MOVEMENT_KINDS]; /* n_start: accounts that paid at the start */
};

struct movement_table {
    struct movement_sum *sum; /* by period */
    size_t n;
    const struct movement *movement; /* by period, then account; only accounts that moved */
};

const char *movement_name(enum movement_kind kind);

/*
 * The movements of n periods, ascending, in the arena. With a gap above 0 a break in paying of at
 * most so many days is no break: the ARR of the last day paid is carried over it, unless it has not
 * ended yet.
 *
 * Errors  as ledger_arr
 * Cost    accounts × periods, times the contracts of an account that needs rates or bridges
 */
MUST_USE bool movement_compute(struct arena *arena, const struct ledger *ledger,
                               const struct period *period, size_t n, int gap,
                               struct movement_table *out, GError **err);
