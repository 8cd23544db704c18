/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/csv_window.h"

#include "core/bytes.h"
#include "ingest/scan_csv.h"

struct csv_window {
    bytes_vector separator, quote, line_end;
    struct slice text;
    size_t n, at;                           /* ends of fields; those given */
    uint32_t begin;                         /* of the next record */
    bool is_plain, has_inner, is_irregular; /* has_inner: line ends within quotes */
    uint16_t end[CSV_WINDOW_BYTES];
};

/* What a block leaves to the one behind it. */
struct carry {
    uint64_t inside; /* all ones: the block ended within quotes */
    uint64_t limit;  /* 1: its last byte may stand before an opening quote */
    uint64_t close;  /* 1: its last byte was a closing quote */
    uint64_t carriage;
    uint64_t irregular, inner;
    bytes_vector any, zero;
};

struct csv_window *csv_window_new(char separator)
{
    struct csv_window *window = g_new(struct csv_window, 1);
    window->separator = bytes_spread(separator);
    window->quote = bytes_spread('"');
    window->line_end = bytes_spread('\n');
    window->n = window->at = 0;
    window->is_irregular = false;
    return window;
}

void csv_window_free(struct csv_window *window)
{
    g_free(window);
}

/* Bit i: how many bits up to and with i are set, odd or even. */
static inline uint64_t prefix_xor(uint64_t bits)
{
    for (int by = 1; by < 64; by *= 2)
        bits ^= bits << by;
    return bits;
}

/* Each opening quote must follow a separator, a line end or a closing quote; each closing quote
 * must be followed by one of them, or by CR LF. */
static inline void check_quotes(struct carry *c, const bytes_vector v[4], uint64_t quote,
                                uint64_t inside, uint64_t limit, uint64_t line_end)
{
    uint64_t close = quote & ~inside;
    uint64_t after = close << 1 | c->close;
    uint64_t odd = after & ~(limit | quote), carriage = odd << 1 | c->carriage;
    c->irregular |= quote & inside & ~((limit | quote) << 1 | c->limit);
    c->irregular |= carriage & ~line_end;
    if (odd)
        c->irregular |= odd & ~bytes_match(v, bytes_spread('\r'));
    c->limit = (limit | quote) >> 63;
    c->close = close >> 63;
    c->carriage = odd >> 63;
}

static inline size_t mark_block(struct csv_window *window, struct carry *c, size_t block, size_t n)
{
    const char *p = window->text.p + block;
    const bytes_vector v[4] = {bytes_load(p), bytes_load(p + 16), bytes_load(p + 32),
                               bytes_load(p + 48)};
    uint64_t quote = bytes_match(v, window->quote), line_end = bytes_match(v, window->line_end);
    uint64_t limit = bytes_match(v, window->separator) | line_end;
    uint64_t inside = prefix_xor(quote) ^ c->inside;
    check_quotes(c, v, quote, inside, limit, line_end);
    c->inside = UINT64_C(0) - (inside >> 63);
    c->inner |= line_end & inside;
    c->any |= v[0] | v[1] | v[2] | v[3];
    c->zero |= (bytes_vector)(v[0] == 0) | (bytes_vector)(v[1] == 0) | (bytes_vector)(v[2] == 0) |
               (bytes_vector)(v[3] == 0);
    for (uint64_t ends = limit & ~inside; ends; ends &= ends - 1)
        window->end[n++] = (uint16_t)(block + (size_t)__builtin_ctzll(ends));
    return n;
}

size_t csv_window_fill(struct csv_window *window, struct slice text)
{
    struct carry c = {.limit = 1};
    size_t n = 0;
    window->text = text;
    window->text.n = MIN(text.n, CSV_WINDOW_BYTES) / BYTES_BLOCK * BYTES_BLOCK;
    for (size_t block = 0; block < window->text.n; block += BYTES_BLOCK)
        n = mark_block(window, &c, block, n);
    window->is_irregular = c.irregular != 0;
    window->has_inner = c.inner != 0;
    window->is_plain = bytes_bits(c.any) == 0 && bytes_bits(c.zero) == 0;
    window->n = window->is_irregular ? 0 : n;
    window->at = window->begin = 0;
    return window->text.n;
}

bool csv_window_is_irregular(const struct csv_window *window)
{
    return window->is_irregular;
}

static size_t count_lines(const char *p, const char *end)
{
    size_t lines = 0;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
        lines++;
        p++;
    }
    return lines;
}

bool csv_window_next(struct csv_window *window, struct csv_marks *out, size_t *inside)
{
    size_t last = window->at;
    while (last < window->n && window->text.p[window->end[last]] != '\n')
        last++;
    if (last == window->n)
        return false;
    *out = (struct csv_marks){window->text.p, window->end + window->at, last + 1 - window->at,
                              window->begin, window->is_plain};
    *inside = window->has_inner
                  ? count_lines(window->text.p + window->begin, window->text.p + window->end[last])
                  : 0;
    window->begin = (uint32_t)window->end[last] + 1;
    window->at = last + 1;
    return true;
}

struct slice csv_marks_field(const struct csv_marks *marks, struct arena *arena, size_t i,
                             const char *record_end)
{
    const char *from = marks->base + (i ? marks->end[i - 1] + 1u : marks->begin);
    const char *to = MIN(marks->base + marks->end[i], record_end);
    if (from == to || *from != '"')
        return (struct slice){from, (size_t)(to - from)};
    const struct slice text = {from + 1, (size_t)(to - from) - 2};
    return memchr(text.p, '"', text.n) ? scan_csv_undouble(arena, text) : text;
}
