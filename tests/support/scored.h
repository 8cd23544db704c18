/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small scored warehouse written by hand: accounts with owners, a scorecard of two measures, a
 * model of one feature, published runs. */
#pragma once

#include "core/db.h"

/* Accounts a0000 … named "Account 0000" …, alternately of a.sato@ and b.lind@example.com. Every
 * tenth is Unknown. */
void scored_accounts(struct db *db, int n);

/* One more account with any key and name; NULL owner: nobody's. */
void scored_account(struct db *db, const char *key, const char *name, const char *owner);

/* Score every account as of a day and publish. Health differs by day and account. Tells listeners.
 * Returns the run's id. */
int64_t scored_publish(struct db *db, const char *as_of);
