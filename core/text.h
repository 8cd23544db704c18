/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small text helpers that more than one folder needs. */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "core/slice.h"

/* Edit distance (insert, delete, replace, swap of neighbours) up to `limit`; limit + 1 beyond. */
int text_distance(const char *a, const char *b, int limit);

/* The nearest of `names` (NULL-terminated) within a third of the word's length, two edits of a
 * short one; NULL when none is. */
const char *text_nearest(const char *word, const char *const *names);

/* The same for the end of a message: ", did you mean 'streams'?" or "". Caller frees. */
char *text_hint(const char *word, const char *const *names);

/* 1234567 → "1,234,567". Caller frees. */
char *text_thousands(int64_t n);

/* Microseconds since 1970 → "2026-11-23T09:00:00Z"; `none` for what no calendar has, such as the
 * instant that stands for none. Caller frees. */
char *text_instant(int64_t at_us, const char *none);

/* Columns a terminal needs for valid UTF-8 text: wide characters count two. */
int text_width(const char *text);

/* The first `max` bytes of UTF-8 text at most, cut between characters. */
struct slice text_cut(struct slice text, size_t max);

/* Append text escaped for a JSON string, without the quotes; also < > & and U+2028/9 as \u. */
void text_json(GString *out, const char *text);

/* Append `, "key": "text"` of a JSON object; null for NULL. The key is a literal of the program. */
void text_json_member(GString *out, const char *key, const char *text);

/* The same of a number, in digits that come back to the same bits; null for NaN and infinities. */
void text_json_number(GString *out, const char *key, double value);
