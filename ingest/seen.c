/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/seen.h"

#include <sodium.h>

#include "ingest/seen_set.h"
#include "sql/ingest.h"

struct seen {
    char *source, *stream;
    struct seen_set *all;
    GArray *fresh; /* ids of the open batch */
    int64_t kept_from;
};

struct seen_key seen_hash(const uint8_t key[16], struct slice id)
{
    struct seen_key out;
    crypto_shorthash_siphashx24((unsigned char *)&out, (const unsigned char *)id.p, id.n, key);
    if (out.high == 0 && out.low == 0)
        out.low = 1;
    return out;
}

bool seen_add(struct seen *seen, struct seen_key id)
{
    if (!seen_set_add(seen->all, id))
        return false;
    g_array_append_val(seen->fresh, id);
    return true;
}

void seen_remove(struct seen *seen, struct seen_key id)
{
    if (!seen_set_remove(seen->all, id))
        return;
    for (guint i = seen->fresh->len; i-- > 0;) {
        const struct seen_key *fresh = &g_array_index(seen->fresh, struct seen_key, i);
        if (fresh->high == id.high && fresh->low == id.low) {
            g_array_remove_index_fast(seen->fresh, i);
            return;
        }
    }
}

size_t seen_bytes(const struct seen *seen)
{
    return seen->fresh->len * sizeof(struct seen_key);
}

static bool add_chunk(void *context, const struct q_seen_list_row *row, GError **err)
{
    struct seen *seen = context;
    (void)err;
    seen_set_add_all(seen->all, row->keys);
    return true;
}

/* After the ids: those that were gone when they were read were gone after the horizon moved. */
static bool load_horizon(struct seen *seen, struct db *db, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_retention_ids_row row;
    bool found;
    if (!q_retention_ids(arena, db, seen->source, seen->stream, &row, &found, err))
        return false;
    seen->kept_from = found ? row.kept_from : INT64_MIN;
    return true;
}

static bool load(struct seen *seen, struct db *db, const char *except_file, GError **err)
{
    if (!db_begin_snapshot(db, err)) /* a COPY takes its parameters from the transaction */
        return false;
    bool ok = q_seen_list(db, seen->source, seen->stream, except_file, add_chunk, seen, err);
    db_rollback(db);
    return ok;
}

struct seen *seen_open(struct db *db, const char *source, const char *stream,
                       const char *except_file, GError **err)
{
    struct seen *seen = g_new0(struct seen, 1);
    seen->source = g_strdup(source);
    seen->stream = g_strdup(stream);
    seen->all = seen_set_new();
    seen->fresh = g_array_new(FALSE, FALSE, sizeof(struct seen_key));
    if (load(seen, db, except_file, err) && load_horizon(seen, db, err))
        return seen;
    seen_close(seen);
    return NULL;
}

int64_t seen_kept_from(const struct seen *seen)
{
    return seen->kept_from;
}

void seen_close(struct seen *seen)
{
    if (!seen)
        return;
    g_free(seen->source);
    g_free(seen->stream);
    seen_set_free(seen->all);
    g_array_free(seen->fresh, TRUE);
    g_free(seen);
}

bool seen_save(struct seen *seen, struct db *db, int64_t load_id, GError **err)
{
    if (seen->fresh->len == 0)
        return true;
    seen_set_sort((struct seen_key *)(gpointer)seen->fresh->data, seen->fresh->len);
    struct slice keys = {seen->fresh->data, seen->fresh->len * sizeof(struct seen_key)};
    if (!q_seen_put(db, seen->source, seen->stream, load_id, keys, NULL, err))
        return false;
    g_array_set_size(seen->fresh, 0);
    return true;
}
