/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Periods of the calendar. What changed in one is the difference of two days: the last day before
 * it and its last day, so that a contract which begins on the 1st is new in that month and one that
 * ends (exclusively) on the 1st is lost in it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

enum period_by { PERIOD_MONTH, PERIOD_QUARTER, PERIOD_YEAR, PERIOD_CUSTOM };

struct period {
    enum period_by by;
    int32_t from, to; /* the days compared */
};

/* The first day of the period that holds `day`, moved by `shift` periods. Not for PERIOD_CUSTOM. */
int32_t period_start(enum period_by by, int32_t day, int shift);

/* The last day of that period. */
int32_t period_last(enum period_by by, int32_t day, int shift);

/* The periods that lie within the days [first, end), ascending; n of them, in the arena. */
struct period *period_list(struct arena *arena, enum period_by by, int32_t first, int32_t end,
                           size_t *n);

/* "2026-01", "2026Q1", "2026"; of a custom one "2026-01-15/2026-02-15". */
const char *period_name(struct arena *arena, const struct period *period);

/* month, quarter or year, and back. Errors  KENKO_ERROR_USAGE */
const char *period_by_name(enum period_by by);
MUST_USE bool period_parse(const char *text, enum period_by *out, GError **err);
