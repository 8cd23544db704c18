/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/guess.h"

#include "core/scan_json.h"
#include "ingest/guess_internal.h"
#include "ingest/instant.h"

enum { BUDGET_SLOTS = (64 << 20) / sizeof(uint64_t), MAX_LINE = 1 << 20 };

/* A file while it is read. */
struct table {
    struct guess_shared shared;
    struct arena *arena; /* lives as long as the guess */
    struct arena *scratch;
    GPtrArray *sketch;
    GPtrArray *names;    /* NDJSON */
    GHashTable *by_name; /* NDJSON: name → index + 1 */
    uint64_t records;
    int64_t line;
    uint64_t *met; /* NDJSON: records in which a column was met, to count where it is absent */
    struct guess *out;
};

static bool open_table(struct table *t, struct arena *arena, struct guess *out, GError **err)
{
    static const char *const dates[GUESS_DATES] = {"iso", "eu", "us", "japanese", "%Y%m%d"};
    *t = (struct table){.arena = arena, .out = out, .shared.slots = BUDGET_SLOTS};
    t->scratch = arena_new();
    t->sketch = g_ptr_array_new_with_free_func((GDestroyNotify)guess_sketch_free);
    t->names = g_ptr_array_new();
    t->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    for (int i = 0; i < GUESS_DATES; i++) {
        t->shared.format[i] = instant_format_compile(arena, dates[i], err);
        if (!t->shared.format[i])
            return false;
    }
    return (t->shared.zone = zone_open("UTC", err)) != NULL;
}

static void close_table(struct table *t)
{
    arena_free(t->scratch);
    g_ptr_array_free(t->sketch, TRUE);
    g_ptr_array_free(t->names, TRUE);
    g_hash_table_destroy(t->by_name);
    zone_close(t->shared.zone);
}

static void break_record(struct table *t, const struct input_record *record, const char *message)
{
    if (t->out->broken++ > 0)
        return;
    t->out->broken_line = record->line;
    t->out->broken_message = arena_strdup(t->arena, message);
}

static struct guess_sketch *sketch_at(struct table *t, size_t i)
{
    return t->sketch->pdata[i];
}

/* One record's fields; false and counted as broken when they do not fit. */
static bool split(struct table *t, const struct input_record *record, struct slice *fields,
                  size_t *n)
{
    struct scan_error error;
    if (record->too_long) {
        break_record(t, record, "longer than 1 MiB");
        return false;
    }
    if (!g_utf8_validate_len(record->text.p, record->text.n, NULL) &&
        !memchr(record->text.p, '\0', record->text.n)) {
        break_record(t, record, "bytes that do not decode");
        return false;
    }
    if (!scan_csv_split(t->scratch, record->text, t->out->separator, fields, GUESS_COLUMNS_MAX, n,
                        &error)) {
        break_record(t, record, error.message);
        return false;
    }
    return true;
}

static bool read_csv(struct table *t, struct input *input, struct slice *first, size_t *n_first,
                     GError **err)
{
    struct slice *fields = arena_many(t->arena, GUESS_COLUMNS_MAX, struct slice);
    struct input_record record;
    bool found = true;
    for (;;) {
        size_t n;
        if (!input_next(input, &record, &found, err))
            return false;
        if (!found)
            return true;
        arena_reset(t->scratch);
        if (!split(t, &record, fields, &n))
            continue;
        if (*n_first == 0) {
            *n_first = n;
            for (size_t i = 0; i < n; i++) {
                first[i] =
                    (struct slice){arena_strndup(t->arena, fields[i].p, fields[i].n), fields[i].n};
                g_ptr_array_add(t->sketch, guess_sketch_new(&t->shared));
            }
        } else if (n != *n_first) {
            break_record(
                t, &record,
                arena_printf(t->scratch, "%zu fields, the first line has %zu", n, *n_first));
        } else {
            t->records++;
            for (size_t i = 0; i < n; i++)
                guess_sketch_add(sketch_at(t, i), fields[i], record.line);
        }
    }
}

static void close_columns(struct table *t)
{
    for (size_t i = 0; i < t->out->n_columns; i++)
        guess_sketch_close(sketch_at(t, i), t->arena, &t->out->column[i]);
}

static bool guess_csv(struct table *t, struct input *input, GError **err)
{
    struct guess *out = t->out;
    struct slice *first = arena_many(t->arena, GUESS_COLUMNS_MAX, struct slice);
    size_t n = 0;
    if (!read_csv(t, input, first, &n, err))
        return false;
    if (n == 0)
        return err_set(err, KENKO_ERROR_INPUT, "%s: no line can be read: %s", out->path,
                       out->broken_message ? out->broken_message : "they are all empty");
    out->n_columns = n;
    out->column = arena_many(t->arena, n, struct guess_column);
    close_columns(t);
    guess_header(&t->shared, (struct guess_sketch *const *)t->sketch->pdata, first, out);
    for (size_t i = 0; i < n; i++)
        out->column[i].name =
            out->has_header ? first[i].p : arena_printf(t->arena, "column_%zu", i + 1);
    if (!out->has_header) {
        for (size_t i = 0; i < n; i++)
            guess_sketch_add(sketch_at(t, i), first[i], 1);
        t->records++;
        close_columns(t);
    }
    return true;
}

/* The column of a name; new ones are absent from the records before. */
static size_t column_index(struct table *t, const char *name)
{
    gpointer known = g_hash_table_lookup(t->by_name, name);
    if (known)
        return GPOINTER_TO_SIZE(known) - 1;
    if (t->sketch->len == GUESS_COLUMNS_MAX) {
        t->out->left_out++;
        return GUESS_COLUMNS_MAX;
    }
    const char *kept = arena_strdup(t->arena, name);
    g_ptr_array_add(t->names, (gpointer)(uintptr_t)kept);
    g_ptr_array_add(t->sketch, guess_sketch_new(&t->shared));
    g_hash_table_insert(t->by_name, (gpointer)(uintptr_t)kept,
                        GSIZE_TO_POINTER((size_t)t->sketch->len));
    return t->sketch->len - 1;
}

static void take_leaf(void *context, const char *name, struct slice text, bool is_array)
{
    struct table *t = context;
    size_t i = column_index(t, name);
    if (i == GUESS_COLUMNS_MAX)
        return;
    t->met[i]++;
    if (is_array)
        guess_sketch_array(sketch_at(t, i));
    guess_sketch_add(sketch_at(t, i), text, t->line);
}

static bool guess_ndjson(struct table *t, struct input *input, GError **err)
{
    struct input_record record;
    bool found = true;
    t->met = arena_many(t->arena, GUESS_COLUMNS_MAX, uint64_t);
    for (;;) {
        struct scan_error error;
        if (!input_next(input, &record, &found, err))
            return false;
        if (!found)
            break;
        arena_reset(t->scratch);
        t->line = record.line;
        if (record.too_long)
            break_record(t, &record, "longer than 1 MiB");
        else if (!guess_walk_json(t->scratch, record.text, take_leaf, t, &error))
            break_record(t, &record, error.message);
        else
            t->records++;
    }
    t->out->n_columns = t->sketch->len;
    t->out->column = arena_many(t->arena, t->out->n_columns + 1, struct guess_column);
    for (size_t i = 0; i < t->out->n_columns; i++) {
        t->out->column[i].name = t->names->pdata[i];
        if (t->records > t->met[i])
            guess_sketch_skip(sketch_at(t, i), t->records - t->met[i]);
    }
    close_columns(t);
    return true;
}

bool guess_file(struct arena *arena, const char *path, int kind, struct guess *out, GError **err)
{
    struct table table;
    *out = (struct guess){.path = arena_strdup(arena, path)};
    if (!guess_text(path, out, err))
        return false;
    const struct input_how how = {out->separator, MAX_LINE, out->encoding};
    g_autoptr(input_t) input = input_open(path, &how, err);
    if (!input)
        return false;
    bool ok = open_table(&table, arena, out, err) &&
              (out->is_json ? guess_ndjson(&table, input, err) : guess_csv(&table, input, err));
    out->records = table.records;
    close_table(&table);
    if (ok)
        guess_choose(out, kind);
    return ok;
}
