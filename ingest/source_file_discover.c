/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that lie beside those that streams name, and that none names. */
#include <glib/gstdio.h>

#include "ingest/guess.h"
#include "ingest/source_file.h"
#include "ingest/source_path.h"

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* What streams of all sources of files name, and where. */
static bool find_named(const struct source_run *run, GHashTable *named, GHashTable *directories,
                       GError **err)
{
    for (size_t i = 0; i < run->set->n_sources; i++) {
        const struct mapping_source *source = &run->set->source[i];
        for (size_t j = 0; source_kind_of(source) == &source_file && j < source->n_mappings; j++) {
            g_autoptr(GError) none = NULL;
            g_autoptr(GPtrArray) paths = source_path_find(run->config, source->mapping[j], &none);
            for (guint p = 0; paths && p < paths->len; p++)
                g_hash_table_add(named, g_strdup(paths->pdata[p]));
            if (!paths && !err_is(none, KENKO_ERROR_NOT_FOUND)) {
                g_propagate_error(err, g_steal_pointer(&none));
                return false;
            }
            if (source != run->source)
                continue;
            g_autoptr(GPtrArray) found = source_path_directories(run->config, source->mapping[j]);
            for (guint d = 0; d < found->len; d++)
                g_hash_table_add(directories, g_strdup(found->pdata[d]));
        }
    }
    return true;
}

/* Records of somebody's; not what is hidden, nor a configuration. */
static bool is_candidate(const char *name, const char *path)
{
    return *name != '.' && !g_str_has_suffix(name, ".yaml") && !g_str_has_suffix(name, ".yml") &&
           g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static bool list_directory(const char *directory, GHashTable *named, GPtrArray *found, GError **err)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GDir) dir = g_dir_open(directory, 0, &why);
    if (!dir)
        return err_set(err, KENKO_ERROR_IO, "%s", why->message);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        if (is_candidate(name, path) && !g_hash_table_contains(named, path))
            g_ptr_array_add(found, g_steal_pointer(&path));
    }
    return true;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The entry that a look at the whole file gives; without one, why. */
static void look(struct source_offer *offer, struct arena *arena, const char *path)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GString) entry = g_string_new(NULL);
    struct guess guess;
    if (!guess_file(arena, path, -1, &guess, &why)) {
        offer->note = arena_strdup(arena, why->message);
        return;
    }
    guess.path = offer->name;
    guess_write_entry(&guess, NULL, entry);
    offer->rows = (int64_t)guess.records;
    offer->entry = arena_strdup(arena, entry->str);
}

static void add(const struct source_run *run, const char *path, struct source_offers *out)
{
    GStatBuf st;
    struct source_offer offer = {.name =
                                     arena_strdup(out->arena, source_path_name(run->config, path)),
                                 .what = "file",
                                 .rows = -1,
                                 .bytes = g_stat(path, &st) == 0 ? st.st_size : -1,
                                 .note = ""};
    if (out->wants_entries)
        look(&offer, out->arena, path);
    g_array_append_val(out->list, offer);
}

bool source_file_discover(const struct source_run *run, struct source_offers *out, GError **err)
{
    g_autoptr(GHashTable) named = new_set(), directories = new_set();
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer directory;
    if (!find_named(run, named, directories, err))
        return false;
    if (g_hash_table_size(directories) == 0)
        return err_set(
            err, KENKO_ERROR_NOT_FOUND,
            "none of its streams names a directory that there is; kenko source guess FILE "
            "makes an entry of one file");
    g_hash_table_iter_init(&iter, directories);
    while (g_hash_table_iter_next(&iter, &directory, NULL)) {
        if (!list_directory(directory, named, found, err))
            return false;
    }
    g_ptr_array_sort(found, by_name);
    for (guint i = 0; i < found->len; i++)
        add(run, found->pdata[i], out);
    return true;
}
