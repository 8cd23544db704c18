/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/format.h"

#include <math.h>
#include <string.h>

#include "core/text.h"

#define MINUS "−"

const char *format_number(struct arena *arena, int64_t n)
{
    g_autofree char *text = text_thousands(n < 0 ? -n : n);
    return arena_printf(arena, "%s%s", n < 0 ? MINUS : "", text);
}

/* A decimal number with the minus that people read, never "−0". */
static const char *decimal(struct arena *arena, double value, int decimals)
{
    double scale = pow(10, decimals);
    bool negative = llround(value * scale) < 0;
    return arena_printf(arena, "%s%.*f", negative ? MINUS : "", decimals, fabs(value));
}

const char *format_percent(struct arena *arena, enum language language, double percent,
                           int decimals)
{
    return arena_printf(arena, language == LANGUAGE_JA ? "%s%%" : "%s %%",
                        decimal(arena, percent, decimals));
}

const char *format_value(struct arena *arena, enum language language, double value,
                         const char *unit)
{
    if (strcmp(unit, "share") == 0)
        return format_percent(arena, language, value * 100, 1);
    if (value == floor(value) && fabs(value) < 1e15)
        return format_number(arena, (int64_t)value);
    return decimal(arena, value, fabs(value) >= 100 ? 0 : 1);
}

const char *format_quantity(struct arena *arena, enum language language, double value,
                            const char *unit)
{
    const char *number = format_value(arena, language, value, unit);
    if (*unit == '\0' || strcmp(unit, "share") == 0)
        return number;
    return arena_printf(arena, language == LANGUAGE_JA ? "%s%s" : "%s %s", number,
                        message_words_of(language, unit));
}

const char *format_quality(enum language language, const char *quality)
{
    static const struct {
        const char *name;
        enum message message;
    } names[] = {{"no_data", MESSAGE_QUALITY_NO_DATA},
                 {"stale", MESSAGE_QUALITY_STALE},
                 {"not_applicable", MESSAGE_QUALITY_NOT_APPLICABLE},
                 {"error", MESSAGE_QUALITY_ERROR},
                 {"quarantined", MESSAGE_QUALITY_QUARANTINED}};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i].name, quality) == 0)
            return message_form[language][names[i].message][0];
    }
    return quality;
}

/* Controls, and the marks that turn the direction of all that follows. */
static bool is_steering(gunichar c)
{
    return g_unichar_iscntrl(c) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *format_plain(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text ? text : ""; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        g_string_append_unichar(out, is_steering(c) ? 0xfffd : c);
    }
    return g_string_free(out, FALSE);
}
