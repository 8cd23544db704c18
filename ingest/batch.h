/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch: records of one file on their way into one load. Everything of it is committed in one
 * transaction, watermark and counters included, or nothing is. */
#pragma once

#include "core/job.h"
#include "ingest/mapping.h"
#include "ingest/seen.h"

struct batch_counters {
    int64_t read, loaded, duplicate, ignored, rejected, rounded, replaced;
};

/* Where a file stands after the batch. */
struct batch_mark {
    const char *path;
    int generation;
    bool replaces; /* the loads of its former content are retracted */
    bool complete;
    int64_t from, position, line;
    uint8_t hash[INPUT_HASH_SIZE];
    const char *header;
};

struct batch;

/* For one mapping of one source; `set` gives its usage metrics. Makes metric rows when missing. */
MUST_USE struct batch *batch_new(struct db *db, const struct job *job,
                                 const struct mapping_set *set, const struct mapping *mapping,
                                 const char *source, const struct zone *zone, GError **err);
void batch_free(struct batch *batch);

/* Use the ids of `seen` from here on; NULL for none. */
void batch_set_seen(struct batch *batch, struct seen *seen);

/* Add one mapped record; its texts are copied. Duplicates are found here by id. */
void batch_add(struct batch *batch, const struct stream_record *record);
/* Count a record known from elsewhere (the same content under another name). */
void batch_duplicate(struct batch *batch);
void batch_ignore(struct batch *batch, size_t rule);
void batch_reject(struct batch *batch, int64_t line, int64_t ordinal, struct slice raw,
                  const struct mapping_reject *reject);

/* Bytes of raw input taken in since the last write; the caller bounds them. */
size_t batch_bytes(const struct batch *batch);

/*
 * Commit the batch as one load and begin the next; adds to `total`. With nothing to say (no record
 * and no news of the file) nothing is written.
 *
 * Errors leave the warehouse as it was before the batch.
 */
MUST_USE bool batch_write(struct batch *batch, const struct batch_mark *mark,
                          struct batch_counters *total, GError **err);
