/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/source_path.h"

#include <errno.h>
#include <glob.h>

/* The directory's own name is taken literally; only the mapping's path is a pattern. */
static char *escape_glob(const char *directory)
{
    g_autofree char *absolute = g_canonicalize_filename(directory, NULL);
    GString *out = g_string_new(NULL);
    for (const char *c = absolute; *c; c++) {
        if (strchr("*?[]\\", *c))
            g_string_append_c(out, '\\');
        g_string_append_c(out, *c);
    }
    return g_string_free(out, FALSE);
}

static char *pattern_of(const struct config *config, const struct mapping *mapping)
{
    g_autofree char *directory = escape_glob(config_directory(config));
    return g_canonicalize_filename(mapping_option(mapping, "path"), directory);
}

static GPtrArray *take_paths(glob_t *found)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < found->gl_pathc; i++)
        g_ptr_array_add(paths, g_strdup(found->gl_pathv[i]));
    globfree(found);
    return paths;
}

GPtrArray *source_path_find(const struct config *config, const struct mapping *mapping,
                            GError **err)
{
    const char *path = mapping_option(mapping, "path");
    g_autofree char *pattern = pattern_of(config, mapping);
    glob_t found;
    int status = glob(pattern, GLOB_ERR, NULL, &found);
    if (status == GLOB_NOMATCH || (status == GLOB_ABORTED && errno == ENOENT)) {
        err_set(err, KENKO_ERROR_NOT_FOUND, "no file fits %s", path);
        return NULL;
    }
    if (status != 0) {
        err_set(err, KENKO_ERROR_IO, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    return take_paths(&found);
}

GPtrArray *source_path_directories(const struct config *config, const struct mapping *mapping)
{
    g_autofree char *pattern = pattern_of(config, mapping);
    g_autofree char *above = g_path_get_dirname(pattern);
    glob_t found = {0};
    if (glob(above, GLOB_ONLYDIR, NULL, &found) != 0)
        return g_ptr_array_new();
    return take_paths(&found);
}

const char *source_path_name(const struct config *config, const char *path)
{
    const char *directory = config_directory(config);
    size_t n = strlen(directory);
    return g_str_has_prefix(path, directory) && path[n] == '/' ? path + n + 1 : path;
}
