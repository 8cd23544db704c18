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
                        const struct db_value *value, int currency_decimals)
{
    switch (value->is_null ? DB_TYPE_COUNT : column->type) {
    case DB_TYPE_COUNT:
        writer_null(writer, name);
        break;
    case DB_BOOL:
        writer_bool(writer, name, value->as.b);
        break;
    case DB_INT:
        write_number(writer, name, column, value->as.i, currency_decimals);
        break;
    case DB_BIGINT:
        write_number(writer, name, column, value->as.n, currency_decimals);
        break;
    case DB_DOUBLE:
        writer_double(writer, name, value->as.d);
        break;
    case DB_DATE:
        writer_day(writer, name, value->as.i, false);
        break;
    case DB_TIMESTAMPTZ:
        writer_instant(writer, name, value->as.n);
        break;
    case DB_JSONB:
        writer_raw(writer, name, value->as.text);
        break;
    case DB_TEXT_ARRAY:
        write_texts(writer, name, &value->as.texts);
        break;
    default:
        writer_text(writer, name, value->as.text);
    }
}

/* The column of a row struct as it was decoded. */
static struct db_value value_of(const struct db_column *column, const char *row)
{
    struct db_value value = {.is_null = column->null_at != SIZE_MAX &&
                                        *(const bool *)(row + column->null_at)};
    const void *at = row + column->at;
    switch (column->type) {
    case DB_BOOL:
        value.as.b = *(const bool *)at;
        break;
    case DB_INT:
    case DB_DATE:
        value.as.i = *(const int32_t *)at;
        break;
    case DB_BIGINT:
    case DB_TIMESTAMPTZ:
        value.as.n = *(const int64_t *)at;
        break;
    case DB_DOUBLE:
        value.as.d = *(const double *)at;
        break;
    case DB_TEXT_ARRAY:
        value.as.texts = *(const struct db_texts *)at;
        break;
    default:
        value.as.text = *(const char *const *)at;
    }
    return value;
}

static void write_shown(struct writer *writer, const struct db_column *column,
                        const struct db_value *value, int currency_decimals)
{
    size_t length = name_length(column->name);
    if (length == SIZE_MAX)
        return;
    g_autofree char *name = g_strndup(column->name, length);
    write_value(writer, name, column, value, currency_decimals);
}

void shape_write_row(struct writer *writer, const struct db_table *table, const void *row,
                     int currency_decimals)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct db_value value = value_of(&table->column[i], row);
        write_shown(writer, &table->column[i], &value, currency_decimals);
    }
}

void shape_write_columns(struct writer *writer, const struct db_table *table,
                         const struct db_value *columns, int currency_decimals)
{
    for (size_t i = 0; i < table->n; i++)
        write_shown(writer, &table->column[i], &columns[i], currency_decimals);
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
