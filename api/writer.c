/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/writer.h"

#include <math.h>
#include <string.h>

#include "core/day.h"
#include "core/text.h"
#include "core/zone.h"

/* Names are the program's own and need no escapes. */
static void put_key(GString *out, const char *name)
{
    g_string_append_c(out, '"');
    g_string_append(out, name);
    g_string_append_len(out, "\":", 2);
}

/* `width` digits and what stands behind them; returns where to go on. printf takes as long for one
 * instant as all the rest of an answer takes for five numbers. */
static char *put_fixed(char *to, int64_t value, int width, char behind)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
    to[width] = behind;
    return to + width + 1;
}

/* At least `width` digits. */
static void put_digits(GString *out, uint64_t value, int width)
{
    char digits[24];
    int at = (int)sizeof digits;
    for (; value > 0 || width > 0; width--, value /= 10)
        digits[--at] = (char)('0' + value % 10);
    g_string_append_len(out, digits + at, (gssize)sizeof digits - at);
}

static bool is_left_out(const struct writer *writer, const char *name)
{
    return name && writer->only && writer->depth == writer->only_depth &&
           !g_strv_contains(writer->only, name);
}

/* False: the value is left out. */
static bool put_name(struct writer *writer, const char *name)
{
    if (writer->skipped || is_left_out(writer, name))
        return false;
    if (writer->comma)
        g_string_append_c(writer->out, ',');
    writer->comma = true;
    if (!name || writer->csv)
        return true;
    put_key(writer->out, name);
    return true;
}

static void put_open(struct writer *writer, const char *name, char bracket)
{
    if (writer->skipped || is_left_out(writer, name)) {
        writer->skipped++;
        return;
    }
    writer->depth++;
    if (writer->csv)
        return;
    put_name(writer, NULL);
    if (name)
        put_key(writer->out, name);
    g_string_append_c(writer->out, bracket);
    writer->comma = false;
}

static void put_close(struct writer *writer, char bracket)
{
    if (writer->skipped) {
        writer->skipped--;
        return;
    }
    writer->depth--;
    if (!writer->csv) {
        g_string_append_c(writer->out, bracket);
        writer->comma = true;
    } else if (writer->depth == 0 && bracket == '}') {
        g_string_append(writer->out, "\r\n");
        writer->comma = false;
    }
}

void writer_object(struct writer *writer, const char *name)
{
    put_open(writer, name, '{');
}

void writer_object_end(struct writer *writer)
{
    put_close(writer, '}');
}

void writer_array(struct writer *writer, const char *name)
{
    put_open(writer, name, '[');
}

void writer_array_end(struct writer *writer)
{
    put_close(writer, ']');
}

void writer_only(struct writer *writer, const char *const *names)
{
    writer->only = names;
    writer->only_depth = writer->depth + 1;
}

static void put_cell(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    if (*text && strchr("=+-@\t\r", *text))
        g_string_append_c(out, '\'');
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

static void put_null(struct writer *writer)
{
    if (!writer->csv)
        g_string_append(writer->out, "null");
}

void writer_text(struct writer *writer, const char *name, const char *text)
{
    if (!put_name(writer, name))
        return;
    if (!text) {
        put_null(writer);
    } else if (writer->csv) {
        put_cell(writer->out, text);
    } else {
        g_string_append_c(writer->out, '"');
        text_json(writer->out, text);
        g_string_append_c(writer->out, '"');
    }
}

void writer_joined(struct writer *writer, const char *name, const char *const *parts)
{
    if (writer->csv) {
        g_autofree char *whole = g_strjoinv(NULL, (char **)(uintptr_t)parts);
        writer_text(writer, name, whole);
        return;
    }
    if (!put_name(writer, name))
        return;
    g_string_append_c(writer->out, '"');
    for (; *parts; parts++)
        text_json(writer->out, *parts);
    g_string_append_c(writer->out, '"');
}

void writer_raw(struct writer *writer, const char *name, const char *json)
{
    if (!json || writer->csv)
        writer_text(writer, name, json);
    else if (put_name(writer, name))
        g_string_append(writer->out, json);
}

void writer_bool(struct writer *writer, const char *name, bool value)
{
    if (put_name(writer, name))
        g_string_append(writer->out, value ? "true" : "false");
}

void writer_null(struct writer *writer, const char *name)
{
    if (put_name(writer, name))
        put_null(writer);
}

void writer_integer(struct writer *writer, const char *name, int64_t value)
{
    writer_fixed(writer, name, value, 0);
}

void writer_fixed(struct writer *writer, const char *name, int64_t value, int decimals)
{
    uint64_t unit = 1, size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    if (!put_name(writer, name))
        return;
    if (value < 0)
        g_string_append_c(writer->out, '-');
    put_digits(writer->out, size / unit, 1);
    if (decimals == 0)
        return;
    g_string_append_c(writer->out, '.');
    put_digits(writer->out, size % unit, decimals);
}

void writer_double(struct writer *writer, const char *name, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (!put_name(writer, name))
        return;
    if (!isfinite(value)) {
        put_null(writer);
        return;
    }
    g_ascii_formatd(text, sizeof text, "%.15g", value);
    if (g_ascii_strtod(text, NULL) != value)
        g_ascii_dtostr(text, sizeof text, value);
    g_string_append(writer->out, text);
}

void writer_day(struct writer *writer, const char *name, int32_t day, bool is_null)
{
    char text[DAY_TEXT_SIZE];
    bool none = is_null || day == INT32_MIN || day == INT32_MAX;
    writer_text(writer, name, none ? NULL : day_format(day, text));
}

void writer_instant(struct writer *writer, const char *name, int64_t at_us)
{
    char text[DAY_TEXT_SIZE + sizeof "T00:00:00.000000Z"];
    if (at_us == INT64_MIN || at_us == INT64_MAX) {
        writer_null(writer, name);
        return;
    }
    if (writer->zone) {
        g_autofree char *local = zone_format(writer->zone, at_us);
        writer_text(writer, name, local);
        return;
    }
    int64_t day = at_us / DAY_US, rest = at_us % DAY_US;
    if (rest < 0) {
        day--;
        rest += DAY_US;
    }
    int64_t second = rest / 1000000;
    day_format((int32_t)day, text);
    char *to = text + strlen(text);
    *to++ = 'T';
    to = put_fixed(to, second / 3600, 2, ':');
    to = put_fixed(to, second / 60 % 60, 2, ':');
    to = put_fixed(to, second % 60, 2, '.');
    to = put_fixed(to, rest % 1000000, 6, 'Z');
    *to = '\0';
    writer_text(writer, name, text);
}
