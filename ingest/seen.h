/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which record ids were loaded already: 128-bit keyed hashes, in ops.seen in a sorted chunk for
 * each load, and of many loads merged into runs. Chunks are in memory while a stream is read. Runs
 * are when they are small, or when so many ids are asked for that it pays; until then each id is
 * asked for in the warehouse, so that a load that brings few costs little however many are held. */
#pragma once

#include "core/db.h"

struct seen_key {
    uint64_t high, low;
};

struct seen;

/* Runs of up to SEEN_WHOLE ids are loaded at once, of more once a SEEN_ASK_SHARE-th was asked for.
 */
enum { SEEN_WHOLE = 1000000, SEEN_ASK_SHARE = 1024, SEEN_BY_SIZE = -1 };

/* The ids of a stream that count; ids of `except_file` ("" for none) are left out. `db` must live
 * as long, and be free for a statement whenever an id is added. Cost: of what is loaded 16 to 24
 * bytes an id on the wire and at most 32 in memory (100 million ids: 3 GiB); of what is asked for a
 * round trip each. */
MUST_USE struct seen *seen_open(struct db *db, const char *source, const char *stream,
                                const char *except_file, GError **err);
/* The same with so many questions before runs are loaded; SEEN_BY_SIZE as above. */
MUST_USE struct seen *seen_open_asking(struct db *db, const char *source, const char *stream,
                                       const char *except_file, int64_t asks, GError **err);
void seen_close(struct seen *seen);

/* From which event time on ids are known; older ones may have been dropped. INT64_MIN: all. */
int64_t seen_kept_from(const struct seen *seen);

/* The hash of an id under the warehouse's key (16 bytes). */
struct seen_key seen_hash(const uint8_t key[16], struct slice id);

/* An id will be added soon: its memory is asked for. */
void seen_expect(const struct seen *seen, struct seen_key id);

/* Add an id of the open batch; false when it was there. What goes wrong while it is asked for is
 * said by seen_save: the batch is not written then. */
bool seen_add(struct seen *seen, struct seen_key id);

/* Take back an id of the open batch: its record was not loaded after all. */
void seen_remove(struct seen *seen, struct seen_key id);

/* Memory of the open batch's ids, beside the table of all. */
size_t seen_bytes(const struct seen *seen);

/* Write the open batch's ids under its load; they stay known.
 * Errors  those of the question that failed since the last batch */
MUST_USE bool seen_save(struct seen *seen, struct db *db, int64_t load_id, GError **err);
