/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which record ids were loaded already: 128-bit keyed hashes, in memory while a stream is read, in
 * sorted chunks in ops.seen. */
#pragma once

#include "core/db.h"

struct seen_key {
    uint64_t high, low;
};

struct seen;

/* Load the ids of a stream that count; ids of `except_file` ("" for none) are left out.
 * Cost: 16 bytes an id on the wire and at most 32 in memory (100 million ids: 3 GiB). */
MUST_USE struct seen *seen_open(struct db *db, const char *source, const char *stream,
                                const char *except_file, GError **err);
void seen_close(struct seen *seen);

/* From which event time on ids are known; older ones may have been dropped. INT64_MIN: all. */
int64_t seen_kept_from(const struct seen *seen);

/* The hash of an id under the warehouse's key (16 bytes). */
struct seen_key seen_hash(const uint8_t key[16], struct slice id);

/* Add an id of the open batch; false when it was there. */
bool seen_add(struct seen *seen, struct seen_key id);

/* Take back an id of the open batch: its record was not loaded after all. */
void seen_remove(struct seen *seen, struct seen_key id);

/* Memory of the open batch's ids, beside the table of all. */
size_t seen_bytes(const struct seen *seen);

/* Write the open batch's ids under its load; they stay known. */
MUST_USE bool seen_save(struct seen *seen, struct db *db, int64_t load_id, GError **err);
