/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/utf8.h"

#include "core/bytes.h"

/* Bytes of the character at p, of which `left` > 0 are there; 0 when it is none. The second byte
 * has narrower bounds where a sequence could be too long, a surrogate, or beyond U+10FFFF. */
static size_t character(const unsigned char *p, size_t left)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t n;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    if (p[0] < 0xe0) {
        n = 2;
    } else if (p[0] < 0xf0) {
        n = 3;
        low = p[0] == 0xe0 ? 0xa0 : 0x80;
        high = p[0] == 0xed ? 0x9f : 0xbf;
    } else {
        n = 4;
        low = p[0] == 0xf0 ? 0x90 : 0x80;
        high = p[0] == 0xf4 ? 0x8f : 0xbf;
    }
    if (left < n || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return n;
}

/* Most letters beyond Latin have three bytes: runs of them go by without a look at each bound. */
static size_t plain_threes(const unsigned char *p, size_t left)
{
    size_t n = 0;
    while (left - n >= 3 && p[n] > 0xe0 && p[n] < 0xf0 && p[n] != 0xed &&
           (p[n + 1] & 0xc0) == 0x80 && (p[n + 2] & 0xc0) == 0x80)
        n += 3;
    return n;
}

enum utf8_result utf8_check(struct slice text, size_t *wrong_at)
{
    const unsigned char *p = (const unsigned char *)text.p;
    uint64_t nul = 0;
    size_t at = 0;
    while (at < text.n) {
        size_t left = text.n - at;
        bytes_vector v = left >= 16 ? bytes_load(text.p + at) : bytes_load_part(text.p + at, left);
        uint64_t zeros = bytes_equal(v, '\0');
        nul |= left >= 16 ? zeros : zeros & ((UINT64_C(1) << left) - 1);
        uint64_t beyond = bytes_bits(v);
        if (!beyond) {
            at += 16;
            continue;
        }
        at += (size_t)__builtin_ctzll(beyond);
        do {
            size_t n = plain_threes(p + at, text.n - at);
            if (n == 0)
                n = character(p + at, text.n - at);
            if (n == 0) {
                *wrong_at = at;
                return UTF8_BROKEN;
            }
            at += n;
        } while (at < text.n && p[at] >= 0x80);
    }
    return nul ? UTF8_HAS_NUL : UTF8_FINE;
}
