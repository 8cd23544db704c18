/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a delivery that streams without a mapping take: shape, rows, statements. */
#include "core/fault.h"
#include "ingest/load.h"
#include "ingest/raw_internal.h"
#include "ingest/raw_name.h"
#include "sql/ingest.h"

enum { META_COLUMNS = 10 };

static bool is_taken(void *context, const char *name)
{
    struct raw *raw = context;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) failure = NULL;
    struct q_raw_relation_taken_row row = {0};
    /* A failure here is met again by the next statement. */
    return q_raw_relation_taken(arena, raw->db, name, &row, &failure) && row.taken;
}

static struct db_texts texts(size_t n, const char *const *names)
{
    return (struct db_texts){n, names, NULL};
}

static bool make_table(struct raw_stream *s, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *wanted = s->rule && s->rule->as && strcmp(s->rule->from, "*") != 0
                                  ? g_strdup(s->rule->as)
                                  : g_strdup_printf("%s_%s", s->raw->source, s->label);
    s->relation = raw_name_fold(s->arena, wanted, is_taken, s->raw);
    struct db_texts key = texts(s->n_key, s->key), order = texts(s->n_order, s->order);
    struct q_raw_create_row row;
    if (!q_raw_create(arena, s->raw->db, s->raw->source, s->namespace, s->name, s->relation, &key,
                      &order, s->keyed, s->hard, &row, err))
        return false;
    s->raw_id = row.raw_id;
    return true;
}

/* What becomes of a table that was there before this run is noted. */
static bool note(struct raw_stream *s, const char *place, const char *change,
                 const struct raw_column *c, GError **err)
{
    return !s->is_known ||
           q_load_schema_event(s->raw->db, s->raw->source, s->label, place, change, c->field,
                               raw_type_name(c->type), s->load_id ? &s->load_id : NULL, NULL, err);
}

static struct db_texts list(const GPtrArray *names)
{
    return texts(names->len, (const char *const *)names->pdata);
}

static bool add_columns(struct raw_stream *s, const char *place, bool *any, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GPtrArray) fields = g_ptr_array_new(), variants = g_ptr_array_new(),
                         names = g_ptr_array_new(), types = g_ptr_array_new();
    for (guint i = 0; i < s->columns->len; i++) {
        const struct raw_column *c = raw_column_at(s, (int)i);
        if (!c->fresh)
            continue;
        g_ptr_array_add(fields, (gpointer)(uintptr_t)c->field);
        g_ptr_array_add(variants, (gpointer)(uintptr_t)c->variant);
        g_ptr_array_add(names, (gpointer)(uintptr_t)c->name);
        g_ptr_array_add(types, (gpointer)(uintptr_t)raw_type_name(c->type));
        if (!note(s, place, *c->variant ? "variant" : "added", c, err))
            return false;
    }
    if (fields->len == 0)
        return true;
    *any = true;
    int32_t first = (int32_t)(s->columns->len - fields->len);
    struct db_texts field = list(fields), variant = list(variants), name = list(names),
                    type = list(types);
    struct q_raw_columns_add_row row;
    return q_raw_columns_add(arena, s->raw->db, s->raw_id, first, &field, &variant, &name, &type,
                             &row, err);
}

static bool retype_columns(struct raw_stream *s, const char *place, bool *any, GError **err)
{
    for (guint i = 0; i < s->columns->len; i++) {
        const struct raw_column *c = raw_column_at(s, (int)i);
        g_autoptr(arena_t) arena = arena_new();
        struct q_raw_column_retype_row row;
        if (!c->retyped)
            continue;
        *any = true;
        if (!q_raw_column_retype(arena, s->raw->db, s->raw_id, (int32_t)i, raw_type_name(c->type),
                                 &row, err))
            return err_context(err, "column %s", c->name);
        if (!note(s, place, "widened", c, err))
            return false;
    }
    return true;
}

/* Fields that the source names no more, or again. */
static bool note_declared(struct raw_stream *s, const char *place, GError **err)
{
    for (guint i = 0; i < s->columns->len; i++) {
        const struct raw_column *c = raw_column_at(s, (int)i);
        if (!c->fresh && !*c->variant && c->declared != c->was_declared &&
            !note(s, place, c->declared ? "added" : "removed", c, err))
            return false;
    }
    return true;
}

/* Bring the table to the shape that the records have. */
static bool write_shape(struct raw_stream *s, const char *place, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_raw_show_row shown;
    struct db_texts order = texts(s->n_order, s->order);
    bool anew = s->raw_id == 0 || s->option_changed;
    if (s->raw_id == 0 && !make_table(s, err))
        return false;
    if (!retype_columns(s, place, &anew, err) || !add_columns(s, place, &anew, err) ||
        !note_declared(s, place, err) ||
        (s->option_changed && !q_raw_option_put(s->raw->db, s->raw_id, &order, s->hard, NULL, err)))
        return false;
    return !anew || q_raw_show(arena, s->raw->db, s->raw_id, &shown, err);
}

static bool put_row(struct db_copy *copy, struct raw_stream *s, const struct raw_row *row,
                    struct db_value *value, GError **err)
{
    const char *p = row->cells.p;
    value[0].as.n = s->load_id;
    value[1].as.n = row->from.ordinal;
    value[2] = (struct db_value){.is_null = !row->from.has_at, .as.n = row->from.at_us};
    value[3] =
        (struct db_value){.is_null = !row->from.has_generation, .as.n = row->from.generation};
    value[4].as.b = row->deleted;
    value[5] = (struct db_value){.is_null = !row->has_key,
                                 .as.bytes = {(const char *)row->key, sizeof row->key}};
    value[6] = (struct db_value){.is_null = !row->has_key,
                                 .as.bytes = {(const char *)row->hash, sizeof row->hash}};
    value[7] = (struct db_value){.is_null = row->absent.n == 0, .as.ints = row->absent};
    value[8] = (struct db_value){.is_null = !row->meta.p, .as.bytes = row->meta};
    value[9] = (struct db_value){.is_null = !row->extra.p, .as.bytes = row->extra};
    for (size_t i = 0; i < s->columns->len; i++) {
        struct db_value *cell = &value[META_COLUMNS + i];
        uint32_t length = UINT32_MAX;
        if (i < row->n_cells) {
            memcpy(&length, p, 4);
            length = GUINT32_FROM_BE(length);
            p += 4;
        }
        cell->is_null = length == UINT32_MAX;
        if (cell->is_null)
            continue;
        cell->as.bytes = (struct slice){p, length};
        p += length;
    }
    return db_copy_row(copy, value, err);
}

/* The statement is the warehouse's own: it knows how the table and its columns are called. */
static bool copy_rows(struct raw_stream *s, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_raw_copy_row text;
    if (!q_raw_copy(arena, s->raw->db, s->raw_id, &text, err))
        return false;
    static const enum db_type meta[META_COLUMNS] = {
        DB_BIGINT, DB_BIGINT, DB_TIMESTAMPTZ, DB_BIGINT, DB_BOOL,
        DB_BYTEA,  DB_BYTEA,  DB_INT_ARRAY,   DB_BYTEA,  DB_BYTEA};
    size_t n = META_COLUMNS + s->columns->len;
    enum db_type *types = arena_many(arena, n, enum db_type);
    memcpy(types, meta, sizeof meta);
    for (size_t i = META_COLUMNS; i < n; i++)
        types[i] = DB_BYTEA; /* cells have their binary form already */
    const struct db_statement statement = {
        .name = "ingest.raw_copy", .text = text.text, .n_columns = n, .columns = types};
    struct db_copy *copy = db_copy_in(s->raw->db, &statement, err);
    if (!copy)
        return false;
    struct db_value *value = arena_many(arena, n, struct db_value);
    int64_t done = 0;
    for (const struct raw_row *row = s->first; row; row = row->next, done++) {
        bool injected = done > s->count.loaded / 2 && fault_hit("mid_copy");
        if (!injected && put_row(copy, s, row, value, err))
            continue;
        db_copy_abort(copy);
        return injected ? err_set(err, KENKO_ERROR_BUG, "injected mid_copy") : false;
    }
    return db_copy_end(copy, NULL, err);
}

static bool settle_rows(struct raw_stream *s, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_raw_complete_row completed;
    struct q_raw_settle_row settled;
    int64_t hiding = 0;
    for (guint i = 0; i < s->statements->len; i++) {
        const struct raw_statement *g = &g_array_index(s->statements, struct raw_statement, i);
        if (g->state == RAW_HIDDEN)
            hiding = g->generation;
    }
    if (!s->keyed)
        return true;
    if (s->rule && s->rule->partial &&
        !q_raw_complete(arena, s->raw->db, s->raw_id, s->load_id, &completed, err))
        return false;
    if (!q_raw_settle(arena, s->raw->db, s->raw_id, s->load_id, hiding ? &hiding : NULL, &settled,
                      err))
        return false;
    s->count.loaded -= settled.unchanged;
    s->count.duplicate += settled.unchanged;
    return true;
}

/* What the warehouse remembers of the columns beside their shape. */
static bool write_columns(struct raw_stream *s, GError **err)
{
    g_autoptr(GArray) filled = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GArray) declared = g_array_new(FALSE, FALSE, sizeof(int32_t));
    bool any = false;
    for (guint i = 0; i < s->columns->len; i++) {
        const struct raw_column *c = raw_column_at(s, (int)i);
        int32_t place = (int32_t)i;
        if (c->newly_filled)
            g_array_append_val(filled, place);
        if (c->declared)
            g_array_append_val(declared, place);
        any = any || c->newly_filled || c->declared != c->was_declared;
    }
    struct db_ints full = {filled->len, (const int32_t *)(void *)filled->data, NULL};
    struct db_ints named = {declared->len, (const int32_t *)(void *)declared->data, NULL};
    return !any || q_raw_filled(s->raw->db, s->raw_id, &full, &named, NULL, err);
}

static bool write_statements(struct raw_stream *s, GError **err)
{
    static const char *const words[] = {"hidden", "shown", "floor"};
    for (guint i = 0; i < s->statements->len; i++) {
        const struct raw_statement *g = &g_array_index(s->statements, struct raw_statement, i);
        if (!q_raw_generation_put(s->raw->db, s->raw_id, s->load_id, g->generation, words[g->state],
                                  NULL, err))
            return false;
    }
    return true;
}

static bool finish_load(struct raw_stream *s, int64_t to, GError **err)
{
    struct db *db = s->raw->db;
    if (s->skipped > 0 && !q_ignored_put(db, s->load_id, "skip", s->skipped, NULL, err))
        return false;
    g_autofree char *note =
        s->nulled > 0
            ? g_strdup_printf("%" G_GINT64_FORMAT " values discarded by contract", s->nulled)
            : NULL;
    return (!note || q_load_note(db, s->load_id, note, NULL, err)) &&
           load_finish(db, s->load_id, &s->count, to, INT32_MAX, INT32_MAX, err);
}

static bool write_stream(struct raw_stream *s, const char *place, int64_t from, int64_t to,
                         GError **err)
{
    bool is_load = s->count.read > 0 || s->statements->len > 0; /* a shape alone is none */
    s->load_id = 0;
    if (is_load && !load_open(s->raw->db, s->raw->job, "ingest", s->raw->source, s->label, place,
                              from, &s->load_id, err))
        return false;
    if (!raw_is_skipped(s) && (!write_shape(s, place, err) || !write_columns(s, err)))
        return false;
    if (s->first && (!copy_rows(s, err) || !settle_rows(s, err)))
        return false;
    return !is_load ||
           (write_statements(s, err) && reject_write(s->raw->db, s->load_id, s->rejects, err) &&
            finish_load(s, to, err));
}

bool raw_write(struct raw *raw, const char *place, int64_t from, int64_t to, int64_t *load_id,
               GError **err)
{
    *load_id = 0;
    for (guint i = 0; i < raw->active->len; i++) {
        struct raw_stream *s = raw->active->pdata[i];
        if (!write_stream(s, place, from, to, err))
            return err_context(err, "stream %s", s->label);
        if (s->load_id > 0)
            *load_id = s->load_id;
    }
    return true;
}

bool raw_tick(struct raw *raw, int64_t *commit_no, GError **err)
{
    for (guint i = 0; i < raw->active->len; i++) {
        const struct raw_stream *s = raw->active->pdata[i];
        if (s->load_id > 0 && !load_tick(raw->db, s->load_id, commit_no, err))
            return false;
    }
    return true;
}

static void keep_stream(struct raw_stream *s)
{
    for (guint i = 0; i < s->columns->len; i++) {
        struct raw_column *c = raw_column_at(s, (int)i);
        c->fresh = c->retyped = c->newly_filled = false;
        c->was_declared = c->declared;
    }
    s->option_changed = s->is_listed = false;
    s->first = NULL;
    s->last = &s->first;
    g_array_set_size(s->rejects, 0);
    g_array_set_size(s->statements, 0);
    s->count = (struct batch_counters){0};
    s->skipped = s->nulled = 0;
}

void raw_keep(struct raw *raw, struct batch_counters *total)
{
    for (guint i = 0; i < raw->active->len; i++) {
        struct raw_stream *s = raw->active->pdata[i];
        batch_count_add(total, &s->count);
        keep_stream(s);
    }
    g_ptr_array_set_size(raw->active, 0);
    arena_reset(raw->arena);
}
