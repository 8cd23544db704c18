/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams without a mapping in tables of their own. Names carry the requirement they stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/delivery.h"
#include "ingest/load.h"
#include "ingest/raw.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { KEYS_MAX = 4 };

/* A run over one source's streams. */
struct stage {
    struct db *db;
    struct job *job;
    struct raw *raw;
    struct batch_counters total;
    int64_t ordinal;
};

static void open_stage(struct stage *s, struct db *db, const struct raw_rule *rules, size_t n)
{
    g_autoptr(GError) err = NULL;
    *s = (struct stage){.db = db};
    s->job = job_begin(db, warehouse_dsn(), "ingest:sf", &err);
    s->raw = s->job ? raw_open(db, s->job, "sf", rules, n, false, &err) : NULL;
    if (!s->raw)
        fail_msg("%s", err->message);
}

static void close_stage(struct stage *s)
{
    raw_close(s->raw);
    job_end(s->job, NULL, NULL);
}

static bool write_raw(void *context, struct db *db, GError **err)
{
    (void)db;
    int64_t load_id;
    return raw_write(((struct stage *)context)->raw, "standard input", 0, 0, &load_id, err);
}

static bool tick_raw(void *context, struct db *db, int64_t commit_no, GError **err)
{
    (void)db;
    return raw_tick(((struct stage *)context)->raw, &commit_no, err);
}

static void deliver(struct stage *s)
{
    g_autoptr(GError) err = NULL;
    const struct delivery_source source = {
        .name = "sf", .context = s, .before = write_raw, .after = tick_raw};
    if (!delivery_write(s->db, s->job, NULL, 0, &source, &s->total, &err))
        fail_msg("%s", err->message);
    raw_keep(s->raw, &s->total);
}

static struct raw_stream *stream_of(struct stage *s, const char *name)
{
    g_autoptr(GError) err = NULL;
    struct raw_stream *stream = raw_stream(s->raw, "", name, &err);
    if (!stream)
        fail_msg("%s", err->message);
    return stream;
}

/* Keys and order are lists with spaces between. */
static bool try_declare(struct stage *s, const char *name, const char *key, const char *order,
                        const char *properties, GError **err)
{
    g_auto(GStrv) keys = g_strsplit(key, " ", KEYS_MAX);
    g_auto(GStrv) orders = g_strsplit(order, " ", KEYS_MAX);
    g_autofree char *schema = g_strdup_printf("{\"properties\": {%s}}", properties);
    struct raw_shape shape = {slice_of(schema), (const char *const *)keys,
                              (const char *const *)orders, *key ? g_strv_length(keys) : 0,
                              *order ? g_strv_length(orders) : 0};
    bool ready = false;
    while (!ready) {
        if (!raw_declare(stream_of(s, name), &shape, &ready, err))
            return false;
        if (!ready)
            deliver(s);
    }
    return true;
}

static void declare(struct stage *s, const char *name, const char *key, const char *order,
                    const char *properties)
{
    g_autoptr(GError) err = NULL;
    if (!try_declare(s, name, key, order, properties, &err))
        fail_msg("%s", err->message);
}

static enum raw_outcome take_with(struct stage *s, const char *name, struct raw_record record,
                                  GError **err)
{
    struct mapping_reject reject;
    enum raw_outcome outcome;
    record.line = record.ordinal = ++s->ordinal;
    for (;;) {
        if (!raw_take(stream_of(s, name), &record, &outcome, &reject, err))
            return RAW_REJECTED;
        if (outcome == RAW_REJECTED)
            raw_reject(stream_of(s, name), &record, &reject);
        if (outcome != RAW_LATER)
            return outcome;
        deliver(s);
    }
}

static void take(struct stage *s, const char *name, const char *json)
{
    g_autoptr(GError) err = NULL;
    take_with(s, name, (struct raw_record){.text = slice_of(json)}, &err);
    if (err)
        fail_msg("%s", err->message);
}

static void take_generation(struct stage *s, const char *name, const char *json, int64_t generation)
{
    g_autoptr(GError) err = NULL;
    take_with(s, name,
              (struct raw_record){
                  .text = slice_of(json), .has_generation = true, .generation = generation},
              &err);
}

static void values_are_exact_R9_R10_R11(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct stage s;
    open_stage(&s, db, NULL, 0);
    declare(&s, "t", "", "",
            "\"i\": {\"type\": \"integer\"}, \"n\": {\"type\": [\"null\", \"number\"]}, \"s\": "
            "{\"type\": \"string\"}, \"j\": {}, \"b\": {\"type\": \"boolean\"}, \"d\": {\"type\": "
            "\"string\", \"format\": \"date\"}, \"z\": {\"type\": \"string\", \"format\": "
            "\"date-time\"}, \"w\": {\"type\": \"string\", \"format\": \"date-time\"}, \"c\": "
            "{\"type\": \"string\", \"format\": \"time\"}");
    take(&s, "t",
         "{\"i\": 9223372036854775807, \"n\": 10000000000000000000000.1234, \"s\": "
         "\"a\\u0000b\\ud800\", \"j\": {\"x\": \"\\u0000\", \"y\": 1.10, \"z\": "
         "[18446744073709551616]}, \"b\": true, \"d\": \"1504-02-29\", \"z\": "
         "\"2022-11-22T01:23:45.123456+05:00\", \"w\": \"2015-09-01T16:34:02\", \"c\": "
         "\"01:02:03.5\"}");
    take(
        &s, "t",
        "{\"i\": -9223372036854775808, \"n\": -1.5e-3, \"s\": \"\", \"j\": \"text\", \"b\": false, "
        "\"d\": \"9999-12-23\", \"z\": \"9999-12-21T01:23:45Z\", \"w\": \"1504-02-29 "
        "01:23:45.5\", \"c\": \"23:59:59\"}");
    take(&s, "t",
         "{\"i\": \"12\", \"n\": \"NaN\", \"d\": \"\", \"z\": null, \"d\": \"0044-03-15 BC\"}");
    take(
        &s, "t",
        "{\"i\": 1e3, \"n\": 0.00, \"d\": \"0044-03-15 BC\", \"z\": \"2020-08-29T00:00:00-0000\"}");
    deliver(&s);
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
    close_stage(&s);
}

static void names_are_folded_cut_and_stay_R12(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct stage s;
    const char *properties =
        "\"Email\": {}, \"email\": {}, \"a-b\": {}, \"a_b\": {}, "
        "\"HKD@sp\xc3\xa9\xc3\xa7i\xc3\xa4l & "
        "characters\": {}, \"99namespace\": {}, \"ctid\": {}, \"_kenko_key\": {}, \"\": {}, "
        "\"\xe9\xa1\xa7\xe5\xae\xa2\xe3\x81\xae\xe5\x90\x8d\xe5\x89\x8d\xe3\x81\x8c\xe3\x81\xa8\xe3"
        "\x81\xa6\xe3\x82\x82\xe9\x95\xb7\xe3\x81\x84\xe5\xa0\xb4\xe5\x90\x88\xe3\x81\xae\xe5\x88"
        "\x97\xe3\x81\xae\xe5\x90\x8d\xe5\x89\x8d\": {}";
    const char *names = "SELECT string_agg(name, ' ' ORDER BY position) FROM ops.raw_column";
    open_stage(&s, db, NULL, 0);
    declare(&s,
            "Sp\xc3\xa9"
            "cial: Stream!",
            "", "", properties);
    take(&s,
         "Sp\xc3\xa9"
         "cial: Stream!",
         "{\"Email\": 1}");
    deliver(&s);
    close_stage(&s);
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
    open_stage(&s, db, NULL, 0);
    declare(&s,
            "Sp\xc3\xa9"
            "cial: Stream!",
            "", "", "\"a_b\": {}, \"email\": {}, \"A-B\": {}");
    take(&s,
         "Sp\xc3\xa9"
         "cial: Stream!",
         "{\"email\": 2}");
    deliver(&s);
    close_stage(&s);
    g_autofree char *second = warehouse_value(db, names);
    assert_true(g_str_has_prefix(second, first));
    g_autofree char *query = g_strdup_printf(
        "SELECT %s::text FROM raw.sf_special__stream_ WHERE email IS NULL", words[1]);
    sources_expect(db, query, "2");
}

static void shapes_evolve_R13(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct stage s;
    open_stage(&s, db, NULL, 0);
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"integer\"}");
    take(&s, "t", "{\"id\": 1, \"a\": 5}");
    deliver(&s);
    close_stage(&s);
    open_stage(&s, db, NULL, 0);
    for (int i = 0; i < 5; i++) {
        declare(&s, "t", "id", "",
                "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"integer\"}");
        take(&s, "t", "{\"id\": 1, \"a\": 5}");
        deliver(&s);
    }
    sources_expect(db, "SELECT count(*) FROM ops.schema_event", "0");
    sources_expect(db, "SELECT sum(duplicate) || ' ' || sum(loaded) FROM ops.load", "5 1");
    /* wider by its values, then by what is declared; narrower again says nothing */
    take(&s, "t", "{\"id\": 2, \"a\": 18446744073709551616}");
    take(&s, "t", "{\"id\": 3, \"a\": 1.5}");
    deliver(&s);
    sources_expect(db, "SELECT type FROM ops.raw_column WHERE field = 'a'", "numeric");
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"string\"}");
    take(&s, "t", "{\"id\": 4, \"a\": \"x\"}");
    declare(&s, "t", "id", "",
            "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"integer\"}, \"b\": {\"type\": "
            "\"boolean\"}");
    take(&s, "t", "{\"id\": 5, \"a\": 7, \"b\": true}");
    take(&s, "t", "{\"id\": 6, \"b\": \"yes\"}");
    take(&s, "t", "{\"id\": 7, \"a\": [1], \"unselected\": 1}");
    deliver(&s);
    sources_expect(db, "SELECT string_agg(a, ' ' ORDER BY id) FROM raw.sf_t",
                   "5 18446744073709551616 1.5 x 7");
    sources_expect(db, "SELECT b__v_text FROM raw.sf_t WHERE id = 6", "yes");
    sources_expect(db, "SELECT a__v_jsonb::text FROM raw.sf_t WHERE id = 7", "[1]");
    sources_expect(db,
                   "SELECT string_agg(change || ' ' || field || ' ' || detail || ' ' || "
                   "coalesce(load_id::text, '-'), ', ' ORDER BY event_id) FROM ops.schema_event",
                   "widened a numeric 7, widened a text 8, added b boolean 8, variant b text 8, "
                   "variant a jsonb 8");
    /* a field that goes leaves its column, one that comes back finds it */
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"b\": {\"type\": \"boolean\"}");
    take(&s, "t", "{\"id\": 8, \"a\": \"not selected\", \"b\": true}");
    deliver(&s);
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"string\"}");
    take(&s, "t", "{\"id\": 9, \"a\": \"back\"}");
    deliver(&s);
    sources_expect(
        db, "SELECT string_agg(id || coalesce(a, '-'), ' ' ORDER BY id) FROM raw.sf_t WHERE id > 7",
        "8- 9back");
    sources_expect(db,
                   "SELECT string_agg(change || ' ' || field, ', ' ORDER BY event_id) FROM "
                   "ops.schema_event WHERE event_id > 5",
                   "removed a, added a, removed b");
    /* the same record is still the same in a wider column */
    take(&s, "t", "{\"id\": 1, \"a\": 5.0}");
    deliver(&s);
    sources_expect(db, "SELECT count(*) FROM raw_version.sf_t WHERE id = 1", "1");
    close_stage(&s);
}

static void a_changed_key_stops_R13(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct stage s;
    open_stage(&s, db, NULL, 0);
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"email\": {}");
    take(&s, "t", "{\"id\": 1}");
    assert_false(
        try_declare(&s, "t", "email", "", "\"id\": {\"type\": \"integer\"}, \"email\": {}", &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_true(g_str_has_prefix(err->message, "stream t: its key was id and is email now"));
    deliver(&s);
    close_stage(&s);
    g_clear_error(&err);
    open_stage(&s, db, NULL, 0);
    assert_false(try_declare(&s, "t", "id email", "", "\"id\": {}, \"email\": {}", &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    g_clear_error(&err);
    assert_false(try_declare(&s, "u", "nowhere", "", "\"id\": {}", &err));
    assert_string_equal(err->message, "stream u: its key 'nowhere' is not among its properties");
    close_stage(&s);
}

static void contracts_hold_R13(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct raw_rule rules[] = {
        {.from = (char[]){"f"}, .contract = (char[]){"freeze"}},
        {.from = (char[]){"r"}, .contract = (char[]){"discard_row"}},
        {.from = (char[]){"v"}, .contract = (char[]){"discard_value"}},
    };
    const char *names[] = {"f", "r", "v"};
    const char *narrow = "\"id\": {\"type\": \"integer\"}";
    const char *wide = "\"id\": {\"type\": \"integer\"}, \"more\": {\"type\": \"integer\"}";
    struct stage s;
    open_stage(&s, db, rules, G_N_ELEMENTS(rules));
    for (int i = 0; i < 3; i++) {
        declare(&s, names[i], "id", "", narrow);
        take(&s, names[i], "{\"id\": 1}");
    }
    deliver(&s);
    close_stage(&s);

    open_stage(&s, db, rules, G_N_ELEMENTS(rules));
    assert_false(try_declare(&s, "f", "id", "", wide, &err));
    assert_true(err_is(err, KENKO_ERROR_CHECK));
    assert_string_equal(err->message, "stream f: 'more' is new, and the contract is freeze");
    g_clear_error(&err);
    declare(&s, "f", "id", "", narrow);
    take_with(&s, "f", (struct raw_record){.text = SLICE("{\"id\": 1.5}")}, &err);
    assert_true(err_is(err, KENKO_ERROR_CHECK));
    for (int i = 1; i < 3; i++) {
        declare(&s, names[i], "id", "", wide);
        take(&s, names[i], "{\"id\": 2, \"more\": 3}");
        take(&s, names[i], "{\"id\": 3, \"more\": null}");
    }
    take(&s, "v", "{\"id\": 4, \"more\": 3}");
    deliver(&s);
    sources_expect(db, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM raw.sf_r", "1 3");
    sources_expect(db, "SELECT reason || ' ' || field FROM ops.reject", "contract more");
    sources_expect(db, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM raw.sf_v", "1 2 3 4");
    sources_expect(db, "SELECT message FROM ops.load WHERE stream = 'v' AND message <> ''",
                   "2 values discarded by contract");
    sources_expect(db, "SELECT _kenko_meta::text FROM raw.sf_v WHERE id = 2",
                   "{\"changes\": [{\"field\": \"more\", \"change\": \"NULLED\", \"reason\": "
                   "\"DESTINATION_TYPECAST_ERROR\"}]}");
    sources_expect(db, "SELECT count(*) FROM ops.raw_column WHERE field = 'more'", "0");
    close_stage(&s);
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
    struct stage s;
    open_stage(&s, db, NULL, 0);
    declare(&s, "t", "id", "", properties->str);
    take(&s, "t", record->str);
    take(&s, "t", "{\"id\": 2, \"f1699\": 7, \"f0\": 8}");
    deliver(&s);
    sources_expect(db, "SELECT f0 || ' ' || (_extra->>'f1699') FROM raw.sf_t WHERE id = 2", "8 7");
    /* a tuple that has no room for all its columns keeps the rest beside them, nothing is lost */
    sources_expect(
        db,
        "SELECT (SELECT count(*) FROM jsonb_each_text(to_jsonb(t) - '_extra') AS e WHERE "
        "e.key LIKE 'f%' AND e.value IS NOT NULL) + (SELECT count(*) FROM "
        "jsonb_object_keys(t._extra)) FROM raw.sf_t AS t WHERE id = 1",
        "1700");
    close_stage(&s);
}

static void the_newest_record_of_a_key_counts_R15(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct stage s;
    open_stage(&s, db, NULL, 0);
    declare(
        &s, "t", "id part", "at",
        "\"id\": {\"type\": \"integer\"}, \"part\": {}, \"at\": {\"type\": \"integer\"}, \"v\": "
        "{\"type\": \"string\"}");
    take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 10, \"v\": \"old\"}");
    take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 30, \"v\": \"newest\"}");
    take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 20, \"v\": \"between\"}");
    take(&s, "t", "{\"id\": 1, \"part\": \"b\", \"at\": 5, \"v\": \"other\"}");
    take(&s, "t", "{\"id\": null, \"part\": \"b\"}");
    take(&s, "t", "{\"id\": 7}");
    deliver(&s);
    const char *seen = "SELECT string_agg(v, ' ' ORDER BY v) FROM raw.sf_t";
    sources_expect(db, seen, "newest other");
    sources_expect(db, "SELECT string_agg(reason, ' ' ORDER BY ordinal) FROM ops.reject",
                   "null_key missing_key");
    take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 15, \"v\": \"late\"}");
    take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 30, \"v\": \"newest\"}");
    deliver(&s);
    sources_expect(db, seen, "newest other");
    sources_expect(db, "SELECT count(*) FROM raw_version.sf_t", "5");
    close_stage(&s);
}

static void partial_records_keep_what_they_do_not_say_R15(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct raw_rule rule = {.from = (char[]){"*"}, .partial = true};
    struct stage s;
    open_stage(&s, db, &rule, 1);
    declare(&s, "t", "id", "",
            "\"id\": {\"type\": \"integer\"}, \"g2\": {\"type\": \"string\"}, \"v\": {\"type\": "
            "\"integer\"}");
    take(&s, "t", "{\"id\": 1, \"g2\": \"x\", \"v\": 1}");
    deliver(&s);
    take(&s, "t", "{\"id\": 1, \"v\": 2}");
    take(&s, "t", "{\"id\": 1, \"g2\": null}");
    take(&s, "t", "{\"id\": 1, \"v\": 3}");
    take(&s, "t", "{\"id\": 2, \"v\": 9}");
    deliver(&s);
    sources_expect(db,
                   "SELECT string_agg(id || coalesce(g2, '-') || v, ' ' ORDER BY id) FROM raw.sf_t",
                   "1-3 2-9");
    sources_expect(db,
                   "SELECT string_agg(coalesce(g2, '-') || v, ' ' ORDER BY _kenko_ordinal) FROM "
                   "raw_version.sf_t WHERE id = 1",
                   "x1 x2 -2 -3");
    close_stage(&s);
}

static void deletes_are_shown_or_left_out_R17(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct raw_rule rules[] = {{.from = (char[]){"gone"}, .deletes = (char[]){"hard"}},
                               {.from = (char[]){"flag"}, .deleted = (char[]){"state=archived"}}};
    struct stage s;
    open_stage(&s, db, rules, 2);
    const char *properties = "\"id\": {\"type\": \"integer\"}, \"state\": {\"type\": \"string\"}, "
                             "\"_sdc_deleted_at\": {\"type\": \"string\"}";
    const char *names[] = {"soft", "gone", "flag"};
    for (int i = 0; i < 3; i++) {
        declare(&s, names[i], "id", "", properties);
        take(&s, names[i], "{\"id\": 1, \"state\": \"open\"}");
        take(&s, names[i], "{\"id\": 2, \"state\": \"open\"}");
    }
    deliver(&s);
    for (int i = 0; i < 2; i++)
        take(&s, names[i], "{\"id\": 1, \"_sdc_deleted_at\": \"2026-01-01T00:00:00Z\"}");
    take(&s, "flag", "{\"id\": 1, \"state\": \"archived\"}");
    deliver(&s);
    const char *marked = "SELECT string_agg(id || CASE WHEN _kenko_deleted_at IS NULL THEN '' ELSE "
                         "'x' END, ' ' ORDER BY id) FROM raw.";
    g_autofree char *soft = g_strconcat(marked, "sf_soft", NULL);
    g_autofree char *gone = g_strconcat(marked, "sf_gone", NULL);
    g_autofree char *flag = g_strconcat(marked, "sf_flag", NULL);
    sources_expect(db, soft, "1x 2");
    sources_expect(db, gone, "2");
    sources_expect(db, flag, "1x 2");
    for (int i = 0; i < 3; i++)
        take(&s, names[i], "{\"id\": 1, \"state\": \"open\"}");
    deliver(&s);
    sources_expect(db, soft, "1 2");
    sources_expect(db, gone, "1 2");
    sources_expect(db, flag, "1 2");
    close_stage(&s);
}

static void a_floor_deletes_what_was_not_seen_again_R17(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct stage s;
    open_stage(&s, db, NULL, 0);
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"string\"}");
    declare(&s, "keyless", "", "", "\"v\": {\"type\": \"string\"}");
    for (int id = 1; id <= 3; id++) {
        g_autofree char *json = g_strdup_printf("{\"id\": %d, \"v\": \"a\"}", id);
        take_generation(&s, "t", json, 1);
        take_generation(&s, "keyless", "{\"v\": \"a\"}", 1);
    }
    raw_set_generation(stream_of(&s, "t"), 1, RAW_FLOOR);
    deliver(&s);
    /* the second time 3 is gone, 2 has changed, and 1 is what it was */
    take_generation(&s, "t", "{\"id\": 1, \"v\": \"a\"}", 2);
    take_generation(&s, "t", "{\"id\": 2, \"v\": \"b\"}", 2);
    take_generation(&s, "keyless", "{\"v\": \"b\"}", 2);
    raw_set_generation(stream_of(&s, "t"), 2, RAW_FLOOR);
    raw_set_generation(stream_of(&s, "keyless"), 2, RAW_FLOOR);
    deliver(&s);
    const char *seen = "SELECT string_agg(id || v || CASE WHEN _kenko_deleted_at IS NULL THEN '' "
                       "ELSE 'x' END, ' ' ORDER BY id) FROM raw.sf_t";
    sources_expect(db, seen, "1a 2b 3ax");
    sources_expect(db, "SELECT string_agg(v, ' ') FROM raw.sf_keyless", "b");
    sources_expect(db, "SELECT count(*) FROM raw_version.sf_t",
                   "4"); /* 1 was seen, not stored again */
    g_autofree char *when =
        warehouse_value(db, "SELECT _kenko_deleted_at::text FROM raw.sf_t WHERE id = 3");
    /* stating it again changes nothing, and a third time it is still since then */
    raw_set_generation(stream_of(&s, "t"), 2, RAW_FLOOR);
    assert_true(raw_is_empty(s.raw));
    take_generation(&s, "t", "{\"id\": 1, \"v\": \"a\"}", 3);
    take_generation(&s, "t", "{\"id\": 2, \"v\": \"b\"}", 3);
    raw_set_generation(stream_of(&s, "t"), 3, RAW_FLOOR);
    deliver(&s);
    sources_expect(db, seen, "1a 2b 3ax");
    sources_expect(db, "SELECT _kenko_deleted_at::text FROM raw.sf_t WHERE id = 3", when);
    close_stage(&s);
}

static void a_hidden_generation_counts_when_it_is_complete_R14(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct stage s;
    const char *seen = "SELECT string_agg(id || v, ' ' ORDER BY id) FROM raw.sf_t WHERE "
                       "_kenko_deleted_at IS NULL";
    open_stage(&s, db, NULL, 0);
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"string\"}");
    take_generation(&s, "t", "{\"id\": 1, \"v\": \"a\"}", 0);
    take_generation(&s, "t", "{\"id\": 2, \"v\": \"a\"}", 0);
    deliver(&s);
    raw_set_generation(stream_of(&s, "t"), 1, RAW_HIDDEN);
    take_generation(&s, "t", "{\"id\": 1, \"v\": \"a\"}", 1);
    deliver(&s);
    take_generation(&s, "t", "{\"id\": 3, \"v\": \"a\"}", 1);
    deliver(&s);
    sources_expect(db, seen, "1a 2a");
    close_stage(&s);
    open_stage(&s, db, NULL, 0); /* a retry goes on with it */
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"string\"}");
    raw_set_generation(stream_of(&s, "t"), 1, RAW_HIDDEN);
    take_generation(&s, "t", "{\"id\": 3, \"v\": \"a\"}", 1);
    raw_set_generation(stream_of(&s, "t"), 1, RAW_FLOOR);
    deliver(&s);
    sources_expect(db, seen, "1a 3a");
    sources_expect(db, "SELECT sum(duplicate)::text FROM ops.load", "1");
    close_stage(&s);
}

static void undo_restores_what_was_before(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct stage s;
    open_stage(&s, db, NULL, 0);
    const char *properties = "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"integer\"}";
    declare(&s, "t", "id", "", properties);
    take_generation(&s, "t", "{\"id\": 1, \"v\": 1}", 1);
    take_generation(&s, "t", "{\"id\": 2, \"v\": 1}", 1);
    take_generation(&s, "t", "{\"id\": 3, \"v\": 1}", 1);
    deliver(&s);
    g_autofree char *before = sources_facts(db);
    /* changed, seen again, wider, a new column, and the rest deleted */
    declare(&s, "t", "id", "",
            "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"integer\"}, \"w\": {\"type\": "
            "\"string\"}");
    take_generation(&s, "t", "{\"id\": 1, \"v\": 18446744073709551616, \"w\": \"x\"}", 2);
    take_generation(&s, "t", "{\"id\": 2, \"v\": 1}", 2);
    take_generation(&s, "t", "{\"id\": 4, \"v\": \"x\"}", 2);
    raw_set_generation(stream_of(&s, "t"), 2, RAW_FLOOR);
    deliver(&s);
    g_autofree char *after = sources_facts(db);
    assert_string_not_equal(before, after);
    if (!load_undo(db, 2, "test", &err))
        fail_msg("%s", err->message);
    g_autofree char *undone = sources_facts(db);
    assert_string_equal(before, undone);
    /* They speak of no day of usage. */
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE first_day IS NOT NULL", "0");
    close_stage(&s);
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
    struct stage s;
    open_stage(&s, db, &rule, 1);
    declare(&s, "t", "key v", "n l", properties->str);
    take(&s, "t", record->str);
    take(&s, "t", "{\"key\": 12, \"v\": 1, \"g1\": 7}");
    take_generation(&s, "t", record->str, 1);
    deliver(&s);
    take_generation(&s, "t", record->str, 2);
    raw_set_generation(stream_of(&s, "t"), 2, RAW_FLOOR);
    deliver(&s);
    g_autofree char *digest = sources_facts(db);
    assert_non_null(digest);
    sources_expect(db, "SELECT concat_ws(' ', n, v, g1, id, key) FROM raw.sf_t", "0 1 11 18 12");
    close_stage(&s);
}

/* Looking each record up in a list of all would take many minutes here. */
static void a_large_load_costs_no_more_per_record_R16(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct stage s;
    open_stage(&s, db, NULL, 0);
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}");
    int64_t began = g_get_monotonic_time();
    for (int again = 0; again < 2; again++) {
        for (int i = 0; i < 40000; i++) {
            g_autofree char *json = g_strdup_printf("{\"id\": %d}", i);
            take(&s, "t", json);
        }
        deliver(&s);
    }
    assert_true(g_get_monotonic_time() - began < INT64_C(60000000));
    sources_expect(
        db, "SELECT string_agg(loaded || '+' || duplicate, ' ' ORDER BY load_id) FROM ops.load",
        "40000+0 0+40000");
    close_stage(&s);
}

static void views_on_a_stream_outlive_new_columns_R14(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct stage s;
    open_stage(&s, db, NULL, 0);
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}");
    take(&s, "t", "{\"id\": 1}");
    deliver(&s);
    warehouse_sql(db, "CREATE VIEW public.mine AS SELECT id FROM raw.sf_t");
    declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"string\"}");
    take(&s, "t", "{\"id\": 2, \"v\": \"x\"}");
    deliver(&s);
    sources_expect(db, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM public.mine", "1 2");
    close_stage(&s);
}

static void equal_records_without_a_key_are_kept_or_duplicates(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct raw_rule rule = {.from = (char[]){"h"}, .without_key = (char[]){"hash"}};
    struct stage s;
    open_stage(&s, db, &rule, 1);
    const char *names[] = {"h", "a"};
    for (int i = 0; i < 2; i++) {
        declare(&s, names[i], "", "", "\"v\": {\"type\": \"string\"}");
        take(&s, names[i], "{\"v\": \"x\"}");
        take(&s, names[i], "{\"v\": \"y\"}");
        take(&s, names[i], "{\"v\": \"x\"}");
    }
    deliver(&s);
    sources_expect(db, "SELECT count(*) FROM raw.sf_h", "2");
    sources_expect(db, "SELECT count(*) FROM raw.sf_a", "3");
    close_stage(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_exact_R9_R10_R11),
        cmocka_unit_test(names_are_folded_cut_and_stay_R12),
        cmocka_unit_test(shapes_evolve_R13),
        cmocka_unit_test(a_changed_key_stops_R13),
        cmocka_unit_test(contracts_hold_R13),
        cmocka_unit_test(columns_beyond_the_limit_go_beside_R12),
        cmocka_unit_test(the_newest_record_of_a_key_counts_R15),
        cmocka_unit_test(partial_records_keep_what_they_do_not_say_R15),
        cmocka_unit_test(deletes_are_shown_or_left_out_R17),
        cmocka_unit_test(a_floor_deletes_what_was_not_seen_again_R17),
        cmocka_unit_test(a_hidden_generation_counts_when_it_is_complete_R14),
        cmocka_unit_test(undo_restores_what_was_before),
        cmocka_unit_test(fields_may_be_called_as_we_call_ours),
        cmocka_unit_test(a_large_load_costs_no_more_per_record_R16),
        cmocka_unit_test(views_on_a_stream_outlive_new_columns_R14),
        cmocka_unit_test(equal_records_without_a_key_are_kept_or_duplicates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
