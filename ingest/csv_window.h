/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many records of CSV looked at in one pass: where their fields end, before any is split. A window
 * in which quotes stand where RFC 4180 does not have them gives no records: scan_csv reads those.
 */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/slice.h"

enum { CSV_WINDOW_BYTES = 32 * 1024 };

struct csv_window;

/* The fields of one record, valid until the window is filled again. */
struct csv_marks {
    const char *base;
    const uint16_t *end; /* of each field, from base; of the last one the LF */
    size_t n;
    uint32_t begin; /* of the record, from base */
    bool is_plain;  /* ASCII without U+0000 */
};

struct csv_window *csv_window_new(char separator);
void csv_window_free(struct csv_window *window);

/* Look at the first bytes of `text`, which begins a record; how many they are. The text must live
 * as long as what is given out. */
size_t csv_window_fill(struct csv_window *window, struct slice text);

/* The next record whose LF is in the window, and how many LF its quoted fields have; false when
 * there is none, or when quotes are irregular. */
bool csv_window_next(struct csv_window *window, struct csv_marks *out, size_t *inside);

/* Do quotes stand where they should not? */
bool csv_window_is_irregular(const struct csv_window *window);

/* Field `i` of a record that ends at `record_end`, before its line end; quotes are taken off, and
 * undone in the arena. */
struct slice csv_marks_field(const struct csv_marks *marks, struct arena *arena, size_t i,
                             const char *record_end);
