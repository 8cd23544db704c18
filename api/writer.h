/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes JSON, or lines of CSV, straight into a buffer: no tree. Text in JSON is escaped so that it
 * can stand in HTML too (< > & U+2028 U+2029); a text in CSV that a spreadsheet would take for a
 * formula gets a ' before it. Numbers are exact: fixed-point values are written from integers. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct zone;

struct writer {
    GString *out;
    bool comma;              /* the next value needs a comma before it */
    bool csv;                /* writes the cells of objects as lines instead */
    const struct zone *zone; /* instants are written in it; NULL: UTC */

    /* Set by writer_only. */
    const char *const *only;
    int only_depth, depth, skipped;
};

/* From now on an object of the present depth shows the members of `names` (NULL-terminated) only;
 * NULL: all. */
void writer_only(struct writer *writer, const char *const *names);

/* JSON that somebody else wrote, NULL: null. */
void writer_raw(struct writer *writer, const char *name, const char *json);

/* `name` is the member's name inside an object, NULL inside an array and at the top. */
void writer_object(struct writer *writer, const char *name);
void writer_object_end(struct writer *writer);
void writer_array(struct writer *writer, const char *name);
void writer_array_end(struct writer *writer);

/* Text must be valid UTF-8; NULL writes null. */
void writer_text(struct writer *writer, const char *name, const char *text);
/* A text in parts, NULL at their end. */
void writer_joined(struct writer *writer, const char *name, const char *const *parts);
void writer_bool(struct writer *writer, const char *name, bool value);
void writer_null(struct writer *writer, const char *name);
void writer_integer(struct writer *writer, const char *name, int64_t value);

/* value · 10^-decimals with exactly that many decimals; decimals 0..9. */
void writer_fixed(struct writer *writer, const char *name, int64_t value, int decimals);

/* The shortest text that reads back as the same double; NaN and infinities write null. */
void writer_double(struct writer *writer, const char *name, double value);

/* A business day; a missing or infinite one (is_null, INT32_MIN, INT32_MAX) writes null. */
void writer_day(struct writer *writer, const char *name, int32_t day, bool is_null);

/* An instant, "2026-11-24T06:00:00.123456Z"; in a zone to the second with its offset. */
void writer_instant(struct writer *writer, const char *name, int64_t at_us);
