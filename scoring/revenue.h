/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every question about revenue begins with: the contracts as they were known. */
#pragma once

#include "core/config.h"
#include "scoring/ledger.h"
#include "scoring/metric.h"

struct revenue {
    const struct metric_set *set;
    struct zone *zone;
    struct facts *facts;
    struct ledger *ledger;
    const char *currency; /* of the ledger's amounts */
    int32_t as_of;
    int64_t known_no;
};

/*
 * Read the ledger as its sources had stated it by the day `as_of` and the commit `known_no` (-1:
 * the newest). revenue_close it, also after an error.
 *
 * currency  only contracts in it, in its own unit; NULL: all, in the reporting currency
 *
 * Errors  KENKO_ERROR_USAGE  no such currency, or known_no lies beyond the newest; as ledger_make
 * Cost    one pass over the warehouse's records
 */
MUST_USE bool revenue_open(struct arena *arena, struct db *db, struct config *config,
                           const char *currency, int32_t as_of, int64_t known_no,
                           struct revenue *out, GError **err);
void revenue_close(struct revenue *revenue);
