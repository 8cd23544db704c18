/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ids of many loads as runs in one order: what compaction and retention do to them. */
#pragma once

#include "core/job.h"

/* How many loads' ids are worth merging: at leisure, and where a load after the other would read
 * them all. */
enum { SEEN_MERGE_SOON = 8, SEEN_MERGE_LATE = 256 };

/*
 * Merge the ids of streams that have them of `min_loads` loads; a few transactions each. Nothing
 * happens while somebody else merges.
 *
 * ids  how many were merged, those of runs that were merged again included
 *
 * Errors  KENKO_ERROR_INTERRUPTED  after a transaction
 */
MUST_USE bool seen_merge_run(struct db *db, const struct job *job, int64_t min_loads, int64_t *ids,
                             GError **err);

/* Write runs anew of which a good part are ids of usage that came before an instant, without these;
 * `ids` is moved on by how many went. Errors  as above */
MUST_USE bool seen_merge_forget(struct db *db, const struct job *job, int64_t before_us,
                                int64_t *ids, GError **err);
