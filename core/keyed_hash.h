/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hashes under the warehouse's own key: of records, of ids, of the persons a record is about. Who
 * does not have the warehouse cannot try names against them. */
#pragma once

#include "core/db.h"

enum { KEYED_HASH_SIZE = 16 };

/* The key, made when it is first needed: the setting digest_key, hashed. Two round trips. */
MUST_USE bool keyed_hash_load(struct db *db, uint8_t key[KEYED_HASH_SIZE], GError **err);

/* BLAKE2b of a text, 128 bits. */
void keyed_hash(const uint8_t key[KEYED_HASH_SIZE], struct slice text,
                uint8_t out[KEYED_HASH_SIZE]);
