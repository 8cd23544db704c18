/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ingest job: every source of the configuration into the warehouse, then identity, then the
 * quality checks. */
#pragma once

#include "core/config.h"
#include "core/db.h"
#include "ingest/batch.h"

struct ingest_summary;
struct progress;
struct source_pipe;

struct ingest_options {
    const char *source;             /* only this one; NULL for all */
    size_t batch_bytes;             /* 0 for the default of 16 MiB */
    int64_t age_us;                 /* of a batch when it is delivered; 0 for a minute */
    const struct source_pipe *pipe; /* the source's messages come from here; NULL: none do */
    /* When not NULL: do everything and keep nothing, the run's row included. Called while what was
     * done can be seen, before it is rolled back. */
    void (*rehearsed)(struct db *db, const struct ingest_summary *summary);
    struct progress *progress; /* NULL: nobody looks */
};

struct ingest_summary {
    struct batch_counters count;
    int64_t matched, unresolved;
    int64_t doubtful; /* days on which a quality check fails */
};

/*
 * Run it. Holds the job lock "ingest", or with a pipe "ingest:SOURCE", so that programs may feed
 * several sources at once; each batch is one transaction, so that it can be killed anywhere and run
 * again to the same warehouse.
 *
 * dsn      of the warehouse, for the heartbeat
 * summary  filled as far as it came, even when the run fails
 *
 * Errors  KENKO_ERROR_BUSY         another ingest runs
 *         KENKO_ERROR_INTERRUPTED  a stop was asked for; everything before it is committed
 *         what source_file_read gives, after all sources were tried
 */
MUST_USE bool ingest_run(struct db *db, const char *dsn, struct config *config,
                         const struct ingest_options *options, struct ingest_summary *summary,
                         GError **err);
