/* SPDX-License-Identifier: GPL-3.0-or-later */
/* File sources: which files a mapping names, which are new, grown, changed or known, and their
 * records into batches. */
#pragma once

#include "ingest/batch.h"

struct source_file_options {
    const char *directory; /* paths are relative to it */
    const char *source;
    size_t batch_bytes; /* a batch is written when it has taken in so much */
};

/*
 * Read what is new in all files of one mapping, in name order.
 *
 * total   counters of all batches written, added to
 *
 * Errors  KENKO_ERROR_NOT_FOUND    no file fits the path
 *         KENKO_ERROR_CONFLICT     a file changed and the mapping says reject; other files are read
 *         KENKO_ERROR_INPUT        a header or compression is broken; records before it are kept
 *         KENKO_ERROR_INTERRUPTED  a stop was asked for; the batch is committed
 */
MUST_USE bool source_file_read(struct db *db, const struct job *job, const struct mapping_set *set,
                               const struct mapping *mapping, const struct zone *zone,
                               const struct source_file_options *options,
                               struct batch_counters *total, GError **err);
