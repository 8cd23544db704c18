/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/csv_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ingest/input.h"
#include "ingest/scan_csv.h"

enum { COLUMNS_MAX = 4096, RECORD_MAX = 16 << 20 };
enum {
    TEXTS_MAX = 256
}; /* different numbers of a column from which on their texts are forgotten */

/* A column while it is read: numbers as long as there are only those, and its texts by number of
 * first sight as long as it may turn out to be a factor. */
struct gathering {
    bool is_factor;  /* asked for, or a text was seen: x is gone */
    bool is_numeric; /* too many different numbers for a factor: seen, text, value, code are gone */
    GArray *x;       /* double, NaN where missing */
    GArray *code;    /* uint32_t, UINT32_MAX where missing */
    GHashTable *seen; /* text → its number, and 1 */
    GPtrArray *text;  /* in the arena */
    GArray *value;    /* double, of each text */
};

struct reading {
    struct arena *arena;
    const char *path;
    size_t n_columns, n;
    struct slice *header;
    struct gathering *column;
    bool *late; /* by column: a text came when those before it were forgotten */
    bool again; /* it may be read once more: it is a file */
    bool any_late;
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

/* Digits, of which a double holds fifteen exactly, divided by a power of ten that it holds exactly
 * too, are rounded once: that is the nearest double. False for whatever else is written. */
static bool plain_number(struct slice text, double *out)
{
    static const double power[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    size_t i = text.n > 0 && text.p[0] == '-', digits = 0, decimals = 0;
    bool negative = i > 0, point = false;
    int64_t whole = 0;
    for (; i < text.n; i++) {
        if (text.p[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (!g_ascii_isdigit(text.p[i]) || ++digits > 15)
            return false;
        whole = 10 * whole + (text.p[i] - '0');
        decimals += point;
    }
    if (digits == 0)
        return false;
    double x = (double)whole / power[decimals];
    *out = negative ? -x : x;
    return true;
}

static bool to_number(const char *text, double *out)
{
    char *end;
    *out = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

/* Numbers as texts differ in few places: a sum of their characters would put hundreds into one. */
static guint hash_text(gconstpointer text)
{
    uint64_t h = 0;
    for (const char *c = text; *c; c++)
        h = (h ^ (unsigned char)*c) * 0x9e3779b97f4a7c15;
    return (guint)(h >> 32);
}

static void gathering_begin(struct gathering *g, bool as_factor)
{
    *g = (struct gathering){.is_factor = as_factor,
                            .x = g_array_new(FALSE, FALSE, sizeof(double)),
                            .code = g_array_new(FALSE, FALSE, sizeof(uint32_t)),
                            .seen = g_hash_table_new(hash_text, g_str_equal),
                            .text = g_ptr_array_new(),
                            .value = g_array_new(FALSE, FALSE, sizeof(double))};
}

/* It is numbers from here on. */
static void forget_texts(struct gathering *g)
{
    g_hash_table_unref(g->seen);
    g_ptr_array_unref(g->text);
    g_array_unref(g->value);
    g_array_unref(g->code);
    g->seen = NULL;
    g->text = NULL;
    g->value = g->code = NULL;
    g->is_numeric = true;
}

static void gathering_end(struct gathering *g)
{
    g_array_unref(g->x);
    if (!g->is_numeric)
        forget_texts(g);
}

/* The number of a text of a column, by first sight. */
static uint32_t see(struct reading *r, struct gathering *g, const char *text)
{
    gpointer known = g_hash_table_lookup(g->seen, text);
    if (known)
        return (uint32_t)GPOINTER_TO_UINT(known) - 1;
    char *kept = arena_strdup(r->arena, text);
    double value = NAN;
    if (!g->is_factor && !to_number(text, &value)) {
        g->is_factor = true;
        g_array_set_size(g->x, 0);
    }
    g_ptr_array_add(g->text, kept);
    g_array_append_val(g->value, value);
    g_hash_table_insert(g->seen, kept, GUINT_TO_POINTER(g->text->len));
    return g->text->len - 1;
}

static bool add_number(struct reading *r, struct gathering *g, struct slice text, int64_t line,
                       GError **err)
{
    double x;
    g_autofree char *copy = plain_number(text, &x) ? NULL : g_strndup(text.p, text.n);
    bool bad = copy && !to_number(copy, &x);
    if (bad && r->again) {
        r->late[g - r->column] = r->any_late = true;
        x = NAN;
    } else if (bad) {
        struct slice name = r->header[g - r->column];
        return err_set(err, KENKO_ERROR_INPUT,
                       "%s:%" G_GINT64_FORMAT ": column %.*s is no number here, and was one in "
                       "more than %d different values before; name it by --factor if its values "
                       "are texts, or leave it out by --ignore",
                       r->path, line, (int)name.n, name.p, TEXTS_MAX);
    }
    g_array_append_val(g->x, x);
    return true;
}

static bool add_cell(struct reading *r, struct gathering *g, struct slice text, int64_t line,
                     GError **err)
{
    static const double no_number = NAN;
    uint32_t code = UINT32_MAX;
    bool missing = is_missing(text);
    if (g->is_numeric && !missing)
        return add_number(r, g, text, line, err);
    if (!missing) {
        char few[64], *long_one = text.n < sizeof few ? NULL : g_strndup(text.p, text.n);
        if (!long_one) {
            memcpy(few, text.p, text.n);
            few[text.n] = '\0';
        }
        code = see(r, g, long_one ? long_one : few);
        g_free(long_one);
    }
    if (!g->is_factor)
        g_array_append_vals(g->x, missing ? &no_number : &g_array_index(g->value, double, code), 1);
    if (!g->is_numeric)
        g_array_append_val(g->code, code);
    if (!g->is_numeric && !g->is_factor && g->text->len > TEXTS_MAX)
        forget_texts(g);
    return true;
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
    for (size_t c = 0; c < n; c++) {
        if (!add_cell(r, &r->column[c], field[c], record->line, err))
            return false;
    }
    r->n++;
    return true;
}

static bool read_rows(struct reading *r, struct input *input, GError **err)
{
    g_autoptr(arena_t) scratch = arena_new();
    struct slice *field = arena_many(r->arena, COLUMNS_MAX, struct slice);
    struct input_record record;
    bool found;
    while (input_next(input, &record, &found, err) && found) {
        if (!read_row(r, &record, field, scratch, err))
            return false;
    }
    return !(err && *err);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void make_factor(struct reading *r, const struct gathering *g, double *x,
                        struct dataset_column *column)
{
    size_t n = g->text->len;
    const char **level = arena_many(r->arena, n + 1, const char *);
    g_autofree double *rank = g_new(double, n + 1);
    if (n > 0)
        memcpy(level, g->text->pdata, n * sizeof *level);
    qsort(level, n, sizeof *level, compare_texts);
    for (size_t l = 0; l < n; l++)
        rank[GPOINTER_TO_UINT(g_hash_table_lookup(g->seen, level[l])) - 1] = (double)l;
    for (size_t i = 0; i < r->n; i++) {
        uint32_t code = g_array_index(g->code, uint32_t, i);
        x[i] = code == UINT32_MAX ? NAN : rank[code];
    }
    column->level = level;
    column->n_levels = n;
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

static void make_column(struct reading *r, size_t c, struct dataset_column *column)
{
    const struct gathering *g = &r->column[c];
    double *x = arena_many(r->arena, r->n + 1, double);
    *column = (struct dataset_column){
        .name = arena_strndup(r->arena, r->header[c].p, r->header[c].n), .x = x, .unit = ""};
    if (g->is_factor) {
        make_factor(r, g, x, column);
        return;
    }
    if (r->n > 0)
        memcpy(x, g->x->data, r->n * sizeof *x);
    column->unit = unit_of(r->arena, column->name);
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

static void begin_columns(struct reading *r, const char *const *factor)
{
    r->column = arena_many(r->arena, r->n_columns + 1, struct gathering);
    for (size_t c = 0; c < r->n_columns; c++) {
        g_autofree char *name = g_strndup(r->header[c].p, r->header[c].n);
        gathering_begin(&r->column[c], r->late[c] || (factor && g_strv_contains(factor, name)));
    }
}

/* One pass. */
static bool read_once(struct reading *r, const char *const *factor, struct csv_table *out,
                      GError **err)
{
    const struct input_how how = {',', RECORD_MAX, ENCODING_AUTO};
    g_autoptr(input_t) input = input_open(r->path, &how, err);
    r->n = 0;
    r->any_late = false;
    if (!input || !read_header(r, input, err))
        return false;
    begin_columns(r, factor);
    bool ok = read_rows(r, input, err);
    *out =
        (struct csv_table){.n = r->n,
                           .n_columns = r->n_columns,
                           .column = arena_many(r->arena, r->n_columns + 1, struct dataset_column)};
    for (size_t c = 0; c < r->n_columns; c++) {
        if (ok && !r->any_late)
            make_column(r, c, &out->column[c]);
        gathering_end(&r->column[c]);
    }
    return ok;
}

bool csv_table_load(struct arena *arena, const char *path, const char *const *factor,
                    struct csv_table *out, GError **err)
{
    struct reading r = {.arena = arena,
                        .path = path,
                        .late = arena_many(arena, COLUMNS_MAX, bool),
                        .again = g_file_test(path, G_FILE_TEST_IS_REGULAR)};
    bool ok = read_once(&r, factor, out, err) && (!r.any_late || read_once(&r, factor, out, err));
    for (size_t at; ok && factor && *factor; factor++)
        ok = csv_table_find(out, path, *factor, &at, err);
    return ok;
}
