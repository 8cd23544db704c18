/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/instant.h"

#include "ingest/instant_internal.h"

enum { EPOCH_SECONDS = 10, EPOCH_MILLIS = 13, EPOCH_MICROS = 16 };

static inline bool two(const char *p, int *out)
{
    unsigned tens = (unsigned char)(p[0] - '0'), ones = (unsigned char)(p[1] - '0');
    if (tens > 9 || ones > 9)
        return false;
    *out = (int)(tens * 10 + ones);
    return true;
}

static bool parse_epoch(struct slice text, int64_t *out)
{
    if (text.n != EPOCH_SECONDS && text.n != EPOCH_MILLIS && text.n != EPOCH_MICROS)
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (!g_ascii_isdigit(text.p[i]))
            return false;
        value = value * 10 + (text.p[i] - '0');
    }
    *out = value * (text.n == EPOCH_SECONDS ? 1000000 : text.n == EPOCH_MILLIS ? 1000 : 1);
    return true;
}

/* "HH:MM:SS" and "Z", as most are written. */
static bool parse_utc_clock(const char *p, int64_t *us)
{
    int hour, minute, second;
    if (p[2] != ':' || p[5] != ':' || p[8] != 'Z' || !two(p, &hour) || !two(p + 3, &minute) ||
        !two(p + 6, &second) || hour > 23 || minute > 59 || second > 59)
        return false;
    *us = ((int64_t)hour * 3600 + minute * 60 + second) * 1000000;
    return true;
}

/* "HH:MM[:SS[.frac]]"; moves *p behind it. */
static bool parse_clock(const char **p, const char *end, int64_t *us)
{
    int hour, minute, second = 0;
    int64_t fraction = 0;
    if (end - *p < 5 || !two(*p, &hour) || (*p)[2] != ':' || !two(*p + 3, &minute))
        return false;
    *p += 5;
    if (end - *p >= 3 && **p == ':') {
        if (!two(*p + 1, &second))
            return false;
        *p += 3;
        if (end - *p >= 2 && (**p == '.' || **p == ',') && g_ascii_isdigit((*p)[1])) {
            int64_t unit = 100000;
            for (++*p; *p < end && g_ascii_isdigit(**p); ++*p, unit /= 10)
                fraction += unit * (**p - '0');
        }
    }
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    if (second == 60) {
        second = 59;
        fraction = 999999;
    }
    *us = ((int64_t)hour * 3600 + minute * 60 + second) * 1000000 + fraction;
    return true;
}

/* "Z", "UTC", "+09:00", "+0900", "+09"; *has = false for nothing. */
static bool parse_offset(const char *p, const char *end, bool *has, int64_t *us)
{
    int hour, minute = 0;
    *has = p < end;
    *us = 0;
    if (p == end)
        return true;
    if ((*p == 'Z' || *p == 'z') && end - p == 1)
        return true;
    if (end - p == 3 && (memcmp(p, "UTC", 3) == 0 || memcmp(p, "GMT", 3) == 0))
        return true;
    if (*p != '+' && *p != '-')
        return false;
    bool minus = *p++ == '-';
    if (end - p < 2 || !two(p, &hour))
        return false;
    p += 2;
    if (p < end && *p == ':')
        p++;
    if (p < end && (end - p != 2 || !two(p, &minute)))
        return false;
    if (hour > 15 || minute > 59)
        return false;
    *us = ((int64_t)hour * 3600 + minute * 60) * 1000000 * (minus ? -1 : 1);
    return true;
}

bool instant_parse(struct slice text, const struct zone *zone, int64_t *out)
{
    return parse_epoch(text, out) || instant_parse_iso(text, zone, out);
}

bool instant_parse_after(struct instant_memo *memo, struct slice text, const struct zone *zone,
                         int64_t *out)
{
    const bool is_usual = text.n == 20 && (text.p[10] == 'T' || text.p[10] == ' ');
    int64_t us;
    if (is_usual && memo->is_known && memcmp(memo->date, text.p, sizeof memo->date) == 0 &&
        parse_utc_clock(text.p + 11, &us)) {
        *out = (int64_t)memo->day * DAY_US + us;
        return true;
    }
    if (!instant_parse(text, zone, out))
        return false;
    memo->is_known = is_usual && day_parse((struct slice){text.p, 10}, &memo->day, NULL);
    if (memo->is_known)
        memcpy(memo->date, text.p, sizeof memo->date);
    return true;
}

bool instant_parse_iso(struct slice text, const struct zone *zone, int64_t *out)
{
    int32_t day;
    if (text.n < 10 || !day_parse((struct slice){text.p, 10}, &day, NULL))
        return false;
    const char *p = text.p + 10, *end = text.p + text.n;
    if (p == end) {
        *out = zone_day_start(zone, day);
        return true;
    }
    int64_t us, offset;
    bool has;
    if (*p != 'T' && *p != 't' && *p != ' ')
        return false;
    p++;
    if (end - p == 9 && parse_utc_clock(p, &us)) {
        *out = (int64_t)day * DAY_US + us;
        return true;
    }
    if (!parse_clock(&p, end, &us))
        return false;
    if (p < end && *p == ' ')
        p++;
    if (!parse_offset(p, end, &has, &offset))
        return false;
    *out = has ? (int64_t)day * DAY_US + us - offset : zone_instant(zone, day, us);
    return true;
}

bool instant_parse_day(struct slice text, const struct zone *zone, int32_t *out)
{
    if (text.n == 10 && day_parse(text, out, NULL))
        return true;
    int64_t at;
    if (!instant_parse(text, zone, &at))
        return false;
    *out = zone_day(zone, at);
    return true;
}

char *instant_show(struct arena *arena, int64_t at_us)
{
    int64_t day = at_us / DAY_US - (at_us % DAY_US < 0), rest = at_us - day * DAY_US;
    int second = (int)(rest / 1000000), us = (int)(rest % 1000000);
    char text[DAY_TEXT_SIZE];
    day_format((int32_t)day, text);
    const char *whole = arena_printf(arena, "%sT%02d:%02d:%02d", text, second / 3600,
                                     second / 60 % 60, second % 60);
    return us ? arena_printf(arena, "%s.%06dZ", whole, us) : arena_printf(arena, "%sZ", whole);
}
