/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PostgreSQL's binary format for the types the warehouse uses. */
#include <string.h>

#include "core/db_internal.h"

/* PostgreSQL counts from 2000-01-01. */
enum { EPOCH_DAYS = 10957 };
static const int64_t epoch_us = INT64_C(946684800000000);

static const unsigned oids[DB_TYPE_COUNT] = {
    [DB_BOOL] = 16,           [DB_INT] = 23,           [DB_BIGINT] = 20,
    [DB_DOUBLE] = 701,        [DB_TEXT] = 25,          [DB_BYTEA] = 17,
    [DB_DATE] = 1082,         [DB_TIMESTAMPTZ] = 1184, [DB_JSONB] = 3802,
    [DB_UUID] = 2950,         [DB_INT_ARRAY] = 1007,   [DB_BIGINT_ARRAY] = 1016,
    [DB_DOUBLE_ARRAY] = 1022, [DB_TEXT_ARRAY] = 1009,  [DB_DATE_ARRAY] = 1182};

unsigned db_type_oid(enum db_type type)
{
    return oids[type];
}

static char *put_u64(char *p, uint64_t value)
{
    uint64_t be = GUINT64_TO_BE(value);
    return (char *)memcpy(p, &be, sizeof be) + sizeof be;
}

static char *put_double(char *p, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_u64(p, bits);
}

static char *put_bytes(char *p, const char *from, size_t n)
{
    return n ? (char *)memcpy(p, from, n) + n : p;
}

static uint32_t date_out(int32_t day)
{
    if (day == INT32_MAX || day == INT32_MIN)
        return (uint32_t)day;
    return (uint32_t)(day - EPOCH_DAYS);
}

static int32_t date_in(uint32_t raw)
{
    int32_t day = (int32_t)raw;
    return day == INT32_MAX || day == INT32_MIN ? day : day + EPOCH_DAYS;
}

static uint64_t instant_out(int64_t at_us)
{
    if (at_us == INT64_MAX || at_us == INT64_MIN)
        return (uint64_t)at_us;
    return (uint64_t)(at_us - epoch_us);
}

static int64_t instant_in(uint64_t raw)
{
    int64_t at = (int64_t)raw;
    return at == INT64_MAX || at == INT64_MIN ? at : at + epoch_us;
}

static size_t array_length(enum db_type type, const struct db_value *value)
{
    switch (type) {
    case DB_INT_ARRAY:
        return value->as.ints.n;
    case DB_BIGINT_ARRAY:
        return value->as.bigints.n;
    case DB_DOUBLE_ARRAY:
        return value->as.doubles.n;
    case DB_TEXT_ARRAY:
        return value->as.texts.n;
    default:
        return value->as.dates.n;
    }
}

static const bool *array_nulls(enum db_type type, const struct db_value *value)
{
    switch (type) {
    case DB_INT_ARRAY:
        return value->as.ints.is_null;
    case DB_BIGINT_ARRAY:
        return value->as.bigints.is_null;
    case DB_DOUBLE_ARRAY:
        return value->as.doubles.is_null;
    case DB_TEXT_ARRAY:
        return value->as.texts.is_null;
    default:
        return value->as.dates.is_null;
    }
}

static enum db_type element_type(enum db_type type)
{
    switch (type) {
    case DB_INT_ARRAY:
        return DB_INT;
    case DB_BIGINT_ARRAY:
        return DB_BIGINT;
    case DB_DOUBLE_ARRAY:
        return DB_DOUBLE;
    case DB_TEXT_ARRAY:
        return DB_TEXT;
    default:
        return DB_DATE;
    }
}

static size_t element_size(enum db_type type, const struct db_value *value, size_t i)
{
    if (type == DB_TEXT_ARRAY)
        return strlen(value->as.texts.v[i]);
    return type == DB_INT_ARRAY || type == DB_DATE_ARRAY ? 4 : 8;
}

static char *put_element(char *p, enum db_type type, const struct db_value *value, size_t i)
{
    size_t n = element_size(type, value, i);
    p = db_put_u32(p, (uint32_t)n);
    switch (type) {
    case DB_INT_ARRAY:
        return db_put_u32(p, (uint32_t)value->as.ints.v[i]);
    case DB_BIGINT_ARRAY:
        return put_u64(p, (uint64_t)value->as.bigints.v[i]);
    case DB_DOUBLE_ARRAY:
        return put_double(p, value->as.doubles.v[i]);
    case DB_TEXT_ARRAY:
        return put_bytes(p, value->as.texts.v[i], n);
    default:
        return db_put_u32(p, date_out(value->as.dates.v[i]));
    }
}

static size_t array_size(enum db_type type, const struct db_value *value)
{
    size_t n = array_length(type, value), size = n ? 20 : 12;
    const bool *nulls = array_nulls(type, value);
    for (size_t i = 0; i < n; i++)
        size += 4 + (nulls && nulls[i] ? 0 : element_size(type, value, i));
    return size;
}

static char *put_array(char *p, enum db_type type, const struct db_value *value)
{
    size_t n = array_length(type, value);
    const bool *nulls = array_nulls(type, value);
    p = db_put_u32(p, n ? 1 : 0);
    p = db_put_u32(p, nulls ? 1 : 0);
    p = db_put_u32(p, oids[element_type(type)]);
    if (n == 0)
        return p;
    p = db_put_u32(p, (uint32_t)n);
    p = db_put_u32(p, 1);
    for (size_t i = 0; i < n; i++)
        p = nulls && nulls[i] ? db_put_u32(p, UINT32_MAX) : put_element(p, type, value, i);
    return p;
}

size_t db_encoded_size(enum db_type type, const struct db_value *value)
{
    switch (type) {
    case DB_BOOL:
        return 1;
    case DB_INT:
    case DB_DATE:
        return 4;
    case DB_BIGINT:
    case DB_TIMESTAMPTZ:
    case DB_DOUBLE:
        return 8;
    case DB_JSONB:
        return 1 + strlen(value->as.text);
    case DB_TEXT:
        return strlen(value->as.text);
    case DB_BYTEA:
        return value->as.bytes.n;
    default:
        return array_size(type, value);
    }
}

void db_encode(char *p, enum db_type type, const struct db_value *value)
{
    switch (type) {
    case DB_BOOL:
        *p = value->as.b;
        break;
    case DB_INT:
        db_put_u32(p, (uint32_t)value->as.i);
        break;
    case DB_DATE:
        db_put_u32(p, date_out(value->as.i));
        break;
    case DB_BIGINT:
        put_u64(p, (uint64_t)value->as.n);
        break;
    case DB_TIMESTAMPTZ:
        put_u64(p, instant_out(value->as.n));
        break;
    case DB_DOUBLE:
        put_double(p, value->as.d);
        break;
    case DB_JSONB:
        *p = 1;
        put_bytes(p + 1, value->as.text, strlen(value->as.text));
        break;
    case DB_TEXT:
        put_bytes(p, value->as.text, strlen(value->as.text));
        break;
    case DB_BYTEA:
        put_bytes(p, value->as.bytes.p, value->as.bytes.n);
        break;
    default:
        put_array(p, type, value);
    }
}

static uint32_t get_u32(const char *p)
{
    uint32_t be;
    memcpy(&be, p, sizeof be);
    return GUINT32_FROM_BE(be);
}

static uint64_t get_u64(const char *p)
{
    uint64_t be;
    memcpy(&be, p, sizeof be);
    return GUINT64_FROM_BE(be);
}

static double get_double(const char *p)
{
    uint64_t bits = get_u64(p);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Fixed-width elements straight into an array; `nulls` gets NULL when there are none. */
static bool decode_fixed(struct arena *arena, const char *data, int size, size_t width, void **out,
                         size_t *n, const bool **nulls)
{
    *n = 0;
    *out = NULL;
    *nulls = NULL;
    if (size < 12)
        return false;
    if (get_u32(data) == 0)
        return true;
    if (get_u32(data) != 1 || size < 20)
        return false;
    size_t count = get_u32(data + 12);
    bool has_nulls = get_u32(data + 4) != 0;
    char *values = arena_array(arena, count, width);
    bool *is_null = has_nulls ? arena_array(arena, count, 1) : NULL;
    const char *p = data + 20, *end = data + size;
    for (size_t i = 0; i < count; i++) {
        if (end - p < 4)
            return false;
        uint32_t length = get_u32(p);
        p += 4;
        if (length == UINT32_MAX) {
            if (!is_null)
                return false;
            is_null[i] = true;
            continue;
        }
        if (length != width || end - p < (ptrdiff_t)width)
            return false;
        if (width == 4) {
            uint32_t v = get_u32(p);
            memcpy(values + i * 4, &v, 4);
        } else {
            uint64_t v = get_u64(p);
            memcpy(values + i * 8, &v, 8);
        }
        p += width;
    }
    *out = values;
    *n = count;
    *nulls = is_null;
    return true;
}

static bool decode_texts(struct arena *arena, const char *data, int size, struct db_texts *out)
{
    *out = (struct db_texts){0};
    if (size < 12)
        return false;
    if (get_u32(data) == 0)
        return true;
    if (size < 20)
        return false;
    size_t count = get_u32(data + 12);
    const char **values = arena_array(arena, count, sizeof *values);
    bool *is_null = arena_array(arena, count, 1);
    const char *p = data + 20, *end = data + size;
    for (size_t i = 0; i < count; i++) {
        if (end - p < 4)
            return false;
        uint32_t length = get_u32(p);
        p += 4;
        if (length == UINT32_MAX) {
            is_null[i] = true;
            values[i] = "";
            continue;
        }
        if ((size_t)(end - p) < length)
            return false;
        values[i] = arena_strndup(arena, p, length);
        p += length;
    }
    *out = (struct db_texts){count, values, get_u32(data + 4) ? is_null : NULL};
    return true;
}

static bool decode_array(struct arena *arena, enum db_type type, const char *data, int size,
                         struct db_value *out)
{
    void *values;
    size_t n;
    const bool *nulls;
    if (type == DB_TEXT_ARRAY)
        return decode_texts(arena, data, size, &out->as.texts);
    size_t width = type == DB_INT_ARRAY || type == DB_DATE_ARRAY ? 4 : 8;
    if (!decode_fixed(arena, data, size, width, &values, &n, &nulls))
        return false;
    if (type == DB_INT_ARRAY)
        out->as.ints = (struct db_ints){n, values, nulls};
    else if (type == DB_BIGINT_ARRAY)
        out->as.bigints = (struct db_bigints){n, values, nulls};
    else if (type == DB_DOUBLE_ARRAY)
        out->as.doubles = (struct db_doubles){n, values, nulls};
    else {
        int32_t *days = values;
        for (size_t i = 0; i < n; i++)
            days[i] = date_in((uint32_t)days[i]);
        out->as.dates = (struct db_dates){n, days, nulls};
    }
    return true;
}

bool db_decode(struct arena *arena, enum db_type type, const char *data, int size,
               struct db_value *out)
{
    static const int widths[DB_TYPE_COUNT] = {[DB_BOOL] = 1,   [DB_INT] = 4,  [DB_BIGINT] = 8,
                                              [DB_DOUBLE] = 8, [DB_DATE] = 4, [DB_TIMESTAMPTZ] = 8};
    if (widths[type] && widths[type] != size)
        return false;
    switch (type) {
    case DB_BOOL:
        out->as.b = data[0] != 0;
        return true;
    case DB_INT:
        out->as.i = (int32_t)get_u32(data);
        return true;
    case DB_DATE:
        out->as.i = date_in(get_u32(data));
        return true;
    case DB_BIGINT:
        out->as.n = (int64_t)get_u64(data);
        return true;
    case DB_TIMESTAMPTZ:
        out->as.n = instant_in(get_u64(data));
        return true;
    case DB_DOUBLE:
        out->as.d = get_double(data);
        return true;
    case DB_TEXT:
        out->as.text = arena_strndup(arena, data, (size_t)size);
        return true;
    case DB_JSONB:
        if (size < 1)
            return false;
        out->as.text = arena_strndup(arena, data + 1, (size_t)size - 1);
        return true;
    case DB_BYTEA:
        out->as.bytes = (struct slice){arena_strndup(arena, data, (size_t)size), (size_t)size};
        return true;
    default:
        return decode_array(arena, type, data, size, out);
    }
}
