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
    char kind[2]; /* not 0 */
    size_t block; /* begin of the block whose bits are here */
    uint64_t bits[2];
};

static inline void bytes_index_block(struct bytes_index *index, size_t block)
{
    const char *p = index->text.p + block;
    size_t left = index->text.n - block;
    index->block = block;
    index->bits[0] = index->bits[1] = 0;
    for (size_t i = 0; i < BYTES_BLOCK && i < left; i += 16) {
        bytes_vector v = left - i >= 16 ? bytes_load(p + i) : bytes_load_part(p + i, left - i);
        index->bits[0] |= bytes_equal(v, index->kind[0]) << i;
        index->bits[1] |= bytes_equal(v, index->kind[1]) << i;
    }
}

static inline struct bytes_index bytes_index_of(struct slice text, char first, char second)
{
    struct bytes_index index = {.text = text, .kind = {first, second}};
    bytes_index_block(&index, 0);
    return index;
}

/* The next byte of a kind (0 or 1) at `from` or behind; `to` when there is none before it. Looks at
 * no block behind `to`. */
static inline size_t bytes_index_next(struct bytes_index *index, int kind, size_t from, size_t to)
{
    while (from < to) {
        size_t block = from & ~(size_t)(BYTES_BLOCK - 1);
        if (block != index->block)
            bytes_index_block(index, block);
        uint64_t bits = index->bits[kind] >> (from - block);
        if (bits) {
            from += (size_t)__builtin_ctzll(bits);
            return from < to ? from : to;
        }
        from = block + BYTES_BLOCK;
    }
    return to;
}
