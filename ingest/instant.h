/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates and times as sources write them → microseconds since 1970 UTC. */
#pragma once

#include "core/slice.h"
#include "core/zone.h"

/*
 * Accepts RFC 3339 with T or space, seconds and fractions optional, offset Z, +09:00 or +0900; no
 * offset means `zone`; a date alone is its first moment in `zone`; 10 digits are epoch seconds, 13
 * milliseconds. Impossible dates and 24:00 are refused; a leap second :60 is read as :59.999999.
 */
bool instant_parse(struct slice text, const struct zone *zone, int64_t *out);

/* A business day: "2026-11-24", "2026/11/24", or the day of an instant as above. */
bool instant_parse_day(struct slice text, const struct zone *zone, int32_t *out);
