/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/scan_json.h"
#include "core/text.h"
#include "ingest/source_postgres_internal.h"

enum { MEMBERS = 11, NUMBERS_FROM = 7 };

static const char *const names[MEMBERS] = {
    "by",       "on",    "settled",        "reached", "candidate", "done_cursor",
    "done_key", "known", "candidate_next", "done",    "reconciled"};

static const char **text_of(struct source_postgres_mark *mark, size_t i)
{
    const char **const texts[NUMBERS_FROM] = {&mark->by,      &mark->on,        &mark->settled,
                                              &mark->reached, &mark->candidate, &mark->done_cursor,
                                              &mark->done_key};
    return texts[i];
}

static int64_t *number_of(struct source_postgres_mark *mark, size_t i)
{
    int64_t *const numbers[] = {&mark->known, &mark->candidate_next, &mark->done,
                                &mark->reconciled};
    return numbers[i - NUMBERS_FROM];
}

static bool take(struct arena *arena, struct source_postgres_mark *mark, size_t i,
                 const struct scan_json_value *value)
{
    if (value->type == SCAN_JSON_ABSENT || value->type == SCAN_JSON_NULL)
        return true;
    const char *text = arena_strndup(arena, value->text.p, value->text.n);
    gint64 number;
    if (i < NUMBERS_FROM) {
        *text_of(mark, i) = text;
        return true;
    }
    if (!g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, &number, NULL))
        return false;
    *number_of(mark, i) = number;
    return true;
}

bool source_postgres_mark_parse(struct arena *arena, const char *text,
                                struct source_postgres_mark *out, GError **err)
{
    struct scan_json_path wanted[MEMBERS];
    struct scan_json_value value[MEMBERS];
    struct source_postgres_mark mark = {NULL};
    struct scan_error error;
    uint64_t replaced = 0;
    for (size_t i = 0; i < MEMBERS; i++)
        wanted[i] = (struct scan_json_path){1, {names[i]}};
    bool ok = scan_json_record(arena, slice_of(text), wanted, MEMBERS, value, &replaced, &error);
    for (size_t i = 0; ok && i < MEMBERS; i++)
        ok = take(arena, &mark, i, &value[i]);
    if (!ok || !mark.by || !mark.on)
        return err_set(err, KENKO_ERROR_CHECK,
                       "the watermark is no mark of a table; remove its row in ops.watermark to "
                       "read the table from the beginning");
    *out = mark;
    return true;
}

static void put_text(GString *out, const char *name, const char *value)
{
    if (value)
        text_json_member(out, name, value);
}

static void put_number(GString *out, const char *name, int64_t value)
{
    if (value)
        g_string_append_printf(out, ", \"%s\": %" G_GINT64_FORMAT, name, value);
}

/* A transaction, and how many have begun from it on. */
static void put_version(GString *out, const char *name, int64_t from, int64_t next)
{
    if (from)
        g_string_append_printf(out,
                               ", \"%s\": %" G_GINT64_FORMAT ", \"%s_span\": %" G_GINT64_FORMAT,
                               name, from, name, next - from);
}

/* Members were appended with a comma before each. */
static char *close_object(GString *members)
{
    g_string_append_c(members, '}');
    members->str[0] = '{';
    return g_string_free(members, FALSE);
}

char *source_postgres_mark_format(const struct source_postgres_mark *mark)
{
    struct source_postgres_mark m = *mark;
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < NUMBERS_FROM; i++)
        put_text(out, names[i], *text_of(&m, i));
    for (size_t i = NUMBERS_FROM; i < MEMBERS; i++)
        put_number(out, names[i], *number_of(&m, i));
    return close_object(out);
}

char *source_postgres_mark_bounds(const struct source_postgres_mark *mark, const char *cursor_type,
                                  int64_t next)
{
    GString *out = g_string_new(NULL);
    text_json_member(out, "type", cursor_type);
    put_text(out, "from", mark->settled);
    put_text(out, "reached", mark->reached);
    put_version(out, "known", mark->known, next);
    put_text(out, "done_cursor", mark->done_cursor);
    put_text(out, "done_key", mark->done_key);
    put_version(out, "done", mark->done, next);
    return close_object(out);
}

void source_postgres_mark_finish(struct source_postgres_mark *mark,
                                 const struct q_foreign_snapshot_row *snapshot,
                                 const char *position)
{
    if (mark->candidate && mark->candidate_next <= snapshot->lowest) {
        mark->settled = mark->candidate;
        mark->candidate = NULL;
        mark->candidate_next = 0;
    }
    if (!mark->candidate && position) {
        mark->candidate = position;
        mark->candidate_next = snapshot->next;
    }
    mark->known = snapshot->lowest;
    mark->done_cursor = mark->done_key = NULL;
    mark->done = 0;
}
