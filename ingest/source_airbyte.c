/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/source_airbyte.h"

#include "ingest/lines.h"
#include "ingest/raw_number.h"
#include "ingest/source_airbyte_internal.h"

static const struct feed_how how = {
    .place = "standard input", .hard_deletes = true, .rejects = true};

bool source_airbyte_fail(const struct airbyte *a, const char *what, GError **err)
{
    return err_set(err, KENKO_ERROR_INPUT, "%s:%" G_GINT64_FORMAT ": %s", how.place, a->line, what);
}

/* What a message has at most. */
enum {
    M_TYPE,
    M_STREAM,
    M_NAMESPACE,
    M_DATA,
    M_EMITTED,
    M_CHANGES,
    M_TRACE,
    M_STATUS,
    M_STATUS_NAME,
    M_STATUS_NAMESPACE,
    M_TRACE_TEXT,
    M_LOG,
    M_COUNT
};

static const struct scan_json_path wanted[M_COUNT] = {
    [M_TYPE] = {1, {"type"}},
    [M_STREAM] = {2, {"record", "stream"}},
    [M_NAMESPACE] = {2, {"record", "namespace"}},
    [M_DATA] = {2, {"record", "data"}},
    [M_EMITTED] = {2, {"record", "emitted_at"}},
    [M_CHANGES] = {3, {"record", "meta", "changes"}},
    [M_TRACE] = {2, {"trace", "type"}},
    [M_STATUS] = {3, {"trace", "stream_status", "status"}},
    [M_STATUS_NAME] = {4, {"trace", "stream_status", "stream_descriptor", "name"}},
    [M_STATUS_NAMESPACE] = {4, {"trace", "stream_status", "stream_descriptor", "namespace"}},
    [M_TRACE_TEXT] = {3, {"trace", "error", "message"}},
    [M_LOG] = {2, {"log", "message"}},
};

static struct slice text_of(const struct scan_json_value *v)
{
    return v->type == SCAN_JSON_STRING ? v->text : SLICE("");
}

static void note(struct airbyte *a, const char *event, struct slice detail)
{
    g_autofree char *text = g_strndup(detail.p, detail.n);
    a->pipe->note(a->pipe->context, event, text);
}

static bool take_record(struct airbyte *a, const struct scan_json_value *v, GError **err)
{
    struct airbyte_stream *s =
        source_airbyte_find(a, text_of(&v[M_NAMESPACE]), text_of(&v[M_STREAM]));
    if (!s)
        return source_airbyte_fail(a, "a record of a stream that is not in the catalog", err);
    if (v[M_DATA].type != SCAN_JSON_OTHER || v[M_DATA].text.p[0] != '{')
        return source_airbyte_fail(a, "a message of type RECORD has no data", err);
    struct raw_record record = {.text = v[M_DATA].text,
                                .line = a->line,
                                .has_generation = s->has_generation,
                                .generation = s->generation,
                                .changes = v[M_CHANGES].type == SCAN_JSON_OTHER
                                               ? v[M_CHANGES].text
                                               : (struct slice){NULL, 0}};
    record.has_at = raw_number_whole(a->message, &v[M_EMITTED], &record.at_us) &&
                    !__builtin_mul_overflow(record.at_us, 1000, &record.at_us);
    return feed_record(a->feed, s->feed, &record, NULL, err);
}

static bool take_trace(struct airbyte *a, const struct scan_json_value *v, GError **err)
{
    if (slice_is(text_of(&v[M_TRACE]), "ERROR"))
        note(a, "source_error", text_of(&v[M_TRACE_TEXT]));
    if (!slice_is(text_of(&v[M_TRACE]), "STREAM_STATUS"))
        return true;
    struct airbyte_stream *s =
        source_airbyte_find(a, text_of(&v[M_STATUS_NAMESPACE]), text_of(&v[M_STATUS_NAME]));
    if (!s)
        return source_airbyte_fail(a, "the status of a stream that is not in the catalog", err);
    a->saw_status = true;
    return !slice_is(text_of(&v[M_STATUS]), "COMPLETE") || source_airbyte_complete(a, s, err);
}

/* Programs print what they like beside their messages; what begins like a message must be one. */
static bool is_noise(struct slice line)
{
    size_t i = 0;
    while (i < line.n && g_ascii_isspace(line.p[i]))
        i++;
    return i == line.n || line.p[i] != '{';
}

static bool take_message(struct airbyte *a, struct slice line, GError **err)
{
    struct scan_json_value v[M_COUNT];
    struct scan_error error;
    uint64_t replaced = 0;
    arena_reset(a->message);
    if (!scan_json_record(a->message, line, wanted, M_COUNT, v, &replaced, &error))
        return err_set(err, KENKO_ERROR_INPUT, "%s:%" G_GINT64_FORMAT ":%d: not a message: %s",
                       how.place, a->line, error.column, error.message);
    struct slice type = text_of(&v[M_TYPE]);
    if (slice_is(type, "RECORD"))
        return take_record(a, v, err);
    if (slice_is(type, "STATE"))
        return source_airbyte_state(a, line, err);
    if (slice_is(type, "TRACE"))
        return take_trace(a, v, err);
    if (slice_is(type, "LOG"))
        note(a, "source_log", text_of(&v[M_LOG]));
    return true; /* other types say nothing to a destination */
}

static bool take_line(struct airbyte *a, const struct lines_line *line, GError **err)
{
    a->line = line->number;
    if (is_noise(line->text))
        return true;
    if (line->too_long)
        return source_airbyte_fail(a, "a message longer than max_message_kib", err);
    return take_message(a, line->text, err);
}

/* Nothing more comes. A platform that says nothing about streams means that they are complete; one
 * that does must have said so of each. */
static bool end(struct airbyte *a, GError **err)
{
    const char *left = NULL;
    for (size_t i = 0; i < a->n_streams; i++) {
        if (!a->saw_status && !a->has_ids && !source_airbyte_complete(a, &a->stream[i], err))
            return false;
        if (!a->stream[i].complete && !left)
            left = a->stream[i].name;
    }
    if (!feed_deliver(a->feed, err))
        return false;
    if (left)
        return err_set(err, KENKO_ERROR_INPUT,
                       "the stream %s did not end with COMPLETE: what was there before a refresh "
                       "still counts, and what came is kept for the next attempt",
                       left);
    return feed_check_contracts(a->feed, err);
}

static bool take_lines(struct airbyte *a, struct lines *lines, GError **err)
{
    for (;;) {
        struct lines_line line;
        enum lines_outcome outcome;
        if (!lines_next(lines, feed_deadline(a->feed), &line, &outcome, err))
            return false;
        if (outcome == LINES_END)
            return end(a, err);
        if (outcome == LINES_LINE) {
            if (!take_line(a, &line, err) || !feed_pause(a->feed, line.number, err))
                return false;
            continue;
        }
        if (!feed_deliver(a->feed, err))
            return false;
        if (outcome == LINES_STOPPED)
            return err_set(err, KENKO_ERROR_INTERRUPTED,
                           "stopped; what was read is committed and its states said");
    }
}

static bool take(const struct source_run *run, const struct source_pipe *pipe, GError **err)
{
    size_t limit;
    if (!feed_message_limit(run, &limit, err))
        return false;
    if (!pipe->catalog.p)
        return err_set(err, KENKO_ERROR_USAGE, "type airbyte wants a catalog: kenko airbyte write");
    struct airbyte a = {.run = run,
                        .pipe = pipe,
                        .feed = feed_open(run, pipe, &how, err),
                        .arena = arena_new(),
                        .message = arena_new()};
    g_autoptr(lines_t) lines = lines_open(pipe->input, limit);
    bool ok = a.feed && source_airbyte_catalog(&a, err) && take_lines(&a, lines, err);
    feed_close(a.feed);
    arena_free(a.arena);
    arena_free(a.message);
    return ok;
}

static const char *const source_options[] = {"bad_records", "max_message_kib", NULL};
static const char *const stream_options[] = {"!from", "namespace", NULL};

const struct source_kind source_airbyte = {
    .name = "airbyte",
    .source_options = source_options,
    .stream_options = stream_options,
    .elsewhere = "its connector knows: discover; what has no mapping lands in tables of its own",
    .take = take,
    .has_raw = true};
