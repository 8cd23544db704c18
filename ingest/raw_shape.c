/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The columns of a stream: what a source declares, and what its values ask for. */
#include "ingest/raw_internal.h"
#include "ingest/raw_name.h"

struct raw_column *raw_column_at(struct raw_stream *stream, int place)
{
    return &g_array_index(stream->columns, struct raw_column, place);
}

static bool is_taken(void *context, const char *name)
{
    return g_hash_table_contains(((struct raw_stream *)context)->names, name);
}

int raw_column_add(struct raw_stream *stream, const char *field, const char *variant,
                   enum raw_type type)
{
    if (stream->columns->len >= RAW_COLUMNS_MAX)
        return RAW_NOWHERE;
    g_autofree char *wanted =
        *variant ? g_strdup_printf("%s__v_%s", field, variant) : g_strdup(field);
    struct raw_column column = {.field = arena_strdup(stream->arena, field),
                                .variant = arena_strdup(stream->arena, variant),
                                .name = raw_name_fold(stream->arena, wanted, is_taken, stream),
                                .type = type,
                                .declared = true,
                                .fresh = true};
    g_array_append_val(stream->columns, column);
    g_hash_table_add(stream->names, (gpointer)(uintptr_t)column.name);
    if (!*variant)
        g_hash_table_insert(stream->by_field, (gpointer)(uintptr_t)column.field,
                            GUINT_TO_POINTER(stream->columns->len));
    raw_activate(stream);
    return (int)stream->columns->len - 1;
}

int raw_column_variant(struct raw_stream *stream, const char *field, const char *variant)
{
    for (guint i = 0; i < stream->columns->len; i++) {
        const struct raw_column *c = raw_column_at(stream, (int)i);
        if (strcmp(c->variant, variant) == 0 && strcmp(c->field, field) == 0)
            return (int)i;
    }
    return RAW_NOWHERE;
}

static bool same_names(size_t n, const char *const *a, size_t m, const char *const *b)
{
    bool same = n == m;
    for (size_t i = 0; i < n && same; i++)
        same = strcmp(a[i], b[i]) == 0;
    return same;
}

static char *list_names(size_t n, const char *const *names)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "", names[i]);
    return n ? g_strdup(out->str) : g_strdup("none");
}

static const char **keep_names(struct arena *arena, size_t n, const char *const *names)
{
    const char **out = arena_many(arena, n + 1, const char *);
    for (size_t i = 0; i < n; i++)
        out[i] = arena_strdup(arena, names[i]);
    return out;
}

/* What a stream is asked to be from here on: the source's word, or kenko.yaml's above it. */
struct wanted {
    struct slice schema_text;
    struct json_schema schema;
    size_t n_key, n_order;
    const char *const *key, *const *order;
};

static void want(const struct raw_stream *s, const struct raw_shape *shape, struct wanted *out)
{
    const struct raw_rule *rule = s->rule;
    *out = (struct wanted){.schema_text = shape->schema,
                           .n_key = shape->n_key,
                           .n_order = shape->n_order,
                           .key = shape->key,
                           .order = shape->order};
    if (rule && rule->key_count) {
        out->n_key = rule->key_count;
        out->key = (const char *const *)rule->key;
    }
    if (rule && rule->order_count) {
        out->n_order = rule->order_count;
        out->order = (const char *const *)rule->order;
    }
}

static bool is_same(const struct raw_stream *s, const struct wanted *w)
{
    return s->is_shaped && slice_equals(w->schema_text, s->schema) &&
           same_names(w->n_key, w->key, s->n_key, s->key) &&
           same_names(w->n_order, w->order, s->n_order, s->order);
}

static bool is_among(const char *name, size_t n, const char *const *names)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool check_key(const struct raw_stream *s, const struct wanted *w, GError **err)
{
    if ((s->is_known || s->is_shaped) && !same_names(w->n_key, w->key, s->n_key, s->key)) {
        g_autofree char *was = list_names(s->n_key, s->key), *is = list_names(w->n_key, w->key);
        return err_set(err, KENKO_ERROR_CONFLICT,
                       "its key was %s and is %s now, so records would no longer be found; say "
                       "its key in kenko.yaml (raw: key) or give it another table (raw: as)",
                       was, is);
    }
    for (size_t i = 0; i < w->n_key && w->schema.n_fields > 0; i++) {
        bool found = false;
        for (size_t f = 0; f < w->schema.n_fields; f++)
            found = found || strcmp(w->schema.field[f].name, w->key[i]) == 0;
        if (!found)
            return err_set(err, KENKO_ERROR_INPUT, "its key '%s' is not among its properties",
                           w->key[i]);
    }
    return true;
}

static bool frozen(const char *field, const char *what, GError **err)
{
    return err_set(err, KENKO_ERROR_CHECK, "'%s' %s, and the contract is freeze", field, what);
}

/* A declared type that the column's does not hold: widen, but what orders versions stays a number.
 */
static bool retype(struct raw_stream *s, const struct wanted *w, struct raw_column *c,
                   enum raw_type type, bool *ready, GError **err)
{
    bool orders = type == RAW_TEXT && is_among(c->field, w->n_order, w->order);
    if (!raw_type_widens(c->type, type) || orders)
        return true; /* narrower, or another kind: values that do not fit stand beside */
    if (s->contract == RAW_FREEZE)
        return frozen(c->field, "has a wider type now", err);
    if (s->contract != RAW_EVOLVE)
        return true;
    if (s->first) {
        *ready = false;
        return true;
    }
    c->type = type;
    c->retyped = !c->fresh;
    raw_activate(s);
    return true;
}

static bool take_field(struct raw_stream *s, const struct wanted *w,
                       const struct json_schema_field *field, bool *ready, GError **err)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(s->by_field, field->name));
    if (place > 0) {
        struct raw_column *c = raw_column_at(s, (int)place - 1);
        c->declared = true;
        c->any_offset = field->any_offset;
        return retype(s, w, c, field->type, ready, err);
    }
    if (s->is_known && s->contract == RAW_FREEZE)
        return frozen(field->name, "is new", err);
    int added = RAW_NOWHERE;
    if (!s->is_known || s->contract == RAW_EVOLVE)
        added = raw_column_add(s, field->name, "", field->type);
    if (added != RAW_NOWHERE)
        raw_column_at(s, added)->any_offset = field->any_offset;
    else
        g_hash_table_add(s->homeless, arena_strdup(s->shape_arena, field->name));
    return true;
}

static bool take_fields(struct raw_stream *s, const struct wanted *w, bool *ready, GError **err)
{
    for (guint i = 0; i < s->columns->len; i++)
        raw_column_at(s, (int)i)->declared = w->schema.n_fields == 0;
    for (size_t i = 0; i < w->schema.n_fields; i++) {
        if (!take_field(s, w, &w->schema.field[i], ready, err))
            return false;
    }
    for (guint i = 0; i < s->columns->len; i++) {
        struct raw_column *c = raw_column_at(s, (int)i);
        guint first = GPOINTER_TO_UINT(g_hash_table_lookup(s->by_field, c->field));
        if (*c->variant && first > 0)
            c->declared = raw_column_at(s, (int)first - 1)->declared;
    }
    return true;
}

/* Keep the wanted shape's texts; those of the one before it are forgotten. */
static void keep_shape(struct raw_stream *s, const struct wanted *w)
{
    bool reorders = !same_names(w->n_order, w->order, s->n_order, s->order);
    bool hard = raw_config_hard(s->rule, s->raw->hard);
    s->option_changed = s->option_changed || (s->is_known && (reorders || hard != s->hard));
    s->hard = hard;
    s->keyed = w->n_key > 0 || raw_config_by_hash(s->rule);
    g_hash_table_remove_all(s->homeless);
    arena_reset(s->shape_arena);
    s->n_key = w->n_key;
    s->key = keep_names(s->shape_arena, w->n_key, w->key);
    s->key_place = arena_many(s->shape_arena, w->n_key + 1, int);
    s->n_order = w->n_order;
    s->order = keep_names(s->shape_arena, w->n_order, w->order);
    s->n_required = w->schema.n_required;
    s->required = keep_names(s->shape_arena, w->schema.n_required, w->schema.required);
    s->required_place = arena_many(s->shape_arena, w->schema.n_required + 1, int);
    s->has_fields = w->schema.n_fields > 0;
    s->schema = (struct slice){
        arena_strndup(s->shape_arena, w->schema_text.p ? w->schema_text.p : "", w->schema_text.n),
        w->schema_text.n};
    raw_activate(s);
}

bool raw_declare(struct raw_stream *s, const struct raw_shape *shape, bool *ready, GError **err)
{
    struct wanted w;
    *ready = true;
    want(s, shape, &w);
    if (is_same(s, &w))
        return true;
    g_autoptr(arena_t) arena = arena_new();
    if (!json_schema_read(arena, w.schema_text, s->rule && s->rule->decode, &w.schema, err) ||
        !check_key(s, &w, err))
        return err_context(err, "stream %s", s->label);
    keep_shape(s, &w);
    bool ok = take_fields(s, &w, ready, err);
    s->is_shaped = ok && *ready;
    return ok || err_context(err, "stream %s", s->label);
}
