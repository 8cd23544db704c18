/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/format.h"

#include <math.h>
#include <string.h>

#include "core/currency.h"
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

const char *format_points(struct arena *arena, int bp)
{
    const char *number = decimal(arena, bp / 100.0, 1);
    return arena_printf(arena, "%s%s", bp >= 5 ? "+" : "", number);
}

const char *format_money(struct arena *arena, enum language language, const char *currency,
                         double minor)
{
    double amount = minor / currency_minor(slice_of(currency));
    if (language == LANGUAGE_JA && fabs(amount) >= 1e6)
        return arena_printf(arena, "%s %s万", currency,
                            format_number(arena, llround(amount / 1e4)));
    if (fabs(amount) >= 1e6)
        return arena_printf(arena, "%s %s M", currency, decimal(arena, amount / 1e6, 2));
    return arena_printf(arena, "%s %s", currency, format_number(arena, llround(amount)));
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

/* Units are configured in the plural: "1 day" of days. */
static const char *unit_of(struct arena *arena, enum language language, double value,
                           const char *unit)
{
    if (language != LANGUAGE_EN || fabs(value) != 1)
        return message_words_of(language, unit);
    if (strcmp(unit, "people") == 0)
        return "person";
    return g_str_has_suffix(unit, "s") ? arena_strndup(arena, unit, strlen(unit) - 1) : unit;
}

const char *format_quantity(struct arena *arena, enum language language, double value,
                            const char *unit)
{
    const char *number = format_value(arena, language, value, unit);
    if (*unit == '\0' || strcmp(unit, "share") == 0)
        return number;
    return arena_printf(arena, language == LANGUAGE_JA ? "%s%s" : "%s %s", number,
                        unit_of(arena, language, value, unit));
}

const char *format_known(struct arena *arena, enum language language, const char *quality,
                         const char *value)
{
    if (strcmp(quality, "carried") != 0)
        return value;
    return arena_printf(arena, "%s (%s)", value, format_quality(language, quality));
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
                 {"quarantined", MESSAGE_QUALITY_QUARANTINED},
                 {"carried", MESSAGE_QUALITY_CARRIED}};
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
