/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of a batch are exact in 128 bits; what does not fit 64 is decided the same in any order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] = "sources:\n"
                              "  - name: app\n"
                              "    type: file\n"
                              "    streams:\n"
                              "      - stream: usage_metric\n"
                              "        path: data/*.csv\n"
                              "        id: id\n"
                              "        on_change: append\n"
                              "        fields: {party: account, at: day}\n"
                              "        values:\n"
                              "          - {metric: runs, field: runs}\n"
                              "          - {metric: by_user, field: more}\n"
                              "          - {metric: peak, field: ms}\n";

#define HEADER "id,account,day,runs,more,ms\n"
#define GREATEST "9223372036854775807"

static const char runs[] = "SELECT string_agg(x::text, ',' ORDER BY s.party_id, s.month, d.i) FROM "
                           "warehouse.usage_span s JOIN warehouse.metric m USING (metric_id), "
                           "unnest(s.v) WITH ORDINALITY d(x, i) WHERE m.name = 'runs'";
static const char refused[] = "SELECT string_agg(line::text, ',' ORDER BY line) FROM ops.reject";

static void large_values_that_cancel_out_are_loaded(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    sources_write(dir, "data/a.csv",
                  HEADER "1,acc-1,2026-01-02,5,,1\n"
                         "2,acc-1,2026-01-02," GREATEST ",,2\n"
                         "3,acc-1,2026-01-02," GREATEST ",,3\n"
                         "4,acc-1,2026-01-02,-" GREATEST ",,4\n"
                         "5,acc-1,2026-01-02,-" GREATEST ",,5\n"
                         "6,acc-1,2026-01-03,-9223372036854775808,,6\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 6);
    sources_expect(db, runs, "5,-9223372036854775808");
}

static void the_largest_are_rejected_until_the_sum_fits_in_any_order(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "1,acc-1,2026-01-02,1,,1\n", "2,acc-1,2026-01-02," GREATEST ",,99\n",
        "3,acc-1,2026-01-02,9223372036854775000,,3\n", "4,acc-1,2026-01-02,600000000000,7,4\n",
        "5,acc-1,2026-01-02,600000000000,,5\n"};
    static const int orders[][5] = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}};
    for (size_t o = 0; o < G_N_ELEMENTS(orders); o++) {
        g_autoptr(db_t) db = warehouse_open();
        const char *dir = sources_directory(sources);
        g_autoptr(GString) text = g_string_new(HEADER);
        for (size_t i = 0; i < 5; i++)
            g_string_append(text, lines[orders[o][i]]);
        sources_write(dir, "data/a.csv", text->str);
        struct ingest_summary s;
        sources_ingest(db, dir, &s);
        assert_int_equal(s.count.read, 5);
        assert_int_equal(s.count.loaded, 3);
        assert_int_equal(s.count.rejected, 2);
        /* A rejected record leaves nothing behind, not its greatest either. */
        sources_expect(db, runs, "1200000000001");
        sources_expect(db,
                       "SELECT v[1] FROM warehouse.usage_span JOIN warehouse.metric USING "
                       "(metric_id) WHERE name = 'peak'",
                       "50");
        sources_expect(db,
                       "SELECT min(left(convert_from(raw, 'UTF8'), 1)) || max(left("
                       "convert_from(raw, 'UTF8'), 1)) FROM ops.reject",
                       "23");
        sources_expect(db, "SELECT DISTINCT message FROM ops.reject",
                       "the sum of runs of 'acc-1' on 2026-01-02 leaves 64 bits");
    }
}

static void of_equal_values_the_first_is_rejected_and_may_come_again(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    sources_write(dir, "data/a.csv",
                  HEADER "1,acc-1,2026-01-02," GREATEST ",,1\n"
                         "2,acc-1,2026-01-02," GREATEST ",,2\n"
                         "1,acc-1,2026-01-02," GREATEST ",,1\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
    assert_int_equal(s.count.duplicate, 1);
    sources_expect(db, refused, "2");
    sources_write(dir, "data/b.csv", HEADER "1,acc-1,2026-01-02,4,,1\n2,acc-1,2026-01-02,4,,1\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
    assert_int_equal(s.count.duplicate, 1);
}

static void a_record_taken_out_of_one_sum_may_carry_another_out(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    sources_write(dir, "data/a.csv",
                  HEADER "1,acc-1,2026-01-02," GREATEST ",-9000000000000000000,1\n"
                         "2,acc-1,2026-01-02,9000000000000000000,,1\n"
                         "3,acc-1,2026-01-02,,9000000000000000000,1\n"
                         "4,acc-1,2026-01-02,,8000000000000000000,1\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 2);
    sources_expect(db, refused, "2,4");
    sources_expect(db, runs, "9000000000000000000");
}

static void two_values_of_one_metric_are_one_sum(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(
        "sources:\n"
        "  - name: app\n"
        "    type: file\n"
        "    streams:\n"
        "      - stream: usage_event\n"
        "        path: data/*.csv\n"
        "        fields: {party: account, at: day}\n"
        "        values:\n"
        "          - {metric: runs, when: {field: event, equals: begun}}\n"
        "          - {metric: peak, field: ms}\n"
        "          - {metric: runs, when: {field: event, equals: ended}}\n"
        "          - {metric: runs, field: ms, when: {field: event, prefix: e}}\n");
    sources_write(dir, "data/a.csv",
                  "account,day,event,ms\nacc-1,2026-01-02,begun,7\nacc-1,2026-01-02,ended,9\n"
                  "acc-1,2026-01-02,else,20\nacc-1,2026-01-02,begun2,1\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db, runs, "31");
}

/* Records of one small value are looked up some at a time; what comes between them sees their ids.
 */
static void of_records_with_one_id_the_first_counts_whatever_they_bring(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(
        "sources:\n"
        "  - name: app\n"
        "    type: file\n"
        "    streams:\n"
        "      - stream: usage_event\n"
        "        path: data/*.csv\n"
        "        id: id\n"
        "        fields: {party: account, at: day}\n"
        "        values: [{metric: runs, field: runs}, {metric: peak, field: ms}]\n");
    sources_write(dir, "data/a.csv",
                  "id,account,day,runs,ms\n"
                  "1,acc-1,2026-01-02,5,\n"            /* one small value … */
                  "1,acc-1,2026-01-09," GREATEST ",\n" /* … a large one … */
                  "2,acc-1,2026-01-02,7,1\n"           /* … several … */
                  "2,acc-1,2026-01-02,100,\n"          /* … and one again */
                  "1,acc-1,2026-02-03,1000,\n"
                  "3,acc-1,2026-01-03,,\n" /* … or none */
                  "3,acc-1,2026-01-02,10000,\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.read, 7);
    assert_int_equal(s.count.loaded, 3);
    assert_int_equal(s.count.duplicate, 4);
    sources_expect(db, runs, "12");
    sources_expect(db, "SELECT first_day || ' ' || last_day FROM ops.load WHERE kind = 'ingest'",
                   "2026-01-02 2026-01-02");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_values_that_cancel_out_are_loaded),
        cmocka_unit_test(the_largest_are_rejected_until_the_sum_fits_in_any_order),
        cmocka_unit_test(of_equal_values_the_first_is_rejected_and_may_come_again),
        cmocka_unit_test(a_record_taken_out_of_one_sum_may_carry_another_out),
        cmocka_unit_test(two_values_of_one_metric_are_one_sum),
        cmocka_unit_test(of_records_with_one_id_the_first_counts_whatever_they_bring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
