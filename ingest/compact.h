/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compaction of usage: rows of one party, metric, subject and month become fewer. Above the known
 * floor it is lossless: rows of different days become one that remembers the load of each value,
 * what was known at any commit number stays what it was and loads can still be undone. Below it,
 * the values of one day become one, and what was retracted there is gone. */
#pragma once

#include <stdint.h>

#include "core/job.h"

struct progress;

struct compact_summary {
    int64_t rows_before, rows_after; /* of the rows that were rewritten */
    int64_t tallies;     /* forgotten: of versions of records that are hidden for good */
    int64_t ids;         /* merged, of duplicates' ids */
    int64_t known_floor; /* the commit number; 0: everything can still be asked */
    int32_t floor_day;   /* INT32_MIN when there is no floor */
};

/* Where the known floor shall be at least: the last commit before the first moment of a day. */
struct compact_floor {
    int32_t day;
    int64_t at_us;
};

/*
 * Compact all months, in portions of parties with one transaction each; may be killed anywhere.
 * Readers go on, a load waits for the portion under way. What is known now, and at any commit
 * number from the floor on, does not change.
 *
 * dsn       for the heartbeat
 * floor     raise the known floor before, for good; NULL leaves it where it is
 * progress  in months; NULL: nobody looks
 *
 * Errors  KENKO_ERROR_BUSY  another compaction runs;  KENKO_ERROR_INTERRUPTED  after a portion
 */
MUST_USE bool compact_run(struct db *db, const char *dsn, const struct compact_floor *floor,
                          struct progress *progress, struct compact_summary *summary, GError **err);
