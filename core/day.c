/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/day.h"

int32_t day_from_civil(int year, int month, int day)
{
    year -= month <= 2;
    int era = (year >= 0 ? year : year - 399) / 400;
    int year_of_era = year - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void day_to_civil(int32_t day, int *year, int *month, int *day_of_month)
{
    int64_t z = (int64_t)day + 719468;
    int era = (int)((z >= 0 ? z : z - 146096) / 146097);
    int day_of_era = (int)(z - (int64_t)era * 146097);
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int m = (5 * day_of_year + 2) / 153;
    *day_of_month = day_of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

int32_t day_month_start(int32_t day, int months)
{
    int year, month, day_of_month;
    day_to_civil(day, &year, &month, &day_of_month);
    int total = year * 12 + month - 1 + months;
    int floor_year = total >= 0 ? total / 12 : -((11 - total) / 12);
    return day_from_civil(floor_year, total - floor_year * 12 + 1, 1);
}

int day_month_length(int32_t day)
{
    return day_month_start(day, 1) - day_month_start(day, 0);
}

int day_weekday(int32_t day)
{
    int weekday = (day + 3) % 7;
    return weekday < 0 ? weekday + 7 : weekday;
}

char *day_format(int32_t day, char text[DAY_TEXT_SIZE])
{
    int year, month, day_of_month;
    day_to_civil(day, &year, &month, &day_of_month);
    if (year >= 1000 && year <= 9999) { /* printf takes 20 times as long */
        const int parts[] = {
            year / 1000, year / 100 % 10,   year / 10 % 10,   year % 10, -1, month / 10, month % 10,
            -1,          day_of_month / 10, day_of_month % 10};
        for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
            text[i] = parts[i] < 0 ? '-' : (char)('0' + parts[i]);
        text[G_N_ELEMENTS(parts)] = '\0';
        return text;
    }
    g_snprintf(text, DAY_TEXT_SIZE, "%04d-%02d-%02d", year, month, day_of_month);
    return text;
}

static unsigned month_length(int year, unsigned month)
{
    static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (unsigned)(month == 2 && is_leap);
}

/* The number of two digits; what are none give more than 99. */
static inline unsigned two_digits(const char *p)
{
    unsigned tens = (unsigned char)(p[0] - '0'), ones = (unsigned char)(p[1] - '0');
    return tens > 9 || ones > 9 ? 10000 : tens * 10 + ones;
}

bool day_parse(struct slice text, int32_t *out, GError **err)
{
    if (text.n == 10 && text.p[4] == text.p[7] && (text.p[4] == '-' || text.p[4] == '/')) {
        unsigned century = two_digits(text.p), year_of_century = two_digits(text.p + 2);
        unsigned month = two_digits(text.p + 5), day = two_digits(text.p + 8);
        int year = (int)(century * 100 + year_of_century);
        if (year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
            day <= month_length(year, month)) {
            *out = day_from_civil(year, (int)month, (int)day);
            return true;
        }
    }
    int shown = text.n > 40 ? 40 : (int)text.n;
    return err_set(err, KENKO_ERROR_INPUT, "'%.*s' is not a date, want YYYY-MM-DD", shown, text.p);
}
