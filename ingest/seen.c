/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/seen.h"

#include <sodium.h>

#include "ingest/seen_set.h"
#include "sql/ingest.h"

/* An entry of a run: a hash, and the eight bytes of its load's number. */
enum { KEY = sizeof(struct seen_key), ENTRY = KEY + 8 };

struct seen {
    struct db *db;
    char *source, *stream, *except_file;
    struct seen_set *all;
    GArray *fresh; /* ids of the open batch */
    int64_t kept_from;
    int64_t held;          /* ids of the runs, while they are not in `all` */
    int64_t asks;          /* so many more are asked for before they are loaded */
    GHashTable *forgotten; /* loads whose ids do not count, while runs are loaded; NULL: none */
    GError *failure;       /* of a question */
};

struct seen_key seen_hash(const uint8_t key[16], struct slice id)
{
    struct seen_key out;
    crypto_shorthash_siphashx24((unsigned char *)&out, (const unsigned char *)id.p, id.n, key);
    if (out.high == 0 && out.low == 0)
        out.low = 1;
    return out;
}

static bool add_page(void *context, const struct q_seen_page_list_row *row, GError **err)
{
    struct seen *seen = context;
    struct seen_key key;
    (void)err;
    for (size_t i = 0; i + ENTRY <= row->entries.n; i += ENTRY) {
        int64_t load;
        memcpy(&load, row->entries.p + i + KEY, sizeof load);
        load = GINT64_FROM_BE(load);
        memcpy(&key, row->entries.p + i, sizeof key);
        if (!seen->forgotten || !g_hash_table_contains(seen->forgotten, &load))
            (void)seen_set_add(seen->all, key);
    }
    return true;
}

static bool read_runs(struct seen *seen, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_seen_forgotten_rows loads;
    if (!q_seen_forgotten(arena, seen->db, seen->source, seen->stream, seen->except_file, &loads,
                          err))
        return false;
    g_autoptr(GHashTable) forgotten =
        loads.n > 0 ? g_hash_table_new(g_int64_hash, g_int64_equal) : NULL;
    for (size_t i = 0; i < loads.n; i++)
        g_hash_table_add(forgotten, &loads.row[i].load_id);
    seen->forgotten = forgotten;
    seen_set_reserve(seen->all, (size_t)seen->held);
    bool ok = q_seen_page_list(seen->db, seen->source, seen->stream, add_page, seen, err);
    seen->forgotten = NULL;
    return ok;
}

/* From here on nothing is asked for any more. */
static bool load_runs(struct seen *seen, GError **err)
{
    if (!db_begin_snapshot(seen->db, err)) /* a COPY takes its parameters from the transaction */
        return false;
    bool ok = read_runs(seen, err);
    db_rollback(seen->db);
    seen->held = 0;
    return ok;
}

/* Is an id held that is not in memory? */
static bool ask(struct seen *seen, struct seen_key id, bool *held, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct slice key = {(const char *)&id, sizeof id};
    struct q_seen_ask_row row;
    if (!q_seen_ask(arena, seen->db, seen->source, seen->stream, key, seen->except_file, &row, err))
        return false;
    seen->asks--;
    *held = row.is_held;
    return true;
}

static bool is_held(struct seen *seen, struct seen_key id)
{
    bool held = false;
    if (seen->failure)
        return false;
    if (seen->asks == 0) {
        if (load_runs(seen, &seen->failure))
            held = seen_set_has(seen->all, id);
        return held;
    }
    return ask(seen, id, &held, &seen->failure) && held;
}

void seen_expect(const struct seen *seen, struct seen_key id)
{
    seen_set_expect(seen->all, id);
}

bool seen_add(struct seen *seen, struct seen_key id)
{
    if (seen->held == 0) {
        if (!seen_set_add(seen->all, id))
            return false;
        g_array_append_val(seen->fresh, id);
        return true;
    }
    if (seen_set_has(seen->all, id) || is_held(seen, id))
        return false;
    (void)seen_set_add(seen->all, id);
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

static bool load_chunks(struct seen *seen, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_seen_held_row row;
    if (!db_begin_snapshot(seen->db, err)) /* between the two loads may be merged */
        return false;
    bool ok =
        q_seen_held(arena, seen->db, seen->source, seen->stream, &row, err) &&
        q_seen_list(seen->db, seen->source, seen->stream, seen->except_file, add_chunk, seen, err);
    db_rollback(seen->db);
    if (ok)
        seen->held = row.ids;
    return ok;
}

struct seen *seen_open_asking(struct db *db, const char *source, const char *stream,
                              const char *except_file, int64_t asks, GError **err)
{
    struct seen *seen = g_new0(struct seen, 1);
    seen->db = db;
    seen->source = g_strdup(source);
    seen->stream = g_strdup(stream);
    seen->except_file = g_strdup(except_file);
    seen->all = seen_set_new();
    seen->fresh = g_array_new(FALSE, FALSE, sizeof(struct seen_key));
    if (load_chunks(seen, err) && load_horizon(seen, db, err)) {
        seen->asks = asks >= 0 ? asks : seen->held > SEEN_WHOLE ? seen->held / SEEN_ASK_SHARE : 0;
        if (seen->held == 0 || seen->asks > 0 || load_runs(seen, err))
            return seen;
    }
    seen_close(seen);
    return NULL;
}

struct seen *seen_open(struct db *db, const char *source, const char *stream,
                       const char *except_file, GError **err)
{
    return seen_open_asking(db, source, stream, except_file, SEEN_BY_SIZE, err);
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
    g_free(seen->except_file);
    g_clear_error(&seen->failure);
    seen_set_free(seen->all);
    g_array_free(seen->fresh, TRUE);
    g_free(seen);
}

bool seen_save(struct seen *seen, struct db *db, int64_t load_id, GError **err)
{
    if (seen->failure) {
        g_propagate_error(err, g_steal_pointer(&seen->failure));
        return err_context(err, "ids of %s %s", seen->source, seen->stream);
    }
    if (seen->fresh->len == 0)
        return true;
    seen_set_sort((struct seen_key *)(gpointer)seen->fresh->data, seen->fresh->len);
    struct slice keys = {seen->fresh->data, seen->fresh->len * sizeof(struct seen_key)};
    if (!q_seen_put(db, seen->source, seen->stream, load_id, keys, NULL, err))
        return false;
    g_array_set_size(seen->fresh, 0);
    return true;
}
