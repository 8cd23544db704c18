/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/field.h"

#include <string.h>

#include "core/day.h"

static size_t count_of(const struct field *fields)
{
    size_t n = 0;
    while (fields && fields[n].name)
        n++;
    return n;
}

struct field_set field_set_new(struct arena *arena, const struct field *fields)
{
    return (struct field_set){fields, arena_many(arena, count_of(fields) + 1, struct field_value)};
}

const struct field_value *field_get(const struct field_set *set, const char *name)
{
    for (size_t i = 0; set->fields && set->fields[i].name; i++) {
        if (strcmp(set->fields[i].name, name) == 0)
            return &set->values[i];
    }
    BUG("the endpoint does not declare '%s'", name);
}

const char *field_text(const struct field_set *set, const char *name)
{
    return field_get(set, name)->text;
}

static const char *choices_text(struct arena *arena, const struct field *field)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (size_t i = 0; field->choices[i]; i++)
        g_string_append_printf(list, "%s%s",
                               i == 0                  ? ""
                               : field->choices[i + 1] ? ", "
                                                       : " or ",
                               field->choices[i]);
    return arena_strdup(arena, list->str);
}

static int64_t most_of(const struct field *field)
{
    if (field->most)
        return field->most;
    return field->kind == FIELD_TEXT ? FIELD_TEXT_MAX : FIELD_WORDS_MAX;
}

const char *field_wanted(struct arena *arena, const struct field *field)
{
    switch (field->kind) {
    case FIELD_TEXT:
        return arena_printf(arena,
                            "a text of %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " characters",
                            field->least, most_of(field));
    case FIELD_KEY:
        return arena_printf(arena, "the key of an account, 1 to %d characters", FIELD_KEY_MAX);
    case FIELD_INTEGER:
        return arena_printf(arena, "a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                            field->least, field->most);
    case FIELD_POINTS:
        return "a number from 0 to 100 with at most two decimals";
    case FIELD_DAY:
        return "a day as YYYY-MM-DD";
    case FIELD_BOOL:
        return "true or false";
    case FIELD_CHOICE:
        return choices_text(arena, field);
    case FIELD_SORT:
        return arena_printf(arena, "%s, with - before it for descending",
                            choices_text(arena, field));
    case FIELD_WORDS:
        return arena_printf(arena, "at most %" G_GINT64_FORMAT " words with commas between%s%s",
                            most_of(field), field->choices ? ", of " : "",
                            field->choices ? choices_text(arena, field) : "");
    case FIELD_CURSOR:
        return "meta.next_cursor of the page before";
    case FIELD_NUMBERS:
        return "an object of numbers by name";
    default:
        return arena_printf(arena, "an object of at most %" G_GINT64_FORMAT " bytes", field->most);
    }
}

/* 0 … 100 with at most two decimals → hundredths. */
static bool parse_points(const char *text, int64_t *hundredths)
{
    guint64 whole, rest = 0;
    const char *dot = strchr(text, '.');
    g_autofree char *left = dot ? g_strndup(text, (size_t)(dot - text)) : g_strdup(text);
    if (!g_ascii_string_to_unsigned(left, 10, 0, 100, &whole, NULL))
        return false;
    if (dot) {
        size_t n = strlen(dot + 1);
        if (n < 1 || n > 2 || !g_ascii_string_to_unsigned(dot + 1, 10, 0, 99, &rest, NULL))
            return false;
        rest *= n == 1 ? 10 : 1;
    }
    *hundredths = (int64_t)(whole * 100 + rest);
    return *hundredths <= 10000;
}

static bool parse_choice(const struct field *field, const char *text, int64_t *place)
{
    for (int64_t i = 0; field->choices[i]; i++) {
        if (strcmp(field->choices[i], text) == 0) {
            *place = i;
            return true;
        }
    }
    return false;
}

static bool parse_words(struct arena *arena, const struct field *field, const char *text,
                        struct field_value *out)
{
    size_t most = (size_t)most_of(field);
    g_auto(GStrv) parts = g_strsplit(text, ",", (int)most + 1);
    size_t n = g_strv_length(parts);
    const char **words = arena_many(arena, n + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        int64_t place;
        if (!*parts[i] || (field->choices && !parse_choice(field, parts[i], &place)))
            return false;
        words[i] = arena_strdup(arena, parts[i]);
    }
    out->words = words;
    return n >= 1 && n <= most;
}

static bool fits_length(const char *text, int64_t least, int64_t most)
{
    glong n = g_utf8_strlen(text, -1);
    return n >= least && n <= most;
}

static bool parse(struct arena *arena, const struct field *field, const char *text,
                  struct field_value *out)
{
    int32_t day;
    switch (field->kind) {
    case FIELD_TEXT:
        return fits_length(text, field->least, most_of(field));
    case FIELD_KEY:
        return fits_length(text, 1, FIELD_KEY_MAX);
    case FIELD_INTEGER:
        return g_ascii_string_to_signed(text, 10, field->least, field->most, &out->number, NULL);
    case FIELD_POINTS:
        return parse_points(text, &out->number);
    case FIELD_DAY:
        if (!day_parse(slice_of(text), &day, NULL))
            return false;
        out->number = day;
        return true;
    case FIELD_BOOL:
        out->number = strcmp(text, "true") == 0;
        return out->number || strcmp(text, "false") == 0;
    case FIELD_CHOICE:
        return parse_choice(field, text, &out->number);
    case FIELD_SORT:
        out->descending = *text == '-';
        return parse_choice(field, text + out->descending, &out->number);
    case FIELD_WORDS:
        return parse_words(arena, field, text, out);
    case FIELD_CURSOR:
        return *text != '\0';
    default:
        return false; /* bodies only */
    }
}

const char *field_parse(struct arena *arena, const struct field *field, const char *text,
                        struct field_value *out)
{
    struct field_value value = {.given = true, .text = text};
    if (!parse(arena, field, text, &value))
        return arena_printf(arena, "want %s", field_wanted(arena, field));
    *out = value;
    return NULL;
}

void field_fall_back(struct arena *arena, const struct field_set *set)
{
    for (size_t i = 0; set->fields && set->fields[i].name; i++) {
        const struct field *field = &set->fields[i];
        if (set->values[i].given || !field->fallback)
            continue;
        const char *wrong = field_parse(arena, field, field->fallback, &set->values[i]);
        if (wrong)
            BUG("the fallback of '%s': %s", field->name, wrong);
    }
}
