/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published days computed again as they were known then, under the configuration and the model that
 * spoke then, held against what is stored: to the last bit. */
#pragma once

#include "core/db.h"

struct progress;

enum { RECOMPUTE_NAMED_MAX = 20 };

struct recompute_options {
    int32_t drawn_on; /* decides which of the days before it are drawn */
    int64_t accounts; /* how many account scores to compare at least; days are taken whole */
    struct progress *progress; /* NULL: nobody looks */
};

struct recompute_day {
    int32_t as_of;
    int64_t run_id;
    const char *state; /* equal, different, not reproducible */
    int64_t accounts, different;
    size_t n_keys;
    const char *const *key; /* of those that differ, the first RECOMPUTE_NAMED_MAX */
    const char *message;    /* what differs, or why it cannot be computed again */
};

struct recompute_summary {
    size_t n;
    const struct recompute_day *day;
    int64_t accounts, different;
};

/*
 * Draw days, compute them again, record each in score.recompute. A day is equal when all columns of
 * all its accounts are, the digest of its input and that of its output. One whose past is no longer
 * there (compacted, dropped by retention, from before configurations were kept) counts for nothing
 * and is said to be not reproducible. That something differs is no error here. In the arena.
 *
 * Errors  KENKO_ERROR_BUSY         another recompute runs
 *         KENKO_ERROR_INTERRUPTED  a stop was asked for; the days before it are recorded
 * Cost    a scoring for each day
 */
MUST_USE bool recompute_run(struct arena *arena, struct db *db, const char *dsn,
                            const struct recompute_options *options, struct recompute_summary *out,
                            GError **err);
