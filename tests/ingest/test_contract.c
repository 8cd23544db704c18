/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/warehouse.h"

static const char *with_contract(const char *contract)
{
    g_autofree char *sources =
        g_strdup_printf("sources:\n"
                        "  - name: crm\n"
                        "    streams:\n"
                        "      - stream: ticket\n"
                        "        path: tickets-*.csv\n"
                        "        contract: %s\n"
                        "        fields: {external_id: id, party: account, opened_at: opened}\n",
                        contract);
    return sources_directory(sources);
}

static void expect_broken(struct db *db, const char *dir, const char *message)
{
    g_autoptr(GError) err = NULL;
    assert_false(sources_try(db, dir, 0, NULL, &err));
    assert_string_equal(err->message, message);
    assert_true(err_is(err, KENKO_ERROR_CHECK));
}

#define HEADER "id,account,opened\n"
#define GOOD "t1,a,2026-01-05\nt2,a,2026-01-06\nt3,a,2026-01-07\n"

static void rejects_beyond_the_contract_fail_the_job_and_lose_nothing(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = with_contract("{max_rejects: 1}");
    struct ingest_summary s;
    sources_write(dir, "tickets-1.csv", HEADER GOOD "t4,a,soon\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.rejected, 1);
    sources_write(dir, "tickets-2.csv", HEADER "t5,a,2026-01-08\nt6,a,soon\nt7,a,later\n");
    expect_broken(db, dir,
                  "source crm: stream ticket: 2 of 3 records were rejected, its contract says "
                  "max_rejects: 1 (see kenko load rejects)");
    sources_expect(db, "SELECT count(*) FROM warehouse.ticket", "4");
    sources_expect(db, "SELECT count(*) FROM ops.reject", "3");
    sources_ingest(db, dir, &s); /* what was read is not held against it again */
    assert_int_equal(s.count.read, 0);
}

static void a_share_of_rejects_is_allowed_up_to_the_limit(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = with_contract("{max_reject_share: 0.25}");
    sources_write(dir, "tickets-1.csv", HEADER GOOD "t4,a,soon\n");
    sources_ingest(db, dir, NULL);
    sources_write(dir, "tickets-2.csv", HEADER "t5,a,2026-01-08\nt7,a,later\n");
    expect_broken(db, dir,
                  "source crm: stream ticket: 1 of 2 records were rejected, its contract says "
                  "max_reject_share: 0.25 (see kenko load rejects)");
}

static void columns_that_come_and_go_are_noted_once(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = with_contract("{new_columns: allow}");
    sources_write(dir, "tickets-1.csv", "id,account,opened,colour\nt1,a,2026-01-05,red\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT count(*) FROM bi.schema_event", "0");
    sources_write(dir, "tickets-2.csv",
                  "opened,id,account,\"level, urgent\",mood\n2026-01-06,t2,a,3,good\n");
    sources_ingest(db, dir, NULL);
    sources_write(dir, "tickets-3.csv",
                  "opened,id,account,\"level, urgent\",mood\n2026-01-07,t3,a,3,bad\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', source, stream, place, change, field), '; ' "
                   "ORDER BY event_id) FROM bi.schema_event",
                   "crm ticket tickets-2.csv added level, urgent; "
                   "crm ticket tickets-2.csv added mood; "
                   "crm ticket tickets-2.csv removed colour");
}

static void new_columns_stop_a_stream_that_promised_none(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = with_contract("{new_columns: stop}");
    sources_write(dir, "tickets-1.csv", HEADER GOOD);
    sources_ingest(db, dir, NULL);
    sources_write(dir, "tickets-2.csv", "id,account,opened,mood\nt9,a,2026-01-05,good\n");
    expect_broken(db, dir,
                  "source crm: tickets-2.csv: new columns mood, and the stream's contract says "
                  "new_columns: stop; map or allow them");
    sources_expect(db, "SELECT count(*) FROM warehouse.ticket", "3");
    sources_expect(db, "SELECT count(*) FROM bi.schema_event", "0");
}

static void a_contract_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    static const char *const contracts[][2] = {
        {"{max_rejects: -1}", "contract.max_rejects is '-1', want a whole number of 0 or more"},
        {"{max_reject_share: 1.5}", "contract.max_reject_share is 1.5, want 0 to 1"},
        {"{new_columns: maybe}", "contract.new_columns is 'maybe', want one of allow, stop"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(contracts); i++) {
        g_autoptr(GError) err = NULL;
        assert_false(sources_try(db, with_contract(contracts[i][0]), 0, NULL, &err));
        assert_true(err_is(err, KENKO_ERROR_CONFIG));
        if (!g_str_has_suffix(err->message, contracts[i][1]))
            assert_string_equal(err->message, contracts[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rejects_beyond_the_contract_fail_the_job_and_lose_nothing),
        cmocka_unit_test(a_share_of_rejects_is_allowed_up_to_the_limit),
        cmocka_unit_test(columns_that_come_and_go_are_noted_once),
        cmocka_unit_test(new_columns_stop_a_stream_that_promised_none),
        cmocka_unit_test(a_contract_that_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
