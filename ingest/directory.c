/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/directory.h"

#include "sql/ingest.h"

struct directory {
    GHashTable *by_name; /* name → index */
    GPtrArray *names;
    GArray *ids;
    guint resolved; /* indexes below it are resolved */
};

struct directory *directory_new(void)
{
    struct directory *directory = g_new0(struct directory, 1);
    directory->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    directory->names = g_ptr_array_new_with_free_func(g_free);
    directory->ids = g_array_new(FALSE, TRUE, sizeof(int64_t));
    g_ptr_array_add(directory->names, g_strdup(""));
    g_array_set_size(directory->ids, 1);
    directory->resolved = 1;
    return directory;
}

void directory_free(struct directory *directory)
{
    if (!directory)
        return;
    g_hash_table_destroy(directory->by_name);
    g_ptr_array_free(directory->names, TRUE);
    g_array_free(directory->ids, TRUE);
    g_free(directory);
}

uint32_t directory_index(struct directory *directory, struct slice name)
{
    char small[128];
    g_autofree char *large = NULL;
    char *key = small;
    if (name.n >= sizeof small)
        key = large = g_malloc(name.n + 1);
    memcpy(key, name.p, name.n);
    key[name.n] = '\0';
    gpointer found = g_hash_table_lookup(directory->by_name, key);
    if (found)
        return GPOINTER_TO_UINT(found);
    char *copy = g_strdup(key);
    g_ptr_array_add(directory->names, copy);
    g_array_set_size(directory->ids, directory->names->len);
    guint index = directory->names->len - 1;
    g_hash_table_insert(directory->by_name, copy, GUINT_TO_POINTER(index));
    return index;
}

const char *directory_name(const struct directory *directory, uint32_t index)
{
    return directory->names->pdata[index];
}

int64_t directory_id(const struct directory *directory, uint32_t index)
{
    return g_array_index(directory->ids, int64_t, index);
}

static struct db_texts fresh_names(const struct directory *directory)
{
    return (struct db_texts){.n = directory->names->len - directory->resolved,
                             .v = (const char *const *)directory->names->pdata +
                                  directory->resolved};
}

static void set_id(struct directory *directory, const char *name, int64_t id)
{
    guint index = GPOINTER_TO_UINT(g_hash_table_lookup(directory->by_name, name));
    g_array_index(directory->ids, int64_t, index) = id;
}

static bool check_all(struct directory *directory, GError **err)
{
    for (guint i = directory->resolved; i < directory->names->len; i++) {
        if (directory_id(directory, i) == 0)
            return err_set(err, KENKO_ERROR_BUG, "'%s' was not resolved",
                           directory_name(directory, i));
    }
    return true;
}

bool directory_resolve_parties(struct directory *directory, struct db *db, const char *source,
                               int64_t load_id, GError **err)
{
    struct db_texts names = fresh_names(directory);
    if (names.n == 0)
        return true;
    g_autoptr(arena_t) arena = arena_new();
    struct q_party_find_rows rows;
    if (!q_party_make(db, source, &names, load_id, NULL, err) ||
        !q_party_find(arena, db, source, &names, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        set_id(directory, rows.row[i].external_id, rows.row[i].party_id);
    return check_all(directory, err);
}

bool directory_resolve_subjects(struct directory *directory, struct db *db, const char *by,
                                GError **err)
{
    struct db_texts names = fresh_names(directory);
    if (names.n == 0)
        return true;
    g_autoptr(arena_t) arena = arena_new();
    struct q_subject_find_rows rows;
    if (!q_subject_make(db, by, &names, NULL, err) ||
        !q_subject_find(arena, db, by, &names, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        set_id(directory, rows.row[i].name, rows.row[i].subject_id);
    return check_all(directory, err);
}

void directory_keep(struct directory *directory)
{
    directory->resolved = directory->names->len;
}
