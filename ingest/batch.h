/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch: records of one stream of one source on their way into one load. A delivery commits it,
 * alone or with others, together with the watermark. */
#pragma once

#include "core/job.h"
#include "ingest/mapping.h"
#include "ingest/seen.h"

struct batch_counters {
    int64_t read, loaded, duplicate, ignored, rejected, rounded, replaced;
};

/* Add what a load counted to what all did. */
void batch_count_add(struct batch_counters *total, const struct batch_counters *c);

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
/* The same by a rule that is the source's own, not the mapping's: a static text, one a batch. */
void batch_ignore_as(struct batch *batch, const char *rule);
void batch_reject(struct batch *batch, int64_t line, int64_t ordinal, struct slice raw,
                  const struct mapping_reject *reject);

/* Map one record as it was read and add it, count it as ignored, or reject it. `scratch` is
 * emptied. Its offset is its ordinal: unique within the place. */
void batch_map(struct batch *batch, struct mapping_reader *reader, struct arena *scratch,
               const struct input_record *raw);

/* Where the records stand, for the batch's row in ops.load: a file or another name of the place,
 * the first byte (or row) and the one after the last. Forgotten when the batch is written. */
void batch_set_place(struct batch *batch, const char *file, int64_t from, int64_t to);

/* What became of the records since the last write, so far. */
const struct batch_counters *batch_count(const struct batch *batch);

/* A key of `n` ≤ 64 bytes for a purpose, made of the warehouse's secret; the same every time. */
void batch_derive_key(const struct batch *batch, const char *purpose, uint8_t *out, size_t n);

/* Memory the batch holds (kept events and ids count a quarter: cut into fewer batches, what they
 * add up to takes fewer rows), but not less than a share of the raw input it took in since the last
 * write, so that little is read again after a failure; BATCH_FULL when it must be written whatever
 * it holds. The caller bounds the sum over all its batches. */
enum { BATCH_RAW_SHARE = 32, BATCH_LIGHT_SHARE = 4 };
#define BATCH_FULL ((size_t)1 << 40)
size_t batch_bytes(const struct batch *batch);

/* What the last load that was committed counted. */
const struct batch_counters *batch_written(const struct batch *batch);
bool batch_is_empty(const struct batch *batch);
