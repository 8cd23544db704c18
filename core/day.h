/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Civil days and instants. A day is an int32 count of days since 1970-01-01 in the business zone;
 * an instant is int64 microseconds since 1970 UTC. */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "core/error.h"
#include "core/slice.h"

#define DAY_US INT64_C(86400000000)
enum { DAY_TEXT_SIZE = 16 };

/* Days of the proleptic Gregorian calendar; month 1..12, day 1..31 (Hinnant, "chrono-compatible
 * low-level date algorithms", days_from_civil). Cost: no loop. */
int32_t day_from_civil(int year, int month, int day);
void day_to_civil(int32_t day, int *year, int *month, int *day_of_month);

/* The first day of the month of `day`, moved by `months` (may be negative). */
int32_t day_month_start(int32_t day, int months);
int day_month_length(int32_t day);

/* 0 = Monday … 6 = Sunday. */
int day_weekday(int32_t day);

/* "2026-11-24". The buffer is the caller's; returns it. */
char *day_format(int32_t day, char text[DAY_TEXT_SIZE]);

/* Parse "YYYY-MM-DD" exactly; an impossible date is an error that names it. */
MUST_USE bool day_parse(struct slice text, int32_t *out, GError **err);

/* A time zone with its transitions, for cutting days. Thread-safe for reading. */
struct zone;
MUST_USE struct zone *zone_open(const char *name, GError **err);
void zone_close(struct zone *zone);
const char *zone_name(const struct zone *zone);

/* The business day of an instant, and the instant a day starts. Cost: a cached look-up. */
int32_t zone_day(const struct zone *zone, int64_t at_us);
int64_t zone_day_start(const struct zone *zone, int32_t day);

/* The instant of a local civil time in the zone. A time inside a gap moves forward by the gap; an
 * ambiguous one is the first. */
int64_t zone_instant(const struct zone *zone, int32_t day, int64_t us_of_day);

typedef struct zone zone_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(zone_t, zone_close)
