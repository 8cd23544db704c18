/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contract ledger: what each account pays a year on any day, as known on one day.
 *
 * ARR on a day is the sum of the contracts that hold on it, from their first day up to the day
 * before their end; overlapping ones add, negative ones (discounts) subtract, and a sum below zero
 * counts as 0. An account pays on a day when its ARR is above 0; where discounts in another
 * currency make that a matter of rates, it is judged on the days on which its contracts change. */
#pragma once

#include "scoring/facts.h"

enum { LEDGER_OPEN = INT32_MAX }; /* the end of what has none */

struct ledger_row {
    int32_t from, to; /* [from, to); LEDGER_OPEN */
    int64_t minor;    /* a year, in minor units of currency */
    const char *currency;
    const struct facts_words *words;
};

/* Days on which an account pays without a break: [from, to). */
struct ledger_run {
    int32_t from, to;
};

struct ledger {
    int32_t as_of;
    const struct facts *facts;
    const char *currency; /* only contracts in it, in its own unit; NULL: all, converted */
    size_t n_accounts;    /* as facts has them, by key */
    const char *const *key;
    const size_t *first, *first_run; /* account a has row[first[a]] up to row[first[a + 1]] */
    const struct ledger_row *row;    /* by account, then first day; none of no length */
    const struct ledger_run *run;    /* by account, then day */
};

/*
 * The ledger as its sources had stated it by `as_of`, with what begins later: whoever looks back
 * asks for days before as_of only. In the arena; `facts` must outlive it.
 *
 * Errors  KENKO_ERROR_INPUT  an account's contracts of both signs need a rate that is not there
 */
MUST_USE bool ledger_make(struct arena *arena, const struct facts *facts, int32_t as_of,
                          const char *currency, struct ledger **out, GError **err);

/*
 * An account's ARR on `day`, in minor units at the rates of `rate_day`; rounded once a currency.
 * Before a currency's first rate that one speaks: rates of a month's first day are as good as none
 * for the day before it, on which a period begins.
 *
 * Errors  KENKO_ERROR_INPUT  no rate, or a sum that does not fit 64 bits
 */
MUST_USE bool ledger_arr(const struct ledger *ledger, size_t account, int32_t day, int32_t rate_day,
                         int64_t *minor, GError **err);

/* The first day the account ever pays, INT32_MAX when there is none. */
int32_t ledger_first_day(const struct ledger *ledger, size_t account);

/* The day whose ARR speaks for `day` when breaks of at most `gap` days are bridged: in a break that
 * has ended, the last day paid before it; else the day itself. */
int32_t ledger_bridge(const struct ledger *ledger, size_t account, int32_t day, int gap);

/* Days on which the account's contracts begin or end, ascending, in the arena. */
int32_t *ledger_changes(struct arena *arena, const struct ledger *ledger, size_t account,
                        size_t *n);

/* Does the account's ARR need no rates? Then it is the same whatever the rate_day. */
bool ledger_is_plain(const struct ledger *ledger, size_t account);

/* a + b, or false when it does not fit 64 bits, with an error that says so. */
MUST_USE bool ledger_add(int64_t *a, int64_t b, GError **err);
