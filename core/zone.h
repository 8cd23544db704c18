/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time zones: where a business day begins. A zone is a table of transitions made once; reading it
 * is thread-safe. */
#pragma once

#include "core/day.h"

struct zone;

/* `name` is a zone of the tz database, e.g. Asia/Tokyo. Errors  KENKO_ERROR_CONFIG  unknown. */
MUST_USE struct zone *zone_open(const char *name, GError **err);
void zone_close(struct zone *zone);
const char *zone_name(const struct zone *zone);

/* The business day of an instant, and the instant a day starts. Cost: a table look-up. */
int32_t zone_day(const struct zone *zone, int64_t at_us);
int64_t zone_day_start(const struct zone *zone, int32_t day);

/* The instant of a local civil time. A time inside a gap moves forward by the gap; an ambiguous one
 * is the first. */
int64_t zone_instant(const struct zone *zone, int32_t day, int64_t us_of_day);

/* The civil time an instant has here: microseconds since 1970-01-01 00:00 of the local calendar. */
int64_t zone_local(const struct zone *zone, int64_t at_us);

/* "2026-11-27T06:30:00+09:00", for people; fractions of a second are dropped. Caller frees. */
char *zone_format(const struct zone *zone, int64_t at_us);

/* zone_instant in a zone named by a record, without opening it: false when there is no such zone.
 * Cost: reading the zone's file. */
bool zone_instant_named(const char *name, int32_t day, int64_t us_of_day, int64_t *out);

typedef struct zone zone_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(zone_t, zone_close)
