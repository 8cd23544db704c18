/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 4180 records: where one ends, and its fields. */
#pragma once

#include "core/scan_json.h" /* scan_error */

/*
 * Where the record that begins at text.p ends: the offset of its closing LF (or text.n at the end
 * of input), looking past LF inside quotes, of which *inside says how many there are. False when
 * the end is not in `text` and more may follow.
 */
bool scan_csv_end(struct slice text, char separator, bool at_eof, size_t *end, size_t *inside);

/*
 * Split one record (without its line end) into at most `max` fields. Quoted fields lose their
 * quotes, doubled quotes are undone in the arena; other fields point into the record.
 *
 * Errors: text after a closing quote, a quote inside a plain field, no closing quote, too many
 * fields.
 */
bool scan_csv_split(struct arena *arena, struct slice record, char separator, struct slice *fields,
                    size_t max, size_t *count, struct scan_error *error);

/* The same where only some fields are looked at: quotes stay doubled in those that wanted[i] is
 * false for. */
bool scan_csv_split_wanted(struct arena *arena, struct slice record, char separator,
                           const bool *wanted, struct slice *fields, size_t max, size_t *count,
                           struct scan_error *error);

/* The inside of a quoted field with each doubled quote once, in the arena. */
struct slice scan_csv_undouble(struct arena *arena, struct slice inner);
