/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/source_singer.h"

#include "ingest/feed.h"
#include "ingest/lines.h"
#include "ingest/source_singer_internal.h"
#include "ingest/watermark.h"

static const struct feed_how how = {.place = "standard input"};

static const char *const member_names[SINGER_MEMBERS] = {
    [SINGER_TYPE] = "type",
    [SINGER_STREAM] = "stream",
    [SINGER_SCHEMA] = "schema",
    [SINGER_KEY] = "key_properties",
    [SINGER_BOOKMARK] = "bookmark_properties",
    [SINGER_RECORD] = "record",
    [SINGER_VERSION] = "version",
    [SINGER_TIME] = "time_extracted",
    [SINGER_VALUE] = "value",
    [SINGER_ENCODING] = "encoding",
    [SINGER_MANIFEST] = "manifest",
};

bool source_singer_fail(const struct singer *s, const char *what, GError **err)
{
    return err_set(err, KENKO_ERROR_INPUT, "%s:%" G_GINT64_FORMAT ": %s", how.place, s->line, what);
}

static bool context(const struct singer *s, GError **err)
{
    return err_context(err, "%s:%" G_GINT64_FORMAT, how.place, s->line);
}

/* Take the message apart; what it holds lives until the next one. */
static bool read_message(struct singer *s, struct slice line, struct singer_message *out,
                         GError **err)
{
    struct scan_json_members members;
    struct scan_json_member m;
    *out = (struct singer_message){0};
    scan_json_open(&members, s->arena, line);
    while (scan_json_next(&members, &m)) {
        for (size_t i = 0; i < SINGER_MEMBERS; i++) {
            if (slice_is(m.key, member_names[i]))
                out->member[i] = m;
        }
    }
    if (!members.broken)
        return true;
    return err_set(err, KENKO_ERROR_INPUT, "%s:%" G_GINT64_FORMAT ":%d: not a message: %s",
                   how.place, s->line, members.error.column, members.error.message);
}

static char *text_of(struct singer *s, const struct singer_message *message,
                     enum singer_member member)
{
    const struct scan_json_value *v = &message->member[member].value;
    return v->type == SCAN_JSON_STRING ? arena_strndup(s->arena, v->text.p, v->text.n) : NULL;
}

static bool need_stream(struct singer *s, const struct singer_message *message, const char *type,
                        const char **out, GError **err)
{
    *out = text_of(s, message, SINGER_STREAM);
    if (*out && **out)
        return true;
    g_autofree char *what = g_strdup_printf("a message of type %s names no stream", type);
    return source_singer_fail(s, what, err);
}

/* A list of names that may be absent or null. */
static bool names_of(struct singer *s, const struct singer_message *message,
                     enum singer_member member, const char ***names, size_t *n, GError **err)
{
    const struct scan_json_member *m = &message->member[member];
    *n = 0;
    *names = NULL;
    if (m->value.type == SCAN_JSON_ABSENT || m->value.type == SCAN_JSON_NULL)
        return true;
    return json_schema_names(s->arena, m->raw, false, names, n, err) ||
           err_context(err, "%s", member_names[member]);
}

static bool has_properties(struct singer *s, struct slice schema)
{
    struct scan_json_members members;
    struct scan_json_member m;
    bool found = false;
    scan_json_open(&members, s->arena, schema);
    while (scan_json_next(&members, &m))
        found = found || slice_is(m.key, "properties");
    return found;
}

static bool take_schema(struct singer *s, const struct singer_message *message, GError **err)
{
    const char *name;
    const char **key, **order;
    struct raw_shape shape = {.schema = message->member[SINGER_SCHEMA].raw};
    if (!need_stream(s, message, "SCHEMA", &name, err))
        return false;
    if (message->member[SINGER_SCHEMA].value.type != SCAN_JSON_OTHER)
        return source_singer_fail(s, "a message of type SCHEMA has no schema", err);
    if (!names_of(s, message, SINGER_KEY, &key, &shape.n_key, err) ||
        !names_of(s, message, SINGER_BOOKMARK, &order, &shape.n_order, err))
        return err_context(err, "stream %s", name) || context(s, err);
    if (!has_properties(s, shape.schema)) {
        g_autofree char *what =
            g_strdup_printf("the schema of the stream %s has no properties", name);
        return source_singer_fail(s, what, err);
    }
    shape.key = key;
    shape.order = order;
    return feed_declare(s->feed, "", name, &shape, err) || context(s, err);
}

static bool find_stream(struct singer *s, const char *name, const char *type,
                        struct feed_stream **out, GError **err)
{
    *out = feed_find(s->feed, "", name);
    if (*out)
        return true;
    g_autofree char *what = g_strdup_printf(
        "a message of type %s for the stream %s comes before its SCHEMA", type, name);
    return source_singer_fail(s, what, err);
}

/* Tell the log, once for each detail. */
static void note_once(struct singer *s, const char *event, const char *detail)
{
    g_autofree char *key = g_strdup_printf("%s %s", event, detail);
    if (g_hash_table_contains(s->noted, key))
        return;
    s->pipe->note(s->pipe->context, event, detail);
    g_hash_table_add(s->noted, g_steal_pointer(&key));
}

/* When the tap took a record, and its version, into the record. */
static void set_details(struct singer *s, const struct scan_json_member *version,
                        const struct scan_json_member *time, struct raw_record *record)
{
    struct raw_time at;
    record->has_generation = raw_number_whole(s->arena, &version->value, &record->generation);
    record->has_at = time->value.type == SCAN_JSON_STRING &&
                     raw_time_parse(time->value.text, &at) && at.has_offset;
    if (record->has_at)
        record->at_us = at.at_us;
}

static bool take_record(struct singer *s, const struct singer_message *message, GError **err)
{
    const char *name;
    struct feed_stream *stream;
    struct raw_record record = {.text = message->member[SINGER_RECORD].raw, .line = s->line};
    if (!need_stream(s, message, "RECORD", &name, err))
        return false;
    if (message->member[SINGER_RECORD].value.type != SCAN_JSON_OTHER || record.text.p[0] != '{')
        return source_singer_fail(s, "a message of type RECORD has no record", err);
    if (!find_stream(s, name, "RECORD", &stream, err))
        return false;
    if (feed_raw(stream))
        set_details(s, &message->member[SINGER_VERSION], &message->member[SINGER_TIME], &record);
    return feed_record(s->feed, stream, &record, NULL, err);
}

static bool take_state(struct singer *s, const struct singer_message *message, GError **err)
{
    const struct scan_json_member *value = &message->member[SINGER_VALUE];
    if (value->value.type == SCAN_JSON_ABSENT)
        return source_singer_fail(s, "a message of type STATE has no value", err);
    feed_state(s->feed, value->raw, "", value->raw);
    return true;
}

/* The stream's records of versions before this one are deleted. */
static bool activate_version(struct singer *s, const struct singer_message *message, GError **err)
{
    const char *name;
    struct feed_stream *stream;
    int64_t version;
    if (!need_stream(s, message, "ACTIVATE_VERSION", &name, err) ||
        !find_stream(s, name, "ACTIVATE_VERSION", &stream, err))
        return false;
    if (!raw_number_whole(s->arena, &message->member[SINGER_VERSION].value, &version))
        return source_singer_fail(
            s, "a message of type ACTIVATE_VERSION wants a whole number as version", err);
    if (feed_raw(stream))
        feed_set_generation(s->feed, stream, version, RAW_FLOOR);
    else
        note_once(s, "version_not_applied", name);
    return true;
}

/* Members of a message of type RECORD, which most are. */
static const enum singer_member of_record[] = {SINGER_TYPE, SINGER_STREAM, SINGER_RECORD,
                                               SINGER_VERSION, SINGER_TIME};
static const struct scan_json_path record_paths[G_N_ELEMENTS(of_record)] = {
    {1, {"type"}}, {1, {"stream"}}, {1, {"record"}}, {1, {"version"}}, {1, {"time_extracted"}}};

/* Is it one? Another, or one with a fault, is taken apart member by member. */
static bool read_record(struct singer *s, struct slice line, struct singer_message *out)
{
    struct scan_json_value value[G_N_ELEMENTS(of_record)];
    struct scan_error error;
    uint64_t replaced = 0;
    if (!scan_json_shaped(s->arena, &s->shape, line, value, &replaced, &error) ||
        value[0].type != SCAN_JSON_STRING || value[0].text.n != strlen("RECORD") ||
        g_ascii_strncasecmp(value[0].text.p, "RECORD", value[0].text.n) != 0)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(of_record); i++) {
        out->member[of_record[i]].value = value[i];
        out->member[of_record[i]].raw = value[i].text;
    }
    return true;
}

static bool take_message(struct singer *s, struct slice line, GError **err)
{
    static const struct {
        const char *type;
        bool (*take)(struct singer *s, const struct singer_message *message, GError **err);
    } table[] = {{"RECORD", take_record},
                 {"SCHEMA", take_schema},
                 {"STATE", take_state},
                 {"ACTIVATE_VERSION", activate_version},
                 {"BATCH", source_singer_take_batch}};
    struct singer_message message;
    arena_reset(s->arena);
    if (read_record(s, line, &message))
        return take_record(s, &message, err);
    if (!read_message(s, line, &message, err))
        return false;
    const char *type = text_of(s, &message, SINGER_TYPE);
    if (!type)
        return source_singer_fail(s, "a message without a type", err);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (g_ascii_strcasecmp(type, table[i].type) == 0)
            return table[i].take(s, &message, err);
    }
    note_once(s, "message_ignored", type); /* the protocol permits any other type */
    return true;
}

static bool is_blank(struct slice line)
{
    size_t i = 0;
    while (i < line.n && g_ascii_isspace(line.p[i]))
        i++;
    return i == line.n;
}

static bool take_line(struct singer *s, const struct lines_line *line, GError **err)
{
    s->line = line->number;
    if (line->too_long)
        return source_singer_take_head(s, line->text, err);
    return is_blank(line->text) || take_message(s, line->text, err);
}

static bool take_lines(struct singer *s, struct lines *lines, GError **err)
{
    for (;;) {
        struct lines_line line;
        enum lines_outcome outcome;
        if (!lines_next(lines, feed_deadline(s->feed), &line, &outcome, err))
            return false;
        if (outcome == LINES_LINE) {
            if (!take_line(s, &line, err) || !feed_pause(s->feed, line.number, err))
                return false;
            continue;
        }
        if (!feed_deliver(s->feed, err))
            return false;
        if (outcome == LINES_STOPPED)
            return err_set(err, KENKO_ERROR_INTERRUPTED,
                           "stopped; what was read is committed and its state said");
        if (outcome == LINES_END)
            return feed_check_contracts(s->feed, err);
    }
}

static bool take(const struct source_run *run, const struct source_pipe *pipe, GError **err)
{
    size_t limit;
    if (!feed_message_limit(run, &limit, err))
        return false;
    struct singer s = {.pipe = pipe,
                       .feed = feed_open(run, pipe, &how, err),
                       .arena = arena_new(),
                       .noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                       .shape = json_shape_of(record_paths, G_N_ELEMENTS(record_paths))};
    g_autoptr(lines_t) lines = lines_open(pipe->input, limit);
    bool ok = s.feed && take_lines(&s, lines, err);
    feed_close(s.feed);
    arena_free(s.arena);
    g_hash_table_destroy(s.noted);
    return ok;
}

bool source_singer_state(struct arena *arena, struct db *db, const char *source, const char **state,
                         GError **err)
{
    g_autofree char *job = g_strdup_printf("ingest:%s", source);
    bool held;
    if (!job_is_held(db, job, &held, err))
        return false;
    if (held)
        return err_set(err, KENKO_ERROR_BUSY,
                       "a run of %s is under way; its state counts when it has ended", job);
    if (!watermark_load(arena, db, source, "", state, err))
        return false;
    if (!*state)
        *state = "{}";
    return true;
}

static const char *const source_options[] = {"bad_records", "max_message_kib", NULL};
static const char *const stream_options[] = {"!from", NULL};

const struct source_kind source_singer = {
    .name = "singer",
    .source_options = source_options,
    .stream_options = stream_options,
    .elsewhere = "the tap knows: TAP --discover; what has no mapping lands in tables of its own",
    .take = take,
    .has_raw = true};
