/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapes of streams without a mapping, and how they change. Names carry the requirement they stand
 * for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/staged.h"
#include "support/warehouse.h"

static void shapes_evolve_R13(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "t", "id", "",
                   "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"integer\"}");
    staged_take(&s, "t", "{\"id\": 1, \"a\": 5}");
    staged_deliver(&s);
    staged_close(&s);
    staged_open(&s, db, NULL, 0);
    for (int i = 0; i < 5; i++) {
        staged_declare(&s, "t", "id", "",
                       "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"integer\"}");
        staged_take(&s, "t", "{\"id\": 1, \"a\": 5}");
        staged_deliver(&s);
    }
    sources_expect(db, "SELECT count(*) FROM ops.schema_event", "0");
    sources_expect(db, "SELECT sum(duplicate) || ' ' || sum(loaded) FROM ops.load", "5 1");
    /* wider by its values, then by what is declared; narrower again says nothing */
    staged_take(&s, "t", "{\"id\": 2, \"a\": 18446744073709551616}");
    staged_take(&s, "t", "{\"id\": 3, \"a\": 1.5}");
    staged_deliver(&s);
    sources_expect(db, "SELECT type FROM ops.raw_column WHERE field = 'a'", "numeric");
    staged_declare(&s, "t", "id", "",
                   "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"string\"}");
    staged_take(&s, "t", "{\"id\": 4, \"a\": \"x\"}");
    staged_declare(
        &s, "t", "id", "",
        "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"integer\"}, \"b\": {\"type\": "
        "\"boolean\"}");
    staged_take(&s, "t", "{\"id\": 5, \"a\": 7, \"b\": true}");
    staged_take(&s, "t", "{\"id\": 6, \"b\": \"yes\"}");
    staged_take(&s, "t", "{\"id\": 7, \"a\": [1], \"unselected\": 1}");
    staged_deliver(&s);
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
    staged_declare(&s, "t", "id", "",
                   "\"id\": {\"type\": \"integer\"}, \"b\": {\"type\": \"boolean\"}");
    staged_take(&s, "t", "{\"id\": 8, \"a\": \"not selected\", \"b\": true}");
    staged_deliver(&s);
    staged_declare(&s, "t", "id", "",
                   "\"id\": {\"type\": \"integer\"}, \"a\": {\"type\": \"string\"}");
    staged_take(&s, "t", "{\"id\": 9, \"a\": \"back\"}");
    staged_deliver(&s);
    sources_expect(
        db, "SELECT string_agg(id || coalesce(a, '-'), ' ' ORDER BY id) FROM raw.sf_t WHERE id > 7",
        "8- 9back");
    sources_expect(db,
                   "SELECT string_agg(change || ' ' || field, ', ' ORDER BY event_id) FROM "
                   "ops.schema_event WHERE event_id > 5",
                   "removed a, added a, removed b");
    /* the same record is still the same in a wider column */
    staged_take(&s, "t", "{\"id\": 1, \"a\": 5.0}");
    staged_deliver(&s);
    sources_expect(db, "SELECT count(*) FROM raw_version.sf_t WHERE id = 1", "1");
    staged_close(&s);
}

static void a_changed_key_stops_R13(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}, \"email\": {}");
    staged_take(&s, "t", "{\"id\": 1}");
    assert_false(staged_try_declare(&s, "t", "email", "",
                                    "\"id\": {\"type\": \"integer\"}, \"email\": {}", &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_true(g_str_has_prefix(err->message, "stream t: its key was id and is email now"));
    staged_deliver(&s);
    staged_close(&s);
    g_clear_error(&err);
    staged_open(&s, db, NULL, 0);
    assert_false(staged_try_declare(&s, "t", "id email", "", "\"id\": {}, \"email\": {}", &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    g_clear_error(&err);
    assert_false(staged_try_declare(&s, "u", "nowhere", "", "\"id\": {}", &err));
    assert_string_equal(err->message, "stream u: its key 'nowhere' is not among its properties");
    staged_close(&s);
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
    struct staged s;
    staged_open(&s, db, rules, G_N_ELEMENTS(rules));
    for (int i = 0; i < 3; i++) {
        staged_declare(&s, names[i], "id", "", narrow);
        staged_take(&s, names[i], "{\"id\": 1}");
    }
    staged_deliver(&s);
    staged_close(&s);

    staged_open(&s, db, rules, G_N_ELEMENTS(rules));
    assert_false(staged_try_declare(&s, "f", "id", "", wide, &err));
    assert_true(err_is(err, KENKO_ERROR_CHECK));
    assert_string_equal(err->message, "stream f: 'more' is new, and the contract is freeze");
    g_clear_error(&err);
    staged_declare(&s, "f", "id", "", narrow);
    staged_take_with(&s, "f", (struct raw_record){.text = SLICE("{\"id\": 1.5}")}, &err);
    assert_true(err_is(err, KENKO_ERROR_CHECK));
    for (int i = 1; i < 3; i++) {
        staged_declare(&s, names[i], "id", "", wide);
        staged_take(&s, names[i], "{\"id\": 2, \"more\": 3}");
        staged_take(&s, names[i], "{\"id\": 3, \"more\": null}");
    }
    staged_take(&s, "v", "{\"id\": 4, \"more\": 3}");
    staged_deliver(&s);
    sources_expect(db, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM raw.sf_r", "1 3");
    sources_expect(db, "SELECT reason || ' ' || field FROM ops.reject", "contract more");
    sources_expect(db, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM raw.sf_v", "1 2 3 4");
    sources_expect(db, "SELECT message FROM ops.load WHERE stream = 'v' AND message <> ''",
                   "2 values discarded by contract");
    sources_expect(db, "SELECT _kenko_meta::text FROM raw.sf_v WHERE id = 2",
                   "{\"changes\": [{\"field\": \"more\", \"change\": \"NULLED\", \"reason\": "
                   "\"DESTINATION_TYPECAST_ERROR\"}]}");
    sources_expect(db, "SELECT count(*) FROM ops.raw_column WHERE field = 'more'", "0");
    staged_close(&s);
}

static void views_on_a_stream_outlive_new_columns_R14(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "t", "id", "", "\"id\": {\"type\": \"integer\"}");
    staged_take(&s, "t", "{\"id\": 1}");
    staged_deliver(&s);
    warehouse_sql(db, "CREATE VIEW public.mine AS SELECT id FROM raw.sf_t");
    staged_declare(&s, "t", "id", "",
                   "\"id\": {\"type\": \"integer\"}, \"v\": {\"type\": \"string\"}");
    staged_take(&s, "t", "{\"id\": 2, \"v\": \"x\"}");
    staged_deliver(&s);
    sources_expect(db, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM public.mine", "1 2");
    staged_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_evolve_R13),
        cmocka_unit_test(a_changed_key_stops_R13),
        cmocka_unit_test(contracts_hold_R13),
        cmocka_unit_test(views_on_a_stream_outlive_new_columns_R14),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
