/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <glib.h>

#include "ingest/json_schema.h"

/* What is read of a schema has names and types, once each; what is not has a reason. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    struct slice text = {(const char *)data + 1, size - 1};
    struct json_schema schema;
    const char **name;
    size_t n;
    if (!json_schema_read(arena, text, data[0] & 1, &schema, &err)) {
        FUZZ_HOLDS(err_is(err, KENKO_ERROR_INPUT));
        return 0;
    }
    for (size_t i = 0; i < schema.n_fields; i++) {
        FUZZ_HOLDS(g_utf8_validate(schema.field[i].name, -1, NULL));
        FUZZ_HOLDS(schema.field[i].type < RAW_TYPE_COUNT);
        FUZZ_HOLDS(g_hash_table_add(names, (gpointer)(uintptr_t)schema.field[i].name));
        FUZZ_HOLDS((data[0] & 1) ||
                   (schema.field[i].type != RAW_BASE16 && schema.field[i].type != RAW_BASE64));
    }
    for (size_t i = 0; i < schema.n_required; i++)
        FUZZ_HOLDS(g_utf8_validate(schema.required[i], -1, NULL));
    if (json_schema_names(arena, text, data[0] & 2, &name, &n, NULL))
        for (size_t i = 0; i < n; i++)
            FUZZ_HOLDS(g_utf8_validate(name[i], -1, NULL));
    return 0;
}
