/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message files of MeltanoLabs' target-postgres and of the Meltano SDK give the results that
 * their own tests publish. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/feeding.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: m\n"
    "    type: singer\n"
    "    raw:\n"
    "      - {from: test_base_16_encoding_interpreted, decode: true}\n"
    "      - {from: test_activate_version_hard, deletes: hard}\n"
    "      - {from: test_activate_version_deletes_data_properly, deletes: hard}\n"
    "  - {name: sdk, type: singer}\n";

#define MELTANOLABS "singer/meltanolabs-target-postgres/target_postgres/tests/data_files/"
#define SDK "singer/meltano-sdk/singer_sdk/testing/target_test_streams/"

static const char *dir;
static struct db *db;
static const char *data;

static int open_suite(void **state)
{
    (void)state;
    data = warehouse_test_data("Singer suites");
    if (!data)
        return 0;
    db = warehouse_open();
    dir = sources_directory(sources);
    return 0;
}

static int close_suite(void **state)
{
    (void)state;
    db_close(db);
    return 0;
}

static char *messages_of(const char *file)
{
    g_autofree char *path = g_build_filename(data, "data/conformance", file, NULL);
    char *text;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("cannot read %s", path);
    return text;
}

static int count_lines(const char *text)
{
    int n = 0;
    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

/* Feed a file of MeltanoLabs'; how many states were said. */
static int feed(const char *file)
{
    g_autofree char *path = g_strconcat(MELTANOLABS, file, ".singer", NULL);
    g_autofree char *messages = messages_of(path);
    g_autofree char *said = feeding_run(db, dir, "m", messages);
    return count_lines(said);
}

static void rows(const char *relation, const char *want)
{
    g_autofree char *query = g_strdup_printf("SELECT count(*) FROM raw.m_%s", relation);
    sources_expect(db, query, want);
}

static void small_files_give_their_rows(void **state)
{
    (void)state;
    if (!data)
        skip();
    static const struct {
        const char *file;
        int states;
        const char *query, *want;
    } cases[] = {
        {"optional_attributes", 1,
         "SELECT count(*) || ' ' || min(optional) FILTER (WHERE id = 1) FROM "
         "raw.m_test_optional_attributes",
         "4 This is optional"},
        {"schema_updates", 1,
         "SELECT count(*) || ' ' || min(a1 || a2) FILTER (WHERE id = 1 AND a3 IS NULL AND a4 IS "
         "NULL "
         "AND a5 IS NULL AND a6 IS NULL) FROM raw.m_test_schema_updates",
         "6 101string1"},
        {"multiple_state_messages", 5,
         "SELECT count(*) || ' ' || min(metric) FROM raw.m_test_multiple_state_messages_a",
         "6 100"},
        {"multiple_state_messages", 5,
         "SELECT count(*) || ' ' || min(metric) FROM raw.m_test_multiple_state_messages_b",
         "6 110"},
        {"duplicate_records", 1,
         "SELECT string_agg(id || '=' || metric, ' ' ORDER BY id) FROM "
         "raw.m_test_duplicate_records",
         "1=100 2=20"},
        {"array_data", 1, "SELECT string_agg(fruits::text, ' ' ORDER BY id) FROM raw.m_test_carts",
         "[\"apple\", \"orange\", \"pear\"] [\"banana\", \"apple\"] [\"pear\"] [\"orange\", "
         "\"banana\", \"apple\", \"pear\"]"},
        {"jsonb_data", 0,
         "SELECT count(*) || ' ' || count(event_data) || ' ' || "
         "min(event_data->'test'->>'test_name') FROM raw.m_test_jsonb_data",
         "2 1 test_value"},
        {"large_int", 0, "SELECT max(id)::text FROM raw.m_test_large_int", "99999999999999999"},
        {"large_numeric_primary_key", 0,
         "SELECT id::text || ' ' || city FROM raw.m_test_large_numeric_primary_key",
         "34639314995 Sterling Heights"},
        {"missing_value", 0, "SELECT count(*) || ' ' || count(name) FROM raw.m_test_missing_value",
         "5 4"},
        {"camelcase", 0,
         "SELECT string_agg(id || clientname, ', ' ORDER BY id) FROM raw.m_testcamelcase",
         "1Gitter Windows Desktop App, 2Gitter iOS App"},
        {"camelcase_complex_schema", 0,
         "SELECT count(*) || ' ' || (SELECT count(*) FROM ops.raw_column AS c JOIN ops.raw_table "
         "AS t "
         "ON t.raw_id = c.raw_id WHERE t.relation = 'm_forecastingtypetocategory') FROM "
         "raw.m_forecastingtypetocategory",
         "0 14"},
        {"special_chars_in_attributes", 0,
         "SELECT d->>'agent:os:version' FROM raw.m_test_specialchars_in_attributes", "10.13.1"},
        {"schema_no_properties", 0,
         "SELECT sum((object_store->>'metric')::integer) FROM "
         "raw.m_test_object_schema_with_properties",
         "390"},
        {"new_array_column", 0,
         "SELECT count(*) || ' ' || count(arr) FROM raw.m_test_new_array_column", "1 0"},
        {"reserved_keywords", 1,
         "SELECT count(*)::text || ' ' || min(\"select\") || min(\"order\") FROM "
         "raw.m_reserved_keywords",
         "1 datadata"},
        {"uppercase_stream_name_with_column_alter", 0,
         "SELECT string_agg(id || '=' || clientnumber, ' ' ORDER BY id) FROM "
         "raw.m_uppercase_stream_name_with_column_alter",
         "1=1 2=2"},
        {"test_no_type", 1, "SELECT count(*)::text FROM raw.m_test_no_type", "15"},
        {"tap_countries", 4,
         "SELECT (SELECT count(*) FROM raw.m_continents) + (SELECT count(*) FROM raw.m_countries)",
         "257"},
        {"test_activate_version_uppercase_stream_name", 0,
         "SELECT count(*)::text FROM raw.m_account", "7"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int states = feed(cases[i].file);
        if (states != cases[i].states)
            fail_msg("%s says %d states, want %d", cases[i].file, states, cases[i].states);
        sources_expect(db, cases[i].query, cases[i].want);
    }
}

static void users_and_locations_are_upserted(void **state)
{
    (void)state;
    if (!data)
        skip();
    feed("user_location_data");
    rows("test_users", "5");
    feed("user_location_upsert_data");
    sources_expect(db,
                   "SELECT string_agg(id || '=' || name, ' ' ORDER BY id) FROM raw.m_test_users",
                   "1=Johny 2=George 3=Jacob 4=Josh 5=Jim 8=Thomas 12=Paul 13=Mary");
    sources_expect(
        db, "SELECT string_agg(id || '=' || name, ' ' ORDER BY id) FROM raw.m_test_locations",
        "1=Philly 2=NY 3=San Francisco 6=Colorado 8=Boston");
    sources_expect(db,
                   "SELECT string_agg(concat_ws('-', id, user_id, location_id, info->>'weather', "
                   "info->>'mood'), ' ' ORDER BY id) FROM raw.m_test_user_in_location",
                   "1-1-4-rainy-sad 2-2-3-sunny-satisfied 3-1-3-sunny-happy 6-3-2-sunny-happy "
                   "14-4-1-cloudy-ok");
}

static void without_a_key_records_are_appended(void **state)
{
    (void)state;
    if (!data)
        skip();
    const char *files[] = {"test_no_pk", "test_no_pk_append", "test_no_pk", "test_no_pk_append"};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        feed(files[i]);
    rows("test_no_pk", "16");
}

static void strings_keep_their_characters_R9(void **state)
{
    (void)state;
    if (!data)
        skip();
    feed("encoded_strings");
    rows("test_strings", "11");
    rows("test_strings_in_objects", "11");
    rows("test_strings_in_arrays", "6");
    sources_expect(
        db, "SELECT string_agg(info, '|' ORDER BY id) FROM raw.m_test_strings WHERE id < 9",
        "simple string 2837|απλή συμβολοσειρά|简单的字串|chaîne simple|quoted \"string\"|"
        "various \" \\ / \n escape sequences|m|ā");
    /* the SDK's file has a NUL, which PostgreSQL cannot hold */
    g_autofree char *messages = messages_of(SDK "encoded_string_data.singer");
    g_free(feeding_run(db, dir, "sdk", messages));
    sources_expect(db, "SELECT info FROM raw.sdk_test_strings WHERE id = 11",
                   "Control Characters in string: \xef\xbf\xbd A \x01");
    sources_expect(db, "SELECT sum(replaced_chars)::text FROM ops.load WHERE source = 'sdk'", "3");
}

static void bytes_are_text_or_decoded(void **state)
{
    (void)state;
    if (!data)
        skip();
    feed("base16_content_encoding_not_interpreted");
    feed("base16_content_encoding_interpreted");
    rows("test_base_16_encoding_not_interpreted", "7");
    rows("test_base_16_encoding_interpreted", "7");
    sources_expect(db,
                   "SELECT contract_address || ' ' || raw_event_data FROM "
                   "raw.m_test_base_16_encoding_not_interpreted WHERE id LIKE '%odd%'",
                   "0xA1 A12");
    sources_expect(
        db,
        "SELECT encode(contract_address, 'hex') || ' ' || encode(raw_event_data, 'hex') FROM "
        "raw.m_test_base_16_encoding_interpreted WHERE id LIKE '%odd%'",
        "a1 0a12");
    sources_expect(db,
                   "SELECT string_agg(octet_length(contract_address)::text, ' ' ORDER BY id) FROM "
                   "raw.m_test_base_16_encoding_interpreted",
                   "0 0 10 10 1 1 0");
}

/* Two rows somebody put there by hand, as the suite does. */
static void put_by_hand(const char *relation)
{
    g_autofree char *text = g_strdup_printf(
        "INSERT INTO raw_version.m_%s (_kenko_load_id, _kenko_ordinal, _kenko_deleted, _kenko_key, "
        "code, name) SELECT max(_kenko_load_id), 1000 + n, false, decode('0' || n, 'hex'), "
        "'Manual' "
        "|| n, 'Meltano' FROM raw_version.m_%s, generate_series(1, 2) AS n GROUP BY n",
        relation, relation);
    warehouse_sql(db, text);
}

static void hard_deletes_leave_what_is_active(void **state)
{
    (void)state;
    if (!data)
        skip();
    feed("test_activate_version_hard");
    rows("test_activate_version_hard", "7");
    put_by_hand("test_activate_version_hard");
    feed("test_activate_version_hard");
    rows("test_activate_version_hard", "7");
    feed("test_activate_version_deletes_data_properly");
    rows("test_activate_version_deletes_data_properly", "7");
    put_by_hand("test_activate_version_deletes_data_properly");
    feed("test_activate_version_deletes_data_properly_2");
    rows("test_activate_version_deletes_data_properly", "0");
}

static void soft_deletes_mark_and_do_not_mark_again_R17(void **state)
{
    (void)state;
    if (!data)
        skip();
    const char *marked = "SELECT string_agg(code, ' ' ORDER BY code) FROM "
                         "raw.m_test_activate_version_soft WHERE _kenko_deleted_at IS NOT NULL";
    feed("test_activate_version_soft");
    rows("test_activate_version_soft", "7");
    sources_expect(db, marked, NULL);
    feed("test_activate_version_soft_with_delete");
    rows("test_activate_version_soft", "7");
    sources_expect(db, marked, "SA");
    g_autofree char *when =
        warehouse_value(db, "SELECT _kenko_deleted_at::text FROM raw.m_test_activate_version_soft "
                            "WHERE code = 'SA'");
    put_by_hand("test_activate_version_soft");
    feed("test_activate_version_soft_with_delete");
    rows("test_activate_version_soft", "9");
    sources_expect(db, marked, "Manual1 Manual2 SA");
    sources_expect(
        db,
        "SELECT _kenko_deleted_at::text FROM raw.m_test_activate_version_soft WHERE code = "
        "'SA'",
        when);
}

static void types_are_what_the_schema_and_the_values_say_R11(void **state)
{
    (void)state;
    if (!data)
        skip();
    feed("commits");
    sources_expect(
        db,
        "SELECT string_agg(c.field || ' ' || c.type, ', ' ORDER BY c.position) FROM "
        "ops.raw_column AS c JOIN ops.raw_table AS t ON t.raw_id = c.raw_id WHERE t.stream "
        "= 'commits'",
        "id text, authored_date timestamp, committed_date timestamp, parent_ids jsonb, "
        "commit_message text, legacy_id text");
    rows("commits", "30");
    sources_expect(
        db, "SELECT parent_ids::text || ' ' || legacy_id FROM raw.m_commits WHERE id = 'US-IN'",
        "\"BR-SP\" 31");
}

static void the_same_schema_is_no_change_R13(void **state)
{
    (void)state;
    if (!data)
        skip();
    feed("multiple_schema_messages");
    feed("multiple_schema_messages");
    rows("test_multiple_schema_messages", "6");
    sources_expect(db,
                   "SELECT count(*) FROM ops.schema_event WHERE stream = "
                   "'test_multiple_schema_messages'",
                   "0");
}

static void what_must_fail_fails_R21(void **state)
{
    (void)state;
    if (!data)
        skip();
    static const char *const files[][2] = {
        {"invalid_schema", "standard input:1: the schema of the stream test_invalid_schema has no"},
        {"record_missing_key_property", "standard input:2: a record of the stream "
                                        "test_record_missing_key_property: id is not there"},
        {"record_missing_required_property", "standard input:2: a record of the stream "
                                             "test_record_missing_required_property: id is not"},
        {"record_before_schema", "standard input:1: a message of type RECORD for the stream "
                                 "test_record_before_schema comes before its SCHEMA"}};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_strconcat(MELTANOLABS, files[i][0], ".singer", NULL);
        g_autofree char *messages = messages_of(path);
        feeding_refused(db, dir, "m", messages, KENKO_ERROR_INPUT, files[i][1]);
    }
}

static void the_sdks_other_files_load_whole(void **state)
{
    (void)state;
    if (!data)
        skip();
    static const struct {
        const char *file, *streams;
        int states;
        const char *records;
    } cases[] = {
        {SDK "record_missing_fields.singer", "'record_missing_fields'", 1, "2"},
        {SDK "pk_updates.singer", "'example_stream'", 0, "2"},
        {"singer/meltano-sdk/tests/packages/resources/messages.jsonl", "'users'", 0, "2"},
        {"singer/meltano-sdk/tests/packages/snapshots/test_target_csv/test_fake_people_to_csv/"
         "tap.jsonl",
         "'people'", 1, "100"},
        {"singer/meltano-sdk/tests/core/snapshots/test_parent_child/"
         "test_emit_activate_version_messages/singer.jsonl",
         "'versioned'", 1, "2"},
        {"singer/meltano-sdk/tests/core/snapshots/test_parent_child/test_one_parent_many_children/"
         "singer.jsonl",
         "'parent_many', 'child_many'", 4, "4"},
        {"singer/meltano-sdk/tests/core/snapshots/test_parent_child/test_incremental_child_stream/"
         "singer.jsonl",
         "'parent_incr', 'child_incr'", 3, "4"},
        {"singer/meltano-sdk/tests/core/snapshots/test_parent_child/"
         "test_preprocess_context_removes_large_payload/singer.jsonl",
         "'parent_large', 'child_preprocessed'", 3, "4"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *messages = messages_of(cases[i].file);
        g_autofree char *said = feeding_run(db, dir, "sdk", messages);
        if (count_lines(said) != cases[i].states)
            fail_msg("%s says %d states, want %d", cases[i].file, count_lines(said),
                     cases[i].states);
        g_autofree char *query = g_strdup_printf(
            "SELECT sum(loaded)::text FROM ops.load WHERE source = 'sdk' AND stream IN (%s)",
            cases[i].streams);
        sources_expect(db, query, cases[i].records);
    }
    sources_expect(db, "SELECT count(*) FROM ops.invariant WHERE violations > 0", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_files_give_their_rows),
        cmocka_unit_test(users_and_locations_are_upserted),
        cmocka_unit_test(without_a_key_records_are_appended),
        cmocka_unit_test(strings_keep_their_characters_R9),
        cmocka_unit_test(bytes_are_text_or_decoded),
        cmocka_unit_test(hard_deletes_leave_what_is_active),
        cmocka_unit_test(soft_deletes_mark_and_do_not_mark_again_R17),
        cmocka_unit_test(types_are_what_the_schema_and_the_values_say_R11),
        cmocka_unit_test(the_same_schema_is_no_change_R13),
        cmocka_unit_test(what_must_fail_fails_R21),
        cmocka_unit_test(the_sdks_other_files_load_whole),
    };
    return cmocka_run_group_tests(tests, open_suite, close_suite);
}
