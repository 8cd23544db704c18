/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <string.h>

#include "core/arena.h"
#include "ingest/csv_window.h"
#include "ingest/scan_csv.h"

enum { FIELDS_MAX = 64 };

/* Write the fields back, all quoted. */
static void join(GString *out, const struct slice *field, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g_string_append(out, i ? ",\"" : "\"");
        for (size_t c = 0; c < field[i].n; c++) {
            if (field[i].p[c] == '"')
                g_string_append_c(out, '"');
            g_string_append_c(out, field[i].p[c]);
        }
        g_string_append_c(out, '"');
    }
}

/* The records of a window are those that are read one by one, with the same fields. */
static void look_through_window(struct arena *arena, struct slice data)
{
    static struct csv_window *window;
    if (!window)
        window = csv_window_new(',');
    g_autoptr(GString) text = g_string_new_len(data.p, (gssize)data.n);
    for (int i = 0; i <= 64; i++)
        g_string_append_c(text, '\n'); /* so that all of it is in whole blocks */
    struct slice rest = {text->str, text->len}, field[FIELDS_MAX];
    struct csv_marks marks;
    size_t inside, end, want, n;
    csv_window_fill(window, rest);
    while (csv_window_next(window, &marks, &inside)) {
        FUZZ_HOLDS(scan_csv_end(rest, ',', false, &end, &want) && inside == want);
        FUZZ_HOLDS(marks.base + marks.end[marks.n - 1] == rest.p + end);
        struct slice record = {rest.p, end - (end > 0 && rest.p[end - 1] == '\r')};
        struct scan_error error = {0};
        FUZZ_HOLDS(scan_csv_split(arena, record, ',', field, FIELDS_MAX, &n, &error) ||
                   strcmp(error.reason, "too_many_fields") == 0);
        FUZZ_HOLDS(error.reason || n == marks.n);
        for (size_t i = 0; i < MIN(marks.n, FIELDS_MAX); i++)
            FUZZ_HOLDS(
                slice_equals(field[i], csv_marks_field(&marks, arena, i, record.p + record.n)));
        rest = (struct slice){rest.p + end + 1, rest.n - end - 1};
    }
}

/* The end of a record does not depend on how much of what follows is there, and what was split and
 * joined splits into the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(arena_t) arena = arena_new();
    struct slice text = {(const char *)data, size}, field[FIELDS_MAX], again[FIELDS_MAX];
    struct scan_error error;
    size_t end, early, inside, lines = 0, n, m;
    look_through_window(arena, text);
    FUZZ_HOLDS(scan_csv_end(text, ',', true, &end, &inside) && end <= size);
    for (const char *lf = text.p; (lf = memchr(lf, '\n', (size_t)(text.p + end - lf))); lf++)
        lines++;
    FUZZ_HOLDS(inside == lines);
    if (scan_csv_end(text, ',', false, &early, &inside))
        FUZZ_HOLDS(early == end);
    for (size_t part = 0; part < size && size <= 64; part++) {
        if (scan_csv_end((struct slice){text.p, part}, ',', false, &early, &inside))
            FUZZ_HOLDS(early == end);
    }
    struct slice record = {text.p, end};
    if (!scan_csv_split(arena, record, ',', field, FIELDS_MAX, &n, &error)) {
        FUZZ_HOLDS(error.column >= 1 && (size_t)error.column <= end + 1);
        return 0;
    }
    FUZZ_HOLDS(n >= 1 && n <= FIELDS_MAX);
    g_autoptr(GString) joined = g_string_new(NULL);
    join(joined, field, n);
    FUZZ_HOLDS(scan_csv_split(arena, (struct slice){joined->str, joined->len}, ',', again,
                              FIELDS_MAX, &m, &error));
    FUZZ_HOLDS(m == n);
    for (size_t i = 0; i < n; i++)
        FUZZ_HOLDS(slice_equals(field[i], again[i]));
    return 0;
}
