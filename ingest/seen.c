/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/seen.h"

#include <sodium.h>
#include <stdlib.h>

#include "sql/ingest.h"

struct seen {
    char *source, *stream;
    struct seen_key *slot; /* open addressing; high = low = 0 is empty */
    size_t mask, used;
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

static bool put(struct seen *seen, struct seen_key id)
{
    for (size_t i = id.high & seen->mask;; i = (i + 1) & seen->mask) {
        struct seen_key *slot = &seen->slot[i];
        if (slot->high == 0 && slot->low == 0) {
            *slot = id;
            seen->used++;
            return true;
        }
        if (slot->high == id.high && slot->low == id.low)
            return false;
    }
}

static void grow(struct seen *seen)
{
    struct seen_key *old = seen->slot;
    size_t n = seen->mask + 1;
    seen->mask = n * 2 - 1;
    seen->slot = g_new0(struct seen_key, n * 2);
    seen->used = 0;
    for (size_t i = 0; i < n; i++) {
        if (old[i].high || old[i].low)
            put(seen, old[i]);
    }
    g_free(old);
}

bool seen_add(struct seen *seen, struct seen_key id)
{
    if (seen->used * 2 > seen->mask)
        grow(seen);
    if (!put(seen, id))
        return false;
    g_array_append_val(seen->fresh, id);
    return true;
}

static bool load(struct seen *seen, struct db *db, const char *except_file, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_seen_list_rows rows;
    if (!q_seen_list(arena, db, seen->source, seen->stream, except_file, &rows, err))
        return false;
    for (size_t r = 0; r < rows.n; r++) {
        for (size_t at = 0; at + sizeof(struct seen_key) <= rows.row[r].keys.n;
             at += sizeof(struct seen_key)) {
            struct seen_key id;
            memcpy(&id, rows.row[r].keys.p + at, sizeof id);
            if (seen->used * 2 > seen->mask)
                grow(seen);
            put(seen, id);
        }
    }
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

struct seen *seen_open(struct db *db, const char *source, const char *stream,
                       const char *except_file, GError **err)
{
    struct seen *seen = g_new0(struct seen, 1);
    seen->source = g_strdup(source);
    seen->stream = g_strdup(stream);
    seen->mask = 4095;
    seen->slot = g_new0(struct seen_key, seen->mask + 1);
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
    g_free(seen->slot);
    g_array_free(seen->fresh, TRUE);
    g_free(seen);
}

static int compare(const void *a, const void *b)
{
    const struct seen_key *x = a, *y = b;
    if (x->high != y->high)
        return x->high < y->high ? -1 : 1;
    return (x->low > y->low) - (x->low < y->low);
}

bool seen_save(struct seen *seen, struct db *db, int64_t load_id, GError **err)
{
    if (seen->fresh->len == 0)
        return true;
    qsort(seen->fresh->data, seen->fresh->len, sizeof(struct seen_key), compare);
    struct slice keys = {seen->fresh->data, seen->fresh->len * sizeof(struct seen_key)};
    if (!q_seen_put(db, seen->source, seen->stream, load_id, keys, NULL, err))
        return false;
    g_array_set_size(seen->fresh, 0);
    return true;
}
