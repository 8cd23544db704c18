/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Airbyte's destination acceptance messages, its normalisation suite and recorded output of real
 * sources give the results that their own tests publish. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/raw_name.h"
#include "support/feeding.h"
#include "support/sources.h"
#include "support/warehouse.h"

#define STANDARD "airbyte/airbytehq-airbyte/standard-destination-test/"
#define NORMALIZATION "airbyte/airbytehq-airbyte/base-normalization/"
#define FAROS "airbyte/faros-airbyte-connectors/"

static const char *dir;
static struct db *db;
static const char *data;

static int open_suite(void **state)
{
    (void)state;
    data = warehouse_test_data("Airbyte suites");
    if (!data)
        return 0;
    const char *const names[] = {"rate",   "edge",    "numbers", "narray", "basic", "array",
                                 "object", "aobject", "stripe",  "simple", "faros"};
    g_autoptr(GString) yaml = g_string_new("sources:\n");
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        g_string_append_printf(yaml, "  - {name: %s, type: airbyte}\n", names[i]);
    /* the second run of the nested suite sends nothing for most of what it overwrites */
    g_string_append(yaml,
                    "  - {name: nested, type: airbyte, raw: [{from: \"*\", allow_empty: true}]}\n");
    db = warehouse_open();
    dir = sources_directory(yaml->str);
    return 0;
}

static int close_suite(void **state)
{
    (void)state;
    db_close(db);
    return 0;
}

static char *text_of(const char *file)
{
    g_autofree char *path = g_build_filename(data, "data/conformance", file, NULL);
    char *text;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("cannot read %s", path);
    return text;
}

/* The suite's catalogs name streams only; its harness configures each to be appended. */
static char *configure(const char *text)
{
    json_t *root = json_loads(text, 0, NULL), *streams = json_array(), *one;
    size_t i;
    json_array_foreach(json_object_get(root, "streams"), i, one) json_array_append_new(
        streams, json_pack("{s:O, s:s, s:s}", "stream", one, "sync_mode", "full_refresh",
                           "destination_sync_mode", "append"));
    json_t *out = json_pack("{s:o}", "streams", streams);
    char *dumped = json_dumps(out, 0), *copy = g_strdup(dumped);
    free(dumped);
    json_decref(root);
    json_decref(out);
    return copy;
}

/* How many states are said. */
static int feed(const char *source, const char *catalog, const char *messages)
{
    g_autoptr(GError) err = NULL;
    struct feeding f;
    feeding_init(&f, source, messages);
    f.catalog = catalog;
    if (!feeding_try(db, dir, &f, &err))
        fail_msg("%s", err->message);
    int states = 0;
    for (const char *p = f.answers->str; (p = strchr(p, '\n')); p++)
        states++;
    feeding_clear(&f);
    return states;
}

static int feed_standard(const char *source, const char *name)
{
    g_autofree char *catalog_path = g_strconcat(STANDARD, name, "_catalog.json", NULL);
    g_autofree char *messages_path = g_strconcat(STANDARD, name, "_messages.txt", NULL);
    g_autofree char *listed = text_of(catalog_path);
    g_autofree char *catalog = configure(listed);
    g_autofree char *messages = text_of(messages_path);
    return feed(source, catalog, messages);
}

static void exchange_rates(void **state)
{
    (void)state;
    if (!data)
        skip();
    assert_int_equal(feed_standard("rate", "exchange_rate"), 3);
    sources_expect(
        db, "SELECT count(*) || ' ' || sum(hkd) || ' ' || sum(usd) FROM raw.rate_exchange_rate",
        "5 31.57 31.31");
}

static void edge_cases_of_names_R12(void **state)
{
    (void)state;
    if (!data)
        skip();
    assert_int_equal(feed_standard("edge", "edge_case"), 1);
    static const char *const expected[][2] = {
        {"SELECT data FROM raw.edge_streamwithcamelcase", "one"},
        {"SELECT data FROM raw.edge_stream_with_underscores", "one"},
        {"SELECT count(*)::text FROM raw.edge_stream_with_all_caps", "0"},
        {"SELECT string_agg(concat(fieldwithcamelcase, field_with_underscore), ' ') || count(*) "
         "FROM "
         "raw.edge_stream_with_edge_case_field_names",
         "one one2"},
        {"SELECT field_with_special_character FROM raw.edge_stream_with_special_character_names",
         "one"},
        {"SELECT deleted::text FROM raw.edge_capitalcase", "true"},
        {"SELECT \"order\" FROM raw.edge_reserved_keywords", "ascending"},
        {"SELECT \"authorization\" FROM raw.edge_groups", "into"},
        {"SELECT propercase::text FROM raw.edge_propercase", "true"},
        {"SELECT string_agg(concat_ws('-', some_id, some_field, some_next_field), ' ' ORDER BY "
         "some_id) FROM raw.edge_stream_name",
         "101-some_field_1-some_next_field_1 102-some_field_2 103-some_next_field_3 104"},
        {"SELECT string_agg(concat_ws('-', some_id, next_field_name), ' ' ORDER BY some_id) FROM "
         "raw.edge_stream_name_next",
         "201-next_field_name_1 202-next_field_name_2 203"},
        {"SELECT binary_field_name FROM raw.edge_stream_with_binary_data", "dGVzdA=="},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
        sources_expect(db, expected[i][0], expected[i][1]);
}

static void namespaces_are_folded_R12(void **state)
{
    (void)state;
    if (!data)
        skip();
    g_autofree char *text = text_of(STANDARD "namespace_test_cases.json");
    json_t *cases = json_loads(text, 0, NULL), *one;
    size_t i, checked = 0;
    json_array_foreach(cases, i, one)
    {
        g_autoptr(arena_t) arena = arena_new();
        const char *name = json_string_value(json_object_get(one, "namespace"));
        const char *want = json_string_value(json_object_get(one, "normalized"));
        char *folded = raw_name_fold(arena, name, NULL, NULL);
        assert_true(strlen(folded) <= RAW_NAME_MAX && g_utf8_validate(folded, -1, NULL));
        if (!json_is_true(json_object_get(one, "enabled")))
            continue;
        checked++;
        if (strcmp(folded, want) != 0)
            fail_msg("%s is folded to %s, want %s", name, folded, want);
    }
    assert_int_equal(checked, 3);
    json_decref(cases);
}

static void numbers_survive_R10(void **state)
{
    (void)state;
    if (!data)
        skip();
    assert_int_equal(feed_standard("numbers", "number_data_type_test"), 1);
    const char *query = "SELECT string_agg(data::text, ' ' ORDER BY _kenko_at) FROM raw.numbers_";
    static const char *const expected[][2] = {
        {"int_test", "42 0 -12345"},
        {"float_test", "56.78 0 -12345.678"},
        {"default_number_test", "10000000000000000000000.1234 0 -12345.678"}};
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autofree char *one = g_strconcat(query, expected[i][0], NULL);
        sources_expect(db, one, expected[i][1]);
    }
    assert_int_equal(feed_standard("narray", "number_data_type_array_test"), 1);
    sources_expect(db,
                   "SELECT concat_ws(' ', array_number, array_float, array_integer) FROM "
                   "raw.narray_array_test_1",
                   "[-12345.678, 100000000000000000.1234] [-12345.678, 0, "
                   "1000000000000000000000000000000000000000000000000000.1234] [42, 0, 12345]");
}

static void types_survive_R10_R11(void **state)
{
    (void)state;
    if (!data)
        skip();
    assert_int_equal(feed_standard("basic", "data_type_basic_test"), 1);
    const char *query = "SELECT string_agg(data::text, '|' ORDER BY _kenko_at) FROM raw.basic_";
    static const char *const expected[][2] = {
        {"string_test_1", "foo bar||some random special characters: ࠈൡሗ"},
        {"date_test_1", "2021-01-23|1504-02-29|9999-12-23"},
        {"datetime_test_1", "2022-11-21 20:23:45+00|1504-02-28 20:23:45+00|9999-12-20 20:23:45+00"},
        {"datetime_test_2", "2022-11-22 01:23:45|1504-02-29 01:23:45|9999-12-21 01:23:45"},
        {"number_test_1", "56.78|0|-12345.678"},
        {"integer_test_1", "42|0|-12345"},
        {"boolean_test_1", "true"}};
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autofree char *one = g_strconcat(query, expected[i][0], NULL);
        sources_expect(db, one, expected[i][1]);
    }
    sources_expect(db,
                   "SELECT string_agg(log(abs(data))::integer || ' ' || data % 1, '|' ORDER BY "
                   "_kenko_at) FROM raw.basic_bignumber_test_1 WHERE data <> 0",
                   "500 0.1234|4 -0.678");
    assert_int_equal(feed_standard("array", "data_type_array_test"), 1);
    assert_int_equal(feed_standard("object", "data_type_object_test"), 1);
    assert_int_equal(feed_standard("aobject", "data_type_array_object_test"), 1);
    sources_expect(db,
                   "SELECT concat_ws(' ', array_date, array_timestamp_with_timezone) FROM "
                   "raw.array_array_test_1",
                   "[\"2021-01-23\", \"1504-02-29\"] [\"2022-11-22T01:23:45+05:00\", "
                   "\"9999-12-21T01:23:45-05:00\"]");
    sources_expect(db,
                   "SELECT concat_ws(' ', property_date, property_timestamp_with_timezone, "
                   "property_timestamp_without_timezone, property_number, property_integer, "
                   "property_boolean) FROM raw.object_object_test_1",
                   "2021-01-23 2022-11-22 01:23:45+00 2022-11-22 01:23:45 56.78 42 t");
    sources_expect(
        db, "SELECT property_array->0->>'property_date' FROM raw.aobject_object_array_test_1",
        "2021-01-23");
}

static void streams_without_a_schema_are_taken_as_they_come(void **state)
{
    (void)state;
    if (!data)
        skip();
    g_autofree char *messages = text_of(STANDARD "stripe_messages.txt");
    feed("stripe",
         "{\"streams\": [{\"stream\": {\"name\": \"customers\"}, \"destination_sync_mode\": "
         "\"append_dedup\", \"primary_key\": [[\"id\"]]}]}",
         messages);
    sources_expect(db,
                   "SELECT count(*) || ' ' || min(account_balance) || ' ' || min(description) FROM "
                   "raw.stripe_customers",
                   "3 0 Customer 1");
    static const struct {
        const char *name, *want;
    } cases[] = {{"statuspage", "24"},
                 {"zendesk", "64"},
                 {"datadog", "186"},
                 {"bigquery", "7"},
                 {"aws-cloudwatch-metrics", "4"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *catalog_path = g_strconcat(FAROS, cases[i].name, "/catalog.json", NULL);
        g_autofree char *log_path = g_strconcat(FAROS, cases[i].name, "/all-streams.log", NULL);
        g_autofree char *catalog = text_of(catalog_path);
        g_autofree char *log = text_of(log_path);
        feed("faros", catalog, log);
        g_autofree char *query = g_strdup_printf("SELECT sum(loaded)::text FROM ops.load WHERE "
                                                 "source = 'faros' AND stream LIKE '%%%s%%'",
                                                 cases[i].name);
        sources_expect(db, query, cases[i].want);
    }
    sources_expect(db,
                   "SELECT string_agg(id::text, ' ' ORDER BY id) FROM "
                   "raw.faros_mytestsource__zendesk__satisfaction_ratings",
                   "5909514818319 7235633102607");
    sources_expect(db, "SELECT sum(rejected)::text FROM ops.load WHERE source = 'faros'", "0");
}

static void normalization_run(const char *source, const char *folder, const char *catalog_name,
                              const char *messages_name)
{
    g_autofree char *catalog_path = g_strconcat(NORMALIZATION, folder, "/", catalog_name, NULL);
    g_autofree char *messages_path = g_strconcat(NORMALIZATION, folder, "/", messages_name, NULL);
    g_autofree char *catalog = text_of(catalog_path);
    g_autofree char *messages = text_of(messages_path);
    feed(source, catalog, messages);
}

static void expect_counts(const char *relation, const char *counts)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT (SELECT count(*) FROM raw_version.%s) || ' ' || (SELECT count(*) FROM "
        "raw.%s)",
        relation, relation);
    sources_expect(db, query, counts);
}

/* Versions stand for the suite's scd tables, views for its final ones. */
static void simple_streams_in_three_runs_R13_R15_R17(void **state)
{
    (void)state;
    if (!data)
        skip();
    const char *folder = "test_simple_streams";
    normalization_run("simple", folder, "catalog.json", "messages.txt");
    sources_expect(db, "SELECT count(*)::text FROM raw.simple_exchange_rate", "13");
    expect_counts("simple_dedup_exchange_rate", "12 6");
    expect_counts("simple_dedup_cdc_excluded", "8 4");
    expect_counts("simple_pos_dedup_cdcx", "8 3");
    expect_counts("simple_types_testing", "3 3");
    expect_counts("simple_multiple_column_names_conflicts", "1 1");
    expect_counts("simple_1_prefix_startwith_number", "7 2");
    sources_expect(
        db,
        "SELECT string_agg(concat_ws(' ', id, airbyte_integer_column, "
        "coalesce(nullable_airbyte_integer_column::text, 'null')), ', ' ORDER BY id) FROM "
        "raw.simple_types_testing",
        "1 9223372036854775807 9223372036854775807, 2 -9223372036854775808 "
        "-9223372036854775808, 3 0 null");
    sources_expect(
        db,
        "SELECT count(DISTINCT c.name)::text FROM ops.raw_column AS c JOIN ops.raw_table AS "
        "t ON t.raw_id = c.raw_id WHERE t.stream = 'multiple_column_names_conflicts'",
        "7");
    sources_expect(db,
                   "SELECT string_agg(id || name, ' ' ORDER BY id) FROM raw.simple_pos_dedup_cdcx",
                   "1mazda 2bmw 5lily");
    normalization_run("simple", folder, "catalog.json", "messages_incremental.txt");
    sources_expect(db, "SELECT count(*)::text FROM raw.simple_exchange_rate", "6");
    expect_counts("simple_dedup_exchange_rate", "16 7");
    expect_counts("simple_dedup_cdc_excluded", "10 4");
    expect_counts("simple_pos_dedup_cdcx", "8 3");
    normalization_run("simple", folder, "catalog_schema_change.json", "messages_schema_change.txt");
    sources_expect(db, "SELECT count(*)::text FROM raw.simple_exchange_rate", "4");
    expect_counts("simple_dedup_exchange_rate", "20 11");
    expect_counts("simple_dedup_cdc_excluded", "11 3");
}

static void nested_streams_in_two_runs(void **state)
{
    (void)state;
    if (!data)
        skip();
    const char *folder = "test_nested_streams";
    normalization_run("nested", folder, "catalog.json", "messages.txt");
    /* the name of its table is too long: it is cut, and found in the list */
    g_autofree char *relation =
        warehouse_value(db, "SELECT relation FROM ops.raw_table WHERE stream = "
                            "'nested_stream_with_complex_columns_resulting_into_long_names'");
    assert_int_equal(strlen(relation), 63);
    g_autofree char *count = g_strdup_printf(
        "SELECT count(DISTINCT n.id) || ' ' || count(DISTINCT e->>'currency') FROM raw.%s AS n, "
        "jsonb_array_elements(n.partition->'DATA') AS e",
        relation);
    sources_expect(db, count, "2 1");
    sources_expect(db, "SELECT count(*)::text FROM raw.nested_some_stream_that_was_empty", "0");
    sources_expect(db, "SELECT array_of_strings::text FROM raw.nested_arrays",
                   "[\"string1\", null, \"string2\", \"string3\"]");
    normalization_run("nested", folder, "catalog.json", "messages_incremental.txt");
    sources_expect(db, count, "3 1");
    sources_expect(db, "SELECT count(*)::text FROM raw.nested_some_stream_that_was_empty", "3");
    sources_expect(db, "SELECT count(*) FROM ops.invariant WHERE violations > 0", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchange_rates),
        cmocka_unit_test(edge_cases_of_names_R12),
        cmocka_unit_test(namespaces_are_folded_R12),
        cmocka_unit_test(numbers_survive_R10),
        cmocka_unit_test(types_survive_R10_R11),
        cmocka_unit_test(streams_without_a_schema_are_taken_as_they_come),
        cmocka_unit_test(simple_streams_in_three_runs_R13_R15_R17),
        cmocka_unit_test(nested_streams_in_two_runs),
    };
    return cmocka_run_group_tests(tests, open_suite, close_suite);
}
