/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/raw_internal.h"

#include "sql/ingest.h"

static void stream_free(void *data)
{
    struct raw_stream *stream = data;
    g_array_free(stream->columns, TRUE);
    g_array_free(stream->hints, TRUE);
    g_array_free(stream->hidden, TRUE);
    g_array_free(stream->rejects, TRUE);
    g_array_free(stream->statements, TRUE);
    g_hash_table_destroy(stream->by_field);
    g_hash_table_destroy(stream->names);
    g_hash_table_destroy(stream->homeless);
    arena_free(stream->shape_arena);
    arena_free(stream->arena);
    g_free(stream);
}

struct raw *raw_open(struct db *db, const struct job *job, const char *source,
                     const struct raw_rule *rules, size_t n_rules, bool hard, GError **err)
{
    struct raw *raw = g_new0(struct raw, 1);
    raw->db = db;
    raw->job = job;
    raw->source = source;
    raw->rules = rules;
    raw->n_rules = n_rules;
    raw->hard = hard;
    raw->streams = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, stream_free);
    raw->active = g_ptr_array_new();
    raw->arena = arena_new();
    raw->scratch = arena_new();
    raw->cells = g_array_new(FALSE, TRUE, sizeof(struct raw_cell));
    raw->mix = g_byte_array_new();
    if (keyed_hash_load(db, raw->secret, err))
        return raw;
    raw_close(raw);
    return NULL;
}

void raw_close(struct raw *raw)
{
    if (!raw)
        return;
    g_hash_table_destroy(raw->streams);
    g_ptr_array_free(raw->active, TRUE);
    arena_free(raw->arena);
    arena_free(raw->scratch);
    g_array_free(raw->cells, TRUE);
    g_byte_array_free(raw->mix, TRUE);
    g_free(raw);
}

/* What the table is, as far as it was made. */
static bool load_stream(struct raw_stream *s, GError **err)
{
    struct raw *raw = s->raw;
    struct q_raw_table_get_row row;
    struct q_raw_column_list_rows columns;
    if (!q_raw_table_get(s->arena, raw->db, raw->source, s->namespace, s->name, &row, &s->is_known,
                         err))
        return false;
    if (!s->is_known)
        return true;
    if (!q_raw_column_list(s->arena, raw->db, row.raw_id, &columns, err))
        return false;
    s->raw_id = row.raw_id;
    s->relation = row.relation;
    s->floor = row.floor;
    s->hard = row.hard;
    s->n_key = row.key_fields.n;
    s->key = (const char **)(uintptr_t)row.key_fields.v;
    s->n_order = row.order_fields.n;
    s->order = (const char **)(uintptr_t)row.order_fields.v;
    g_array_append_vals(s->hidden, row.hidden.v, (guint)row.hidden.n);
    for (size_t i = 0; i < columns.n; i++) {
        const struct q_raw_column_list_row *c = &columns.row[i];
        struct raw_column column = {.field = c->field,
                                    .variant = c->variant,
                                    .name = c->name,
                                    .type = raw_type_by_name(c->type),
                                    .filled = c->filled,
                                    .was_declared = c->declared};
        g_array_append_val(s->columns, column);
        g_hash_table_add(s->names, (gpointer)(uintptr_t)column.name);
        if (!*column.variant)
            g_hash_table_insert(s->by_field, (gpointer)(uintptr_t)column.field,
                                GUINT_TO_POINTER(i + 1));
    }
    return true;
}

/* "status=deleted" asks for a value, "IsDeleted" for any that is not empty, false or 0. */
static void set_deleted(struct raw_stream *s, const char *said)
{
    const char *equals = said ? strchr(said, '=') : NULL;
    s->deleted_field = equals ? arena_strndup(s->arena, said, (size_t)(equals - said))
                              : arena_strdup(s->arena, said);
    s->deleted_value = equals ? equals + 1 : NULL;
}

static struct raw_stream *new_stream(struct raw *raw, const char *namespace, const char *name,
                                     const char *label)
{
    struct raw_stream *s = g_new0(struct raw_stream, 1);
    s->raw = raw;
    s->arena = arena_new();
    s->shape_arena = arena_new();
    s->namespace = arena_strdup(s->arena, namespace);
    s->name = arena_strdup(s->arena, name);
    s->label = arena_strdup(s->arena, label);
    s->rule = raw_config_find(raw->rules, raw->n_rules, namespace, name);
    s->contract = raw_config_contract(s->rule);
    s->floor = INT64_MIN;
    s->columns = g_array_new(FALSE, FALSE, sizeof(struct raw_column));
    s->hints = g_array_new(FALSE, TRUE, sizeof(int));
    s->hidden = g_array_new(FALSE, FALSE, sizeof(int64_t));
    s->rejects = g_array_new(FALSE, FALSE, sizeof(struct reject));
    s->statements = g_array_new(FALSE, FALSE, sizeof(struct raw_statement));
    s->by_field = g_hash_table_new(g_str_hash, g_str_equal);
    s->names = g_hash_table_new(g_str_hash, g_str_equal);
    s->homeless = g_hash_table_new(g_str_hash, g_str_equal);
    s->last = &s->first;
    set_deleted(s, s->rule ? s->rule->deleted : NULL);
    return s;
}

struct raw_stream *raw_stream(struct raw *raw, const char *namespace, const char *name,
                              GError **err)
{
    g_autofree char *label =
        *namespace ? g_strdup_printf("%s.%s", namespace, name) : g_strdup(name);
    /* A dot in a name must not make two streams one. */
    g_autofree char *key = g_strdup_printf("%zu %s", strlen(namespace), label);
    struct raw_stream *s = g_hash_table_lookup(raw->streams, key);
    if (s)
        return s;
    s = new_stream(raw, namespace, name, label);
    if (!load_stream(s, err)) {
        err_context(err, "stream %s", label);
        stream_free(s);
        return NULL;
    }
    g_hash_table_insert(raw->streams, arena_strdup(s->arena, key), s);
    return s;
}

void raw_activate(struct raw_stream *stream)
{
    if (!stream->is_listed)
        g_ptr_array_add(stream->raw->active, stream);
    stream->is_listed = true;
}

bool raw_is_skipped(const struct raw_stream *stream)
{
    return stream->rule && stream->rule->skip;
}

void raw_skip(struct raw_stream *stream)
{
    raw_activate(stream);
    stream->count.read++;
    stream->count.ignored++;
    stream->skipped++;
}

int64_t raw_floor(const struct raw_stream *stream)
{
    return stream->floor;
}

bool raw_is_hidden(const struct raw_stream *stream, int64_t generation)
{
    for (guint i = 0; i < stream->hidden->len; i++) {
        if (g_array_index(stream->hidden, int64_t, i) == generation)
            return true;
    }
    return false;
}

static void show(struct raw_stream *stream, int64_t generation)
{
    for (guint i = 0; i < stream->hidden->len; i++) {
        if (g_array_index(stream->hidden, int64_t, i) == generation)
            g_array_remove_index_fast(stream->hidden, i--);
    }
}

void raw_set_generation(struct raw_stream *stream, int64_t generation, enum raw_generation state)
{
    bool hidden = raw_is_hidden(stream, generation);
    if (state == RAW_FLOOR ? generation <= stream->floor && !hidden
                           : (state == RAW_HIDDEN) == hidden)
        return;
    if (state == RAW_HIDDEN)
        g_array_append_val(stream->hidden, generation);
    else
        show(stream, generation);
    if (state == RAW_FLOOR)
        stream->floor = MAX(stream->floor, generation);
    struct raw_statement statement = {generation, state};
    g_array_append_val(stream->statements, statement);
    raw_activate(stream);
}

bool raw_would_empty(struct raw_stream *stream, int64_t generation, bool *yes, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_raw_has_row of_it, any;
    *yes = false;
    if (stream->first || stream->raw_id == 0 || (stream->rule && stream->rule->allow_empty))
        return true;
    if (!q_raw_has(arena, stream->raw->db, stream->raw_id, &generation, &of_it, err) ||
        !q_raw_has(arena, stream->raw->db, stream->raw_id, NULL, &any, err))
        return false;
    *yes = !of_it.found && any.found;
    return true;
}

size_t raw_bytes(const struct raw *raw)
{
    return arena_used(raw->arena);
}

bool raw_is_empty(const struct raw *raw)
{
    return raw->active->len == 0;
}
