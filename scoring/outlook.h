/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the renewals of quarters may cost: of those to come, and of past ones beside what came. */
#pragma once

#include "scoring/forecast.h"
#include "scoring/period.h"
#include "scoring/revenue.h"

/* The open renewals of a quarter, as known on `origin`. An account is one item with all its
 * contracts that end in it: it is lost or not. Amounts at the rates of the quarter's first day. */
struct outlook {
    struct period quarter;
    int32_t origin,
        risk_as_of;   /* risk_as_of: day of the run whose risks were taken, or INT32_MIN */
    size_t n_without; /* accounts nobody says a risk of: in no figure but these two */
    int64_t without;
    struct forecast forecast;
    bool is_past; /* what came is known */
    size_t n_lost;
    int64_t lost;   /* of the accounts in the forecast */
    bool is_within; /* no less than P10 and no more than P90 */
};

/*
 * The quarter of the ledger's day, from that day on, and the n - 1 after it, by the risks of the
 * newest run published in the month before that day.
 *
 * Errors  as ledger_arr, and of the warehouse
 */
MUST_USE bool outlook_ahead(struct arena *arena, struct db *db, const struct revenue *revenue,
                            size_t n, struct outlook **out, GError **err);

/*
 * Each of the newest n quarters that are over, oldest first, as it was forecast on its first day by
 * the run published in the month up to it, and what came: who paid nothing once the gap after its
 * last contract of that quarter had passed. Quarters before any such run are left out; `kept` of n
 * remain.
 */
MUST_USE bool outlook_past(struct arena *arena, struct db *db, const struct revenue *revenue,
                           size_t n, struct outlook **out, size_t *kept, GError **err);
