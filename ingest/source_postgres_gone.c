/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records that a table has no more, or has for another party. */
#include "core/scan_json.h"
#include "ingest/instant.h"
#include "ingest/mapping_internal.h"
#include "ingest/source_postgres_internal.h"

/* The field of the stream that names a record; -1 when nothing does. */
static int key_field(const struct stream *stream)
{
    int field = stream_field_index(stream, "external_id");
    return field >= 0 || stream->is_usage ? field : stream_field_index(stream, "party");
}

bool source_postgres_can_end(const struct mapping *mapping, const char *key, GError **err)
{
    int field = key_field(mapping->stream);
    bool is_pair = mapping->kind == STREAM_INCIDENT_ACCOUNT; /* of an incident and a party */
    if (mapping->stream->is_usage || is_pair || field < 0)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "its records have no key of their own, so none can be ended; leave out "
                       "deletes, and read "
                       "it by a cursor");
    if (g_strcmp0(mapping->field[field], key) == 0 && !mapping->constant[field] &&
        mapping->transform[field] == TRANSFORM_NONE)
        return true;
    return err_set(err, KENKO_ERROR_CONFIG,
                   "want %s mapped to the key %s, as it is, to tell which are "
                   "gone",
                   mapping->stream->field[field].name, key);
}

/* What is known while the warehouse's records are walked. */
struct walk {
    struct source_postgres_keys *keys;
    const struct stream *stream;
    const struct zone *zone;
    struct arena *arena;
    int64_t at_us;
    size_t known; /* records that the table has */
    GArray *gone; /* of struct stream_record */
};

static bool take_number(struct slice text, int64_t *out)
{
    g_autofree char *copy = g_strndup(text.p, text.n);
    return g_ascii_string_to_signed(copy, 10, G_MININT64, G_MAXINT64, out, NULL);
}

static bool take_cell(const struct walk *walk, enum stream_type type, struct slice text,
                      struct stream_cell *cell)
{
    switch (type) {
    case STREAM_TEXT:
        cell->as.text = (struct slice){arena_strndup(walk->arena, text.p, text.n), text.n};
        return true;
    case STREAM_DAY:
        return instant_parse_day(text, walk->zone, &cell->as.day);
    case STREAM_INSTANT:
        return instant_parse(text, walk->zone, &cell->as.n);
    case STREAM_BOOL:
        cell->as.n = slice_is(text, "true");
        return true;
    default:
        return take_number(text, &cell->as.n);
    }
}

/* The column of a field in its table. */
static const char *column_of(struct arena *arena, const struct stream_field *field)
{
    return field->type == STREAM_MONEY  ? arena_printf(arena, "%s_minor", field->name)
           : field->type == STREAM_RATE ? arena_printf(arena, "%s_1e9", field->name)
                                        : field->name;
}

/* The newest version again, deleted: from now on where it says when it changed. */
static void end_record(const struct walk *walk, struct stream_record *record)
{
    int deleted = stream_field_index(walk->stream, "deleted");
    int changed_at = stream_field_index(walk->stream, "changed_at");
    record->cell[deleted] = (struct stream_cell){.as.n = 1};
    if (!record->cell[changed_at].is_null)
        record->cell[changed_at].as.n = MAX(walk->at_us, record->cell[changed_at].as.n + 1);
}

static bool take_version(const struct walk *walk, const char *party, const char *version,
                         struct stream_record *record)
{
    struct scan_json_path wanted[STREAM_FIELDS_MAX];
    struct scan_json_value value[STREAM_FIELDS_MAX];
    struct scan_error error;
    uint64_t replaced = 0;
    size_t n = stream_field_count(walk->stream);
    for (size_t f = 0; f < n; f++)
        wanted[f] = (struct scan_json_path){1, {column_of(walk->arena, &walk->stream->field[f])}};
    if (!scan_json_record(walk->arena, slice_of(version), wanted, n, value, &replaced, &error))
        return false;
    for (size_t f = 0; f < n; f++) {
        struct stream_cell *cell = &record->cell[f];
        cell->is_null = value[f].type == SCAN_JSON_ABSENT || value[f].type == SCAN_JSON_NULL;
        if (!cell->is_null && !take_cell(walk, walk->stream->field[f].type, value[f].text, cell))
            return false;
    }
    if (walk->stream->has_party)
        record->cell[0] =
            (struct stream_cell){.as.text = slice_of(arena_strdup(walk->arena, party))};
    end_record(walk, record);
    return true;
}

static bool take_live(void *context, const struct q_record_live_row *row, GError **err)
{
    struct walk *walk = context;
    struct stream_record record = {.n_values = 0};
    bool is_there = source_postgres_keys_has(walk->keys, slice_of(row->record_key));
    walk->known += is_there;
    if (is_there && row->is_newest)
        return true;
    if (walk->gone->len == SOURCE_POSTGRES_GONE_MAX)
        return true;
    if (!take_version(walk, row->party, row->version, &record))
        return err_set(err, KENKO_ERROR_BUG, "a version of %s %s cannot be read again",
                       walk->stream->name, row->record_key);
    record.raw = slice_of(arena_strdup(walk->arena, row->version));
    g_array_append_val(walk->gone, record);
    return true;
}

bool source_postgres_gone(struct arena *arena, struct db *db, const char *source,
                          const struct mapping *mapping, struct source_postgres_keys *keys,
                          int64_t at_us, bool may_empty, GArray *gone, GError **err)
{
    struct walk walk = {.keys = keys,
                        .stream = mapping->stream,
                        .zone = mapping->zone,
                        .arena = arena,
                        .at_us = at_us,
                        .gone = gone};
    bool ok = db_begin_snapshot(db, err) &&
              q_record_live(db, source, mapping->stream->name, take_live, &walk, err);
    db_rollback(db);
    if (!ok)
        return false;
    if (walk.known > 0 || gone->len == 0 || may_empty)
        return true;
    return err_set(err, KENKO_ERROR_CHECK,
                   "none of the records that were read is there any more; say allow_empty: true if "
                   "that is so");
}
