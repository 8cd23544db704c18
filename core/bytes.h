/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sixteen bytes at a time, and positions of wanted bytes as bits of 64: what the scanners stand on.
 * Vectors are the compiler's, so that this is SSE2 on x86-64 and something on every machine. */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "core/slice.h"

typedef uint8_t bytes_vector __attribute__((vector_size(16)));

enum { BYTES_BLOCK = 64 };

static inline bytes_vector bytes_load(const char *p)
{
    bytes_vector v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* The first `n` < 16 bytes at p, zeros behind them; reads no further. */
static inline bytes_vector bytes_load_part(const char *p, size_t n)
{
    bytes_vector v = {0};
    memcpy(&v, p, n);
    return v;
}

/* Bit i is the top bit of byte i. */
static inline uint64_t bytes_bits(bytes_vector v)
{
#ifdef __SSE2__
    typedef char chars __attribute__((vector_size(16)));
    return (unsigned)__builtin_ia32_pmovmskb128((chars)v);
#else
    uint64_t half[2], bits = 0;
    memcpy(half, &v, sizeof half);
    for (int i = 0; i < 2; i++) {
        uint64_t tops = GUINT64_FROM_LE(half[i]) >> 7 & UINT64_C(0x0101010101010101);
        bits |= (tops * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
    }
    return bits;
#endif
}

static inline uint64_t bytes_equal(bytes_vector v, char c)
{
    return bytes_bits((bytes_vector)(v == (uint8_t)c));
}

/* Where two kinds of bytes stand in a text, block by block as it is asked for. */
struct bytes_index {
    struct slice text;
    uint64_t bits[2]; /* bit i: byte i of the block is of that kind */
    bytes_vector kind[2];
};

static inline bytes_vector bytes_spread(char c)
{
    return (bytes_vector){0} + (uint8_t)c;
}

static inline uint64_t bytes_match(const bytes_vector v[4], bytes_vector kind)
{
    return bytes_bits((bytes_vector)(v[0] == kind)) |
           bytes_bits((bytes_vector)(v[1] == kind)) << 16 |
           bytes_bits((bytes_vector)(v[2] == kind)) << 32 |
           bytes_bits((bytes_vector)(v[3] == kind)) << 48;
}

static inline void bytes_index_set(struct bytes_index *index, const char *p, unsigned shift)
{
    const bytes_vector v[4] = {bytes_load(p), bytes_load(p + 16), bytes_load(p + 32),
                               bytes_load(p + 48)};
    index->bits[0] = bytes_match(v, index->kind[0]) >> shift;
    index->bits[1] = bytes_match(v, index->kind[1]) >> shift;
}

/* The bits of the block that begins at `block` < text.n, a multiple of BYTES_BLOCK. The last block
 * is read together with bytes before it, or from a copy when there are none. */
static inline void bytes_index_block(struct bytes_index *index, size_t block)
{
    size_t left = index->text.n - block;
    if (left >= BYTES_BLOCK) {
        bytes_index_set(index, index->text.p + block, 0);
    } else if (index->text.n >= BYTES_BLOCK) {
        bytes_index_set(index, index->text.p + index->text.n - BYTES_BLOCK,
                        (unsigned)(BYTES_BLOCK - left));
    } else {
        char copy[BYTES_BLOCK] = {0};
        memcpy(copy, index->text.p, index->text.n);
        bytes_index_set(index, copy, 0);
    }
}

/* The bytes looked for are not 0. */
static inline struct bytes_index bytes_index_of(struct slice text, char first, char second)
{
    return (struct bytes_index){.text = text, .kind = {bytes_spread(first), bytes_spread(second)}};
}
