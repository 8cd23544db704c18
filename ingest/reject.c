/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/reject.h"

#include "ingest/mapping.h"
#include "sql/ingest.h"

void reject_add(struct arena *arena, GArray *rejects, int64_t line, int64_t ordinal,
                struct slice raw, const struct mapping_reject *why)
{
    size_t kept = MIN(raw.n, MAPPING_RAW_MAX);
    struct reject reject = {
        .line = line,
        .ordinal = ordinal,
        .raw_size = (int64_t)raw.n,
        .column = why->column,
        .field = arena_strdup(arena, why->field),
        .reason = why->reason,
        .message = arena_strdup(arena, why->message),
        .raw = {arena_strndup(arena, raw.p, kept), kept},
    };
    g_array_append_val(rejects, reject);
}

bool reject_write(struct db *db, int64_t load_id, const GArray *rejects, GError **err)
{
    if (rejects->len == 0)
        return true;
    struct db_copy *copy = q_reject_copy_begin(db, err);
    if (!copy)
        return false;
    for (guint i = 0; i < rejects->len; i++) {
        const struct reject *r = &g_array_index(rejects, struct reject, i);
        struct q_reject_copy_row row = {.load_id = load_id,
                                        .ordinal = r->ordinal,
                                        .line = r->line,
                                        .at_column = r->column,
                                        .at_column_is_null = r->column == 0,
                                        .field = r->field,
                                        .reason = r->reason,
                                        .message = r->message,
                                        .raw = r->raw,
                                        .raw_size = r->raw_size};
        if (!q_reject_copy_put(copy, &row, err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return db_copy_end(copy, NULL, err);
}
