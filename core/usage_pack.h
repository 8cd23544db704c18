/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Usage of a party and month as the warehouse keeps it: spans of days, packed. A span is what loads
 * said of one metric and subject.
 *
 * Forty bytes a span, then the values of all; numbers are big-endian, so that SQL reads them as
 * bits:
 *
 *     0 metric_id, 4 where its values begin, 8 subject_id, 16 load_id, 24 the least value,
 *     32 days with a value (bit i: first day + i), 36 first day, 37 days,
 *     38 four bits each: bytes of a value, of a load, of an event time (15: none), of a tie
 *
 * Values, loads and times are what they exceed their least by, in as few bytes as all of them need:
 * 0, 1, 2, 4; or, in 8 bytes, themselves (loads: what they exceed load_id by). The least of the
 * times stands in 8 bytes before them. A day without a value takes its place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

#include "core/error.h"
#include "core/slice.h"

enum {
    USAGE_PACK_DAYS = 31,
    USAGE_PACK_SPANS = 1000 /* that writers put into a row; more begin another */
};

struct usage_span {
    int32_t metric_id;
    int64_t subject_id;
    int64_t load_id; /* the smallest of its values' loads */
    uint32_t taken;  /* bit d: day d + 1 of the month has a value */
    bool is_latest;  /* at is event time, tie the record's hash */
    bool is_counted; /* at is how many records count in the value, as in tallies; else it is 1 */
    bool is_mixed;   /* values have loads of their own; else all have load_id */
    int64_t v[USAGE_PACK_DAYS];
    int64_t at[USAGE_PACK_DAYS], tie[USAGE_PACK_DAYS], load[USAGE_PACK_DAYS];
};

struct usage_pack {
    const uint8_t *bytes;
    size_t n_bytes, n_spans;
};

/* Look at packed bytes, which stay the caller's. Fails when they are none. */
MUST_USE bool usage_pack_open(struct slice bytes, struct usage_pack *out, GError **err);

/* The metric of span i < n_spans, before it is unpacked. */
int32_t usage_pack_metric(const struct usage_pack *pack, size_t i);

/*
 * Unpack span i < n_spans. Of `at`, `tie` and `load` only what the flags announce is set, and of
 * all arrays only days between the first and the last that are taken. Fails when the bytes make no
 * sense.
 */
MUST_USE bool usage_pack_get(const struct usage_pack *pack, size_t i, struct usage_span *out,
                             GError **err);

struct usage_packer;
struct usage_packer *usage_pack_new(void);
void usage_pack_free(struct usage_packer *packer);
typedef struct usage_packer usage_packer_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(usage_packer_t, usage_pack_free)

/* Add a span with at least one day. The same spans in the same order give the same bytes. */
void usage_pack_put(struct usage_packer *packer, const struct usage_span *span);

/* The bytes of the spans put, which begin anew with the next one put and stay until then. */
struct slice usage_pack_end(struct usage_packer *packer);
