/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/scan_csv.h"

#include "core/bytes.h"

enum { END, QUOTE };    /* kinds of bytes where a record's end is looked for */
enum { SEPARATOR = 0 }; /* and, beside QUOTE, where a record is split */

/* Go behind the quoted field that opens at `quote`; at the end of the text when it does not close.
 */
static size_t skip_quoted(struct bytes_index *index, size_t quote, size_t *inside)
{
    size_t close = bytes_index_next(index, QUOTE, quote + 1, index->text.n);
    for (size_t end = quote + 1; (end = bytes_index_next(index, END, end, close)) < close; end++)
        ++*inside;
    return close < index->text.n ? close + 1 : close;
}

bool scan_csv_end(struct slice text, char separator, bool at_eof, size_t *end, size_t *inside)
{
    struct bytes_index index = bytes_index_of(text, '\n', '"');
    size_t at = 0, closed = SIZE_MAX; /* where a doubled quote would open again */
    *inside = 0;
    for (;;) {
        size_t lf = bytes_index_next(&index, END, at, text.n);
        size_t quote = bytes_index_next(&index, QUOTE, at, lf);
        if (quote == lf) {
            *end = lf;
            return lf < text.n || at_eof;
        }
        if (quote == 0 || quote == closed || text.p[quote - 1] == separator)
            at = closed = skip_quoted(&index, quote, inside);
        else
            at = quote + 1;
    }
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
static bool split_quoted(struct arena *arena, struct bytes_index *index, size_t *at,
                         struct slice *out, struct scan_error *error)
{
    struct slice record = index->text;
    size_t start = *at + 1, i = start;
    bool doubled = false;
    for (;;) {
        i = bytes_index_next(index, QUOTE, i, record.n);
        if (i == record.n)
            return fail(error, *at, "unclosed_quote", "the quoted field does not end");
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
    struct bytes_index index = bytes_index_of(record, separator, '"');
    size_t at = 0, n = 0;
    for (;;) {
        if (n == max)
            return fail(error, at, "too_many_fields", "more fields than the header has");
        if (at < record.n && record.p[at] == '"') {
            if (!split_quoted(arena, &index, &at, &fields[n], error))
                return false;
            if (at < record.n && record.p[at] != separator)
                return fail(error, at, "text_after_quote",
                            "text after a closing quote, want a separator or the end");
        } else {
            size_t end = bytes_index_next(&index, SEPARATOR, at, record.n);
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
