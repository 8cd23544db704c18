/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage events that are kept as they came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/load.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] = "sources:\n"
                              "  - name: app\n"
                              "    type: file\n"
                              "    streams:\n"
                              "      - stream: usage_event\n"
                              "        path: data/*.csv\n"
                              "        id: id\n"
                              "        keep: true\n"
                              "        fields: {party: account, at: at, subject: user}\n"
                              "        values:\n"
                              "          - {metric: runs, when: {field: event, equals: run}}\n"
                              "          - {metric: peak, field: ms}\n"
                              "          - {metric: by_user, when: {field: event, equals: run}}\n";

#define HEADER "id,account,at,event,user,ms\n"

static const char events[] =
    "SELECT string_agg(concat_ws(' ', p.external_id, e.day, e.at AT TIME ZONE 'UTC', "
    "coalesce(m.name, 'none'), e.v, b.name), E'\\n' ORDER BY e.ordinal, m.name) FROM "
    "warehouse.usage_event e JOIN identity.party p USING (party_id) LEFT JOIN warehouse.metric m "
    "USING (metric_id) LEFT JOIN warehouse.subject b USING (subject_id)";

static void each_value_of_an_event_is_a_row_and_no_value_one_too(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    sources_write(dir, "data/a.csv",
                  HEADER "e1,acc-1,2026-01-02T20:00:00Z,run,u1,1.5\n"
                         "e2,acc-2,2026-02-03T00:00:00Z,seen,u2,\n"
                         "e1,acc-1,2026-01-02T20:00:00Z,run,u1,1.5\n"
                         "e3,acc-1,2026-01-32T20:00:00Z,run,u1,1.5\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 2);
    assert_int_equal(s.count.duplicate, 1);
    sources_expect(db, events,
                   "acc-1 2026-01-03 2026-01-02 20:00:00 by_user 1 u1\n"
                   "acc-1 2026-01-03 2026-01-02 20:00:00 peak 15 u1\n"
                   "acc-1 2026-01-03 2026-01-02 20:00:00 runs 1 u1\n"
                   "acc-2 2026-02-03 2026-02-03 00:00:00 none u2");
    sources_expect(db, "SELECT count(DISTINCT id_hash) FROM warehouse.usage_event", "2");
    sources_expect(db,
                   "SELECT bool_and(e.id_hash = substr(s.keys, 1, 16) OR e.id_hash = "
                   "substr(s.keys, 17, 16)) FROM warehouse.usage_event e, ops.seen s",
                   "t");
    sources_expect(db, "SELECT count(*) FROM warehouse.usage_event_y2026m01", "3");
}

static void what_is_kept_goes_with_its_load_and_stands_in_the_digest(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = sources_directory(sources);
    sources_write(dir, "data/a.csv", HEADER "e1,acc-1,2026-01-02T20:00:00Z,seen,u1,\n");
    sources_ingest(db, dir, NULL);
    g_autofree char *before = sources_facts(db);
    sources_write(dir, "data/b.csv", HEADER "e2,acc-1,2026-01-02T21:00:00Z,seen,u1,\n");
    sources_ingest(db, dir, NULL);
    g_autofree char *with = sources_facts(db);
    assert_string_not_equal(before, with); /* the event adds nothing up: only itself tells */
    g_autofree char *load =
        warehouse_value(db, "SELECT max(load_id) FROM ops.load WHERE kind = 'ingest'");
    if (!load_undo(db, g_ascii_strtoll(load, NULL, 10), "test", &err))
        fail_msg("%s", err->message);
    g_autofree char *after = sources_facts(db);
    assert_string_equal(before, after);
}

static void large_values_are_kept_when_they_are_loaded(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory("sources:\n"
                                        "  - name: app\n"
                                        "    type: file\n"
                                        "    streams:\n"
                                        "      - stream: usage_metric\n"
                                        "        path: data/*.csv\n"
                                        "        keep: true\n"
                                        "        fields: {party: account, at: at}\n"
                                        "        values: [{metric: runs, field: n}]\n");
    sources_write(dir, "data/a.csv",
                  "account,at,n\nacc-1,2026-01-02,9000000000000000000\n"
                  "acc-1,2026-01-02,9000000000000000001\nacc-1,2026-01-02,3\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT string_agg(v::text, ' ' ORDER BY v) FROM warehouse.usage_event",
                   "3 9000000000000000000");
    sources_expect(db, "SELECT count(id_hash) FROM warehouse.usage_event", "0");
}

static void keeping_is_refused_where_records_are_kept_anyway(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = sources_directory("sources:\n"
                                        "  - name: app\n"
                                        "    type: file\n"
                                        "    streams:\n"
                                        "      - stream: account\n"
                                        "        path: data/*.csv\n"
                                        "        keep: true\n"
                                        "        fields: {party: id}\n");
    assert_false(sources_try(db, dir, 0, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
    assert_non_null(strstr(err->message, "keep"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_value_of_an_event_is_a_row_and_no_value_one_too),
        cmocka_unit_test(what_is_kept_goes_with_its_load_and_stands_in_the_digest),
        cmocka_unit_test(large_values_are_kept_when_they_are_loaded),
        cmocka_unit_test(keeping_is_refused_where_records_are_kept_anyway),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
