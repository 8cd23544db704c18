/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sentiment: how somebody who knows a customer says it stands. Append-only. */
#pragma once

#include "core/db.h"

struct sentiment {
    int64_t account_id, value; /* 1 (bad) to 5 (good) */
    const char *reason, *author;
    const int32_t *expires_on; /* first business day it says nothing any more; NULL: it stays */
};

/*
 * Keep it, as a load of its own, which `kenko load undo` takes back: a record of the account's own
 * party. Within the caller's transaction: the clock stays locked until it ends.
 *
 * Errors  KENKO_ERROR_NOT_FOUND  the account has no party
 */
MUST_USE bool sentiment_put_within(struct db *db, const struct sentiment *sentiment,
                                   int64_t *load_id, GError **err);
