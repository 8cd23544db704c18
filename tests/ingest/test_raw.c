/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams without a mapping in tables of their own: values, names, sizes. Names carry the
 * requirement they stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/staged.h"
#include "support/warehouse.h"

static void values_are_exact_R9_R10_R11(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(
        &s, "t", "", "",
        "\"i\": {\"type\": \"integer\"}, \"n\": {\"type\": [\"null\", \"number\"]}, \"s\": "
        "{\"type\": \"string\"}, \"j\": {}, \"b\": {\"type\": \"boolean\"}, \"d\": {\"type\": "
        "\"string\", \"format\": \"date\"}, \"z\": {\"type\": \"string\", \"format\": "
        "\"date-time\"}, \"w\": {\"type\": \"string\", \"format\": \"date-time\"}, \"c\": "
        "{\"type\": \"string\", \"format\": \"time\"}");
    staged_take(&s, "t",
                "{\"i\": 9223372036854775807, \"n\": 10000000000000000000000.1234, \"s\": "
                "\"a\\u0000b\\ud800\", \"j\": {\"x\": \"\\u0000\", \"y\": 1.10, \"z\": "
                "[18446744073709551616]}, \"b\": true, \"d\": \"1504-02-29\", \"z\": "
                "\"2022-11-22T01:23:45.123456+05:00\", \"w\": \"2015-09-01T16:34:02\", \"c\": "
                "\"01:02:03.5\"}");
    staged_take(
        &s, "t",
        "{\"i\": -9223372036854775808, \"n\": -1.5e-3, \"s\": \"\", \"j\": \"text\", \"b\": false, "
        "\"d\": \"9999-12-23\", \"z\": \"9999-12-21T01:23:45Z\", \"w\": \"1504-02-29 "
        "01:23:45.5\", \"c\": \"23:59:59\"}");
    staged_take(
        &s, "t",
        "{\"i\": \"12\", \"n\": \"NaN\", \"d\": \"\", \"z\": null, \"d\": \"0044-03-15 BC\"}");
    staged_take(
        &s, "t",
        "{\"i\": 1e3, \"n\": 0.00, \"d\": \"0044-03-15 BC\", \"z\": \"2020-08-29T00:00:00-0000\"}");
    staged_deliver(&s);
    sources_expect(db,
                   "SELECT string_agg(i::text, ' ' ORDER BY _kenko_ordinal) FROM "
                   "raw_version.sf_t",
                   "9223372036854775807 -9223372036854775808 1000");
    sources_expect(db,
                   "SELECT string_agg(n::text, ' ' ORDER BY _kenko_ordinal) FROM raw_version.sf_t",
                   "10000000000000000000000.1234 -0.0015 0.00");
    sources_expect(db, "SELECT s FROM raw_version.sf_t WHERE _kenko_ordinal = 1",
                   "a\xef\xbf\xbd"
                   "b\xef\xbf\xbd");
    sources_expect(db, "SELECT j::text FROM raw_version.sf_t WHERE _kenko_ordinal = 1",
                   "{\"x\": \"\xef\xbf\xbd\", \"y\": 1.10, \"z\": [18446744073709551616]}");
    sources_expect(db, "SELECT replaced_chars::text FROM ops.load", "3");
    sources_expect(db,
                   "SELECT string_agg(d::text, ' ' ORDER BY _kenko_ordinal) FROM raw_version.sf_t",
                   "1504-02-29 9999-12-23 0044-03-15 BC");
    sources_expect(db,
                   "SELECT string_agg(z::text, ', ' ORDER BY _kenko_ordinal) FROM raw_version.sf_t",
                   "2022-11-21 20:23:45.123456+00, 9999-12-21 01:23:45+00, 2020-08-29 00:00:00+00");
    sources_expect(db,
                   "SELECT string_agg(w::text, ', ' ORDER BY _kenko_ordinal) FROM raw_version.sf_t",
                   "2015-09-01 16:34:02, 1504-02-29 01:23:45.5");
    sources_expect(db,
                   "SELECT string_agg(c::text, ' ' ORDER BY _kenko_ordinal) FROM raw_version.sf_t",
                   "01:02:03.5 23:59:59");
    sources_expect(db, "SELECT reason || ' ' || field FROM ops.reject", "duplicate_key d");
    staged_close(&s);
}

static void names_are_folded_cut_and_stay_R12(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    const char *properties =
        "\"Email\": {}, \"email\": {}, \"a-b\": {}, \"a_b\": {}, "
        "\"HKD@sp\xc3\xa9\xc3\xa7i\xc3\xa4l & "
        "characters\": {}, \"99namespace\": {}, \"ctid\": {}, \"_kenko_key\": {}, \"\": {}, "
        "\"\xe9\xa1\xa7\xe5\xae\xa2\xe3\x81\xae\xe5\x90\x8d\xe5\x89\x8d\xe3\x81\x8c\xe3\x81\xa8\xe3"
        "\x81\xa6\xe3\x82\x82\xe9\x95\xb7\xe3\x81\x84\xe5\xa0\xb4\xe5\x90\x88\xe3\x81\xae\xe5\x88"
        "\x97\xe3\x81\xae\xe5\x90\x8d\xe5\x89\x8d\": {}";
    const char *names = "SELECT string_agg(name, ' ' ORDER BY position) FROM ops.raw_column";
    staged_open(&s, db, NULL, 0);
    staged_declare(&s,
                   "Sp\xc3\xa9"
                   "cial: Stream!",
                   "", "", properties);
    staged_take(&s,
                "Sp\xc3\xa9"
                "cial: Stream!",
                "{\"Email\": 1}");
    staged_deliver(&s);
    staged_close(&s);
    g_autofree char *first = warehouse_value(db, names);
    g_auto(GStrv) words = g_strsplit(first, " ", -1);
    assert_string_equal(words[0], "email");
    assert_true(g_str_has_prefix(words[1], "email_") && strlen(words[1]) == 14);
    assert_string_equal(words[2], "a_b");
    assert_true(g_str_has_prefix(words[3], "a_b_"));
    assert_string_equal(words[4], "hkd_special___characters");
    assert_string_equal(words[5], "_99namespace");
    assert_true(g_str_has_prefix(words[6], "ctid_"));
    assert_true(g_str_has_prefix(words[7], "_kenko_key_"));
    assert_string_equal(words[8], "field");
    assert_true(strlen(words[9]) <= 63 && g_utf8_validate(words[9], -1, NULL));
    sources_expect(db, "SELECT relation FROM ops.raw_table", "sf_special__stream_");
    sources_expect(db, "SELECT email::text FROM raw.sf_special__stream_", "1");

    /* The next run knows them, whatever order the fields come in. */
    staged_open(&s, db, NULL, 0);
    staged_declare(&s,
                   "Sp\xc3\xa9"
                   "cial: Stream!",
                   "", "", "\"a_b\": {}, \"email\": {}, \"A-B\": {}");
    staged_take(&s,
                "Sp\xc3\xa9"
                "cial: Stream!",
                "{\"email\": 2}");
    staged_deliver(&s);
    staged_close(&s);
    g_autofree char *second = warehouse_value(db, names);
    assert_true(g_str_has_prefix(second, first));
    g_autofree char *query = g_strdup_printf(
        "SELECT %s::text FROM raw.sf_special__stream_ WHERE email IS NULL", words[1]);
    sources_expect(db, query, "2");
}

static void fields_may_be_called_as_we_call_ours(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GString) properties = g_string_new(NULL);
    g_autoptr(GString) record = g_string_new("{");
    const char *const names[] = {"n",     "v",     "l",          "h",         "s",  "w",   "d",
                                 "f",     "g",     "t",          "g0",        "g1", "key", "hash",
                                 "ended", "apart", "generation", "unchanged", "id"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_string_append_printf(properties, "%s\"%s\": {\"type\": \"integer\"}", i ? ", " : "",
                               names[i]);
        g_string_append_printf(record, "%s\"%s\": %zu", i ? ", " : "", names[i], i);
    }
    g_string_append(record, "}");
    struct raw_rule rule = {.from = (char[]){"*"}, .partial = true};
    struct staged s;
    staged_open(&s, db, &rule, 1);
    staged_declare(&s, "t", "key v", "n l", properties->str);
    staged_take(&s, "t", record->str);
    staged_take(&s, "t", "{\"key\": 12, \"v\": 1, \"g1\": 7}");
    staged_take_generation(&s, "t", record->str, 1);
    staged_deliver(&s);
    staged_take_generation(&s, "t", record->str, 2);
    raw_set_generation(staged_stream(&s, "t"), 2, RAW_FLOOR);
    staged_deliver(&s);
    g_autofree char *digest = sources_facts(db);
    assert_non_null(digest);
    sources_expect(db, "SELECT concat_ws(' ', n, v, g1, id, key) FROM raw.sf_t", "0 1 11 18 12");
    staged_close(&s);
}

static void columns_beyond_the_limit_go_beside_R12(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GString) properties = g_string_new("\"id\": {\"type\": \"integer\"}");
    g_autoptr(GString) record = g_string_new("{\"id\": 1");
    for (int i = 0; i < 1700; i++) {
        g_string_append_printf(properties, ", \"f%d\": {\"type\": \"integer\"}", i);
        g_string_append_printf(record, ", \"f%d\": %d", i, i);
    }
    g_string_append(record, "}");
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "t", "id", "", properties->str);
    staged_take(&s, "t", record->str);
    staged_take(&s, "t", "{\"id\": 2, \"f1699\": 7, \"f0\": 8}");
    staged_deliver(&s);
    sources_expect(db, "SELECT f0 || ' ' || (_extra->>'f1699') FROM raw.sf_t WHERE id = 2", "8 7");
    /* a tuple that has no room for all its columns keeps the rest beside them, nothing is lost */
    sources_expect(
        db,
        "SELECT (SELECT count(*) FROM jsonb_each_text(to_jsonb(t) - '_extra') AS e WHERE "
        "e.key LIKE 'f%' AND e.value IS NOT NULL) + (SELECT count(*) FROM "
        "jsonb_object_keys(t._extra)) FROM raw.sf_t AS t WHERE id = 1",
        "1700");
    staged_close(&s);
}

/* Looking each record up in a list of all would take many minutes here. */
static void a_large_load_costs_no_more_per_record_R16(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}");
    int64_t began = g_get_monotonic_time();
    for (int again = 0; again < 2; again++) {
        for (int i = 0; i < 40000; i++) {
            g_autofree char *json = g_strdup_printf("{\"id\": %d}", i);
            staged_take(&s, "t", json);
        }
        staged_deliver(&s);
    }
    assert_true(g_get_monotonic_time() - began < INT64_C(60000000));
    sources_expect(
        db, "SELECT string_agg(loaded || '+' || duplicate, ' ' ORDER BY load_id) FROM ops.load",
        "40000+0 0+40000");
    staged_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_exact_R9_R10_R11),
        cmocka_unit_test(names_are_folded_cut_and_stay_R12),
        cmocka_unit_test(fields_may_be_called_as_we_call_ours),
        cmocka_unit_test(columns_beyond_the_limit_go_beside_R12),
        cmocka_unit_test(a_large_load_costs_no_more_per_record_R16),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
