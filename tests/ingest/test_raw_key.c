/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which records of a stream without a mapping count: keys, deletes, generations, undo. Names carry
 * the requirement they stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/load.h"
#include "support/sources.h"
#include "support/staged.h"
#include "support/warehouse.h"

static void the_newest_record_of_a_key_counts_R15(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(
        &s, "t", "id part", "at",
        "\"id\": {\"type\": \"integer\"}, \"part\": {}, \"at\": {\"type\": \"integer\"}, \"v\": "
        "{\"type\": \"string\"}");
    staged_take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 10, \"v\": \"old\"}");
    staged_take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 30, \"v\": \"newest\"}");
    staged_take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 20, \"v\": \"between\"}");
    staged_take(&s, "t", "{\"id\": 1, \"part\": \"b\", \"at\": 5, \"v\": \"other\"}");
    staged_take(&s, "t", "{\"id\": null, \"part\": \"b\"}");
    staged_take(&s, "t", "{\"id\": 7}");
    staged_deliver(&s);
    const char *seen = "SELECT string_agg(v, ' ' ORDER BY v) FROM raw.sf_t";
    sources_expect(db, seen, "newest other");
    sources_expect(db, "SELECT string_agg(reason, ' ' ORDER BY ordinal) FROM ops.reject",
                   "null_key missing_key");
    staged_take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 15, \"v\": \"late\"}");
    staged_take(&s, "t", "{\"id\": 1, \"part\": \"a\", \"at\": 30, \"v\": \"newest\"}");
    staged_deliver(&s);
    sources_expect(db, seen, "newest other");
    sources_expect(db, "SELECT count(*) FROM raw_version.sf_t", "5");
    staged_close(&s);
}

static void partial_records_keep_what_they_do_not_say_R15(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct raw_rule rule = {.from = (char[]){"*"}, .partial = true};
    struct staged s;
    staged_open(&s, db, &rule, 1);
    staged_declare(
        &s, "t", "id", "",
        "\"id\": {\"type\": \"integer\"}, \"g2\": {\"type\": \"string\"}, \"v\": {\"type\": "
        "\"integer\"}");
    staged_take(&s, "t", "{\"id\": 1, \"g2\": \"x\", \"v\": 1}");
    staged_deliver(&s);
    staged_take(&s, "t", "{\"id\": 1, \"v\": 2}");
    staged_take(&s, "t", "{\"id\": 1, \"g2\": null}");
    staged_take(&s, "t", "{\"id\": 1, \"v\": 3}");
    staged_take(&s, "t", "{\"id\": 2, \"v\": 9}");
    staged_deliver(&s);
    sources_expect(db,
                   "SELECT string_agg(id || coalesce(g2, '-') || v, ' ' ORDER BY id) FROM raw.sf_t",
                   "1-3 2-9");
    sources_expect(db,
                   "SELECT string_agg(coalesce(g2, '-') || v, ' ' ORDER BY _kenko_ordinal) FROM "
                   "raw_version.sf_t WHERE id = 1",
                   "x1 x2 -2 -3");
    staged_close(&s);
}

static void equal_records_without_a_key_are_kept_or_duplicates(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct raw_rule rule = {.from = (char[]){"h"}, .without_key = (char[]){"hash"}};
    struct staged s;
    staged_open(&s, db, &rule, 1);
    const char *names[] = {"h", "a"};
    for (int i = 0; i < 2; i++) {
        staged_declare(&s, names[i], "", "", "\"v\": {\"type\": \"string\"}");
        staged_take(&s, names[i], "{\"v\": \"x\"}");
        staged_take(&s, names[i], "{\"v\": \"y\"}");
        staged_take(&s, names[i], "{\"v\": \"x\"}");
    }
    staged_deliver(&s);
    sources_expect(db, "SELECT count(*) FROM raw.sf_h", "2");
    sources_expect(db, "SELECT count(*) FROM raw.sf_a", "3");
    staged_close(&s);
}

static void deletes_are_shown_or_left_out_R17(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct raw_rule rules[] = {{.from = (char[]){"gone"}, .deletes = (char[]){"hard"}},
                               {.from = (char[]){"flag"}, .deleted = (char[]){"state=archived"}}};
    struct staged s;
    staged_open(&s, db, rules, 2);
    const char *properties = "\"id\": {\"type\": \"integer\"}, \"state\": {\"type\": \"string\"}, "
                             "\"_sdc_deleted_at\": {\"type\": \"string\"}";
    const char *names[] = {"soft", "gone", "flag"};
    for (int i = 0; i < 3; i++) {
        staged_declare(&s, names[i], "id", "", properties);
        staged_take(&s, names[i], "{\"id\": 1, \"state\": \"open\"}");
        staged_take(&s, names[i], "{\"id\": 2, \"state\": \"open\"}");
    }
    staged_deliver(&s);
    for (int i = 0; i < 2; i++)
        staged_take(&s, names[i], "{\"id\": 1, \"_sdc_deleted_at\": \"2026-01-01T00:00:00Z\"}");
    staged_take(&s, "flag", "{\"id\": 1, \"state\": \"archived\"}");
    staged_deliver(&s);
    const char *marked = "SELECT string_agg(id || CASE WHEN _kenko_deleted_at IS NULL THEN '' ELSE "
                         "'x' END, ' ' ORDER BY id) FROM raw.";
    g_autofree char *soft = g_strconcat(marked, "sf_soft", NULL);
    g_autofree char *gone = g_strconcat(marked, "sf_gone", NULL);
    g_autofree char *flag = g_strconcat(marked, "sf_flag", NULL);
    sources_expect(db, soft, "1x 2");
    sources_expect(db, gone, "2");
    sources_expect(db, flag, "1x 2");
    for (int i = 0; i < 3; i++)
        staged_take(&s, names[i], "{\"id\": 1, \"state\": \"open\"}");
    staged_deliver(&s);
    sources_expect(db, soft, "1 2");
    sources_expect(db, gone, "1 2");
    sources_expect(db, flag, "1 2");
    staged_close(&s);
}

static void a_floor_deletes_what_was_not_seen_again_R17(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "t", "id", "",
                   "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"string\"}");
    staged_declare(&s, "keyless", "", "", "\"v\": {\"type\": \"string\"}");
    for (int id = 1; id <= 3; id++) {
        g_autofree char *json = g_strdup_printf("{\"id\": %d, \"v\": \"a\"}", id);
        staged_take_generation(&s, "t", json, 1);
        staged_take_generation(&s, "keyless", "{\"v\": \"a\"}", 1);
    }
    raw_set_generation(staged_stream(&s, "t"), 1, RAW_FLOOR);
    staged_deliver(&s);
    /* the second time 3 is gone, 2 has changed, and 1 is what it was */
    staged_take_generation(&s, "t", "{\"id\": 1, \"v\": \"a\"}", 2);
    staged_take_generation(&s, "t", "{\"id\": 2, \"v\": \"b\"}", 2);
    staged_take_generation(&s, "keyless", "{\"v\": \"b\"}", 2);
    raw_set_generation(staged_stream(&s, "t"), 2, RAW_FLOOR);
    raw_set_generation(staged_stream(&s, "keyless"), 2, RAW_FLOOR);
    staged_deliver(&s);
    const char *seen = "SELECT string_agg(id || v || CASE WHEN _kenko_deleted_at IS NULL THEN '' "
                       "ELSE 'x' END, ' ' ORDER BY id) FROM raw.sf_t";
    sources_expect(db, seen, "1a 2b 3ax");
    sources_expect(db, "SELECT string_agg(v, ' ') FROM raw.sf_keyless", "b");
    sources_expect(db, "SELECT count(*) FROM raw_version.sf_t",
                   "4"); /* 1 was seen, not stored again */
    g_autofree char *when =
        warehouse_value(db, "SELECT _kenko_deleted_at::text FROM raw.sf_t WHERE id = 3");
    /* stating it again changes nothing, and a third time it is still since then */
    raw_set_generation(staged_stream(&s, "t"), 2, RAW_FLOOR);
    assert_true(raw_is_empty(s.raw));
    staged_take_generation(&s, "t", "{\"id\": 1, \"v\": \"a\"}", 3);
    staged_take_generation(&s, "t", "{\"id\": 2, \"v\": \"b\"}", 3);
    raw_set_generation(staged_stream(&s, "t"), 3, RAW_FLOOR);
    staged_deliver(&s);
    sources_expect(db, seen, "1a 2b 3ax");
    sources_expect(db, "SELECT _kenko_deleted_at::text FROM raw.sf_t WHERE id = 3", when);
    staged_close(&s);
}

static void a_hidden_generation_counts_when_it_is_complete_R14(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    const char *seen = "SELECT string_agg(id || v, ' ' ORDER BY id) FROM raw.sf_t WHERE "
                       "_kenko_deleted_at IS NULL";
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "t", "id", "",
                   "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"string\"}");
    staged_take_generation(&s, "t", "{\"id\": 1, \"v\": \"a\"}", 0);
    staged_take_generation(&s, "t", "{\"id\": 2, \"v\": \"a\"}", 0);
    staged_deliver(&s);
    raw_set_generation(staged_stream(&s, "t"), 1, RAW_HIDDEN);
    staged_take_generation(&s, "t", "{\"id\": 1, \"v\": \"a\"}", 1);
    staged_deliver(&s);
    staged_take_generation(&s, "t", "{\"id\": 3, \"v\": \"a\"}", 1);
    staged_deliver(&s);
    sources_expect(db, seen, "1a 2a");
    staged_close(&s);
    staged_open(&s, db, NULL, 0); /* a retry goes on with it */
    staged_declare(&s, "t", "id", "",
                   "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"string\"}");
    raw_set_generation(staged_stream(&s, "t"), 1, RAW_HIDDEN);
    staged_take_generation(&s, "t", "{\"id\": 3, \"v\": \"a\"}", 1);
    raw_set_generation(staged_stream(&s, "t"), 1, RAW_FLOOR);
    staged_deliver(&s);
    sources_expect(db, seen, "1a 3a");
    sources_expect(db, "SELECT sum(duplicate)::text FROM ops.load", "1");
    staged_close(&s);
}

static void undo_restores_what_was_before(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct staged s;
    staged_open(&s, db, NULL, 0);
    const char *properties = "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"integer\"}";
    staged_declare(&s, "t", "id", "", properties);
    staged_take_generation(&s, "t", "{\"id\": 1, \"v\": 1}", 1);
    staged_take_generation(&s, "t", "{\"id\": 2, \"v\": 1}", 1);
    staged_take_generation(&s, "t", "{\"id\": 3, \"v\": 1}", 1);
    staged_deliver(&s);
    g_autofree char *before = sources_facts(db);
    /* changed, seen again, wider, a new column, and the rest deleted */
    staged_declare(
        &s, "t", "id", "",
        "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"integer\"}, \"w\": {\"type\": "
        "\"string\"}");
    staged_take_generation(&s, "t", "{\"id\": 1, \"v\": 18446744073709551616, \"w\": \"x\"}", 2);
    staged_take_generation(&s, "t", "{\"id\": 2, \"v\": 1}", 2);
    staged_take_generation(&s, "t", "{\"id\": 4, \"v\": \"x\"}", 2);
    raw_set_generation(staged_stream(&s, "t"), 2, RAW_FLOOR);
    staged_deliver(&s);
    g_autofree char *after = sources_facts(db);
    assert_string_not_equal(before, after);
    if (!load_undo(db, 2, "test", &err))
        fail_msg("%s", err->message);
    g_autofree char *undone = sources_facts(db);
    assert_string_equal(before, undone);
    /* They speak of no day of usage. */
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE first_day IS NOT NULL", "0");
    staged_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_record_of_a_key_counts_R15),
        cmocka_unit_test(partial_records_keep_what_they_do_not_say_R15),
        cmocka_unit_test(equal_records_without_a_key_are_kept_or_duplicates),
        cmocka_unit_test(deletes_are_shown_or_left_out_R17),
        cmocka_unit_test(a_floor_deletes_what_was_not_seen_again_R17),
        cmocka_unit_test(a_hidden_generation_counts_when_it_is_complete_R14),
        cmocka_unit_test(undo_restores_what_was_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
