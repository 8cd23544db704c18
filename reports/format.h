/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people of a language read them. Texts live in the arena. */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "core/arena.h"
#include "reports/message.h"

/* 1618 → "1,618". */
const char *format_number(struct arena *arena, int64_t n);

/* A metric's value in its unit, without the unit's name: "12.3 %" for a share, "3", "0.4". */
const char *format_value(struct arena *arena, enum language language, double value,
                         const char *unit);
/* With it: "3 days", "3日". */
const char *format_quantity(struct arena *arena, enum language language, double value,
                            const char *unit);

/* With its sign, for changes: 250 → "+2.5", -4 → "0.0". */
const char *format_points(struct arena *arena, int bp);

/* An amount in minor units: "USD 83,652", "USD 1.63 M", "USD 163万". */
const char *format_money(struct arena *arena, enum language language, const char *currency,
                         double minor);

/* percent 12.34 → "12.3 %" with so many decimals. */
const char *format_percent(struct arena *arena, enum language language, double percent,
                           int decimals);

/* A measure's value as it is shown; of one that is an earlier day's that is said as well. */
const char *format_known(struct arena *arena, enum language language, const char *quality,
                         const char *value);

/* Why a measure has no value, by the stored word: "no data" for no_data. */
const char *format_quality(enum language language, const char *quality);

/* For a terminal: whatever would steer it or turn its writing becomes a visible mark. Caller frees.
 */
char *format_plain(const char *text);
