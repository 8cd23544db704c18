/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Persons who are forgotten in what has no mapping: raw records and events that wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/erasure.h"
#include "support/sources.h"
#include "support/staged.h"
#include "support/warehouse.h"

static const char canary[] = "hanako.canary@customer.example";

static void deliver(struct db *db, const char *first, const char *second)
{
    struct staged s;
    staged_open(&s, db, NULL, 0);
    staged_declare(&s, "people", "", "",
                   "\"id\": {\"type\": \"integer\"}, \"mail\": {\"type\": \"string\"}, \"more\": "
                   "{}");
    staged_take(&s, "people", first);
    staged_take(&s, "people", second);
    staged_deliver(&s);
    staged_close(&s);
}

static void raw_records_and_waiting_events_of_a_person_go_and_do_not_come_back(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) shown = g_string_new(NULL), left = g_string_new(NULL);
    int64_t rows = 0;
    deliver(db, "{\"id\": 1, \"mail\": \"Hanako.Canary@customer.example\"}",
            "{\"id\": 2, \"mail\": \"taro@customer.example\"}");
    deliver(db, "{\"id\": 3, \"more\": {\"cc\": [\"hanako.canary@customer.example\"]}}",
            "{\"id\": 4, \"more\": {\"cc\": [\"x.hanako.canary@customer.example\"]}}");
    warehouse_sql(db, "INSERT INTO ops.inbox (key_id, kind, body) VALUES "
                      "('k', 'track', '{\"userId\":\"hanako.canary@customer.example\"}'), "
                      "('k', 'track', '{\"userId\":\"taro@customer.example\"}')");
    assert_true(erasure_show(db, "cli:test", canary, shown, &err));
    assert_non_null(strstr(shown->str, "\"raw.sf_people\""));
    assert_non_null(strstr(shown->str, "\"inbox\""));
    if (!erasure_do(db, "cli:test", canary, &rows, &err))
        fail_msg("%s", err->message);
    assert_int_equal(rows, 3);
    sources_expect(db, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM raw_version.sf_people",
                   "2 4");
    sources_expect(db, "SELECT count(*)::text FROM ops.inbox", "1");
    deliver(db, "{\"id\": 5, \"mail\": \"hanako.canary@customer.example\"}",
            "{\"id\": 6, \"mail\": \"taro@customer.example\"}");
    sources_expect(db, "SELECT string_agg(id::text, ' ' ORDER BY id) FROM raw_version.sf_people",
                   "2 4 6");
    assert_true(erasure_show(db, "cli:test", canary, left, &err));
    assert_string_equal(left->str, "");
}

static void what_is_nobodys_id_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "ab", "a b c", "abc\n"};
    g_autoptr(db_t) db = warehouse_open();
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        int64_t rows;
        g_autoptr(GError) err = NULL;
        assert_false(erasure_do(db, "cli:test", wrong[i], &rows, &err));
        assert_true(err_is(err, KENKO_ERROR_USAGE));
    }
    g_autofree char *kept = warehouse_value(db, "SELECT count(*) FROM ops.erasure");
    assert_string_equal(kept, "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_records_and_waiting_events_of_a_person_go_and_do_not_come_back),
        cmocka_unit_test(what_is_nobodys_id_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
