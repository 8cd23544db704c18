/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/csv_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ingest/input.h"
#include "ingest/scan_csv.h"

enum { COLUMNS_MAX = 4096, RECORD_MAX = 16 << 20 };

struct reading {
    struct arena *arena;
    const char *path;
    size_t n_columns;
    struct slice *header;
    GPtrArray **cell; /* by column: texts, NULL when missing */
};

static bool read_header(struct reading *r, struct input *input, GError **err)
{
    struct input_record record;
    struct scan_error bad;
    bool found;
    if (!input_next(input, &record, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_INPUT, "%s: the file is empty, want a header line",
                       r->path);
    struct slice line = {arena_strndup(r->arena, record.text.p, record.text.n), record.text.n};
    r->header = arena_many(r->arena, COLUMNS_MAX, struct slice);
    if (!scan_csv_split(r->arena, line, ',', r->header, COLUMNS_MAX, &r->n_columns, &bad))
        return err_set(err, KENKO_ERROR_INPUT, "%s:1:%d: %s", r->path, bad.column, bad.message);
    return true;
}

static bool is_missing(struct slice text)
{
    return text.n == 0 || slice_is(text, "NA") || slice_is(text, "NaN");
}

static bool read_row(struct reading *r, const struct input_record *record, struct slice *field,
                     struct arena *scratch, GError **err)
{
    struct scan_error bad;
    size_t n;
    arena_reset(scratch);
    if (!scan_csv_split(scratch, record->text, ',', field, COLUMNS_MAX, &n, &bad))
        return err_set(err, KENKO_ERROR_INPUT, "%s:%" G_GINT64_FORMAT ":%d: %s", r->path,
                       record->line, bad.column, bad.message);
    if (n != r->n_columns)
        return err_set(err, KENKO_ERROR_INPUT,
                       "%s:%" G_GINT64_FORMAT ": %zu fields, want %zu as in the header", r->path,
                       record->line, n, r->n_columns);
    for (size_t c = 0; c < n; c++)
        g_ptr_array_add(r->cell[c], is_missing(field[c])
                                        ? NULL
                                        : arena_strndup(r->arena, field[c].p, field[c].n));
    return true;
}

static bool read_rows(struct reading *r, struct input *input, GError **err)
{
    g_autoptr(arena_t) scratch = arena_new();
    struct slice *field = arena_many(r->arena, COLUMNS_MAX, struct slice);
    struct input_record record;
    bool found;
    r->cell = arena_many(r->arena, r->n_columns, GPtrArray *);
    for (size_t c = 0; c < r->n_columns; c++)
        r->cell[c] = g_ptr_array_new();
    while (input_next(input, &record, &found, err) && found) {
        if (!read_row(r, &record, field, scratch, err))
            return false;
    }
    return !(err && *err);
}

static bool to_number(const char *text, double *out)
{
    char *end;
    *out = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void make_factor(struct reading *r, const GPtrArray *cell, double *x,
                        struct dataset_column *column)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const char **level = arena_many(r->arena, cell->len + 1, const char *);
    for (guint i = 0; i < cell->len; i++) {
        if (cell->pdata[i] && g_hash_table_add(seen, cell->pdata[i]))
            level[column->n_levels++] = cell->pdata[i];
    }
    qsort(level, column->n_levels, sizeof *level, compare_texts);
    g_autoptr(GHashTable) index = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t l = 0; l < column->n_levels; l++)
        g_hash_table_insert(index, (gpointer)(uintptr_t)level[l], GSIZE_TO_POINTER(l));
    for (guint i = 0; i < cell->len; i++)
        x[i] = cell->pdata[i] ? (double)GPOINTER_TO_SIZE(g_hash_table_lookup(index, cell->pdata[i]))
                              : NAN;
    column->level = level;
}

/* The last word of a column's name stands for its unit: a file says no other. */
static const char *unit_of(struct arena *arena, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    size_t end = strlen(lower);
    while (end > 0 && g_ascii_isalnum(lower[end - 1]))
        end--;
    return arena_strdup(arena, lower + end);
}

static void make_column(struct reading *r, size_t c, bool as_factor, struct dataset_column *column)
{
    const GPtrArray *cell = r->cell[c];
    double *x = arena_many(r->arena, cell->len + 1, double);
    bool numeric = !as_factor;
    for (guint i = 0; numeric && i < cell->len; i++) {
        x[i] = NAN;
        numeric = !cell->pdata[i] || to_number(cell->pdata[i], &x[i]);
    }
    *column = (struct dataset_column){
        .name = arena_strndup(r->arena, r->header[c].p, r->header[c].n), .x = x, .unit = ""};
    if (numeric)
        column->unit = unit_of(r->arena, column->name);
    else
        make_factor(r, cell, x, column);
}

bool csv_table_find(const struct csv_table *table, const char *path, const char *name, size_t *out,
                    GError **err)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t c = 0; c < table->n_columns; c++) {
        if (strcmp(table->column[c].name, name) == 0) {
            *out = c;
            return true;
        }
        g_ptr_array_add(names, (gpointer)(uintptr_t)table->column[c].name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = text_hint(name, (const char *const *)names->pdata);
    return err_set(err, KENKO_ERROR_USAGE, "%s has no column '%s'%s", path, name, hint);
}

bool csv_table_load(struct arena *arena, const char *path, const char *const *factor,
                    struct csv_table *out, GError **err)
{
    const struct input_how how = {',', RECORD_MAX, ENCODING_AUTO};
    g_autoptr(input_t) input = input_open(path, &how, err);
    struct reading r = {.arena = arena, .path = path};
    bool ok = input && read_header(&r, input, err) && read_rows(&r, input, err);
    if (ok) {
        out->n = r.n_columns ? r.cell[0]->len : 0;
        out->n_columns = r.n_columns;
        out->column = arena_many(arena, r.n_columns + 1, struct dataset_column);
        for (size_t c = 0; c < r.n_columns; c++) {
            g_autofree char *name = g_strndup(r.header[c].p, r.header[c].n);
            make_column(&r, c, factor && g_strv_contains(factor, name), &out->column[c]);
        }
    }
    for (size_t c = 0; r.cell && c < r.n_columns; c++)
        g_ptr_array_unref(r.cell[c]);
    for (size_t at; ok && factor && *factor; factor++)
        ok = csv_table_find(out, path, *factor, &at, err);
    return ok;
}
