/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/contract.h"

#include "ingest/scan_csv.h"
#include "sql/ingest.h"

static size_t split(struct arena *arena, const char *header, char separator, const char **name)
{
    struct slice *field = arena_many(arena, MAPPING_COLUMNS_MAX, struct slice);
    struct scan_error error;
    size_t n = 0;
    if (*header &&
        !scan_csv_split(arena, slice_of(header), separator, field, MAPPING_COLUMNS_MAX, &n, &error))
        return 0; /* binding the file says what is wrong with it */
    for (size_t i = 0; i < n; i++)
        name[i] = arena_strndup(arena, field[i].p, field[i].n);
    return n;
}

/* Names of the first list that are not in the second. */
static const char *const *missing(struct arena *arena, const char **name, size_t n,
                                  const char **from, size_t m)
{
    const char **out = arena_many(arena, n + 1, const char *);
    size_t count = 0;
    g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < m; i++)
        g_hash_table_add(known, (gpointer)(uintptr_t)from[i]);
    for (size_t i = 0; i < n; i++) {
        if (!g_hash_table_contains(known, name[i]))
            out[count++] = name[i];
    }
    return out;
}

void contract_compare(struct arena *arena, const char *before, const char *now, char separator,
                      struct contract_change *out)
{
    static const char *const none[] = {NULL};
    *out = (struct contract_change){none, none};
    if (!*before || !*now || strcmp(before, now) == 0)
        return;
    const char **old = arena_many(arena, MAPPING_COLUMNS_MAX, const char *);
    const char **new = arena_many(arena, MAPPING_COLUMNS_MAX, const char *);
    size_t n_old = split(arena, before, separator, old), n_new = split(arena, now, separator, new);
    out->added = missing(arena, new, n_new, old, n_old);
    out->removed = missing(arena, old, n_old, new, n_new);
}

bool contract_allows(const struct mapping *mapping, const struct contract_change *change,
                     const char *place, GError **err)
{
    if (!mapping_contract(mapping)->stop_on_new || !change->added[0])
        return true;
    g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)change->added);
    return err_set(err, KENKO_ERROR_CHECK,
                   "%s: new columns %s, and the stream's contract says new_columns: stop; map or "
                   "allow them",
                   place, list);
}

bool contract_note(struct db *db, const char *source, const char *stream, const char *place,
                   const struct contract_change *change, int64_t load_id, GError **err)
{
    for (const char *const *name = change->added; *name; name++) {
        if (!q_load_schema_event(db, source, stream, place, "added", *name, "", &load_id, NULL,
                                 err))
            return false;
    }
    for (const char *const *name = change->removed; *name; name++) {
        if (!q_load_schema_event(db, source, stream, place, "removed", *name, "", &load_id, NULL,
                                 err))
            return false;
    }
    return true;
}

bool contract_check_rejects(const struct mapping *mapping, int64_t read, int64_t rejected,
                            GError **err)
{
    const struct mapping_contract *c = mapping_contract(mapping);
    bool many = c->max_rejects >= 0 && rejected > c->max_rejects;
    bool share = (double)rejected > c->max_reject_share * (double)read;
    if (rejected == 0 || (!many && !share))
        return true;
    g_autofree char *limit = many
                                 ? g_strdup_printf("max_rejects: %" G_GINT64_FORMAT, c->max_rejects)
                                 : g_strdup_printf("max_reject_share: %g", c->max_reject_share);
    return err_set(err, KENKO_ERROR_CHECK,
                   "stream %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                   " records were rejected, its contract says %s (see kenko load rejects)",
                   mapping_stream(mapping)->name, rejected, read, limit);
}
