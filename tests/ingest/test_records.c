/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records that change: versions, duplicates, deletion, and values a table would refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/warehouse.h"

#define SOURCE "sources:\n  - name: crm\n    type: file\n    streams:\n"

static void a_version_that_says_nothing_new_is_a_duplicate(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(SOURCE "      - stream: ticket\n"
                                               "        path: t-*.csv\n"
                                               "        fields: {external_id: id, party: who, "
                                               "status: status, opened_at: at}\n");
    struct ingest_summary s;
    sources_write(dir, "t-1.csv",
                  "id,who,status,at\n1,a,open,2026-01-01\n1,a,open,2026-01-01\n"
                  "1,a,solved,2026-01-01\n1,a,open,2026-01-01\n2,a,open,2026-01-01\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 4); /* open, solved, open again; and the other one */
    assert_int_equal(s.count.duplicate, 1);
    sources_write(dir, "t-2.csv", "id,who,status,at\n1,a,open,2026-01-01\n2,a,solved,2026-01-01\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
    assert_int_equal(s.count.duplicate, 1);
    sources_expect(db, "SELECT count(*) FROM warehouse.ticket", "5");
}

static void the_time_of_change_decides_not_the_order_of_files(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir =
        sources_directory(SOURCE "      - stream: account\n"
                                 "        path: a-*.csv\n"
                                 "        fields: {party: id, name: name, changed_at: changed, "
                                 "deleted: gone}\n");
    struct ingest_summary s;
    sources_write(dir, "a-2.csv", "id,name,changed,gone\na,New,2026-02-01,false\n");
    sources_ingest(db, dir, NULL);
    sources_write(dir, "a-1.csv",
                  "id,name,changed,gone\na,Old,2026-01-01,false\na,New,2026-02-01,false\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
    assert_int_equal(s.count.duplicate, 1);
    sources_expect(db, "SELECT name FROM warehouse.account_now", "New");
    sources_write(dir, "a-3.csv", "id,name,changed,gone\na,New,2026-03-01,true\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT count(*) FROM warehouse.account_now", "0");
}

static void money_is_in_minor_units_of_its_own_currency(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(
        SOURCE "      - stream: subscription\n"
               "        path: s.ndjson\n"
               "        fields: {external_id: id, party: who, start_on: from, arr: arr, currency: "
               "cur, billing_months: months}\n");
    struct ingest_summary s;
    sources_write(
        dir, "s.ndjson",
        "{\"id\":1,\"who\":\"a\",\"from\":\"2026-01-01\",\"arr\":\"1200.505\"}\n"
        "{\"id\":2,\"who\":\"a\",\"from\":\"2026-01-01\",\"arr\":5000,\"cur\":\"JPY\"}\n"
        "{\"id\":3,\"who\":\"a\",\"from\":\"2026-01-01\",\"arr\":1e30}\n"
        "{\"id\":4,\"who\":\"a\",\"from\":\"2026-01-01\",\"arr\":1,\"months\":99999999999}\n"
        "{\"id\":5,\"who\":\"a\",\"arr\":1}\n"
        "{\"id\":6,\"who\":\"a\",\"from\":\"2026-01-01\",\"arr\":\"12.345\",\"cur\":\"KWD\"}\n"
        "{\"id\":7,\"who\":\"a\",\"from\":\"2026-01-01\",\"arr\":12.3455,\"cur\":\"BHD\"}\n"
        "{\"id\":8,\"who\":\"a\",\"from\":\"2026-01-01\",\"arr\":12.5,\"cur\":\"KRW\"}\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 5);
    assert_int_equal(s.count.rejected, 3);
    assert_int_equal(s.count.rounded, 3);
    sources_expect(db,
                   "SELECT string_agg(arr_minor || ' ' || currency, ', ' ORDER BY external_id) "
                   "FROM warehouse.subscription",
                   "120051 USD, 5000 JPY, 12345 KWD, 12346 BHD, 13 KRW");
    sources_expect(db,
                   "SELECT string_agg(line || ' ' || reason || ' ' || field, ', ' ORDER BY line) "
                   "FROM ops.reject",
                   "3 out_of_range arr, 4 out_of_range months, 5 missing_field from");
}

static void values_a_table_refuses_are_rejects_not_errors(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir =
        sources_directory(SOURCE "      - stream: sentiment\n"
                                 "        path: s.csv\n"
                                 "        fields: {external_id: id, party: who, value: v, set_at: "
                                 "at}\n"
                                 "      - stream: fx_rate\n"
                                 "        path: fx.csv\n"
                                 "        fields: {currency: cur, day: day, rate: rate}\n");
    struct ingest_summary s;
    sources_write(dir, "s.csv",
                  "id,who,v,at\n1,a,5,2026-01-01\n2,a,6,2026-01-01\n3,a,0,2026-01-01\n");
    sources_write(dir, "fx.csv",
                  "cur,day,rate\nEUR,2026-01-01,1.1\nJPY,2026-01-01,0\nGBP,2026-01-01,-1\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 2);
    assert_int_equal(s.count.rejected, 4);
    sources_expect(db, "SELECT rate_1e9 FROM warehouse.fx_rate", "1100000000");
    sources_expect(db, "SELECT count(*) FROM ops.invariant WHERE violations > 0", "0");
}

static void a_months_amount_becomes_a_years(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    static const char stream[] =
        SOURCE "      - stream: subscription\n"
               "        path: s.csv\n"
               "        fields: {external_id: id, party: who, start_on: from, "
               "arr: mrr, currency: cur}\n"
               "        transform: {%s: monthly}\n";
    g_autofree char *good = g_strdup_printf(stream, "arr"), *bad = g_strdup_printf(stream, "party");
    const char *dir = sources_directory(good);
    struct ingest_summary s;
    sources_write(dir, "s.csv",
                  "id,who,from,mrr,cur\n1,a,2026-01-01,499.99,USD\n2,a,2026-01-01,-10000,JPY\n"
                  "3,a,2026-01-01,9000000000000000000,JPY\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 2);
    sources_expect(db, "SELECT reason || ' ' || line FROM ops.reject", "out_of_range 4");
    sources_expect(db,
                   "SELECT string_agg(arr_minor || ' ' || currency, ', ' ORDER BY external_id) "
                   "FROM warehouse.subscription",
                   "599988 USD, -120000 JPY");
    g_autoptr(GError) err = NULL;
    assert_false(sources_try(db, sources_directory(bad), 0, NULL, &err));
    assert_non_null(
        strstr(err->message, "transform.party is monthly, which is for amounts of money"));
}

static void text_of_any_kind_comes_back_as_it_was(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(SOURCE "      - stream: account\n"
                                               "        path: a.csv\n"
                                               "        fields: {party: id, name: name}\n");
    sources_write(dir, "a.csv",
                  "id,name\n1,\"a \"\"quoted\"\" name,\nin two lines\"\n2,'; DROP TABLE x; --\n"
                  "3,サクラ株式会社 \xf0\x9f\x8c\xb8\n4,\xff\xfe\n5,\\N\n6,\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.rejected, 1);
    sources_expect(db, "SELECT reason || ' ' || line || ':' || at_column FROM ops.reject",
                   "bad_utf8 6:3");
    sources_expect(db,
                   "SELECT string_agg(name, '|' ORDER BY p.external_id) FROM warehouse.account "
                   "JOIN identity.party p USING (party_id)",
                   "a \"quoted\" name,\nin two lines|'; DROP TABLE x; --|サクラ株式会社 🌸|\\N");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_that_says_nothing_new_is_a_duplicate),
        cmocka_unit_test(the_time_of_change_decides_not_the_order_of_files),
        cmocka_unit_test(money_is_in_minor_units_of_its_own_currency),
        cmocka_unit_test(values_a_table_refuses_are_rejects_not_errors),
        cmocka_unit_test(a_months_amount_becomes_a_years),
        cmocka_unit_test(text_of_any_kind_comes_back_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
