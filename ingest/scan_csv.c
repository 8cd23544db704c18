/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/scan_csv.h"

#include "core/bytes.h"

/* What is known of a record while its end is looked for. */
struct ending {
    const char *text;
    char separator;
    bool quoted;
    size_t closed; /* where a quote would open a field, or open it again */
    size_t inside;
};

/* A line end or a quote at `at`: is it the record's end? */
static inline bool meets_end(struct ending *e, size_t at)
{
    if (e->text[at] == '\n') {
        e->inside += e->quoted;
        return !e->quoted;
    }
    if (e->quoted)
        e->closed = at + 1;
    e->quoted = !e->quoted && (at == e->closed || e->text[at - 1] == e->separator);
    return false;
}

bool scan_csv_end(struct slice text, char separator, bool at_eof, size_t *end, size_t *inside)
{
    struct bytes_index index = bytes_index_of(text, '\n', '"');
    struct ending e = {.text = text.p, .separator = separator};
    for (size_t block = 0; block < text.n; block += BYTES_BLOCK) {
        bytes_index_block(&index, block);
        for (uint64_t hits = index.bits[0] | index.bits[1]; hits; hits &= hits - 1) {
            size_t at = block + (size_t)__builtin_ctzll(hits);
            if (!meets_end(&e, at))
                continue;
            *end = at;
            *inside = e.inside;
            return true;
        }
    }
    *end = text.n;
    *inside = e.inside;
    return at_eof;
}

static bool fail(struct scan_error *error, size_t at, const char *reason, const char *message)
{
    *error = (struct scan_error){(int)at + 1, reason, message};
    return false;
}

struct slice scan_csv_undouble(struct arena *arena, struct slice inner)
{
    char *copy = arena_alloc(arena, inner.n + 1);
    size_t used = 0;
    for (size_t i = 0; i < inner.n; i++) {
        copy[used++] = inner.p[i];
        if (inner.p[i] == '"')
            i++;
    }
    return (struct slice){copy, used};
}

/* A record while it is split. */
struct splitting {
    struct arena *arena;
    struct slice record;
    char separator;
    const bool *wanted;
    struct slice *fields;
    size_t max, n;
    size_t from;  /* where the field under way begins */
    size_t close; /* its closing quote, 0 when it has none yet */
    size_t skip;  /* the second of two quotes */
    bool quoted, doubled;
    struct scan_error *error;
};

static bool end_field(struct splitting *s, size_t end)
{
    if (s->n == s->max)
        return fail(s->error, s->from, "too_many_fields", "more fields than the header has");
    struct slice field = {s->record.p + s->from, end - s->from};
    if (s->close > 0) {
        field = (struct slice){s->record.p + s->from + 1, s->close - s->from - 1};
        if (s->doubled && (!s->wanted || s->wanted[s->n]))
            field = scan_csv_undouble(s->arena, field);
        s->close = 0;
        s->doubled = false;
    }
    s->fields[s->n++] = field;
    s->from = end + 1;
    return true;
}

static bool meet_quote(struct splitting *s, size_t at)
{
    if (!s->quoted) {
        s->quoted = at == s->from; /* elsewhere it is text */
        if (s->quoted && s->n == s->max)
            return fail(s->error, at, "too_many_fields", "more fields than the header has");
        return true;
    }
    if (at == s->skip && at > s->from)
        return true;
    if (at + 1 < s->record.n && s->record.p[at + 1] == '"') {
        s->doubled = true;
        s->skip = at + 1;
        return true;
    }
    s->quoted = false;
    s->close = at;
    return at + 1 == s->record.n || s->record.p[at + 1] == s->separator ||
           fail(s->error, at + 1, "text_after_quote",
                "text after a closing quote, want a separator or the end");
}

static bool split(struct splitting *s)
{
    struct bytes_index index = bytes_index_of(s->record, s->separator, '"');
    for (size_t block = 0; block < s->record.n; block += BYTES_BLOCK) {
        bytes_index_block(&index, block);
        for (uint64_t hits = index.bits[0] | index.bits[1]; hits; hits &= hits - 1) {
            size_t at = block + (size_t)__builtin_ctzll(hits);
            if (s->record.p[at] == '"' ? !meet_quote(s, at) : !s->quoted && !end_field(s, at))
                return false;
        }
    }
    if (s->quoted)
        return fail(s->error, s->from, "unclosed_quote", "the quoted field does not end");
    return end_field(s, s->record.n);
}

bool scan_csv_split_wanted(struct arena *arena, struct slice record, char separator,
                           const bool *wanted, struct slice *fields, size_t max, size_t *count,
                           struct scan_error *error)
{
    struct splitting s = {.arena = arena,
                          .record = record,
                          .separator = separator,
                          .wanted = wanted,
                          .fields = fields,
                          .max = max,
                          .error = error};
    if (!split(&s))
        return false;
    *count = s.n;
    return true;
}

bool scan_csv_split(struct arena *arena, struct slice record, char separator, struct slice *fields,
                    size_t max, size_t *count, struct scan_error *error)
{
    return scan_csv_split_wanted(arena, record, separator, NULL, fields, max, count, error);
}
