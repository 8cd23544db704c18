/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configured catalog: what a platform is going to send. */
#include "ingest/json_schema.h"
#include "ingest/raw_number.h"
#include "ingest/source_airbyte_internal.h"

enum { STREAMS_MAX = 100000 };

/* One entry of the catalog, as it is written. */
struct entry {
    const char *namespace, *name;
    struct slice schema, cursor, key;
    struct slice mode;
    struct scan_json_value generation, minimum;
};

static bool fail(const struct entry *e, const char *what, GError **err)
{
    return err_set(err, KENKO_ERROR_CONFIG, "catalog: stream %s: %s", e->name ? e->name : "?",
                   what);
}

static bool read_stream(struct airbyte *a, struct slice text, struct entry *e)
{
    struct scan_json_members members;
    struct scan_json_member m;
    scan_json_open(&members, a->arena, text);
    while (scan_json_next(&members, &m)) {
        if (slice_is(m.key, "name") && m.value.type == SCAN_JSON_STRING)
            e->name = arena_strndup(a->arena, m.value.text.p, m.value.text.n);
        else if (slice_is(m.key, "namespace") && m.value.type == SCAN_JSON_STRING)
            e->namespace = arena_strndup(a->arena, m.value.text.p, m.value.text.n);
        else if (slice_is(m.key, "json_schema") && m.value.type == SCAN_JSON_OTHER)
            e->schema = m.raw;
    }
    return !members.broken && e->name && *e->name;
}

static bool read_entry(struct airbyte *a, struct slice text, struct entry *e, GError **err)
{
    struct scan_json_members members;
    struct scan_json_member m;
    bool named = false;
    *e = (struct entry){.namespace = ""};
    scan_json_open(&members, a->arena, text);
    while (scan_json_next(&members, &m)) {
        if (slice_is(m.key, "stream"))
            named = read_stream(a, m.raw, e);
        else if (slice_is(m.key, "destination_sync_mode") && m.value.type == SCAN_JSON_STRING)
            e->mode = m.value.text;
        else if (slice_is(m.key, "cursor_field") && m.value.type == SCAN_JSON_OTHER)
            e->cursor = m.raw;
        else if (slice_is(m.key, "primary_key") && m.value.type == SCAN_JSON_OTHER)
            e->key = m.raw;
        else if (slice_is(m.key, "generation_id"))
            e->generation = m.value;
        else if (slice_is(m.key, "minimum_generation_id"))
            e->minimum = m.value;
    }
    return named || fail(e, "want a name", err);
}

static bool declares(struct slice schema, struct arena *arena, const char *field)
{
    struct json_schema read;
    if (!json_schema_read(arena, schema, false, &read, NULL))
        return false;
    for (size_t i = 0; i < read.n_fields; i++) {
        if (strcmp(read.field[i].name, field) == 0)
            return true;
    }
    return false;
}

/* The newest record of a key: by the cursor, or for changes of a database by its log's position. */
static bool read_order(struct airbyte *a, const struct entry *e, struct raw_shape *shape,
                       GError **err)
{
    static const char *const log_fields[] = {"_ab_cdc_lsn", "_ab_cdc_log_pos"};
    const char **cursor = NULL;
    if (e->cursor.n > 0 &&
        !json_schema_names(a->arena, e->cursor, false, &cursor, &shape->n_order, err))
        return false;
    shape->order = cursor;
    if (shape->n_order > 1)
        return fail(e, "a cursor inside of another field cannot be used here", err);
    if (shape->n_order > 0)
        return true;
    const char **order = arena_many(a->arena, G_N_ELEMENTS(log_fields), const char *);
    for (size_t i = 0; i < G_N_ELEMENTS(log_fields); i++) {
        if (declares(e->schema, a->arena, log_fields[i]))
            order[shape->n_order++] = log_fields[i];
    }
    shape->order = order;
    return true;
}

static bool read_shape(struct airbyte *a, const struct entry *e, struct raw_shape *shape,
                       GError **err)
{
    const char **key = NULL;
    *shape = (struct raw_shape){.schema = e->schema};
    if (slice_is(e->mode, "append") || slice_is(e->mode, "overwrite") || e->mode.n == 0)
        return true;
    if (!slice_is(e->mode, "append_dedup"))
        return fail(e, "its destination_sync_mode is none of append, overwrite, append_dedup", err);
    if (e->key.n > 0 && !json_schema_names(a->arena, e->key, true, &key, &shape->n_key, err))
        return err_context(err, "catalog: stream %s: primary_key", e->name);
    shape->key = key;
    if (shape->n_key == 0)
        return fail(e, "append_dedup wants a primary_key", err);
    return read_order(a, e, shape, err);
}

/* A refresh that was begun and given up is a generation nobody sees; the next is above it. */
static int64_t next_generation(const struct raw_stream *raw)
{
    int64_t generation = raw_floor(raw) == INT64_MIN ? 1 : raw_floor(raw) + 1;
    while (raw_is_hidden(raw, generation))
        generation++;
    return generation;
}

static bool set_generation(struct airbyte *a, const struct entry *e, struct airbyte_stream *s,
                           GError **err)
{
    struct raw_stream *raw = feed_raw(s->feed);
    int64_t minimum = 0;
    s->has_generation = raw_number_whole(a->arena, &e->generation, &s->generation);
    bool has_minimum = raw_number_whole(a->arena, &e->minimum, &minimum);
    if (s->has_generation != has_minimum)
        return fail(e, "generation_id and minimum_generation_id belong together", err);
    if (has_minimum && minimum != 0 && minimum != s->generation)
        return fail(e, "minimum_generation_id is neither 0 nor its generation_id", err);
    a->has_ids = a->has_ids || has_minimum;
    s->refreshes = has_minimum ? minimum > 0 : slice_is(e->mode, "overwrite");
    if (!raw)
        return true;
    if (!has_minimum && s->refreshes) {
        s->has_generation = true;
        s->generation = next_generation(raw);
    }
    if (s->refreshes && s->generation > raw_floor(raw))
        feed_set_generation(a->feed, s->feed, s->generation, RAW_HIDDEN);
    else if (s->has_generation && raw_is_hidden(raw, s->generation))
        /* it is continued, not replaced */
        feed_set_generation(a->feed, s->feed, s->generation, RAW_SHOWN);
    return true;
}

static bool add_stream(struct airbyte *a, const struct entry *e, GError **err)
{
    struct raw_shape shape;
    struct airbyte_stream *s = &a->stream[a->n_streams];
    if (source_airbyte_find(a, slice_of(e->namespace), slice_of(e->name)))
        return fail(e, "stands twice", err);
    if (!read_shape(a, e, &shape, err))
        return false;
    *s = (struct airbyte_stream){.namespace = e->namespace, .name = e->name};
    s->feed = feed_declare(a->feed, e->namespace, e->name, &shape, err);
    if (!s->feed)
        return err_context(err, "catalog");
    a->n_streams++;
    if (!set_generation(a, e, s, err))
        return false;
    if (s->refreshes && feed_counts_twice(s->feed))
        return fail(
            e,
            "each sync sends all of it again, and its mapping to usage names no id by which "
            "a record is known again",
            err);
    return true;
}

static bool read_entries(struct airbyte *a, struct slice list, GError **err)
{
    struct scan_json_members items;
    struct scan_json_member item;
    size_t n = 0;
    scan_json_open_array(&items, a->arena, list);
    while (scan_json_next(&items, &item) && n < STREAMS_MAX)
        n++;
    a->stream = arena_many(a->arena, n + 1, struct airbyte_stream);
    scan_json_open_array(&items, a->arena, list);
    for (size_t i = 0; i < n && scan_json_next(&items, &item); i++) {
        struct entry e;
        if (!read_entry(a, item.raw, &e, err) || !add_stream(a, &e, err))
            return false;
    }
    return !items.broken ||
           err_set(err, KENKO_ERROR_CONFIG, "catalog: streams: %s", items.error.message);
}

bool source_airbyte_catalog(struct airbyte *a, GError **err)
{
    struct scan_json_members members;
    struct scan_json_member m;
    bool found = false;
    scan_json_open(&members, a->arena, a->pipe->catalog);
    while (scan_json_next(&members, &m)) {
        if (!slice_is(m.key, "streams"))
            continue;
        found = true;
        if (!read_entries(a, m.raw, err))
            return false;
    }
    if (members.broken)
        return err_set(err, KENKO_ERROR_CONFIG, "catalog: %s", members.error.message);
    return found || err_set(err, KENKO_ERROR_CONFIG, "catalog: want streams");
}

static bool is_stream(const struct airbyte_stream *s, struct slice namespace, struct slice name)
{
    return slice_is(name, s->name) && slice_is(namespace, s->namespace);
}

struct airbyte_stream *source_airbyte_find(struct airbyte *a, struct slice namespace,
                                           struct slice name)
{
    if (a->last && is_stream(a->last, namespace, name))
        return a->last;
    for (size_t i = 0; i < a->n_streams; i++) {
        if (is_stream(&a->stream[i], namespace, name))
            return a->last = &a->stream[i];
    }
    return NULL;
}

bool source_airbyte_complete(struct airbyte *a, struct airbyte_stream *stream, GError **err)
{
    struct raw_stream *raw = feed_raw(stream->feed);
    bool empty = false;
    if (stream->refreshes && !raw)
        a->pipe->note(a->pipe->context, "refresh_not_applied", stream->name);
    if (stream->refreshes && raw && !raw_would_empty(raw, stream->generation, &empty, err))
        return false;
    if (empty)
        return err_set(err, KENKO_ERROR_CHECK,
                       "the stream %s: its refresh brought no record, and what is there still "
                       "counts; say allow_empty in kenko.yaml (raw) if that is right",
                       stream->name);
    stream->complete = true;
    if (stream->refreshes && raw)
        feed_set_generation(a->feed, stream->feed, stream->generation, RAW_FLOOR);
    return true;
}
