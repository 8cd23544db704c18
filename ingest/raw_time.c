/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/raw_time.h"

#include "core/day.h"

enum { YEAR_MIN = -4711, YEAR_MAX = 290000, YEAR_DIGITS_MAX = 6 };
static const int64_t second_us = 1000000;

static bool number(const char **p, const char *end, size_t least, size_t most, int *out)
{
    size_t n = 0;
    *out = 0;
    while (n < most && *p < end && g_ascii_isdigit(**p)) {
        *out = *out * 10 + (*(*p)++ - '0');
        n++;
    }
    return n >= least;
}

static bool literal(const char **p, const char *end, char c)
{
    if (*p == end || **p != c)
        return false;
    ++*p;
    return true;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01 in the Gregorian calendar reckoned backwards; year 0 is 1 BC. */
static int64_t civil_day(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool parse_date(const char **p, const char *end, bool before_christ, int64_t *out)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!number(p, end, 4, YEAR_DIGITS_MAX, &year) || !literal(p, end, '-') ||
        !number(p, end, 2, 2, &month) || !literal(p, end, '-') || !number(p, end, 2, 2, &day))
        return false;
    if (before_christ)
        year = 1 - year;
    if ((before_christ ? year > 0 : year < 1) || year < YEAR_MIN || year > YEAR_MAX)
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1] + (month == 2 && is_leap(year)))
        return false;
    *out = civil_day(year, month, day);
    return true;
}

/* Digits of a second: six are kept, the seventh rounds half up. */
static bool parse_fraction(const char **p, const char *end, int64_t *us, bool *rounded)
{
    int64_t unit = 100000;
    const char *first = *p;
    for (; *p < end && g_ascii_isdigit(**p); ++*p, unit /= 10) {
        int digit = **p - '0';
        if (*p - first < 6)
            *us += unit * digit;
        else
            *rounded = *rounded || digit;
        if (*p - first == 6 && digit >= 5)
            ++*us;
    }
    return *p > first;
}

static bool parse_clock(const char **p, const char *end, int64_t *us, bool *rounded)
{
    int hour, minute, second = 0;
    *us = 0;
    if (!number(p, end, 2, 2, &hour) || !literal(p, end, ':') || !number(p, end, 2, 2, &minute))
        return false;
    if (literal(p, end, ':')) {
        if (!number(p, end, 2, 2, &second))
            return false;
        if (*p < end && (**p == '.' || **p == ',')) {
            ++*p;
            if (!parse_fraction(p, end, us, rounded))
                return false;
        }
    }
    if (hour > 24 || minute > 59 || second > 60 ||
        (hour == 24 && (minute > 0 || second > 0 || *us > 0)))
        return false;
    *us += (hour * INT64_C(3600) + minute * INT64_C(60) + second) * second_us;
    return true;
}

static bool parse_offset(const char **p, const char *end, bool *has, int64_t *us)
{
    int hour, minute = 0;
    *has = *p < end;
    *us = 0;
    if (*p == end || literal(p, end, 'Z') || literal(p, end, 'z'))
        return true;
    bool minus = **p == '-';
    if ((!minus && **p != '+') || (++*p, !number(p, end, 1, 2, &hour)))
        return false;
    bool colon = literal(p, end, ':');
    if ((colon || *p < end) && !number(p, end, 2, 2, &minute))
        return false;
    if (hour > 15 || minute > 59)
        return false;
    *us = (hour * INT64_C(3600) + minute * INT64_C(60)) * second_us * (minus ? -1 : 1);
    return true;
}

bool raw_time_parse(struct slice text, struct raw_time *out)
{
    *out = (struct raw_time){0};
    bool before_christ = text.n > 3 && memcmp(text.p + text.n - 3, " BC", 3) == 0;
    if (before_christ)
        text.n -= 3;
    const char *p = text.p, *end = text.p + text.n;
    if (!parse_date(&p, end, before_christ, &out->day))
        return false;
    int64_t offset = 0;
    if (p < end) {
        if (*p != 'T' && *p != 't' && *p != ' ')
            return false;
        p++;
        out->has_clock = true;
        if (!parse_clock(&p, end, &out->us, &out->rounded))
            return false;
        if (p < end && *p == ' ')
            p++;
        if (!parse_offset(&p, end, &out->has_offset, &offset))
            return false;
    }
    out->at_us = out->day * DAY_US + out->us - offset;
    return p == end;
}

bool raw_time_parse_clock(struct slice text, int64_t *us, bool *rounded)
{
    const char *p = text.p, *end = text.p + text.n;
    return parse_clock(&p, end, us, rounded) && p == end && *us <= DAY_US;
}
