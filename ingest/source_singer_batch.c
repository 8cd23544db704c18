/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages whose records are not in them: files of a BATCH, and lines that are too long. */
#include <string.h>

#include "ingest/input.h"
#include "ingest/source_singer_internal.h"

enum { RECORD_MAX = 16 << 20 };

/* The text of one member of an object, or NULL. */
static char *word_of(struct singer *s, struct slice object, const char *name)
{
    struct scan_json_members members;
    struct scan_json_member m;
    char *word = NULL;
    scan_json_open(&members, s->arena, object);
    while (scan_json_next(&members, &m)) {
        if (slice_is(m.key, name) && m.value.type == SCAN_JSON_STRING)
            word = arena_strndup(s->arena, m.value.text.p, m.value.text.n);
    }
    return word;
}

static bool fail_batch(struct singer *s, const char *what, const char *detail, GError **err)
{
    g_autofree char *message = g_strdup_printf("a message of type BATCH %s%s", what, detail);
    return source_singer_fail(s, message, err);
}

static bool check_encoding(struct singer *s, struct slice encoding, bool *gzip, GError **err)
{
    const char *format = word_of(s, encoding, "format");
    const char *compression = word_of(s, encoding, "compression");
    if (!format || strcmp(format, "jsonl") != 0)
        return fail_batch(s, "wants encoding.format jsonl, not ", format ? format : "none", err);
    *gzip = compression && strcmp(compression, "gzip") == 0;
    return *gzip || !compression || strcmp(compression, "none") == 0 ||
           fail_batch(s, "wants encoding.compression gzip or none, not ", compression, err);
}

static bool take_file(struct singer *s, struct feed_stream *stream, const char *path, GError **err)
{
    const struct input_how how = {.max_line = RECORD_MAX, .encoding = ENCODING_UTF8};
    g_autoptr(input_t) input = input_open(path, &how, err);
    struct input_record raw;
    bool found = true, is_json = true;
    while (input && found) {
        if (!input_next(input, &raw, &found, err))
            return false;
        struct raw_record record = {.text = raw.text, .line = raw.line};
        if (found && raw.too_long)
            return err_set(err, KENKO_ERROR_INPUT,
                           "%s:%" G_GINT64_FORMAT ": a record longer than %d MiB", path, raw.line,
                           RECORD_MAX >> 20);
        if (found && !feed_record(s->feed, stream, &record, &is_json, err))
            return err_context(err, "%s", path);
        if (!is_json)
            return err_set(err, KENKO_ERROR_INPUT, "%s:%" G_GINT64_FORMAT ": not a JSON object",
                           path, raw.line);
        if (found && !feed_pause(s->feed, s->line, err))
            return false;
    }
    return input != NULL;
}

bool source_singer_take_batch(struct singer *s, const struct singer_message *message, GError **err)
{
    const struct scan_json_value *name = &message->member[SINGER_STREAM].value;
    const char **uri;
    size_t n;
    bool gzip;
    g_autofree char *stream_name = g_strndup(name->text.p ? name->text.p : "", name->text.n);
    struct feed_stream *stream = feed_find(s->feed, "", stream_name);
    if (!stream)
        return fail_batch(s, "comes before the SCHEMA of the stream ", stream_name, err);
    if (!check_encoding(s, message->member[SINGER_ENCODING].raw, &gzip, err))
        return false;
    if (!json_schema_names(s->arena, message->member[SINGER_MANIFEST].raw, false, &uri, &n, NULL))
        return fail_batch(s, "wants a list of texts as its ", "manifest", err);
    for (size_t i = 0; i < n; i++) {
        g_autofree char *path = g_filename_from_uri(uri[i], NULL, NULL);
        if (!path)
            return fail_batch(s, "wants file:/// in its manifest, not ", uri[i], err);
        if (gzip != g_str_has_suffix(path, ".gz"))
            return fail_batch(s, "names a file whose ending does not say its compression: ", path,
                              err);
        if (!take_file(s, stream, path, err))
            return false;
    }
    return true;
}

/* The value of a member in text that may be cut anywhere, when it is a plain text. */
static char *find_word(struct slice head, const char *name)
{
    g_autofree char *key = g_strdup_printf("\"%s\"", name);
    const char *at = memmem(head.p, head.n, key, strlen(key));
    const char *end = head.p + head.n;
    if (!at)
        return NULL;
    at += strlen(key);
    while (at < end && (*at == ' ' || *at == ':'))
        at++;
    const char *close = at < end && *at == '"' ? memchr(at + 1, '"', (size_t)(end - at - 1)) : NULL;
    return close ? g_strndup(at + 1, (gsize)(close - at - 1)) : NULL;
}

bool source_singer_take_head(struct singer *s, struct slice head, GError **err)
{
    g_autofree char *type = find_word(head, "type"), *name = find_word(head, "stream");
    struct feed_stream *stream = name ? feed_find(s->feed, "", name) : NULL;
    if (!type || g_ascii_strcasecmp(type, "RECORD") != 0 || !stream)
        return source_singer_fail(s, "a message longer than max_message_kib", err);
    struct raw_record record = {.text = head, .line = s->line};
    const struct mapping_reject reject = {0, "", "too_long", "is longer than max_message_kib"};
    return feed_reject(s->feed, stream, &record, &reject, err);
}
