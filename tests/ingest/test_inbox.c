/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/scan_json.h"
#include "ingest/pushed.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: web\n"
    "    type: inbox\n"
    "    keys: [webkey01, webkey02]\n"
    "    streams:\n"
    "      - stream: usage_event\n"
    "        kinds: [track]\n"
    "        id: messageId\n"
    "        fields: {party: /properties/account, at: timestamp, subject: userId}\n"
    "        values: [{metric: runs}, {metric: by_user},\n"
    "          {metric: level, field: /properties/level}]\n"
    "      - stream: contact\n"
    "        kinds: [identify]\n"
    "        fields: {party: /traits/account, external_id: userId, name: /traits/name,\n"
    "          changed_at: timestamp}\n"
    "      - stream: account\n"
    "        kinds: [group]\n"
    "        fields: {party: groupId, name: /traits/name, changed_at: timestamp}\n";

static void put(struct db *db, const char *key, const char *kind, const char *id, const char *body)
{
    g_autofree char *quoted_id = id ? g_strdup_printf("'%s'", id) : g_strdup("NULL");
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO ops.inbox (key_id, kind, message_id, sent_at, received_at, body) VALUES "
        "('%s', "
        "'%s', %s, '2026-11-24T12:00:00Z', '2026-11-24T12:00:01Z', convert_to('%s', 'UTF8'))",
        key, kind, quoted_id, body);
    warehouse_sql(db, sql);
}

static void put_track(struct db *db, const char *key, const char *id, const char *account)
{
    g_autofree char *body =
        g_strdup_printf("{\"event\":\"Job Run\",\"userId\":\"u1\",\"timestamp\":"
                        "\"2026-11-24T11:00:00Z\",\"properties\":{\"account\":\"%s\",\"level\":7}}",
                        account);
    put(db, key, "track", id, body);
}

/* All runs that count. */
static const char runs[] =
    "SELECT coalesce(sum(x), 0) FROM warehouse.usage_span AS s JOIN warehouse.metric AS m USING "
    "(metric_id) JOIN warehouse.load_now AS l USING (load_id), unnest(s.v) AS x "
    "WHERE m.name = 'runs'";

static void each_kind_becomes_facts_of_its_stream_once(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    struct ingest_summary summary;
    put_track(db, "webkey01", "m1", "acc-1");
    put_track(db, "webkey02", "m2", "acc-1");
    put_track(db, "webkey02", "m1", "acc-1"); /* sent again, with the other key of the source */
    put(db, "webkey01", "identify", NULL,
        "{\"userId\":\"u1\",\"traits\":{\"account\":\"acc-1\",\"name\":\"Sato\"}}");
    put(db, "webkey01", "group", NULL,
        "{\"userId\":\"u1\",\"groupId\":\"acc-1\",\"traits\":{\"name\":\"Sakura\"}}");
    put(db, "webkey01", "page", NULL, "{\"userId\":\"u1\"}");
    put(db, "otherkey", "page", NULL, "{\"userId\":\"u1\"}");
    put(db, "webkey01", "track", "m3", "{\"event\":\"Job Run\",\"userId\":\"u1\"}");
    sources_ingest(db, dir, &summary);
    assert_int_equal(summary.count.read, 7);
    assert_int_equal(summary.count.loaded, 4);
    assert_int_equal(summary.count.duplicate, 1);
    assert_int_equal(summary.count.ignored, 1);
    assert_int_equal(summary.count.rejected, 1);
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE kind = 'ingest'", "3");
    sources_expect(db, "SELECT string_agg(rule || ' ' || records, ', ') FROM ops.load_ignored",
                   "no_stream 1");
    sources_expect(db,
                   "SELECT concat_ws(' ', l.file, r.line, r.reason, r.field, r.at_column, "
                   "convert_from(r.raw, 'UTF8')) FROM ops.reject AS r JOIN ops.load AS l USING "
                   "(load_id)",
                   "inbox 8 missing_field /properties/account "
                   "{\"event\":\"Job Run\",\"userId\":\"u1\"}");
    sources_expect(db, "SELECT name FROM warehouse.contact", "Sato");
    sources_expect(db, "SELECT name FROM warehouse.account", "Sakura");
    sources_ingest(db, dir, &summary);
    assert_int_equal(summary.count.read, 0);
    put_track(db, "webkey01", "m2", "acc-1"); /* and again, a run later */
    sources_ingest(db, dir, &summary);
    assert_int_equal(summary.count.duplicate, 1);
    put_track(db, "webkey01", NULL, "acc-1"); /* without an id each counts */
    put_track(db, "webkey01", NULL, "acc-1");
    sources_ingest(db, dir, &summary);
    assert_int_equal(summary.count.loaded, 2);
    sources_expect(db, runs, "4");
}

static void numbers_of_a_transaction_under_way_are_not_passed_over(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(db_t) slow = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    const char *dir = sources_directory(sources);
    put_track(db, "webkey01", "m0", "acc-1");
    sources_ingest(db, dir, NULL);
    warehouse_sql(slow, "BEGIN");
    put_track(slow, "webkey01", "m1", "acc-1"); /* takes its number first … */
    put_track(db, "webkey01", "m2", "acc-1");   /* … and is passed by this one */
    sources_expect(db, "SELECT max(seq) - count(*) FROM ops.inbox", "1");
    assert_false(sources_try(db, dir, 0, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_BUSY));
    sources_expect(db, runs, "1");
    warehouse_sql(slow, "COMMIT");
    sources_ingest(db, dir, NULL);
    sources_expect(db, runs, "3");
    warehouse_sql(slow, "BEGIN");
    put_track(slow, "webkey01", "m3", "acc-1");
    warehouse_sql(slow, "ROLLBACK"); /* a number that will never be */
    put_track(db, "webkey01", "m4", "acc-1");
    sources_ingest(db, dir, NULL);
    sources_expect(db, runs, "4");
}

static void a_key_that_is_added_later_brings_what_came_before(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    g_auto(GStrv) parts = g_strsplit(sources, ", webkey02", 2);
    g_autofree char *one = g_strconcat("organisation: Test\ntime_zone: Asia/Tokyo\ncurrency: USD\n"
                                       "language: en\n",
                                       parts[0], parts[1], NULL);
    g_autofree char *both = g_strconcat("organisation: Test\ntime_zone: Asia/Tokyo\ncurrency: USD\n"
                                        "language: en\n",
                                        sources, NULL);
    sources_write(dir, "kenko.yaml", one);
    for (int i = 0; i < 20; i++) {
        g_autofree char *id = g_strdup_printf("m%d", i);
        put_track(db, i % 2 ? "webkey02" : "webkey01", id, "acc-1");
    }
    sources_ingest(db, dir, NULL);
    sources_expect(db, runs, "10");
    sources_write(dir, "kenko.yaml", both);
    put_track(db, "webkey01", "m20", "acc-1");
    assert_true(sources_try(db, dir, 1, NULL, NULL)); /* a delivery for each event */
    sources_expect(db, runs, "21");
    sources_expect(db,
                   "SELECT string_agg(stream || ' ' || position, ', ' ORDER BY stream) FROM "
                   "ops.watermark",
                   "webkey01 21, webkey02 21");
    sources_ingest(db, dir, NULL);
    sources_expect(db, runs, "21");
}

static void what_was_loaded_is_kept_for_some_days_and_what_was_not_for_ever(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    put_track(db, "webkey01", "m1", "acc-1");
    put_track(db, "otherkey", "m1", "acc-1");
    put_track(db, "webkey01", "m2", "acc-1");
    warehouse_sql(db, "UPDATE ops.inbox SET received_at = now() - interval '8 days' WHERE seq < 3");
    warehouse_sql(db, "UPDATE ops.inbox SET received_at = now() - interval '6 days' WHERE seq = 3");
    sources_ingest(db, dir, NULL);
    sources_expect(db, runs, "2");
    sources_expect(db, "SELECT string_agg(key_id || seq, ' ' ORDER BY seq) FROM ops.inbox",
                   "otherkey2 webkey013");
    put_track(db, "webkey02", "m1", "acc-1"); /* its first is gone, it is known all the same */
    sources_ingest(db, dir, NULL);
    sources_expect(db, runs, "2");
    warehouse_sql(db, "UPDATE ops.inbox SET received_at = now() - interval '8 days'");
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT string_agg(key_id, ' ') FROM ops.inbox", "otherkey");
}

/* While a rehearsal has everything in its transaction, somebody pushes. */
static void push_meanwhile(struct db *db, const struct ingest_summary *summary)
{
    (void)db;
    assert_int_equal(summary->count.loaded, 1);
    g_autoptr(db_t) sender = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
    warehouse_sql(sender, "SET lock_timeout = '1s'");
    put_track(sender, "webkey01", "m2", "acc-1");
}

static void a_rehearsal_keeps_no_sender_waiting(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(config_t) config = config_open(sources_directory(sources), &err);
    const struct ingest_options options = {.rehearsed = push_meanwhile};
    struct ingest_summary summary;
    put_track(db, "webkey01", "m1", "acc-1");
    warehouse_sql(db, "UPDATE ops.inbox SET received_at = now() - interval '8 days'");
    if (!config || !ingest_run(db, warehouse_dsn(), config, &options, &summary, &err))
        fail_msg("%s", err->message);
    sources_expect(db, runs, "0");
    sources_expect(db, "SELECT count(*) FROM ops.inbox", "2");
}

static void deliveries_of_any_size_make_the_same_warehouse(void **state)
{
    (void)state;
    g_autofree char *wanted = NULL;
    static const size_t sizes[] = {0, 1, 40, 200};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(db_t) db = warehouse_open();
        const char *dir = sources_directory(sources);
        warehouse_sql(db, "INSERT INTO ops.setting (name, value) VALUES ('digest_key', 'a test')");
        for (int k = 0; k < 60; k++) {
            g_autofree char *id = g_strdup_printf("m%d", k % 50);
            g_autofree char *account = g_strdup_printf("acc-%d", k % 7);
            put_track(db, "webkey01", id, account);
        }
        assert_true(sources_try(db, dir, sizes[i], NULL, NULL));
        sources_expect(db, runs, "50");
        g_autofree char *facts = sources_facts(db);
        if (wanted)
            assert_string_equal(facts, wanted);
        else
            wanted = g_steal_pointer(&facts);
    }
}

static void what_cannot_be_read_is_said_before_anything_is(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"keys: [webkey01, webkey02]", "keep_days: 3", "want key or keys"},
        {"webkey02]", "knk_webkey02_secret]", "8 characters"},
        {"webkey02]", "webkey01]", "named twice"},
        {"webkey02]", "webkey02]\n    keep_days: soon", "want 0 to 3650"},
        {"        id: messageId\n", "", "wants id: messageId"},
        {"[identify]", "[identity]", "'identity'"},
        {"        kinds: [identify]\n", "", "wants 'kinds'"},
        {"id: messageId", "id: messageId\n        path: x.csv", "'path' does not belong"},
        {"      - stream: contact",
         "      - {stream: account, kinds: [group, page], fields: {party: userId}}\n"
         "      - stream: contact",
         "two streams account"},
        {"      - stream: account",
         "      - stream: contact\n        kinds: [page]\n        fields: {party: userId, "
         "external_id: userId}\n  - name: app\n    type: inbox\n    key: webkey01\n    streams:\n"
         "      - stream: account",
         "read by source app too"}};
    g_autoptr(db_t) db = warehouse_open();
    put_track(db, "webkey01", "m1", "acc-1");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        g_auto(GStrv) parts = g_strsplit(sources, cases[i].from, 2);
        assert_non_null(parts[1]);
        g_autofree char *text = g_strjoinv(cases[i].to, parts);
        assert_false(sources_try(db, sources_directory(text), 0, NULL, &err));
        if (!err_is(err, KENKO_ERROR_CONFIG) || !strstr(err->message, cases[i].message))
            fail_msg("%s: %s", cases[i].message, err->message);
    }
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE kind = 'ingest'", "0");
}

static const int64_t noon = 1795003200 * INT64_C(1000000); /* 2026-11-18T12:00:00Z */

/* The event as it is mapped, or why not. */
static const char *format(struct arena *arena, const char *sent_at, const char *id,
                          const char *body)
{
    struct slice out;
    struct mapping_reject reject;
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", NULL);
    const struct pushed event = {7, noon, "track", id, sent_at, slice_of(body)};
    if (!pushed_format(arena, &event, zone, &out, &reject))
        return arena_printf(arena, "%s %s", reject.reason, reject.field);
    struct scan_error error;
    assert_true(scan_json_validate(out, &error));
    return arena_strndup(arena, out.p, out.n);
}

static void the_clock_of_a_sender_that_is_wrong_does_not_count(void **state)
{
    (void)state;
    static const struct {
        const char *sent_at, *original, *timestamp;
    } cases[] = {/* An hour fast, sent five seconds after. */
                 {"2026-11-18T13:00:00Z", "\"2026-11-18T12:59:55Z\"", "\"2026-11-18T11:59:55Z\""},
                 /* A year slow, kept for two days before it was sent. */
                 {"2025-11-18T12:00:00.500+00:00", "\"2025-11-16T12:00:00Z\"",
                  "\"2026-11-16T11:59:59.500000Z\""},
                 /* Epoch, and a time without zone. */
                 {"1795003200", "1795003190000", "\"2026-11-18T11:59:50Z\""},
                 {"2026-11-18 21:00:00", "\"2026-11-18T11:00:00Z\"", "\"2026-11-18T11:00:00Z\""},
                 /* Nothing to correct by: as it was written. */
                 {NULL, "\"2026-11-01T00:00:00Z\"", "\"2026-11-01T00:00:00Z\""},
                 {"yesterday", "\"2026-11-01T00:00:00Z\"", "\"2026-11-01T00:00:00Z\""},
                 {"2026-11-18T12:00:00Z", "\"24.11.2026\"", "\"24.11.2026\""},
                 /* Further away than there are dates. */
                 {"9999-12-31T00:00:00Z", "\"0001-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00Z\""}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(arena_t) arena = arena_new();
        static const char *const names[] = {"timestamp", "originalTimestamp"};
        for (size_t k = 0; k < 2; k++) {
            g_autofree char *body = g_strdup_printf("{\"%s\":%s}", names[k], cases[i].original);
            g_autofree char *sent = cases[i].sent_at
                                        ? g_strdup_printf("\"sentAt\":\"%s\",", cases[i].sent_at)
                                        : g_strdup("");
            g_autofree char *wanted = g_strdup_printf(
                "{\"type\":\"track\",\"messageId\":\"m\",\"receivedAt\":\"2026-11-18T12:00:00Z\",%s"
                "\"originalTimestamp\":%s,\"timestamp\":%s}",
                sent, cases[i].original, cases[i].timestamp);
            assert_string_equal(format(arena, cases[i].sent_at, "m", body), wanted);
        }
    }
}

static void an_event_keeps_all_else_and_never_lacks_time_or_id(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    assert_string_equal(
        format(arena, NULL, "m",
               " {\"type\":\"x\", \"n\" : 1.10e400 ,\"receivedAt\":1,\"sentAt\":\"later\","
               "\"a\\u0022<\":{\"timestamp\":[1, 2]},\"messageId\":\"other\",\"timestamp\":null} "),
        "{\"type\":\"track\",\"messageId\":\"m\",\"receivedAt\":\"2026-11-18T12:00:00Z\","
        "\"timestamp\":"
        "\"2026-11-18T12:00:00Z\",\"n\":1.10e400,\"a\\\"\\u003c\":{\"timestamp\":[1, 2]}}");
    const char *unnamed = format(arena, NULL, NULL, "{}");
    const char *id = strstr(unnamed, "\"messageId\":\"") + strlen("\"messageId\":\"");
    assert_int_equal(strspn(id, "0123456789"), 101);
    assert_string_equal(format(arena, NULL, "m", "[]"), "not_an_object ");
    assert_string_equal(format(arena, NULL, "m", "{\"a\":1"), "bad_json ");
    assert_string_equal(format(arena, NULL, "m", "{\"timestamp\":1,\"timestamp\":1}"),
                        "duplicate_key timestamp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_becomes_facts_of_its_stream_once),
        cmocka_unit_test(numbers_of_a_transaction_under_way_are_not_passed_over),
        cmocka_unit_test(a_key_that_is_added_later_brings_what_came_before),
        cmocka_unit_test(what_was_loaded_is_kept_for_some_days_and_what_was_not_for_ever),
        cmocka_unit_test(a_rehearsal_keeps_no_sender_waiting),
        cmocka_unit_test(deliveries_of_any_size_make_the_same_warehouse),
        cmocka_unit_test(what_cannot_be_read_is_said_before_anything_is),
        cmocka_unit_test(the_clock_of_a_sender_that_is_wrong_does_not_count),
        cmocka_unit_test(an_event_keeps_all_else_and_never_lacks_time_or_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
