/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <string.h>

#include "core/arena.h"
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

/* The end of a record does not depend on how much of what follows is there, and what was split and
 * joined splits into the same again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(arena_t) arena = arena_new();
    struct slice text = {(const char *)data, size}, field[FIELDS_MAX], again[FIELDS_MAX];
    struct scan_error error;
    size_t end, early, inside, lines = 0, n, m;
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
