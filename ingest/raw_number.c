/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/raw_number.h"

#include "core/scan_json.h"

/* What numeric holds: 131072 digits before the point, 16383 behind it. */
enum { WHOLE_MAX = 131072, SCALE_MAX = 16383, EXPONENT_LIMIT = 1000000000 };
enum { GROUP = 4, NEGATIVE = 0x4000 };

static size_t count_digits(const char *p, const char *end)
{
    size_t n = 0;
    while (p + n < end && p[n] >= '0' && p[n] <= '9')
        n++;
    return n;
}

/* The parts of a JSON number, nothing more and nothing less. */
struct parts {
    bool negative;
    struct slice whole, fraction;
    int64_t exponent;
};

static bool split_exponent(const char **p, const char *end, int64_t *out)
{
    bool minus = false;
    if (++*p < end && (**p == '+' || **p == '-'))
        minus = *(*p)++ == '-';
    size_t n = count_digits(*p, end);
    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++, ++*p) {
        if (*out < EXPONENT_LIMIT)
            *out = *out * 10 + (**p - '0');
    }
    if (minus)
        *out = -*out;
    return true;
}

static bool split(struct slice text, struct parts *out)
{
    const char *p = text.p, *end = text.p + text.n;
    if (p < end && *p == '-') {
        out->negative = true;
        p++;
    }
    out->whole = (struct slice){p, count_digits(p, end)};
    if (out->whole.n == 0 || (out->whole.n > 1 && *p == '0'))
        return false;
    p += out->whole.n;
    if (p < end && *p == '.') {
        p++;
        out->fraction = (struct slice){p, count_digits(p, end)};
        if (out->fraction.n == 0)
            return false;
        p += out->fraction.n;
    }
    if (p < end && (*p == 'e' || *p == 'E') && !split_exponent(&p, end, &out->exponent))
        return false;
    return p == end;
}

bool raw_number_parse(struct arena *arena, struct slice text, struct raw_number *out)
{
    struct parts parts = {0};
    if (!split(text, &parts))
        return false;
    char *digits = arena_alloc(arena, parts.whole.n + parts.fraction.n + 1);
    memcpy(digits, parts.whole.p, parts.whole.n);
    if (parts.fraction.n > 0)
        memcpy(digits + parts.whole.n, parts.fraction.p, parts.fraction.n);
    size_t first = 0, end = parts.whole.n + parts.fraction.n;
    while (first < end && digits[first] == '0')
        first++;
    while (end > first && digits[end - 1] == '0')
        end--;
    *out = (struct raw_number){.negative = parts.negative && end > first,
                               .n = end - first,
                               .digits = digits + first,
                               .point = (int64_t)parts.whole.n - (int64_t)first + parts.exponent,
                               .scale = MAX(0, (int64_t)parts.fraction.n - parts.exponent)};
    return true;
}

bool raw_number_bigint(const struct raw_number *number, int64_t *out)
{
    if (number->n == 0) {
        *out = 0;
        return true;
    }
    if ((int64_t)number->n > number->point || number->point > 19)
        return false;
    __int128 value = 0;
    for (int64_t i = 0; i < number->point; i++)
        value = value * 10 + ((size_t)i < number->n ? number->digits[i] - '0' : 0);
    if (number->negative)
        value = -value;
    if (value > INT64_MAX || value < INT64_MIN)
        return false;
    *out = (int64_t)value;
    return true;
}

bool raw_number_whole(struct arena *arena, const struct scan_json_value *value, int64_t *out)
{
    struct raw_number number;
    return value->type == SCAN_JSON_NUMBER && raw_number_parse(arena, value->text, &number) &&
           raw_number_bigint(&number, out);
}

static char *put_u16(char *to, int value)
{
    to[0] = (char)((value >> 8) & 0xff);
    to[1] = (char)(value & 0xff);
    return to + 2;
}

/* Digit at decimal place `at` (place 0 is the first before the point, −1 the first behind it). */
static int digit_at(const struct raw_number *number, int64_t at)
{
    int64_t i = number->point - 1 - at;
    return i >= 0 && i < (int64_t)number->n ? number->digits[i] - '0' : 0;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

bool raw_number_is_held(const struct raw_number *number)
{
    return number->n == 0 ||
           (number->point <= WHOLE_MAX && (int64_t)number->n - number->point <= SCALE_MAX);
}

struct slice raw_number_numeric(struct arena *arena, const struct raw_number *number)
{
    int64_t last = number->point - (int64_t)number->n; /* place of the last significant digit */
    int64_t top = number->n ? floor_div(number->point - 1, GROUP) : 0; /* weight of the groups */
    int64_t low = number->n ? floor_div(last, GROUP) : 1;
    int64_t groups = number->n ? top - low + 1 : 0;
    char *bytes = arena_alloc(arena, 8 + (size_t)groups * 2), *to = bytes;
    to = put_u16(to, (int)groups);
    to = put_u16(to, (int)top);
    to = put_u16(to, number->negative ? NEGATIVE : 0);
    to = put_u16(to, (int)MIN(number->scale, SCALE_MAX));
    for (int64_t group = top; group >= low && groups > 0; group--) {
        int value = 0;
        for (int i = GROUP - 1; i >= 0; i--)
            value = value * 10 + digit_at(number, group * GROUP + i);
        to = put_u16(to, value);
    }
    return (struct slice){bytes, (size_t)(to - bytes)};
}

struct slice raw_number_text(struct arena *arena, const struct raw_number *number)
{
    if (number->n == 0)
        return SLICE("0");
    int64_t last = number->point - (int64_t)number->n;
    int64_t first = MAX(number->point - 1, 0), end = MIN(last, 0);
    char *text = arena_alloc(arena, (size_t)(first - end) + 4), *to = text;
    if (number->negative)
        *to++ = '-';
    for (int64_t at = first; at >= end; at--) {
        if (at == -1)
            *to++ = '.';
        *to++ = (char)('0' + digit_at(number, at));
    }
    return (struct slice){text, (size_t)(to - text)};
}
