/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One account's raw rows, taken out of a warehouse as it was known at a commit number. */
#pragma once

#include "scoring/bundle_rows.h"

struct bundle_wish {
    int64_t account_id, known_no;
    int32_t runs_from_day, to_day;
    bool persons; /* also who answered and who said an override; else pseudonyms, and no reasons */
};

/*
 * Take the rows that facts are read from, of every party that ever was said to be the account's,
 * and the loads that brought them. In a transaction.
 *
 * Cost  one reading of the warehouse's facts
 */
MUST_USE bool bundle_gather(struct bundle_rows *rows, struct db *db, const struct bundle_wish *wish,
                            GError **err);
