/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which commit number a computation is to know. */
#pragma once

#include "core/db.h"

struct known {
    int64_t commit_no;
    int64_t at; /* the warehouse's clock when it was asked, in microseconds */
};

/*
 * The commit number asked for, or the newest (-1). Waits for loads that hold the clock, so that
 * none is half seen, and lets it go at once: a transaction of its own, for what is computed then
 * must hold up no load.
 *
 * Errors  KENKO_ERROR_USAGE  it lies beyond the newest
 */
MUST_USE bool known_ask(struct db *db, int64_t asked, struct known *out, GError **err);
