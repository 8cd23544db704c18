/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of a table, by their hashes. */
#include "core/scan_json.h"
#include "ingest/seen_set.h"
#include "ingest/source_postgres_internal.h"

struct source_postgres_keys {
    struct seen_set *set;
    uint8_t secret[16];
    struct scan_json_path path;
    struct arena *scratch;
};

struct source_postgres_keys *source_postgres_keys_new(const struct batch *batch, const char *key)
{
    struct source_postgres_keys *keys = g_new0(struct source_postgres_keys, 1);
    keys->set = seen_set_new();
    keys->scratch = arena_new();
    keys->path = (struct scan_json_path){1, {key}};
    batch_derive_key(batch, "keys of a table", keys->secret, sizeof keys->secret);
    return keys;
}

void source_postgres_keys_free(struct source_postgres_keys *keys)
{
    if (!keys)
        return;
    seen_set_free(keys->set);
    arena_free(keys->scratch);
    g_free(keys);
}

bool source_postgres_keys_add(struct source_postgres_keys *keys, const char *row, GError **err)
{
    struct scan_json_value value;
    struct scan_error error;
    uint64_t replaced = 0;
    arena_reset(keys->scratch);
    if (!scan_json_record(keys->scratch, slice_of(row), &keys->path, 1, &value, &replaced, &error))
        return err_set(err, KENKO_ERROR_INPUT, "a row cannot be read, so its key is not known: %s",
                       error.message);
    if (value.type != SCAN_JSON_NULL && value.type != SCAN_JSON_ABSENT)
        (void)seen_set_add(keys->set, seen_hash(keys->secret, value.text));
    return true;
}

bool source_postgres_keys_has(const struct source_postgres_keys *keys, struct slice text)
{
    return seen_set_has(keys->set, seen_hash(keys->secret, text));
}
