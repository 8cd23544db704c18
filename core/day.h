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
