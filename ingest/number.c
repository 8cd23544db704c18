/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/number.h"

enum { EXPONENT_LIMIT = 100000 };

struct decimal {
    const char *digits, *end; /* digits with at most one point among them */
    bool negative;
    int64_t exponent;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool split(struct slice text, struct decimal *out)
{
    const char *p = text.p, *end = text.p + text.n;
    if (p < end && (*p == '-' || *p == '+'))
        out->negative = *p++ == '-';
    out->digits = p;
    int points = 0, digits = 0;
    for (; p < end && (is_digit(*p) || *p == '.'); p++)
        *p == '.' ? points++ : digits++;
    out->end = p;
    if (digits == 0 || points > 1)
        return false;
    if (p == end)
        return true;
    if (*p != 'e' && *p != 'E')
        return false;
    bool minus = false;
    if (++p < end && (*p == '-' || *p == '+'))
        minus = *p++ == '-';
    if (p == end)
        return false;
    for (; p < end; p++) {
        if (!is_digit(*p))
            return false;
        if (out->exponent < EXPONENT_LIMIT)
            out->exponent = out->exponent * 10 + (*p - '0');
    }
    if (minus)
        out->exponent = -out->exponent;
    return true;
}

/* At most 18 digits with a point at most, nothing that has to be rounded: nearly all numbers. False
 * where it is something else, which need not be wrong. */
static bool parse_plain(struct slice text, int decimals, int64_t *out)
{
    const char *p = text.p, *end = text.p + text.n;
    bool negative = p < end && *p == '-';
    p += negative;
    if (p == end || end - p > 18 || decimals > 9)
        return false;
    int64_t value = 0;
    int after = 0; /* digits after the point, or 0 without one */
    for (; p < end && is_digit(*p); p++)
        value = value * 10 + (*p - '0');
    if (p < end) {
        if (*p != '.' || end - text.p == 1 + negative)
            return false;
        for (p++; p < end && is_digit(*p) && after <= decimals; p++, after++)
            value = value * 10 + (*p - '0');
        if (p < end || after > decimals)
            return false;
    }
    static const int64_t powers[] = {1,      10,      100,      1000,      10000,
                                     100000, 1000000, 10000000, 100000000, 1000000000};
    if (__builtin_mul_overflow(value, powers[decimals - after], &value))
        return false;
    *out = negative ? -value : value;
    return true;
}

/* Digits that stand before the rounding place are kept, the next one decides, the rest is only
 * "anything?". */
enum number_result number_parse(struct slice text, int decimals, int64_t *out)
{
    if (parse_plain(text, decimals, out))
        return NUMBER_OK;
    struct decimal d = {0};
    if (text.n == 0 || !split(text, &d))
        return NUMBER_MALFORMED;
    const char *point = memchr(d.digits, '.', (size_t)(d.end - d.digits));
    int64_t whole = (point ? point : d.end) - d.digits;
    int64_t keep = whole + d.exponent + decimals; /* how many digits stand before the cut */
    __int128 value = 0;
    int64_t seen = 0;
    bool up = false, rest = false, any = false;
    for (const char *p = d.digits; p < d.end; p++) {
        if (*p == '.')
            continue;
        int digit = *p - '0';
        if (seen < keep) {
            value = value * 10 + digit;
            any = any || digit;
            if (value > (__int128)INT64_MAX + 1)
                return NUMBER_OUT_OF_RANGE;
        } else {
            up = up || (seen == keep && digit >= 5);
            rest = rest || digit;
        }
        seen++;
    }
    for (; seen < keep && any; seen++) {
        value *= 10;
        if (value > (__int128)INT64_MAX + 1)
            return NUMBER_OUT_OF_RANGE;
    }
    value += up;
    if (d.negative)
        value = -value;
    if (value > INT64_MAX || value < INT64_MIN)
        return NUMBER_OUT_OF_RANGE;
    *out = (int64_t)value;
    return rest ? NUMBER_ROUNDED : NUMBER_OK;
}
