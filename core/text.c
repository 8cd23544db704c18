/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 64 };

int text_distance(const char *a, const char *b, int limit)
{
    int n = (int)strlen(a), m = (int)strlen(b);
    if (n > WORD_MAX || m > WORD_MAX || abs(n - m) > limit)
        return limit + 1;
    int rows[3][WORD_MAX + 1];
    for (int j = 0; j <= m; j++)
        rows[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = rows[i % 3], *before = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int best = before[j - 1] + (a[i - 1] != b[j - 1]);
            best = MIN(best, before[j] + 1);
            best = MIN(best, now[j - 1] + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = MIN(best, older[j - 2] + 1);
            now[j] = best;
        }
    }
    return MIN(rows[n % 3][m], limit + 1);
}

const char *text_nearest(const char *word, const char *const *names)
{
    int length = (int)strlen(word);
    int limit = MIN(MAX(2, length / 3), length - 1); /* something of the word must be left */
    const char *best = NULL;
    for (; *names; names++) {
        int distance = text_distance(word, *names, limit);
        if (distance <= limit) {
            limit = distance - 1;
            best = *names;
        }
    }
    return best;
}

char *text_hint(const char *word, const char *const *names)
{
    const char *near = text_nearest(word, names);
    return near ? g_strdup_printf(", did you mean '%s'?", near) : g_strdup("");
}

char *text_thousands(int64_t n)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, n);
    GString *out = g_string_new(NULL);
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        g_string_append_c(out, digits[i]);
        size_t left = length - i - 1;
        if (left > 0 && left % 3 == 0 && digits[i] != '-')
            g_string_append_c(out, ',');
    }
    return g_string_free(out, FALSE);
}

char *text_instant(int64_t at_us, const char *none)
{
    gint64 seconds = at_us / G_USEC_PER_SEC - (at_us % G_USEC_PER_SEC < 0);
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(seconds);
    return at ? g_date_time_format(at, "%Y-%m-%dT%H:%M:%SZ") : g_strdup(none);
}

int text_width(const char *text)
{
    int width = 0;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        width += g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
    }
    return width;
}

/* Bytes from `p` on that JSON takes as they are. 0xe2 may begin U+2028. */
static size_t plain_run(const char *p)
{
    const char *start = p;
    for (unsigned char c = (unsigned char)*p; c >= 0x20 && c != '"' && c != '\\' && c != '<' &&
                                              c != '>' && c != '&' && c != 0x7f && c != 0xe2;
         c = (unsigned char)*++p)
        continue;
    return (size_t)(p - start);
}

void text_json(GString *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        size_t plain = plain_run(p);
        g_string_append_len(out, p, (gssize)plain);
        p += plain;
        unsigned char c = (unsigned char)*p;
        if (c == '\0')
            return;
        if (c == '"' || c == '\\')
            g_string_append_printf(out, "\\%c", c);
        else if (c == '\n')
            g_string_append(out, "\\n");
        else if (c < 0x20 || c == 0x7f || c == '<' || c == '>' || c == '&')
            g_string_append_printf(out, "\\u%04x", c);
        else if (c == 0xe2 && (unsigned char)p[1] == 0x80 && ((unsigned char)p[2] & 0xfe) == 0xa8) {
            g_string_append_printf(out, "\\u20%02x", (unsigned char)p[2] - 0x80);
            p += 2;
        } else
            g_string_append_c(out, (char)c);
    }
}

struct slice text_cut(struct slice text, size_t max)
{
    if (text.n <= max)
        return text;
    while (max > 0 && ((unsigned char)text.p[max] & 0xc0) == 0x80)
        max--;
    return (struct slice){text.p, max};
}

void text_json_member(GString *out, const char *key, const char *text)
{
    g_string_append_printf(out, ", \"%s\": ", key);
    if (!text) {
        g_string_append(out, "null");
        return;
    }
    g_string_append_c(out, '"');
    text_json(out, text);
    g_string_append_c(out, '"');
}

void text_json_number(GString *out, const char *key, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, ", \"%s\": %s", key,
                           isfinite(value) ? g_ascii_dtostr(text, sizeof text, value) : "null");
}
