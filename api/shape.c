/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/shape.h"

#include <string.h>

/* Endings of names that are units. Decimals -1: those of the currency. */
static const struct unit {
    const char *ending;
    int decimals;
} units[] = {{"_bp", 2}, {"_1e4", 4}, {"_1e9", 9}, {"_minor", -1}};

static const struct unit *unit_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (g_str_has_suffix(name, units[i].ending))
            return &units[i];
    }
    return NULL;
}

static enum shape_kind kind_of(const struct db_column *column)
{
    switch (column->type) {
    case DB_BOOL:
        return SHAPE_BOOL;
    case DB_INT:
    case DB_BIGINT:
        return unit_of(column->name) ? SHAPE_NUMBER : SHAPE_INTEGER;
    case DB_DOUBLE:
        return SHAPE_NUMBER;
    case DB_TEXT:
        return SHAPE_TEXT;
    case DB_DATE:
        return SHAPE_DAY;
    case DB_TIMESTAMPTZ:
        return SHAPE_INSTANT;
    case DB_JSONB:
        return SHAPE_ANY;
    case DB_TEXT_ARRAY:
        return SHAPE_TEXTS;
    default:
        BUG("column %s has a type that is not shown", column->name);
    }
}

/* The shown name's length; SIZE_MAX: not shown. */
static size_t name_length(const char *name)
{
    const struct unit *unit = unit_of(name);
    if (g_str_has_prefix(name, "page_"))
        return SIZE_MAX;
    return strlen(name) - (unit ? strlen(unit->ending) : 0);
}

size_t shape_count(const struct shape *shape)
{
    size_t n = 0;
    if (shape->table)
        return shape->table->n;
    while (shape->members[n].name)
        n++;
    return n;
}

bool shape_member_at(struct arena *arena, const struct shape *shape, size_t i,
                     struct shape_member *out)
{
    if (!shape->table) {
        *out = shape->members[i];
        return true;
    }
    const struct db_column *column = &shape->table->column[i];
    size_t length = name_length(column->name);
    if (length == SIZE_MAX)
        return false;
    *out = (struct shape_member){.name = arena_strndup(arena, column->name, length),
                                 .kind = kind_of(column),
                                 .nullable = column->null_at != SIZE_MAX,
                                 .what = column->words};
    return true;
}

static void write_texts(struct writer *writer, const char *name, const struct db_texts *texts)
{
    if (writer->csv) {
        g_autoptr(GString) joined = g_string_new(NULL);
        for (size_t i = 0; i < texts->n; i++)
            g_string_append_printf(joined, "%s%s", i ? "; " : "", texts->v[i]);
        writer_text(writer, name, joined->str);
        return;
    }
    writer_array(writer, name);
    for (size_t i = 0; i < texts->n; i++)
        writer_text(writer, NULL, texts->v[i]);
    writer_array_end(writer);
}

static void write_number(struct writer *writer, const char *name, const struct db_column *column,
                         int64_t value, int currency_decimals)
{
    const struct unit *unit = unit_of(column->name);
    if (unit)
        writer_fixed(writer, name, value, unit->decimals < 0 ? currency_decimals : unit->decimals);
    else
        writer_integer(writer, name, value);
}

static void write_value(struct writer *writer, const char *name, const struct db_column *column,
                        const void *at, int currency_decimals)
{
    switch (column->type) {
    case DB_BOOL:
        writer_bool(writer, name, *(const bool *)at);
        break;
    case DB_INT:
        write_number(writer, name, column, *(const int32_t *)at, currency_decimals);
        break;
    case DB_BIGINT:
        write_number(writer, name, column, *(const int64_t *)at, currency_decimals);
        break;
    case DB_DOUBLE:
        writer_double(writer, name, *(const double *)at);
        break;
    case DB_DATE:
        writer_day(writer, name, *(const int32_t *)at, false);
        break;
    case DB_TIMESTAMPTZ:
        writer_instant(writer, name, *(const int64_t *)at);
        break;
    case DB_JSONB:
        writer_raw(writer, name, *(const char *const *)at);
        break;
    case DB_TEXT_ARRAY:
        write_texts(writer, name, at);
        break;
    default:
        writer_text(writer, name, *(const char *const *)at);
    }
}

void shape_write_row(struct writer *writer, const struct db_table *table, const void *row,
                     int currency_decimals)
{
    const char *bytes = row;
    for (size_t i = 0; i < table->n; i++) {
        const struct db_column *column = &table->column[i];
        size_t length = name_length(column->name);
        if (length == SIZE_MAX)
            continue;
        g_autofree char *name = g_strndup(column->name, length);
        if (column->null_at != SIZE_MAX && *(const bool *)(bytes + column->null_at))
            writer_null(writer, name);
        else
            write_value(writer, name, column, bytes + column->at, currency_decimals);
    }
}

const char *const *shape_names(struct arena *arena, const struct shape *shape)
{
    size_t n = shape_count(shape), shown = 0;
    const char **names = arena_many(arena, n + 1, const char *);
    struct shape_member member;
    for (size_t i = 0; i < n; i++) {
        if (shape_member_at(arena, shape, i, &member))
            names[shown++] = member.name;
    }
    return names;
}

static void put_names(struct arena *arena, const struct shape *shape, const char *prefix,
                      const char *const *only, GString *out)
{
    struct shape_member member;
    for (size_t i = 0; i < shape_count(shape); i++) {
        if (!shape_member_at(arena, shape, i, &member) ||
            (only && !g_strv_contains(only, member.name)))
            continue;
        const char *name = arena_printf(arena, "%s%s", prefix, member.name);
        if (member.kind == SHAPE_OBJECT)
            put_names(arena, member.of, arena_printf(arena, "%s.", name), NULL, out);
        else
            g_string_append_printf(out, "%s\"%s\"", out->len ? "," : "", name);
    }
}

void shape_write_header(struct arena *arena, const struct shape *shape, const char *const *only,
                        GString *out)
{
    g_autoptr(GString) line = g_string_new(NULL);
    put_names(arena, shape, "", only, line);
    g_string_append_printf(out, "%s\r\n", line->str);
}
