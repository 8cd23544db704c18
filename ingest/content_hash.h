/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A keyed hash of a file's content as it goes by, at several gigabytes a second.
 *
 * Poly1305 under a secret key is an almost universal hash: two contents of n bytes that were chosen
 * without the key meet with a chance of at most n / 2^103. A pseudo-random function of its value
 * and the length makes what is stored, which says nothing about the key. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { CONTENT_HASH_SIZE = 32, CONTENT_HASH_KEY_SIZE = 32 };

struct content_hash;

/* `key` has CONTENT_HASH_KEY_SIZE bytes. */
struct content_hash *content_hash_new(const uint8_t *key);
void content_hash_free(struct content_hash *hash);

void content_hash_add(struct content_hash *hash, const void *data, size_t n);

/* The hash of what was added so far; more may be added after. */
void content_hash_value(const struct content_hash *hash, uint8_t out[CONTENT_HASH_SIZE]);
