/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of times share. */
#pragma once

#include "ingest/instant.h"

/* A time as its parts were written. Zero it; 0 is "not said" for year, month and day. */
struct instant_parts {
    int year, month, day, day_of_year;
    int hour, minute, second;
    int64_t fraction_us;
    bool is_12_hours, is_pm;
    bool has_offset;
    int64_t offset_us;
    struct slice zone;          /* a name of the tz database; p NULL: the stream's zone */
    bool is_epoch, before_1970; /* then only epoch_us and fraction_us count */
    int64_t epoch_us;
};

/* RFC 3339 and its likes, no epoch. */
bool instant_parse_iso(struct slice text, const struct zone *zone, int64_t *out);

/* 2026年11月27日 and its likes. */
bool instant_parse_japanese(struct slice text, const struct zone *zone, int64_t *out);

/* By a pattern of directives; by one that instant_check_pattern accepts. */
bool instant_parse_pattern(const char *pattern, struct slice text, const struct zone *zone,
                           int64_t *out);
MUST_USE bool instant_check_pattern(const char *pattern, GError **err);

/* The parts together: false for what is not in the calendar or on the clock. */
bool instant_assemble(const struct instant_parts *parts, const struct zone *zone, int64_t *out);

/* The next thing of `rest`, which moves behind it. */
bool instant_take_number(struct slice *rest, size_t min_digits, size_t max_digits, int *out);
bool instant_take_word(struct slice *rest, const char *word); /* whatever the case of its letters */
bool instant_take_fraction(struct slice *rest, int64_t *us);
bool instant_take_half(struct slice *rest, struct instant_parts *parts); /* AM, p.m., 午後 */
bool instant_take_zone(struct slice *rest, struct instant_parts *parts);
bool instant_take_epoch(struct slice *rest, int64_t unit_us, struct instant_parts *parts);
void instant_skip_space(struct slice *rest);

/* "9:30[:15[.5]] [PM] [+09:00]" up to the end; nothing is midnight. */
bool instant_take_clock(struct slice *rest, struct instant_parts *parts);
