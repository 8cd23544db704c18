/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A delivery: what is committed together, or not at all: one load for each of its batches, and the
 * watermark that says how far the source was read. Whatever kind of source the records come from,
 * this is the only place where they are committed. */
#pragma once

#include "ingest/batch.h"

/*
 * What the source itself does in the transaction. Each may be NULL.
 *
 * before  first, under the fence: take back what the records replace
 * save    after the facts: move the watermark; load_id is the last load's, 0 when there is none
 * date    under the clock's lock, before the loads take their commit numbers: give what was taken
 *         back its own
 * after   last: commit_no is the last load's, 0 when there is none
 */
struct delivery_source {
    const char *name; /* of the place, for messages */
    void *context;
    bool (*before)(void *context, struct db *db, GError **err);
    bool (*save)(void *context, struct db *db, int64_t load_id, GError **err);
    bool (*date)(void *context, struct db *db, GError **err);
    bool (*after)(void *context, struct db *db, int64_t commit_no, GError **err);
};

/*
 * Commit the batches and the watermark. The batches begin anew; empty ones get a load all the same,
 * so leave them out unless the load says something.
 *
 * batch  n of them, of one connection and job
 * total  the batches' counters are added, on success
 *
 * Errors leave the warehouse as it was, and the batches empty: what was read since the last
 * delivery must be read again.
 *         KENKO_ERROR_CONFLICT  another run of the job took over
 */
MUST_USE bool delivery_write(struct db *db, const struct job *job, struct batch *const *batch,
                             size_t n, const struct delivery_source *source,
                             struct batch_counters *total, GError **err);
