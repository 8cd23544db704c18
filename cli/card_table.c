/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/card_table.h"

#include <string.h>

#include "core/text.h"
#include "ingest/input.h"
#include "ingest/scan_csv.h"

enum { COLUMNS_MAX = 4096, RECORD_MAX = 16 << 20 };

struct reading {
    struct arena *arena;
    const char *path;
    size_t n_columns;
    struct slice *field;
    GPtrArray *rows;
};

static bool split(struct reading *r, const struct input_record *record, size_t *n, GError **err)
{
    struct scan_error bad;
    struct slice line = {arena_strndup(r->arena, record->text.p, record->text.n), record->text.n};
    return scan_csv_split(r->arena, line, ',', r->field, COLUMNS_MAX, n, &bad) ||
           err_set(err, KENKO_ERROR_INPUT, "%s:%" G_GINT64_FORMAT ":%d: %s", r->path, record->line,
                   bad.column, bad.message);
}

/* The record's fields; NULL for an empty one. */
static const char **texts(struct reading *r, size_t n)
{
    const char **out = arena_many(r->arena, n + 1, const char *);
    for (size_t c = 0; c < n; c++)
        out[c] = r->field[c].n ? arena_strndup(r->arena, r->field[c].p, r->field[c].n) : NULL;
    return out;
}

static bool read_header(struct reading *r, struct input *input, struct card_table *out,
                        GError **err)
{
    struct input_record record;
    bool found;
    if (!input_next(input, &record, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_INPUT, "%s: the file is empty, want a header line",
                       r->path);
    if (!split(r, &record, &r->n_columns, err))
        return false;
    out->n_columns = r->n_columns;
    out->column = texts(r, r->n_columns);
    for (size_t c = 0; c < r->n_columns; c++) {
        if (!out->column[c])
            return err_set(err, KENKO_ERROR_INPUT, "%s:1: column %zu has no name", r->path, c + 1);
        for (size_t d = 0; d < c; d++) {
            if (strcmp(out->column[c], out->column[d]) == 0)
                return err_set(err, KENKO_ERROR_INPUT, "%s:1: the column '%s' stands twice",
                               r->path, out->column[c]);
        }
    }
    return true;
}

static bool read_rows(struct reading *r, struct input *input, GError **err)
{
    struct input_record record;
    bool found;
    size_t n;
    while (input_next(input, &record, &found, err) && found) {
        if (!split(r, &record, &n, err))
            return false;
        if (n != r->n_columns)
            return err_set(err, KENKO_ERROR_INPUT,
                           "%s:%" G_GINT64_FORMAT ": %zu fields, want %zu as in the header",
                           r->path, record.line, n, r->n_columns);
        g_ptr_array_add(r->rows, texts(r, n));
    }
    return !(err && *err);
}

static bool find_key(const struct card_table *table, const char *path, const char *key, size_t *out,
                     GError **err)
{
    for (*out = 0; *out < table->n_columns; (*out)++) {
        if (strcmp(table->column[*out], key) == 0)
            return true;
    }
    g_autofree char *hint = text_hint(key, table->column);
    return err_set(err, KENKO_ERROR_USAGE, "%s has no column '%s' (--key names another)%s", path,
                   key, hint);
}

bool card_table_load(struct arena *arena, const char *path, const char *key, struct card_table *out,
                     GError **err)
{
    const struct input_how how = {',', RECORD_MAX, ENCODING_AUTO};
    g_autoptr(input_t) input = input_open(path, &how, err);
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    struct reading r = {.arena = arena,
                        .path = path,
                        .field = arena_many(arena, COLUMNS_MAX, struct slice),
                        .rows = rows};
    if (!input || !read_header(&r, input, out, err) || !read_rows(&r, input, err) ||
        !find_key(out, path, key, &out->key, err))
        return false;
    out->n = rows->len;
    const char *const **cell = arena_many(arena, rows->len + 1, const char *const *);
    for (guint i = 0; i < rows->len; i++)
        cell[i] = rows->pdata[i];
    out->cell = cell;
    return true;
}
