/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A proof as dashboards see it: kept whole, one row set for each, the newest of a scorecard shown.
 */
#pragma once

#include "core/db.h"
#include "scoring/proof.h"

/*
 * Store a proof of facts before `as_of` and show it in place of the scorecard's one before, in one
 * transaction.
 *
 * Errors  KENKO_ERROR_INPUT  an ARR does not fit 64 bits
 */
MUST_USE bool proof_store(struct db *db, const struct proof *proof, int32_t as_of,
                          int64_t *proof_id, GError **err);
