/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a mapping's files are written: format, encoding, separator, header or not. */
#include "ingest/mapping_internal.h"

enum mapping_format mapping_format_by_name(const char *path)
{
    g_autofree char *name = g_strdup(path);
    if (g_str_has_suffix(name, ".gz"))
        name[strlen(name) - 3] = '\0';
    else if (g_str_has_suffix(name, ".zst"))
        name[strlen(name) - 4] = '\0';
    if (g_str_has_suffix(name, ".ndjson") || g_str_has_suffix(name, ".jsonl") ||
        g_str_has_suffix(name, ".json"))
        return FORMAT_NDJSON;
    return g_str_has_suffix(name, ".tsv") ? FORMAT_TSV : FORMAT_CSV;
}

enum mapping_format mapping_format(const struct mapping *mapping, const char *path)
{
    return mapping->format != FORMAT_AUTO ? mapping->format : mapping_format_by_name(path);
}

char mapping_separator(const struct mapping *mapping, enum mapping_format format)
{
    if (format == FORMAT_NDJSON)
        return 0;
    return mapping->separator ? mapping->separator : format == FORMAT_TSV ? '\t' : ',';
}

struct input_how mapping_how(const struct mapping *mapping, const char *path)
{
    return (struct input_how){mapping_separator(mapping, mapping_format(mapping, path)),
                              mapping->max_line, mapping->encoding};
}

bool mapping_has_header(const struct mapping *mapping, const char *path)
{
    return mapping->n_columns == 0 && mapping_format(mapping, path) != FORMAT_NDJSON;
}

static bool parse_separator(const char *text, char *out, GError **err)
{
    static const struct {
        const char *name;
        char separator;
    } known[] = {{"comma", ','},     {",", ','}, {"tab", '\t'}, {"\t", '\t'},
                 {"semicolon", ';'}, {";", ';'}, {"pipe", '|'}, {"|", '|'}};
    for (size_t i = 0; text && i < G_N_ELEMENTS(known); i++) {
        if (strcmp(text, known[i].name) == 0) {
            *out = known[i].separator;
            return true;
        }
    }
    return !text || err_set(err, KENKO_ERROR_CONFIG,
                            "separator is '%s', want one of comma, tab, semicolon, pipe", text);
}

static bool check_columns(const char *const *column, size_t n, GError **err)
{
    g_autoptr(GHashTable) once = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < n; i++) {
        if (!g_hash_table_add(once, (gpointer)(uintptr_t)column[i]))
            return err_set(err, KENKO_ERROR_CONFIG, "columns names '%s' twice", column[i]);
    }
    return true;
}

bool mapping_load_text(struct mapping *m, const char *const *column, size_t n, GError **err)
{
    const char *header = mapping_option(m, "header");
    if (header && strcmp(header, "true") != 0 && strcmp(header, "false") != 0)
        return err_set(err, KENKO_ERROR_CONFIG, "header is '%s', want true or false", header);
    bool has_header = !header || strcmp(header, "true") == 0;
    if (has_header != (n == 0))
        return err_set(err, KENKO_ERROR_CONFIG,
                       n == 0 ? "header: false wants columns, which names them"
                              : "columns names what the header does; it wants header: false");
    m->column = column;
    m->n_columns = n;
    return check_columns(column, n, err) &&
           encoding_by_name(mapping_option(m, "encoding"), &m->encoding, err) &&
           parse_separator(mapping_option(m, "separator"), &m->separator, err);
}
