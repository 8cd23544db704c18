/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lossless compaction of usage: rows of one party, metric, subject and month that speak of
 * different days become one row that remembers the load of each value. What was known at any commit
 * number stays what it was, and loads can still be undone. */
#pragma once

#include <stdint.h>

#include "core/error.h"

struct db;

struct compact_summary {
    int64_t rows_before, rows_after; /* of the rows that were rewritten */
};

/*
 * Compact all months, in portions of parties with one transaction each; may be killed anywhere.
 * Readers go on, a load waits for the portion under way.
 *
 * dsn  for the heartbeat
 *
 * Errors  KENKO_ERROR_BUSY  another compaction runs;  KENKO_ERROR_INTERRUPTED  after a portion
 */
MUST_USE bool compact_run(struct db *db, const char *dsn, struct compact_summary *summary,
                          GError **err);
