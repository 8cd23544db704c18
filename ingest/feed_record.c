/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams of a feed, and one record of one of them. */
#include "ingest/feed_internal.h"

static char *key_of(const char *namespace, const char *name)
{
    return g_strdup_printf("%zu %s %s", strlen(namespace), namespace, name);
}

struct feed_stream *feed_find(struct feed *feed, const char *namespace, const char *name)
{
    struct feed_stream **recent = &feed->recent[g_str_hash(name) % FEED_RECENT];
    if (*recent && strcmp((*recent)->name, name) == 0 &&
        strcmp((*recent)->namespace, namespace) == 0)
        return *recent;
    g_autofree char *key = key_of(namespace, name);
    struct feed_stream *found = g_hash_table_lookup(feed->streams, key);
    if (found)
        *recent = found;
    return found;
}

static bool maps(const struct mapping *mapping, const char *namespace, const char *name)
{
    const char *wanted = mapping_option(mapping, "namespace");
    return strcmp(mapping_option(mapping, "from"), name) == 0 &&
           (!wanted || strcmp(wanted, namespace) == 0);
}

/* A batch for one mapping of the stream. Usage is told apart by the stream's key where the mapping
 * names no id. */
static bool open_mapped(struct feed *feed, struct feed_stream *stream,
                        const struct mapping *mapping, const struct raw_shape *shape,
                        struct feed_mapped *out, GError **err)
{
    const struct source_run *run = feed->run;
    const char *kind = mapping_stream(mapping)->name;
    bool by_key = mapping_stream(mapping)->is_usage && !mapping_has_id(mapping);
    out->composite = by_key && shape->n_key > 1;
    if (by_key && shape->n_key == 1)
        mapping = mapping_with_id(stream->arena, mapping, shape->key[0]);
    out->mapping = mapping;
    out->batch = source_batch(run, mapping, err);
    if (!out->batch)
        return false;
    g_ptr_array_add(feed->mapped, out->batch);
    out->reader = mapping_bind(stream->arena, mapping, FORMAT_NDJSON, (struct slice){NULL, 0},
                               feed->how.place, err);
    if (!out->reader)
        return false;
    if (!mapping_has_id(mapping) && !out->composite)
        return true;
    g_autofree char *name = g_strdup_printf("%s %s", kind, stream->name);
    out->seen = seen_open(run->db, run->source->name, name, "", err);
    batch_set_seen(out->batch, out->seen);
    return out->seen != NULL;
}

static bool open_all(struct feed *feed, struct feed_stream *stream, const struct raw_shape *shape,
                     GError **err)
{
    const struct mapping_source *source = feed->run->source;
    stream->mapped = arena_many(stream->arena, source->n_mappings + 1, struct feed_mapped);
    for (size_t i = 0; i < source->n_mappings; i++) {
        if (!maps(source->mapping[i], stream->namespace, stream->name))
            continue;
        struct feed_mapped *m = &stream->mapped[stream->n_mapped++];
        if (!open_mapped(feed, stream, source->mapping[i], shape, m, err))
            return false;
    }
    stream->n_key = shape->n_key;
    stream->key = arena_many(stream->arena, shape->n_key + 1, struct scan_json_path);
    for (size_t i = 0; i < shape->n_key; i++)
        stream->key[i] = (struct scan_json_path){1, {arena_strdup(stream->arena, shape->key[i])}};
    const struct raw_rule *rule =
        raw_config_find(source->raw, source->n_raw, stream->namespace, stream->name);
    bool named = rule && strcmp(rule->from, stream->name) == 0;
    if (stream->n_mapped > 0 && !named)
        return true;
    stream->raw = raw_stream(feed->raw, stream->namespace, stream->name, err);
    return stream->raw != NULL;
}

static struct feed_stream *make_stream(struct feed *feed, const char *namespace, const char *name,
                                       const struct raw_shape *shape, GError **err)
{
    if (shape->n_key > SCAN_JSON_WANTED_MAX) {
        err_set(err, KENKO_ERROR_INPUT, "stream %s: a key of %zu fields, at most %d can be", name,
                shape->n_key, SCAN_JSON_WANTED_MAX);
        return NULL;
    }
    struct feed_stream *stream = g_new0(struct feed_stream, 1);
    stream->arena = arena_new();
    stream->namespace = arena_strdup(stream->arena, namespace);
    stream->name = arena_strdup(stream->arena, name);
    /* In the table at once: what was opened of it is closed with the feed. */
    g_autofree char *key = key_of(namespace, name);
    g_hash_table_insert(feed->streams, arena_strdup(stream->arena, key), stream);
    return open_all(feed, stream, shape, err) ? stream : NULL;
}

struct feed_stream *feed_declare(struct feed *feed, const char *namespace, const char *name,
                                 const struct raw_shape *shape, GError **err)
{
    struct feed_stream *stream = feed_find(feed, namespace, name);
    if (!stream && !(stream = make_stream(feed, namespace, name, shape, err)))
        return NULL;
    if (!stream->raw || raw_is_skipped(stream->raw))
        return stream;
    bool ready = false;
    while (!ready) {
        if (!raw_declare(stream->raw, shape, &ready, err) || (!ready && !feed_deliver(feed, err)))
            return NULL;
    }
    if (!raw_is_empty(feed->raw))
        feed_touch(feed);
    return stream;
}

/* The texts of all fields of the key, each with its length before it. */
static bool make_id(struct feed *feed, const struct feed_stream *stream, struct slice text,
                    struct slice *id, struct mapping_reject *reject)
{
    struct scan_json_value *value =
        arena_many(feed->scratch, stream->n_key + 1, struct scan_json_value);
    struct scan_error error;
    uint64_t replaced = 0;
    if (!scan_json_record(feed->scratch, text, stream->key, stream->n_key, value, &replaced,
                          &error)) {
        *reject = (struct mapping_reject){error.column, "", error.reason, error.message};
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < stream->n_key; i++) {
        if (value[i].type == SCAN_JSON_ABSENT || value[i].type == SCAN_JSON_NULL) {
            *reject = (struct mapping_reject){0, stream->key[i].segment[0], "missing_id",
                                              "is empty, want the record's key"};
            return false;
        }
        n += sizeof(uint32_t) + value[i].text.n;
    }
    char *bytes = arena_alloc(feed->scratch, n + 1), *to = bytes;
    for (size_t i = 0; i < stream->n_key; i++) {
        uint32_t length = (uint32_t)value[i].text.n;
        memcpy(to, &length, sizeof length);
        memcpy(to + sizeof length, value[i].text.p, length);
        to += sizeof length + length;
    }
    *id = (struct slice){bytes, n};
    return true;
}

static bool is_syntax(const struct mapping_reject *reject)
{
    static const char *const reasons[] = {"bad_json", "not_an_object", "bad_utf8", "too_deep",
                                          NULL};
    return g_strv_contains(reasons, reject->reason);
}

static bool refuse(const struct feed *feed, const struct feed_stream *stream,
                   const struct raw_record *record, const struct mapping_reject *reject,
                   GError **err)
{
    return err_set(err, KENKO_ERROR_INPUT,
                   "%s:%" G_GINT64_FORMAT ": a record of the stream %s: %s%s%s [%s]",
                   feed->how.place, record->line, stream->name, reject->field,
                   *reject->field ? " " : "", reject->message, reject->reason);
}

/* Does a record that was rejected so end the run? Values that do not fit a mapping never do: the
 * mapping's contract counts them. */
static bool is_fatal(const struct feed *feed, const struct mapping_reject *reject)
{
    static const char *const reasons[] = {"missing_id", "missing_key", "null_key", "missing_field",
                                          NULL};
    return !feed->how.rejects && g_strv_contains(reasons, reject->reason);
}

static bool take_mapped(struct feed *feed, struct feed_stream *stream, struct feed_mapped *m,
                        const struct raw_record *record, bool *rejected, bool *is_json,
                        GError **err)
{
    struct stream_record mapped;
    struct mapping_reject reject;
    size_t rule, before = batch_bytes(m->batch);
    int64_t bad = batch_count(m->batch)->rejected;
    arena_reset(feed->scratch);
    enum mapping_outcome outcome =
        mapping_apply(m->reader, feed->scratch, record->text, &mapped, &rule, &reject);
    if (outcome == MAPPED && m->composite &&
        !make_id(feed, stream, record->text, &mapped.id, &reject))
        outcome = MAPPING_REJECTED;
    if (outcome == MAPPING_REJECTED && is_json && is_syntax(&reject)) {
        *is_json = false;
        return true;
    }
    if (outcome == MAPPED) {
        mapped.line = record->line;
        mapped.ordinal = record->ordinal;
        batch_add(m->batch, &mapped);
    } else if (outcome == MAPPING_IGNORED) {
        batch_ignore(m->batch, rule);
    } else {
        if (strcmp(reject.reason, "missing_id") == 0 && is_fatal(feed, &reject))
            return refuse(feed, stream, record, &reject, err);
        batch_reject(m->batch, record->line, record->ordinal, record->text, &reject);
    }
    m->read++;
    m->rejected += batch_count(m->batch)->rejected - bad;
    *rejected = *rejected || batch_count(m->batch)->rejected > bad;
    feed->bytes += batch_bytes(m->batch) - before;
    return true;
}

static bool take_raw(struct feed *feed, struct feed_stream *stream, const struct raw_record *record,
                     bool *rejected, bool *is_json, GError **err)
{
    struct mapping_reject reject;
    enum raw_outcome outcome = RAW_LATER;
    if (raw_is_skipped(stream->raw)) {
        raw_skip(stream->raw);
        return true;
    }
    while (outcome == RAW_LATER) {
        if (!raw_take(stream->raw, record, &outcome, &reject, err))
            return err_context(err, "%s:%" G_GINT64_FORMAT, feed->how.place, record->line);
        if (outcome == RAW_LATER && !feed_deliver(feed, err))
            return false;
    }
    if (outcome == RAW_TAKEN)
        return true;
    if (is_json && is_syntax(&reject)) {
        *is_json = false;
        return true;
    }
    if (is_fatal(feed, &reject))
        return refuse(feed, stream, record, &reject, err);
    raw_reject(stream->raw, record, &reject);
    *rejected = true;
    return true;
}

bool feed_record(struct feed *feed, struct feed_stream *stream, struct raw_record *record,
                 bool *is_json, GError **err)
{
    bool rejected = false, json = true;
    record->ordinal = feed->ordinal;
    for (size_t i = 0; i < stream->n_mapped && json; i++) {
        if (!take_mapped(feed, stream, &stream->mapped[i], record, &rejected,
                         is_json && i == 0 ? &json : NULL, err))
            return false;
    }
    if (json && stream->raw &&
        !take_raw(feed, stream, record, &rejected, is_json && stream->n_mapped == 0 ? &json : NULL,
                  err))
        return false;
    if (is_json)
        *is_json = json;
    if (!json)
        return true;
    feed->ordinal++;
    stream->stats.received++;
    stream->stats.rejected += rejected;
    feed_touch(feed);
    return true;
}

bool feed_reject(struct feed *feed, struct feed_stream *stream, struct raw_record *record,
                 const struct mapping_reject *reject, GError **err)
{
    if (!feed->how.rejects)
        return refuse(feed, stream, record, reject, err);
    record->ordinal = feed->ordinal++;
    for (size_t i = 0; i < stream->n_mapped; i++) {
        struct feed_mapped *m = &stream->mapped[i];
        batch_reject(m->batch, record->line, record->ordinal, record->text, reject);
        m->read++;
        m->rejected++;
    }
    if (stream->raw)
        raw_reject(stream->raw, record, reject);
    stream->stats.received++;
    stream->stats.rejected++;
    feed_touch(feed);
    return true;
}
