/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/scan_csv.h"

bool scan_csv_end(struct slice text, char separator, bool at_eof, size_t *end)
{
    const char *lf = memchr(text.p, '\n', text.n);
    size_t line = lf ? (size_t)(lf - text.p) : text.n;
    if (!lf && !at_eof && text.n == 0)
        return false;
    /* Most lines hold no quote: then the line is the record. */
    if (!memchr(text.p, '"', line)) {
        *end = line;
        return lf || at_eof;
    }
    bool quoted = false, at_start = true, closed = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quoted) {
            closed = c == '"';
            quoted = !closed;
            continue;
        }
        if (c == '"' && (at_start || closed)) {
            quoted = true; /* a doubled quote closes and opens again */
        } else if (c == '\n') {
            *end = i;
            return true;
        }
        at_start = c == separator;
        closed = false;
    }
    *end = text.n;
    return at_eof;
}

static bool fail(struct scan_error *error, size_t at, const char *reason, const char *message)
{
    *error = (struct scan_error){(int)at + 1, reason, message};
    return false;
}

static struct slice undouble(struct arena *arena, const char *start, size_t n)
{
    char *copy = arena_alloc(arena, n + 1);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        copy[used++] = start[i];
        if (start[i] == '"')
            i++;
    }
    return (struct slice){copy, used};
}

/* A field that begins with a quote at `at`; moves *at behind the closing quote. */
static bool split_quoted(struct arena *arena, struct slice record, size_t *at, struct slice *out,
                         struct scan_error *error)
{
    size_t start = *at + 1, i = start;
    bool doubled = false;
    for (;;) {
        const char *quote = memchr(record.p + i, '"', record.n - i);
        if (!quote)
            return fail(error, *at, "unclosed_quote", "the quoted field does not end");
        i = (size_t)(quote - record.p);
        if (i + 1 >= record.n || record.p[i + 1] != '"')
            break;
        doubled = true;
        i += 2;
    }
    *out = doubled ? undouble(arena, record.p + start, i - start)
                   : (struct slice){record.p + start, i - start};
    *at = i + 1;
    return true;
}

bool scan_csv_split(struct arena *arena, struct slice record, char separator, struct slice *fields,
                    size_t max, size_t *count, struct scan_error *error)
{
    size_t at = 0, n = 0;
    for (;;) {
        if (n == max)
            return fail(error, at, "too_many_fields", "more fields than the header has");
        if (at < record.n && record.p[at] == '"') {
            if (!split_quoted(arena, record, &at, &fields[n], error))
                return false;
            if (at < record.n && record.p[at] != separator)
                return fail(error, at, "text_after_quote",
                            "text after a closing quote, want a separator or the end");
        } else {
            const char *next = memchr(record.p + at, separator, record.n - at);
            size_t end = next ? (size_t)(next - record.p) : record.n;
            fields[n] = (struct slice){record.p + at, end - at};
            at = end;
        }
        n++;
        if (at >= record.n)
            break;
        at++;
    }
    *count = n;
    return true;
}
