/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Singer tap feeds the ingest job. Names carry the requirement they stand for. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/stop.h"
#include "support/feeding.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] = "sources:\n"
                              "  - name: tap\n"
                              "    type: singer\n"
                              "    streams:\n"
                              "      - stream: account\n"
                              "        from: accounts\n"
                              "        fields: {party: id, name: name, changed_at: changed}\n"
                              "      - stream: usage_event\n"
                              "        from: events\n"
                              "        fields: {party: account, at: at}\n"
                              "        values: [{metric: runs}]\n"
                              "      - stream: usage_metric\n"
                              "        from: daily\n"
                              "        fields: {party: account, at: day}\n"
                              "        values: [{metric: runs, field: runs}]\n"
                              "    raw:\n"
                              "      - {from: unwanted, skip: true}\n"
                              "      - {from: daily, as: days}\n";

#define SCHEMA_ACCOUNTS                                                                            \
    "{\"type\": \"SCHEMA\", \"stream\": \"accounts\", \"key_properties\": [\"id\"], \"schema\": "  \
    "{\"properties\": {\"id\": {\"type\": \"string\"}, \"name\": {\"type\": \"string\"}}}}\n"
#define SCHEMA_EVENTS                                                                              \
    "{\"type\": \"SCHEMA\", \"stream\": \"events\", \"key_properties\": [\"id\"], \"schema\": "    \
    "{\"properties\": {\"id\": {\"type\": \"integer\"}}}}\n"
#define SCHEMA_THINGS                                                                              \
    "{\"type\": \"SCHEMA\", \"stream\": \"things\", \"key_properties\": [\"id\"], \"schema\": "    \
    "{\"properties\": {\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"string\"}}, "          \
    "\"required\": [\"v\"]}}\n"
#define ACCOUNT(id, name)                                                                          \
    "{\"type\": \"RECORD\", \"stream\": \"accounts\", \"record\": {\"id\": \"" id                  \
    "\", \"name\": \"" name "\"}}\n"
#define EVENT(id, account)                                                                         \
    "{\"type\": \"RECORD\", \"stream\": \"events\", \"record\": {\"id\": " id                      \
    ", \"account\": \"" account "\", \"at\": \"2026-01-05T00:00:00Z\"}}\n"
#define THING(id, v)                                                                               \
    "{\"type\": \"RECORD\", \"stream\": \"things\", \"record\": {\"id\": " id ", \"v\": \"" v      \
    "\"}}\n"
#define STATE(n) "{\"type\": \"STATE\", \"value\": {\"at\": " n "}}\n"

static void mapped_and_other_streams_are_loaded_and_states_said(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    g_autofree char *said = feeding_run(
        db, dir, "tap",
        SCHEMA_ACCOUNTS SCHEMA_EVENTS SCHEMA_THINGS ACCOUNT("a", "Alpha") STATE(
            "1.10") "\n"
                    "{\"type\": \"record\", \"record\": {\"id\": 1, \"account\": \"a\", \"at\": "
                    "\"2026-01-05T00:00:00Z\"}, \"stream\": \"events\", \"time_extracted\": "
                    "\"2026-02-01\"}\n" THING("1", "x") STATE(
                        "18446744073709551616") "  \n"
                                                "{\"type\": \"LOG\", \"message\": "
                                                "\"hello\"}\n{\"type\": \"LOG\"}\n"
                                                "{\"type\": \"STATE\", \"value\": null}\n" THING(
                                                    "2", "y"));
    assert_string_equal(said, "{\"at\": 1.10}\n{\"at\": 18446744073709551616}\nnull\n");
    sources_expect(db, "SELECT position FROM ops.watermark WHERE source = 'tap' AND stream = ''",
                   "null");
    sources_expect(db, "SELECT name FROM warehouse.account", "Alpha");
    sources_expect(db, "SELECT sum(u.v[1])::text FROM warehouse.usage_span AS u", "1");
    sources_expect(db, "SELECT string_agg(id || v, ' ' ORDER BY id) FROM raw.tap_things", "1x 2y");
    sources_expect(db,
                   "SELECT string_agg(stream || ' ' || read_count || ' ' || loaded, ', ' ORDER BY "
                   "load_id) FROM ops.load WHERE kind = 'ingest'",
                   "things 2 2, account 1 1, usage_event 1 1");
    sources_expect(db, "SELECT string_agg(method, ' ') FROM identity.member", "origin");
}

/* Messages may be longer than the records that a mapping takes. */
static void a_mapped_record_beyond_its_limit_is_rejected(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory("sources:\n"
                                        "  - name: tap\n"
                                        "    type: singer\n"
                                        "    streams:\n"
                                        "      - stream: account\n"
                                        "        from: accounts\n"
                                        "        max_line_kib: 1\n"
                                        "        fields: {party: id, name: name}\n");
    g_autofree char *name = g_strnfill(1024, 'n');
    g_autofree char *input = g_strconcat(
        SCHEMA_ACCOUNTS ACCOUNT("a", "Alpha") "{\"type\": \"RECORD\", \"stream\": \"accounts\", "
                                              "\"record\": {\"id\": \"b\", \"name\": \"",
        name, "\"}}\n" STATE("1"), NULL);
    g_autofree char *said = feeding_run(db, dir, "tap", input);
    assert_string_equal(said, "{\"at\": 1}\n");
    sources_expect(db, "SELECT name FROM warehouse.account", "Alpha");
    sources_expect(db, "SELECT reason || ' ' || message FROM ops.reject",
                   "too_long the record is longer than max_line_kib allows");
}

static void a_stream_may_be_mapped_and_kept_and_another_left_out(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    g_autofree char *said = feeding_run(
        db, dir, "tap",
        "{\"type\": \"SCHEMA\", \"stream\": \"daily\", \"key_properties\": [\"account\", \"day\"], "
        "\"schema\": {\"properties\": {\"account\": {}, \"day\": {}, \"runs\": {}}}}\n"
        "{\"type\": \"SCHEMA\", \"stream\": \"unwanted\", \"key_properties\": [], \"schema\": "
        "{\"properties\": {}}}\n"
        "{\"type\": \"RECORD\", \"stream\": \"daily\", \"record\": {\"account\": \"a\", \"day\": "
        "\"2026-01-05\", \"runs\": 3}}\n"
        "{\"type\": \"RECORD\", \"stream\": \"daily\", \"record\": {\"account\": \"a\", \"day\": "
        "\"2026-01-05\", \"runs\": 3}}\n"
        "{\"type\": \"RECORD\", \"stream\": \"daily\", \"record\": {\"account\": \"b\", \"day\": "
        "\"2026-01-05\", \"runs\": 4}}\n"
        "{\"type\": \"RECORD\", \"stream\": \"unwanted\", \"record\": {\"x\": 1}}\n");
    assert_string_equal(said, "");
    /* the fields of a key together tell usage apart */
    sources_expect(db, "SELECT sum(u.v[1])::text FROM warehouse.usage_span AS u", "7");
    sources_expect(db, "SELECT count(*) FROM raw.days", "2");
    sources_expect(db, "SELECT rule || ' ' || records FROM ops.load_ignored", "skip 1");
    sources_expect(db, "SELECT count(*) FROM ops.raw_table", "1");
}

static void the_same_again_changes_nothing_R1(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    const char *messages = SCHEMA_ACCOUNTS SCHEMA_EVENTS SCHEMA_THINGS ACCOUNT("a", "Alpha")
        EVENT("1", "a") EVENT("2", "a") EVENT("1", "a") THING("1", "x") THING("2", "x")
            THING("1", "x") STATE("1");
    g_autofree char *first = feeding_run(db, dir, "tap", messages);
    g_autofree char *before = sources_facts(db);
    g_autofree char *second = feeding_run(db, dir, "tap", messages);
    g_autofree char *after = sources_facts(db);
    assert_string_equal(first, second);
    assert_string_equal(before, after);
    sources_expect(db, "SELECT sum(u.v[1])::text FROM warehouse.usage_span AS u", "2");
    sources_expect(
        db,
        "SELECT string_agg(loaded || '+' || duplicate, ' ' ORDER BY load_id) FROM ops.load "
        "WHERE kind = 'ingest'",
        "2+1 1+0 2+1 0+3 0+1 0+3");
}

static void wrong_messages_end_the_run_with_their_line_R21(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    static const struct {
        const char *messages, *message;
    } cases[] = {
        {SCHEMA_THINGS "\nnot json\n", "standard input:3:1: not a message: want a JSON object"},
        {SCHEMA_THINGS "{\"type\": \"RECORD\", \"stream\": \"thi",
         "standard input:2:34: not a message: the JSON ends too early"},
        {SCHEMA_THINGS "[1]\n", "standard input:2:1: not a message: want a JSON object"},
        {"{\"stream\": \"x\"}\n", "standard input:1: a message without a type"},
        {THING("1", "x") SCHEMA_THINGS, "standard input:1: a message of type RECORD for the stream "
                                        "things comes before its SCHEMA"},
        {SCHEMA_THINGS "{\"type\": \"RECORD\", \"stream\": \"things\"}\n",
         "standard input:2: a message of type RECORD has no record"},
        {SCHEMA_THINGS "{\"type\": \"RECORD\", \"record\": {}}\n",
         "standard input:2: a message of type RECORD names no stream"},
        {SCHEMA_THINGS
         "{\"type\": \"RECORD\", \"stream\": \"things\", \"record\": {\"v\": \"x\"}}\n",
         "standard input:2: a record of the stream things: id is not there, want the record's key "
         "[missing_key]"},
        {SCHEMA_THINGS "{\"type\": \"RECORD\", \"stream\": \"things\", \"record\": {\"id\": null, "
                       "\"v\": \"x\"}}\n",
         "standard input:2: a record of the stream things: id is null"},
        {SCHEMA_THINGS "{\"type\": \"RECORD\", \"stream\": \"things\", \"record\": {\"id\": 1}}\n",
         "standard input:2: a record of the stream things: v is not there, and it is required"},
        {SCHEMA_EVENTS
         "{\"type\": \"RECORD\", \"stream\": \"events\", \"record\": {\"account\": \"a\", \"at\": "
         "\"2026-01-05\"}}\n",
         "standard input:2: a record of the stream events: id is empty, want the record's id"},
        {"{\"type\": \"SCHEMA\", \"stream\": \"s\", \"schema\": {\"type\": \"object\"}, "
         "\"key_properties\": []}\n",
         "standard input:1: the schema of the stream s has no properties"},
        {"{\"type\": \"SCHEMA\", \"stream\": \"s\", \"schema\": {\"properties\": {}}, "
         "\"key_properties\": \"id\"}\n",
         "standard input:1: stream s: key_properties: want a JSON array"},
        {"{\"type\": \"SCHEMA\", \"stream\": \"s\"}\n",
         "standard input:1: a message of type SCHEMA has no schema"},
        {"{\"type\": \"STATE\"}\n", "standard input:1: a message of type STATE has no value"},
        {"{\"type\": \"ACTIVATE_VERSION\", \"stream\": \"things\", \"version\": 1}\n",
         "standard input:1: a message of type ACTIVATE_VERSION for the stream things comes before"},
        {SCHEMA_THINGS
         "{\"type\": \"ACTIVATE_VERSION\", \"stream\": \"things\", \"version\": 1.5}\n",
         "standard input:2: a message of type ACTIVATE_VERSION wants a whole number"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        feeding_refused(db, dir, "tap", cases[i].messages, KENKO_ERROR_INPUT, cases[i].message);
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE kind = 'ingest'", "0");
    feeding_refused(db, dir, "nobody", "", KENKO_ERROR_USAGE, "kenko.yaml has no source nobody");
}

static void bad_records_are_rejected_where_that_is_wanted(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory("sources:\n"
                                        "  - {name: tap, type: singer, bad_records: reject, "
                                        "max_message_kib: 64}\n");
    g_autoptr(GString) messages = g_string_new(SCHEMA_THINGS THING("1", "x"));
    g_string_append(
        messages,
        "{\"type\": \"RECORD\", \"stream\": \"things\", \"record\": {\"v\": \"x\"}}\n"
        "{\"type\": \"RECORD\", \"stream\": \"things\", \"record\": {\"id\": 3}}\n"
        "{\"type\": \"RECORD\", \"stream\": \"things\", \"record\": {\"id\": 4, \"v\": \"");
    for (int i = 0; i < 70000; i++)
        g_string_append_c(messages, 'x');
    g_string_append(messages, "\"}}\n" THING("5", "y") STATE("5"));
    g_autofree char *said = feeding_run(db, dir, "tap", messages->str);
    assert_string_equal(said, "{\"at\": 5}\n");
    sources_expect(db, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM raw.tap_things", "1 5");
    sources_expect(
        db, "SELECT string_agg(line || ' ' || reason, ', ' ORDER BY ordinal) FROM ops.reject",
        "3 missing_key, 4 missing_field, 5 too_long");
    sources_expect(db, "SELECT count(*) FROM ops.invariant WHERE violations > 0", "0");
}

static void one_long_line_is_an_error_not_all_memory_R16(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    g_autoptr(GString) messages = g_string_sized_new(20 << 20);
    g_string_append(
        messages, SCHEMA_THINGS
        "{\"type\": \"RECORD\", \"stream\": \"things\", \"record\": {\"id\": 1, \"v\": \"");
    for (int i = 0; i < 18 << 20; i++)
        g_string_append_c(messages, 'x');
    g_string_append(messages, "\"}}\n");
    feeding_refused(db, dir, "tap", messages->str, KENKO_ERROR_INPUT,
                    "standard input:2: a record of the stream things: is longer than "
                    "max_message_kib [too_long]");
}

static void a_version_ends_the_ones_before_it_R17(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
#define VERSIONED(id, version)                                                                     \
    "{\"type\": \"RECORD\", \"stream\": \"things\", \"version\": " version                         \
    ", \"record\": {\"id\": " id ", \"v\": \"x\"}}\n"
#define ACTIVATE(version)                                                                          \
    "{\"type\": \"ACTIVATE_VERSION\", \"stream\": \"things\", \"version\": " version "}\n"
    const char *seen =
        "SELECT string_agg(id || CASE WHEN _kenko_deleted_at IS NULL THEN '' ELSE 'x' "
        "END, ' ' ORDER BY id) FROM raw.tap_things";
    g_free(feeding_run(db, dir, "tap",
                       SCHEMA_THINGS ACTIVATE("1") VERSIONED("1", "1") VERSIONED("2", "1")));
    sources_expect(db, seen, "1 2");
    g_free(feeding_run(db, dir, "tap",
                       SCHEMA_THINGS VERSIONED("1", "2") VERSIONED("3", "2") ACTIVATE("2")));
    sources_expect(db, seen, "1 2x 3");
    /* a record without a version after that is of the version that counts */
    g_free(feeding_run(db, dir, "tap", SCHEMA_THINGS THING("2", "back") THING("4", "new")));
    sources_expect(db, seen, "1 2 3 4");
    g_free(feeding_run(db, dir, "tap", SCHEMA_THINGS ACTIVATE("3")));
    sources_expect(db, seen, "1x 2x 3x 4x");
}

static void files_of_a_batch_are_read(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    sources_write(dir, "one.jsonl", "{\"id\": 1, \"v\": \"x\"}\n{\"id\": 2, \"v\": \"y\"}\n");
    sources_write(dir, "two.jsonl", "{\"id\": 3, \"v\": \"z\"}");
    g_autofree char *one = g_build_filename(dir, "one.jsonl", NULL);
    g_autofree char *two = g_build_filename(dir, "two.jsonl", NULL);
    const char *gzip[] = {"gzip", "-f", two, NULL};
    assert_true(g_spawn_sync("/", (char **)(uintptr_t)gzip, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                             NULL, NULL, NULL, NULL));
    g_autofree char *packed = g_strconcat(two, ".gz", NULL);
    g_autofree char *uri_one = g_filename_to_uri(one, NULL, NULL);
    g_autofree char *uri_two = g_filename_to_uri(packed, NULL, NULL);
    g_autofree char *messages = g_strdup_printf(
        SCHEMA_THINGS
        "{\"type\": \"BATCH\", \"stream\": \"things\", \"encoding\": {\"format\": \"jsonl\", "
        "\"compression\": \"none\"}, \"manifest\": [\"%s\"]}\n"
        "{\"type\": \"BATCH\", \"stream\": \"things\", \"encoding\": {\"format\": \"jsonl\", "
        "\"compression\": \"gzip\"}, \"manifest\": [\"%s\"]}\n" STATE("3"),
        uri_one, uri_two);
    g_autofree char *said = feeding_run(db, dir, "tap", messages);
    assert_string_equal(said, "{\"at\": 3}\n");
    sources_expect(db, "SELECT string_agg(id || v, ' ' ORDER BY id) FROM raw.tap_things",
                   "1x 2y 3z");
    feeding_refused(db, dir, "tap",
                    SCHEMA_THINGS "{\"type\": \"BATCH\", \"stream\": \"things\", \"encoding\": "
                                  "{\"format\": \"parquet\"}, \"manifest\": []}\n",
                    KENKO_ERROR_INPUT,
                    "standard input:2: a message of type BATCH wants encoding.format jsonl, not "
                    "parquet");
    feeding_refused(db, dir, "tap",
                    SCHEMA_THINGS "{\"type\": \"BATCH\", \"stream\": \"things\", \"encoding\": "
                                  "{\"format\": \"jsonl\"}, \"manifest\": [\"file:///nowhere\"]}\n",
                    KENKO_ERROR_NOT_FOUND, "/nowhere");
}

static void small_batches_say_each_state_once_in_order_R2(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = sources_directory(sources);
    g_autoptr(GString) messages = g_string_new(SCHEMA_THINGS SCHEMA_EVENTS);
    g_autoptr(GString) want = g_string_new(NULL);
    for (int i = 0; i < 300; i++) {
        g_string_append_printf(messages, THING("%d", "x") EVENT("%d", "a"), i, i);
        if (i % 7 == 0) {
            g_string_append_printf(messages, STATE("%d"), i);
            g_string_append_printf(want, "{\"at\": %d}\n", i);
        }
    }
    struct feeding f;
    feeding_init(&f, "tap", messages->str);
    f.batch_bytes = 2048;
    if (!feeding_try(db, dir, &f, &err))
        fail_msg("%s", err->message);
    assert_string_equal(f.answers->str, want->str);
    assert_int_equal(f.summary.count.read, 600);
    sources_expect(db, "SELECT count(*) FROM raw.tap_things", "300");
    sources_expect(db, "SELECT count(DISTINCT to_offset) > 10 FROM ops.load WHERE kind = 'ingest'",
                   "t");
    sources_expect(db, "SELECT count(*) FROM ops.invariant WHERE violations > 0", "0");
    feeding_clear(&f);
}

/* A tap that has said a record and a state, and goes on running. */
static pid_t start_slow(const char *dir, int input, const char *log)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    stop_install();
    g_autoptr(GError) err = NULL;
    struct db *db = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    struct feeding f;
    feeding_init(&f, "tap", NULL);
    f.input = input;
    bool ok = db && feeding_try(db, dir, &f, &err);
    if (!g_file_set_contents(log, f.answers->str, -1, NULL))
        _exit(1);
    _exit(ok ? 0 : 100 + err->code);
}

static void sigterm_commits_says_the_state_and_ends_so_R22(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = sources_directory(sources);
    g_autofree char *log = g_build_filename(dir, "answers", NULL);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = start_slow(dir, ends[0], log);
    static const char messages[] = SCHEMA_THINGS THING("1", "x") STATE("1");
    assert_int_equal(write(ends[1], messages, strlen(messages)), (ssize_t)strlen(messages));
    /* another run of the same source finds it busy; of another source it does not */
    for (int i = 0; i < 200; i++) {
        g_autofree char *running =
            warehouse_value(db, "SELECT count(*)::text FROM ops.job_run WHERE job = 'ingest:tap' "
                                "AND state = 'running'");
        if (strcmp(running, "1") == 0)
            break;
        g_usleep(50000);
    }
    struct feeding f;
    feeding_init(&f, "tap", "");
    assert_false(feeding_try(db, dir, &f, &err));
    assert_true(err_is(err, KENKO_ERROR_BUSY));
    feeding_clear(&f);
    g_usleep(300000);
    int status;
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(ends[0]);
    close(ends[1]);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 100 + KENKO_ERROR_INTERRUPTED);
    g_autofree char *said = NULL;
    assert_true(g_file_get_contents(log, &said, NULL, NULL));
    assert_string_equal(said, "{\"at\": 1}\n");
    sources_expect(db, "SELECT count(*) FROM raw.tap_things", "1");
    sources_expect(db,
                   "SELECT state FROM ops.job_run WHERE job = 'ingest:tap' ORDER BY run_id LIMIT 1",
                   "interrupted");
}

static void a_record_waits_no_longer_than_its_age(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = sources_directory(sources);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    static const char messages[] = SCHEMA_THINGS THING("1", "x") STATE("1");
    assert_int_equal(write(ends[1], messages, strlen(messages)), (ssize_t)strlen(messages));
    pid_t pid = fork();
    if (pid == 0) {
        /* the tap ends long after the state is due */
        sleep(3);
        _exit(0);
    }
    close(ends[1]);
    struct feeding f;
    feeding_init(&f, "tap", NULL);
    f.input = ends[0];
    f.age_us = 200000;
    int64_t began = g_get_monotonic_time();
    if (!feeding_try(db, dir, &f, &err))
        fail_msg("%s", err->message);
    assert_true(f.answered_us > 0 && f.answered_us - began < 2500000);
    assert_string_equal(f.answers->str, "{\"at\": 1}\n");
    close(ends[0]);
    waitpid(pid, NULL, 0);
    feeding_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mapped_and_other_streams_are_loaded_and_states_said),
        cmocka_unit_test(a_mapped_record_beyond_its_limit_is_rejected),
        cmocka_unit_test(a_stream_may_be_mapped_and_kept_and_another_left_out),
        cmocka_unit_test(the_same_again_changes_nothing_R1),
        cmocka_unit_test(wrong_messages_end_the_run_with_their_line_R21),
        cmocka_unit_test(bad_records_are_rejected_where_that_is_wanted),
        cmocka_unit_test(one_long_line_is_an_error_not_all_memory_R16),
        cmocka_unit_test(a_version_ends_the_ones_before_it_R17),
        cmocka_unit_test(files_of_a_batch_are_read),
        cmocka_unit_test(small_batches_say_each_state_once_in_order_R2),
        cmocka_unit_test(sigterm_commits_says_the_state_and_ends_so_R22),
        cmocka_unit_test(a_record_waits_no_longer_than_its_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
