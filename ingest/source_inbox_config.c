/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kenko.yaml says about a source of type inbox. */
#include <string.h>

#include "ingest/source_inbox.h"
#include "ingest/source_inbox_internal.h"

enum { KEEP_DAYS = 7, KEEP_DAYS_MAX = 3650, KEY_ID_SIZE = 8 };

static const char *const kinds[] = {"track", "identify", "group", "page", "screen", "alias", NULL};

int source_inbox_kind(const char *name)
{
    int i = 0;
    while (kinds[i] && strcmp(kinds[i], name) != 0)
        i++;
    return kinds[i] ? i : -1;
}

static bool names_key(const struct mapping_source *source, const char *id)
{
    const char *key = mapping_source_option(source, "key");
    bool found = key && strcmp(key, id) == 0;
    for (size_t i = 0; i < source->keys.n; i++)
        found = found || strcmp(source->keys.item[i], id) == 0;
    return found;
}

/* An event belongs to one source, or it would be removed when the first has read it. */
static bool add_key(struct source_inbox_reading *r, const char *id, GError **err)
{
    const struct mapping_set *set = r->run->set;
    if (strlen(id) != KEY_ID_SIZE)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "a key is named by its id, the 8 characters that kenko key list shows");
    for (size_t i = 0; i < set->n_sources; i++) {
        if (&set->source[i] != r->run->source && names_key(&set->source[i], id))
            return err_set(err, KENKO_ERROR_CONFIG, "the key %s is read by source %s too", id,
                           set->source[i].name);
    }
    for (size_t i = 0; i < r->n_keys; i++) {
        if (strcmp(r->key[i].id, id) == 0)
            return err_set(err, KENKO_ERROR_CONFIG, "the key %s is named twice", id);
    }
    if (r->n_keys == SOURCE_INBOX_KEYS_MAX)
        return err_set(err, KENKO_ERROR_CONFIG, "there are more than %d keys",
                       SOURCE_INBOX_KEYS_MAX);
    r->key[r->n_keys++].id = id;
    return true;
}

static bool take_keys(struct source_inbox_reading *r, GError **err)
{
    const struct mapping_source *source = r->run->source;
    const char *key = mapping_source_option(source, "key");
    if (key && !add_key(r, key, err))
        return false;
    for (size_t i = 0; i < source->keys.n; i++) {
        if (!add_key(r, source->keys.item[i], err))
            return false;
    }
    return r->n_keys > 0 ||
           err_set(err, KENKO_ERROR_CONFIG, "want key or keys: the API keys whose events are read");
}

static bool take_keep_days(struct source_inbox_reading *r, GError **err)
{
    guint64 days = KEEP_DAYS;
    const char *text = mapping_source_option(r->run->source, "keep_days");
    if (text && !g_ascii_string_to_unsigned(text, 10, 0, KEEP_DAYS_MAX, &days, NULL))
        return err_set(err, KENKO_ERROR_CONFIG, "keep_days is '%s', want 0 to %d", text,
                       KEEP_DAYS_MAX);
    r->keep_days = (int32_t)days;
    return true;
}

static bool take_kinds(struct source_inbox_part *part, GError **err)
{
    struct mapping_list list = mapping_kinds(part->mapping);
    for (size_t i = 0; i < list.n; i++) {
        int kind = source_inbox_kind(list.item[i]);
        g_autofree char *known = g_strjoinv(", ", (char **)(uintptr_t)kinds);
        if (kind < 0)
            return err_set(err, KENKO_ERROR_CONFIG, "kinds has '%s', want some of %s", list.item[i],
                           known);
        part->kinds |= 1U << kind;
    }
    return true;
}

/* Streams of one name know each other's ids: an event that both took would be a duplicate. */
static bool check_parts(const struct source_inbox_reading *r, size_t i, GError **err)
{
    const struct source_inbox_part *part = &r->part[i];
    const struct stream *stream = mapping_stream(part->mapping);
    if (stream->is_usage && !mapping_has_id(part->mapping))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "stream %s wants id: messageId, for events may be sent more than once",
                       stream->name);
    for (size_t j = 0; j < i; j++) {
        if (mapping_kind(r->part[j].mapping) == mapping_kind(part->mapping) &&
            r->part[j].kinds & part->kinds)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "two streams %s read the same kind of event; say in one what both do",
                           stream->name);
    }
    return true;
}

bool source_inbox_configure(struct source_inbox_reading *reading, GError **err)
{
    const struct mapping_source *source = reading->run->source;
    if (!take_keys(reading, err) || !take_keep_days(reading, err))
        return false;
    reading->part = arena_many(reading->arena, source->n_mappings, struct source_inbox_part);
    for (size_t i = 0; i < source->n_mappings; i++) {
        reading->part[i].mapping = source->mapping[i];
        if (!take_kinds(&reading->part[i], err) || !check_parts(reading, i, err))
            return false;
    }
    reading->n_parts = source->n_mappings;
    return true;
}

void source_inbox_check(const struct source_run *run, struct source_findings *out)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct source_inbox_reading reading = {.run = run, .arena = arena};
    struct source_finding finding = {run->source->name, "", true, "", ""};
    finding.ok = source_inbox_configure(&reading, &err);
    if (finding.ok)
        finding.message = arena_printf(out->arena, "reads what is pushed with %zu key%s",
                                       reading.n_keys, reading.n_keys == 1 ? "" : "s");
    else
        finding.message = arena_strdup(out->arena, err->message);
    g_array_append_val(out->list, finding);
}
