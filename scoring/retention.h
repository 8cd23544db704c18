/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retention: what became of those who paid on a period's first day. */
#pragma once

#include "scoring/ledger.h"
#include "scoring/period.h"
#include "scoring/ratio.h"

/* The base are accounts that pay on the day `from`; amounts in minor units at that day's rates. */
struct retention {
    size_t n_base, n_retained;      /* retained: pays on the day `to` */
    int64_t from, to, kept;         /* kept: of each the lesser of both */
    struct ratio nrr, grr, churned; /* churned: of logos, 0 when nobody left, no base: none */
    double churned_annual, arr_churned_annual; /* at the same pace over a year; arr: 1 - GRR */
};

/* Errors  as ledger_arr */
MUST_USE bool retention_compute(const struct ledger *ledger, const struct period *period,
                                struct retention *out, GError **err);
