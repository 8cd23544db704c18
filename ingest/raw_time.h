/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days and times as sources write them, for columns of their own: exact to the microsecond, an
 * offset is kept, and where there is none no place is assumed. Years from 4712 BC to 290000. */
#pragma once

#include <stdint.h>

#include "core/error.h"
#include "core/slice.h"

struct raw_time {
    int64_t day;   /* since 1970-01-01 */
    int64_t us;    /* of the day, as written; may be a whole day for 24:00 and leap seconds */
    int64_t at_us; /* microseconds since 1970 UTC, or of the clock on the wall without an offset */
    bool has_clock, has_offset;
    bool rounded; /* more than six digits of a second */
};

/* "2026-11-24", "2026-11-24T09:30:00.5+09:00", "… BC"; space or T between, offsets as Z, +09, +0900
 * or +09:00. */
bool raw_time_parse(struct slice text, struct raw_time *out);

/* "09:30:00.5" without an offset, in microseconds of the day. */
bool raw_time_parse_clock(struct slice text, int64_t *us, bool *rounded);
