/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A set of 128-bit hashes in as little memory as it can have and still be asked quickly: between 20
 * and 32 bytes a key, never more while it grows. */
#pragma once

#include <glib.h>

#include "ingest/seen.h"

struct seen_set;

struct seen_set *seen_set_new(void);
void seen_set_free(struct seen_set *set);
size_t seen_set_count(const struct seen_set *set);
size_t seen_set_bytes(const struct seen_set *set);

/* Make room for so many more. */
void seen_set_reserve(struct seen_set *set, size_t n);

bool seen_set_has(const struct seen_set *set, struct seen_key key);

/* A key will be asked for soon. */
void seen_set_expect(const struct seen_set *set, struct seen_key key);

/* The keys are hashes under a secret key, not both halves 0. False when it was there. */
bool seen_set_add(struct seen_set *set, struct seen_key key);

/* Add all keys of a chunk, which may be sorted, from its bytes. Cost: linear. */
void seen_set_add_all(struct seen_set *set, struct slice keys);

/* False when it was not there. */
bool seen_set_remove(struct seen_set *set, struct seen_key key);

/* Sort hashes, ascending. Cost: linear, since they are spread evenly. */
void seen_set_sort(struct seen_key *key, size_t n);
