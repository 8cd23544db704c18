/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Renewals: contracts with a price that end in a window. */
#pragma once

#include "scoring/ledger.h"

enum { RENEWAL_NO_RISK = -1 };

struct renewal {
    uint32_t account; /* in the ledger's order */
    const struct ledger_row *row;
    int64_t minor;   /* its ARR in the reporting currency, at the rates of the window's first day */
    bool is_renewed; /* the same product follows already, within the gap */
    int64_t p_1e9;   /* that the account is lost by then; RENEWAL_NO_RISK: nobody says */
};

/*
 * Contracts that began before the ledger's day and end in [from, to), by day and account, in the
 * arena, without a risk. A contract is renewed when another of the same account and product begins
 * in it or at most `gap` days after its end, and ends later.
 *
 * Errors  as ledger_arr
 */
MUST_USE bool renewal_list(struct arena *arena, const struct ledger *ledger, int32_t from,
                           int32_t to, int gap, struct renewal **out, size_t *n, GError **err);
