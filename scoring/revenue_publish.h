/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Revenue for readers: the tables that bi views stand on, made anew for the run they follow. */
#pragma once

#include "core/config.h"
#include "core/db.h"

/*
 * Make the tables of the run that readers follow, in one transaction, unless they stand already:
 * the run, what was said of contracts, rates and accounts, and the churn definition are the same.
 *
 * is_new  were they made?
 *
 * Errors  as revenue_open and ledger_arr; what stood then stays
 */
MUST_USE bool revenue_publish(struct db *db, struct config *config, bool *is_new, GError **err);
