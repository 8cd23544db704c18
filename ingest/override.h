/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overrides: what a person says over a computed health, with reason and expiry. Append-only. */
#pragma once

#include "core/db.h"

struct override {
    const char *account_key;
    const char *kind; /* cap (at most), floor (at least), set */
    int value_bp;     /* 0..10000 */
    const char *reason, *author;
    int32_t valid_from, expires_on; /* [from, expires) */
};

/*
 * Keep it, as a load of its own, which `kenko load undo` takes back.
 *
 * Errors  KENKO_ERROR_NOT_FOUND  no such account;  KENKO_ERROR_USAGE  no reason, no author, an
 * expiry that is not after the begin
 */
MUST_USE bool override_put(struct db *db, const struct override *override, int64_t *load_id,
                           GError **err);

/* The same within the caller's transaction: the clock stays locked until it ends. */
MUST_USE bool override_put_within(struct db *db, const struct override *override, int64_t *load_id,
                                  GError **err);
