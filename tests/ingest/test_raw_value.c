/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as PostgreSQL's binary forms against PostgreSQL's own reading of the same text, and what a
 * JSON Schema says about a field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/json_schema.h"
#include "ingest/raw_number.h"
#include "ingest/raw_time.h"
#include "ingest/raw_value.h"
#include "support/warehouse.h"

enum { NUMBERS = 600 };

static struct raw_value encode(struct arena *arena, enum raw_type type, const char *json,
                               enum raw_fit want)
{
    struct raw_value value;
    g_autofree char *object = g_strdup_printf("{\"v\": %s}", json);
    struct scan_json_members members;
    struct scan_json_member m;
    scan_json_open(&members, arena, slice_of(arena_strdup(arena, object)));
    assert_true(scan_json_next(&members, &m));
    enum raw_fit fit = raw_value_encode(arena, type, &m, &value);
    if (fit != want)
        fail_msg("%s as %s gives %d, want %d", json, raw_type_name(type), fit, want);
    return value;
}

/* The hexadecimal text of bytes, for a comparison in SQL. */
static void put_hex(GString *out, struct slice bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        g_string_append_printf(out, "%02x", (unsigned char)bytes.p[i]);
}

/* Does PostgreSQL send the same bytes for each text that we do? Prints the first that differ. */
static void compare(struct db *db, const char *sender, enum raw_type type, const GPtrArray *texts,
                    bool quoted)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GString) query = g_string_new("SELECT string_agg(v.t, ' ') FROM (VALUES ");
    for (guint i = 0; i < texts->len; i++) {
        const char *text = texts->pdata[i];
        g_autofree char *json = g_strdup_printf(quoted ? "\"%s\"" : "%s", text);
        g_string_append_printf(query, "%s('%s', '", i ? ", " : "", text);
        put_hex(query, encode(arena, type, json, RAW_FITS).bytes);
        g_string_append(query, "')");
    }
    g_string_append_printf(query, ") AS v(t, h) WHERE encode(%s(v.t::%s), 'hex') <> v.h", sender,
                           raw_type_name(type));
    g_autofree char *wrong = warehouse_value(db, query->str);
    if (wrong)
        fail_msg("%s reads otherwise: %s", raw_type_name(type), wrong);
}

static char *random_number(GRand *rand)
{
    g_autoptr(GString) out = g_string_new(g_rand_boolean(rand) ? "-" : "");
    int whole = g_rand_int_range(rand, 0, g_rand_boolean(rand) ? 4 : 40);
    if (whole == 0)
        g_string_append_c(out, '0');
    for (int i = 0; i < whole; i++)
        g_string_append_c(out, (char)g_rand_int_range(rand, i == 0 ? '1' : '0', '9' + 1));
    if (g_rand_boolean(rand)) {
        g_string_append_c(out, '.');
        for (int i = g_rand_int_range(rand, 1, 30); i > 0; i--)
            g_string_append_c(
                out, g_rand_boolean(rand) ? '0' : (char)g_rand_int_range(rand, '0', '9' + 1));
    }
    if (g_rand_int_range(rand, 0, 3) == 0)
        g_string_append_printf(out, "e%d", g_rand_int_range(rand, -40, 40));
    return g_strdup(out->str);
}

static void numbers_are_what_postgres_reads_R10(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    const char *chosen[] = {"0",          "-0",
                            "0.0",        "0.000000001",
                            "1",          "10000",
                            "100000",     "99999999",
                            "1.0",        "1.10",
                            "1e10",       "1E+4",
                            "-1.50e-7",   "18446744073709551616",
                            "0.0001",     "1e400",
                            "1e-400",     "12345.6789",
                            "0.00012345", "10000000000000000000000.1234"};
    for (size_t i = 0; i < G_N_ELEMENTS(chosen); i++)
        g_ptr_array_add(texts, g_strdup(chosen[i]));
    GRand *rand = g_rand_new_with_seed(20261127);
    while (texts->len < NUMBERS)
        g_ptr_array_add(texts, random_number(rand));
    g_rand_free(rand);
    compare(db, "numeric_send", RAW_NUMERIC, texts, false);
    g_autoptr(arena_t) arena = arena_new();
    for (guint i = 0; i < texts->len; i++) {
        /* the one text of a value is that value, and its own one text */
        struct slice same = encode(arena, RAW_NUMERIC, texts->pdata[i], RAW_FITS).same;
        struct raw_number number;
        assert_true(raw_number_parse(arena, same, &number));
        assert_true(slice_equals(raw_number_text(arena, &number), same));
    }
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (gpointer)(uintptr_t) "NaN");
    g_ptr_array_add(words, (gpointer)(uintptr_t) "Infinity");
    g_ptr_array_add(words, (gpointer)(uintptr_t) "-Infinity");
    compare(db, "numeric_send", RAW_NUMERIC, words, true);
    encode(arena, RAW_NUMERIC, "1e131072", RAW_MISFIT);
    encode(arena, RAW_NUMERIC, "1e999999999999", RAW_MISFIT);
    encode(arena, RAW_JSONB, "[1e999999999999]", RAW_MISFIT);
    encode(arena, RAW_BIGINT, "9223372036854775808", RAW_WIDER);
    encode(arena, RAW_BIGINT, "0.5", RAW_WIDER);
    encode(arena, RAW_BIGINT, "\"007\"", RAW_MISFIT);
    encode(arena, RAW_BIGINT, "true", RAW_MISFIT);
    assert_true(slice_equals(encode(arena, RAW_BIGINT, "1.0e2", RAW_FITS).same, SLICE("100")));
}

static void times_are_what_postgres_reads_R11(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *const zoned[] = {"2022-11-22T01:23:45+05:00",
                                 "1504-02-29T01:23:45+05:00",
                                 "9999-12-21T01:23:45-05:00",
                                 "2020-08-29T00:00:00.000000-0000",
                                 "2020-08-30T00:00:00.000-00",
                                 "2020-08-31 00:00:00+00",
                                 "2020-09-01T00:00:00Z",
                                 "2021-01-01T00:00:00.000+0000",
                                 "2022-01-23T01:23:45.678-11:30 BC",
                                 "1970-01-01T00:00:00Z",
                                 "1999-12-31T24:00:00Z",
                                 "2016-12-31T23:59:60Z",
                                 "2021-05-05T05:05:05.123456+09",
                                 "0001-01-01T00:00:00Z",
                                 "4712-01-01T00:00:00Z BC"};
    const char *const unzoned[] = {"2022-11-22T01:23:45", "1504-02-29T01:23:45",
                                   "9999-12-21T01:23:45", "2015-09-01 16:34:02.5",
                                   "2000-02-29T00:00:00", "2022-01-23T01:23:45.678 BC"};
    const char *const days[] = {"2021-01-23",    "1504-02-29", "9999-12-23",
                                "2022-01-23 BC", "0001-12-31", "2000-03-01"};
    const char *const clocks[] = {"00:00:00", "01:04:04", "23:59:59.999999", "24:00:00", "12:34"};
    const struct {
        const char *sender;
        enum raw_type type;
        const char *const *text;
        size_t n;
    } lists[] = {{"timestamptz_send", RAW_TIMESTAMPTZ, zoned, G_N_ELEMENTS(zoned)},
                 {"timestamp_send", RAW_TIMESTAMP, unzoned, G_N_ELEMENTS(unzoned)},
                 {"date_send", RAW_DATE, days, G_N_ELEMENTS(days)},
                 {"time_send", RAW_TIME, clocks, G_N_ELEMENTS(clocks)}};
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(GPtrArray) texts = g_ptr_array_new();
        for (size_t j = 0; j < lists[i].n; j++)
            g_ptr_array_add(texts, (gpointer)(uintptr_t)lists[i].text[j]);
        compare(db, lists[i].sender, lists[i].type, texts, true);
    }
    const char *wrong[] = {"2021-02-29",
                           "2021-13-01",
                           "2021-00-01",
                           "21-01-01",
                           "2021-01-01T25:00:00Z",
                           "2021-01-01T00:60:00Z",
                           "0000-01-01",
                           "2021-01-01T00:00:00+16:00",
                           "2021-01-01T",
                           "2021-01-01T00:00:00Zx",
                           "yesterday",
                           "1598659200",
                           "2021-1-1",
                           "9999999-01-01"};
    struct raw_time time;
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        if (raw_time_parse(slice_of(wrong[i]), &time))
            fail_msg("%s is read as a time", wrong[i]);
    }
    /* no offset is no place: such a time never becomes an instant, nor an instant a clock's */
    encode(arena, RAW_TIMESTAMPTZ, "\"2022-11-22T01:23:45\"", RAW_MISFIT);
    encode(arena, RAW_TIMESTAMP, "\"2022-11-22T01:23:45Z\"", RAW_MISFIT);
    encode(arena, RAW_TIMESTAMPTZ, "1598659200", RAW_MISFIT);
    encode(arena, RAW_DATE, "\"\"", RAW_EMPTY);
    struct raw_value fine =
        encode(arena, RAW_TIMESTAMP, "\"2022-11-22T01:23:45.1234567\"", RAW_FITS);
    assert_int_equal(fine.rounded, 1);
}

static void bytes_are_decoded_on_request(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct {
        enum raw_type type;
        const char *json, *want;
    } cases[] = {{RAW_BASE16, "\"0xA1B2\"", "a1b2"},
                 {RAW_BASE16, "\"A12\"", "0a12"},
                 {RAW_BASE16, "\"0x\"", ""},
                 {RAW_BASE16, "\"\"", ""},
                 {RAW_BASE16, "\"A12b\"", "a12b"},
                 {RAW_BASE64, "\"dGVzdA==\"", "74657374"},
                 {RAW_BASE64, "\"\"", ""}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) hex = g_string_new(NULL);
        put_hex(hex, encode(arena, cases[i].type, cases[i].json, RAW_FITS).bytes);
        assert_string_equal(hex->str, cases[i].want);
    }
    encode(arena, RAW_BASE16, "\"xyz\"", RAW_MISFIT);
    encode(arena, RAW_BASE64, "\"dGVzdA=\"", RAW_MISFIT);
    encode(arena, RAW_BASE64, "\"d!VzdA==\"", RAW_MISFIT);
}

static void a_schema_says_what_a_column_is(void **state)
{
    (void)state;
    static const struct {
        const char *schema;
        enum raw_type type, decoded;
    } cases[] = {
        {"{}", RAW_JSONB, RAW_JSONB},
        {"{\"type\": \"integer\"}", RAW_BIGINT, RAW_BIGINT},
        {"{\"type\": [\"null\", \"number\"]}", RAW_NUMERIC, RAW_NUMERIC},
        {"{\"type\": \"number\", \"airbyte_type\": \"integer\"}", RAW_BIGINT, RAW_BIGINT},
        {"{\"type\": \"number\", \"airbyte_type\": \"float\"}", RAW_NUMERIC, RAW_NUMERIC},
        {"{\"type\": \"string\", \"airbyte_type\": \"big_number\"}", RAW_NUMERIC, RAW_NUMERIC},
        {"{\"type\": \"string\", \"format\": \"date\"}", RAW_DATE, RAW_DATE},
        {"{\"format\": \"date-time\", \"type\": [\"string\", \"null\"]}", RAW_TIMESTAMPTZ,
         RAW_TIMESTAMPTZ},
        {"{\"type\": \"string\", \"format\": \"date-time\", \"airbyte_type\": "
         "\"timestamp_without_timezone\"}",
         RAW_TIMESTAMP, RAW_TIMESTAMP},
        {"{\"airbyte_type\": \"time_with_timezone\", \"type\": \"string\", \"format\": \"time\"}",
         RAW_TEXT, RAW_TEXT},
        {"{\"type\": \"string\", \"format\": \"time\"}", RAW_TIME, RAW_TIME},
        {"{\"anyOf\": [{\"type\": \"string\", \"format\": \"date-time\"}, {\"type\": \"null\"}]}",
         RAW_TIMESTAMPTZ, RAW_TIMESTAMPTZ},
        {"{\"anyOf\": [{\"type\": \"array\"}, {\"type\": \"string\"}]}", RAW_JSONB, RAW_JSONB},
        {"{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"integer\"}, {\"type\": \"null\"}]}",
         RAW_TEXT, RAW_TEXT},
        {"{\"type\": [\"integer\", \"number\"]}", RAW_NUMERIC, RAW_NUMERIC},
        {"{\"type\": [\"integer\", \"boolean\"]}", RAW_JSONB, RAW_JSONB},
        {"{\"type\": [\"string\", \"null\"], \"contentEncoding\": \"base16\"}", RAW_TEXT,
         RAW_BASE16},
        {"{\"$ref\": \"WellKnownTypes.json#/definitions/BinaryData\"}", RAW_TEXT, RAW_BASE64},
        {"{\"$ref\": \"WellKnownTypes.json#/definitions/Integer\"}", RAW_BIGINT, RAW_BIGINT},
        {"{\"$ref\": \"WellKnownTypes.json#/definitions/TimestampWithTimezone\"}", RAW_TIMESTAMPTZ,
         RAW_TIMESTAMPTZ},
        {"{\"type\": \"integer\", \"maximum\": 18446744073709551615}", RAW_BIGINT, RAW_BIGINT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(GError) err = NULL;
        g_autofree char *text = g_strdup_printf(
            "{\"properties\": {\"f\": %s}, \"required\": [\"f\"]}", cases[i].schema);
        struct json_schema schema;
        for (int decode = 0; decode < 2; decode++) {
            if (!json_schema_read(arena, slice_of(text), decode, &schema, &err))
                fail_msg("%s", err->message);
            enum raw_type want = decode ? cases[i].decoded : cases[i].type;
            if (schema.n_fields != 1 || schema.field[0].type != want)
                fail_msg("%s is %s, want %s", text, raw_type_name(schema.field[0].type),
                         raw_type_name(want));
        }
        assert_string_equal(schema.required[0], "f");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_what_postgres_reads_R10),
        cmocka_unit_test(times_are_what_postgres_reads_R11),
        cmocka_unit_test(bytes_are_decoded_on_request),
        cmocka_unit_test(a_schema_says_what_a_column_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
