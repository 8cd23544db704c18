/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces dates and times are made of. */
#include "ingest/instant_internal.h"

bool instant_take_number(struct slice *rest, size_t min_digits, size_t max_digits, int *out)
{
    size_t n = 0;
    int value = 0;
    for (; n < max_digits && n < rest->n && g_ascii_isdigit(rest->p[n]); n++)
        value = value * 10 + (rest->p[n] - '0');
    if (n < min_digits)
        return false;
    *rest = (struct slice){rest->p + n, rest->n - n};
    *out = value;
    return true;
}

bool instant_take_word(struct slice *rest, const char *word)
{
    size_t n = strlen(word);
    if (rest->n < n || g_ascii_strncasecmp(rest->p, word, n) != 0)
        return false;
    *rest = (struct slice){rest->p + n, rest->n - n};
    return true;
}

bool instant_take_fraction(struct slice *rest, int64_t *us)
{
    int64_t unit = 100000;
    size_t n = 0;
    *us = 0;
    for (; n < rest->n && n < 18 && g_ascii_isdigit(rest->p[n]); n++, unit /= 10)
        *us += unit * (rest->p[n] - '0');
    *rest = (struct slice){rest->p + n, rest->n - n};
    return n > 0;
}

/* "1764201600", "-1"; of the years 1 to 9999, so that another unit is not read as this one. */
bool instant_take_epoch(struct slice *rest, int64_t unit_us, struct instant_parts *parts)
{
    bool minus = instant_take_word(rest, "-");
    size_t n = 0;
    int64_t value = 0;
    for (; n < rest->n && n < 18 && g_ascii_isdigit(rest->p[n]); n++)
        value = value * 10 + (rest->p[n] - '0');
    *rest = (struct slice){rest->p + n, rest->n - n};
    if (n == 0 || __builtin_mul_overflow(value, unit_us, &value))
        return false;
    parts->is_epoch = true;
    parts->before_1970 = minus;
    parts->epoch_us = minus ? -value : value;
    return parts->epoch_us >= day_from_civil(1, 1, 1) * DAY_US &&
           parts->epoch_us < day_from_civil(10000, 1, 1) * DAY_US;
}

void instant_skip_space(struct slice *rest)
{
    while (rest->n > 0 && g_ascii_isspace(rest->p[0]))
        *rest = (struct slice){rest->p + 1, rest->n - 1};
}

bool instant_take_half(struct slice *rest, struct instant_parts *parts)
{
    static const char *const am[] = {"AM", "A.M.", "午前"}, *const pm[] = {"PM", "P.M.", "午後"};
    for (size_t i = 0; i < G_N_ELEMENTS(am); i++) {
        bool is_pm = instant_take_word(rest, pm[i]);
        if (is_pm || instant_take_word(rest, am[i])) {
            parts->is_12_hours = true;
            parts->is_pm = is_pm;
            return true;
        }
    }
    return false;
}

static bool take_offset(struct slice *rest, struct instant_parts *parts)
{
    int hour, minute = 0, sign = rest->p[0] == '-' ? -1 : 1;
    struct slice after = {rest->p + 1, rest->n - 1};
    if (!instant_take_number(&after, 2, 2, &hour))
        return false;
    bool colon = instant_take_word(&after, ":");
    if (!instant_take_number(&after, 2, 2, &minute) && colon)
        return false;
    if (hour > 15 || minute > 59)
        return false;
    parts->offset_us = ((int64_t)hour * 60 + minute) * 60 * 1000000 * sign;
    parts->has_offset = true;
    *rest = after;
    return true;
}

/* Abbreviations that mean one thing all over the world; CST, IST, EST and the like do not. */
static bool known_abbreviation(struct slice name, int64_t *offset_us)
{
    static const struct {
        const char *name;
        int hours;
    } known[] = {{"Z", 0},   {"UTC", 0},  {"GMT", 0}, {"JST", 9},  {"KST", 9}, {"HKT", 8},
                 {"CET", 1}, {"CEST", 2}, {"EET", 2}, {"EEST", 3}, {"WET", 0}, {"WEST", 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (slice_is(name, known[i].name)) {
            *offset_us = known[i].hours * INT64_C(3600000000);
            return true;
        }
    }
    return false;
}

bool instant_take_zone(struct slice *rest, struct instant_parts *parts)
{
    if (rest->n > 1 && (rest->p[0] == '+' || rest->p[0] == '-'))
        return take_offset(rest, parts);
    size_t n = 0;
    while (n < rest->n && n < 64 && (g_ascii_isalnum(rest->p[n]) || strchr("_+-/", rest->p[n])))
        n++;
    struct slice name = {rest->p, n};
    if (known_abbreviation(name, &parts->offset_us))
        parts->has_offset = true;
    else if (n > 0 && g_ascii_isalpha(name.p[0]) && memchr(name.p, '/', n))
        parts->zone = name;
    else
        return false;
    *rest = (struct slice){rest->p + n, rest->n - n};
    return true;
}

bool instant_take_clock(struct slice *rest, struct instant_parts *parts)
{
    if (!instant_take_word(rest, "T"))
        instant_skip_space(rest);
    if (rest->n == 0)
        return true;
    if (!instant_take_number(rest, 1, 2, &parts->hour) || !instant_take_word(rest, ":") ||
        !instant_take_number(rest, 2, 2, &parts->minute))
        return false;
    if (instant_take_word(rest, ":") &&
        (!instant_take_number(rest, 2, 2, &parts->second) ||
         ((instant_take_word(rest, ".") || instant_take_word(rest, ",")) &&
          !instant_take_fraction(rest, &parts->fraction_us))))
        return false;
    instant_skip_space(rest);
    if (instant_take_half(rest, parts))
        instant_skip_space(rest);
    return rest->n == 0 || (instant_take_zone(rest, parts) && rest->n == 0);
}

static bool day_of(const struct instant_parts *p, int32_t *day)
{
    if (p->year < 1 || p->year > 9999)
        return false;
    if (p->day_of_year > 0 && p->month == 0) {
        *day = day_from_civil(p->year, 1, 1) + p->day_of_year - 1;
        return *day < day_from_civil(p->year + 1, 1, 1);
    }
    if (p->month < 1 || p->month > 12 || p->day < 1 ||
        p->day > day_month_length(day_from_civil(p->year, p->month, 1)))
        return false;
    *day = day_from_civil(p->year, p->month, p->day);
    return true;
}

bool instant_assemble(const struct instant_parts *p, const struct zone *zone, int64_t *out)
{
    int32_t day;
    int hour = p->hour, second = p->second;
    int64_t fraction = p->fraction_us;
    if (p->is_epoch) {
        *out = p->epoch_us + (p->before_1970 ? -fraction : fraction);
        return true;
    }
    if (!day_of(p, &day) || (p->is_12_hours && (hour < 1 || hour > 12)))
        return false;
    if (p->is_12_hours)
        hour = hour % 12 + 12 * p->is_pm;
    if (hour > 23 || p->minute > 59 || second > 60)
        return false;
    if (second == 60) {
        second = 59;
        fraction = 999999;
    }
    int64_t us = ((int64_t)hour * 3600 + p->minute * 60 + second) * 1000000 + fraction;
    if (p->zone.p) {
        g_autofree char *name = g_strndup(p->zone.p, p->zone.n);
        return zone_instant_named(name, day, us, out);
    }
    *out = p->has_offset ? (int64_t)day * DAY_US + us - p->offset_us : zone_instant(zone, day, us);
    return true;
}
