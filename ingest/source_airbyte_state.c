/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STATE messages: counts compared, and the message that is said back. */
#include "core/text.h"
#include "ingest/raw_number.h"
#include "ingest/source_airbyte_internal.h"

/* What a state says of itself. */
struct state {
    struct slice text; /* the object `state` */
    bool of_stream;
    struct slice namespace, name;
    struct scan_json_value count; /* sourceStats.recordCount */
};

static bool read_state(struct airbyte *a, struct slice line, struct state *out, GError **err)
{
    static const struct scan_json_path wanted[] = {
        {1, {"state"}},
        {2, {"state", "type"}},
        {4, {"state", "stream", "stream_descriptor", "name"}},
        {4, {"state", "stream", "stream_descriptor", "namespace"}},
        {3, {"state", "sourceStats", "recordCount"}}};
    struct scan_json_value v[G_N_ELEMENTS(wanted)];
    struct scan_error error;
    uint64_t replaced = 0;
    if (!scan_json_record(a->message, line, wanted, G_N_ELEMENTS(wanted), v, &replaced, &error))
        return source_airbyte_fail(a, error.message, err);
    *out =
        (struct state){.text = v[0].text,
                       .of_stream = v[1].type == SCAN_JSON_STRING && slice_is(v[1].text, "STREAM"),
                       .count = v[4]};
    if (v[0].type != SCAN_JSON_OTHER || v[0].text.p[0] != '{')
        return source_airbyte_fail(a, "a message of type STATE has no state", err);
    out->name = v[2].type == SCAN_JSON_STRING ? v[2].text : SLICE("");
    out->namespace = v[3].type == SCAN_JSON_STRING ? v[3].text : SLICE("");
    return true;
}

static void add_stats(struct feed_stream *stream, void *context)
{
    struct feed_stats *sum = context, stats = feed_take_stats(stream);
    sum->received += stats.received;
    sum->rejected += stats.rejected;
}

/* Records since the last state that stands for the same streams. */
static bool take_stats(struct airbyte *a, const struct state *state, struct feed_stats *out,
                       GError **err)
{
    *out = (struct feed_stats){0};
    if (!state->of_stream) {
        feed_each_stream(a->feed, add_stats, out);
        return true;
    }
    struct airbyte_stream *s = source_airbyte_find(a, state->namespace, state->name);
    if (!s)
        return source_airbyte_fail(a, "a state of a stream that is not in the catalog", err);
    *out = feed_take_stats(s->feed);
    return true;
}

static bool check_count(const struct airbyte *a, const struct state *state,
                        const struct feed_stats *stats, GError **err)
{
    int64_t want;
    if (state->count.type != SCAN_JSON_NUMBER)
        return true;
    if (!raw_number_whole(a->message, &state->count, &want))
        return source_airbyte_fail(a, "sourceStats.recordCount is no whole number", err);
    if (want == stats->received)
        return true;
    g_autofree char *what =
        g_strdup_printf("the source counts %" G_GINT64_FORMAT
                        " records of %s%.*s since the last state, %" G_GINT64_FORMAT " came",
                        want, state->of_stream ? "the stream " : "all streams",
                        SLICE_ARGS(state->name), stats->received);
    return source_airbyte_fail(a, what, err);
}

/* Copy the members of an object but for one, each with a comma after it. */
static void copy_members(struct airbyte *a, GString *out, struct slice object, const char *without)
{
    struct scan_json_members members;
    struct scan_json_member m;
    scan_json_open(&members, a->message, object);
    while (scan_json_next(&members, &m)) {
        if (slice_is(m.key, without))
            continue;
        g_autofree char *key = g_strndup(m.key.p, m.key.n);
        g_string_append_c(out, '"');
        text_json(out, key);
        g_string_append(out, "\":");
        g_string_append_len(out, m.raw.p, (gssize)m.raw.n);
        g_string_append_c(out, ',');
    }
}

bool source_airbyte_state(struct airbyte *a, struct slice line, GError **err)
{
    struct state state = {0};
    struct feed_stats stats = {0};
    if (!read_state(a, line, &state, err) || !take_stats(a, &state, &stats, err) ||
        !check_count(a, &state, &stats, err))
        return false;
    g_autoptr(GString) out = g_string_new("{");
    g_autoptr(GString) position = g_string_new(NULL);
    copy_members(a, out, line, "state");
    g_string_append(out, "\"state\":{");
    copy_members(a, out, state.text, "destinationStats");
    /* Counts are numbers with a decimal point, as the protocol wants them. */
    g_string_append_printf(out,
                           "\"destinationStats\":{\"recordCount\":%" G_GINT64_FORMAT
                           ".0,\"rejectedRecordCount\":%" G_GINT64_FORMAT ".0}}}",
                           stats.received - stats.rejected, stats.rejected);
    if (state.of_stream)
        g_string_append_printf(position, "%.*s%s%.*s", SLICE_ARGS(state.namespace),
                               state.namespace.n ? "." : "", SLICE_ARGS(state.name));
    feed_state(a->feed, (struct slice){out->str, out->len}, position->str, state.text);
    return true;
}
