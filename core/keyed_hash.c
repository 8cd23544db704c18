/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/keyed_hash.h"

#include <sodium.h>

#include "sql/core.h"

bool keyed_hash_load(struct db *db, uint8_t key[KEYED_HASH_SIZE], GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_setting_get_row row;
    bool found;
    if (!q_setting_random(db, "digest_key", NULL, err) ||
        !q_setting_get(arena, db, "digest_key", &row, &found, err))
        return false;
    crypto_generichash(key, KEYED_HASH_SIZE, (const unsigned char *)row.value, strlen(row.value),
                       NULL, 0);
    return true;
}

void keyed_hash(const uint8_t key[KEYED_HASH_SIZE], struct slice text, uint8_t out[KEYED_HASH_SIZE])
{
    crypto_generichash(out, KEYED_HASH_SIZE, (const unsigned char *)text.p, text.n, key,
                       KEYED_HASH_SIZE);
}
