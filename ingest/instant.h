/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates and times as sources write them → microseconds since 1970 UTC. */
#pragma once

#include "core/arena.h"
#include "core/slice.h"
#include "core/zone.h"

/*
 * Accepts RFC 3339 with T or space, seconds and fractions optional, offset Z, +09:00, +0900 or UTC;
 * no offset means `zone`; a date alone is its first moment in `zone`; 10 digits are epoch seconds,
 * 13 milliseconds, 16 microseconds. Impossible dates and 24:00 are refused; a leap second :60 is
 * read as :59.999999.
 */
bool instant_parse(struct slice text, const struct zone *zone, int64_t *out);

/* The day that was read last: a time of the same day, in UTC, asks no calendar. Begins zeroed. */
struct instant_memo {
    bool is_known;
    char date[10];
    int32_t day;
};
bool instant_parse_after(struct instant_memo *memo, struct slice text, const struct zone *zone,
                         int64_t *out);

/* A business day: "2026-11-24", "2026/11/24", or the day of an instant as above. */
bool instant_parse_day(struct slice text, const struct zone *zone, int32_t *out);

/* "2026-11-24T00:30:00Z", with microseconds when there are any. */
char *instant_show(struct arena *arena, int64_t at_us);

/* How a stream writes its times, when it is not as above. */
struct instant_format;

/*
 * Compile what `dates` says in a configuration: one or several of these with | between, tried in
 * order.
 *
 *   iso       as instant_parse, without epoch
 *   us, eu    11/24/2026 and 24/11/2026, also with . or -, a time of 24 or 12 hours after it
 *   japanese  2026年11月27日, 令和8年11月27日, R8.11.27, 2026/11/27, times 9:30 and 午後9時30分
 *   epoch     10, 13 or 16 digits; epoch_s, epoch_ms, epoch_us whatever the digits
 *   %…        as strptime: %Y %y %m %d %e %b %B %j %a %A %H %I %p %M %S %f %z %Z %s %F %T %R %%
 *
 * Nothing else is understood then. Two that read the same text as different days are refused.
 *
 * Errors  KENKO_ERROR_CONFIG  what is unknown, missing or ambiguous
 */
MUST_USE const struct instant_format *instant_format_compile(struct arena *arena, const char *dates,
                                                             GError **err);

/* What was compiled, for messages. */
const char *instant_format_text(const struct instant_format *format);

/* As instant_parse and instant_parse_day when `format` is NULL. Dates and times are of the years 1
 * to 9999. Thread-safe. */
bool instant_format_parse(const struct instant_format *format, struct slice text,
                          const struct zone *zone, int64_t *out);
bool instant_format_parse_day(const struct instant_format *format, struct slice text,
                              const struct zone *zone, int32_t *out);
