/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/ratio.h"

#include <math.h>

double ratio_value(struct ratio r)
{
    return r.denominator == 0 ? NAN : (double)((long double)r.numerator / r.denominator);
}

/* Decimal digits of a number of 128 bits, written backwards from the end of `text`. */
static const char *digits(char text[48], __int128 n)
{
    unsigned __int128 rest = n < 0 ? -(unsigned __int128)n : (unsigned __int128)n;
    char *at = text + 47;
    *at = '\0';
    do
        *--at = (char)('0' + (int)(rest % 10));
    while ((rest /= 10) > 0);
    if (n < 0)
        *--at = '-';
    return at;
}

const char *ratio_text(struct arena *arena, struct ratio r)
{
    __int128 a = r.numerator < 0 ? -r.numerator : r.numerator, b = r.denominator;
    char text[2][48];
    if (b == 0)
        return "";
    while (b != 0) {
        __int128 rest = a % b;
        a = b;
        b = rest;
    }
    return arena_printf(arena, "%s/%s", digits(text[0], r.numerator / a),
                        digits(text[1], r.denominator / a));
}

double ratio_annual(double loss, int days)
{
    return days > 0 ? 1 - pow(1 - loss, 365.0 / days) : NAN;
}
