/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of usage of one party and month, and what compaction makes of them. No warehouse in
 * here. */
#pragma once

#include "core/arena.h"
#include "ingest/span.h"

struct compact_row {
    int64_t party, load_id;
    int32_t part;
    struct slice spans;   /* packed; of a row to remove NULL */
    size_t n_loads;       /* 0: all values have load_id */
    const int64_t *loads; /* ascending */
};

/* What packing asks: of metrics how their days come together, of loads what may become of them. */
struct compact_rules {
    size_t n; /* metric ids below n are in combine */
    const enum mapping_combine *combine;
    span_fate_fn fate;
    const void *context;
};

struct compact_party;
struct compact_party *compact_party_new(const struct compact_rules *rules);
void compact_party_free(struct compact_party *party);

/* Take one of the party's rows; they come ascending by load_id, then part. */
MUST_USE bool compact_party_add(struct compact_party *party, int64_t load_id, int32_t part,
                                struct slice spans, GError **err);

/*
 * Pack what was taken, and forget it.
 *
 * arena           what the rows added point to
 * removed, added  struct compact_row; rows that stay as they are are in neither
 */
MUST_USE bool compact_party_close(struct compact_party *party, int64_t party_id,
                                  struct arena *arena, GArray *removed, GArray *added,
                                  GError **err);
