/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published days with what is known now: what they were stays, and why they are others is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "ingest/identity.h"
#include "ingest/load.h"
#include "scoring/restate.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static struct restate_summary restate(struct db *db, const char *dir)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    struct restate_options options = {0};
    struct restate_summary summary = {0};
    if (!config || !day_parse(SLICE("2026-05-01"), &options.from, &err) ||
        !day_parse(SLICE("2026-06-30"), &options.to, &err) ||
        !restate_run(db, warehouse_dsn(), config, &options, &summary, &err))
        fail_msg("%s", err->message);
    return summary;
}

/* Day, account, published, restated, by data, by configuration, reasons. */
static void expect(struct db *db, const char *lines)
{
    sources_expect(
        db,
        "SELECT coalesce(string_agg(to_char(as_of, 'MM-DD ') || account_key || ' ' || "
        "coalesce(round(published, 2)::text, '-') || ' ' || coalesce(round(restated, 2)::text, "
        "'-') || ' ' || coalesce(round(by_data, 2)::text, '-') || ' ' || "
        "coalesce(round(by_configuration, 2)::text, '-') || ' ' || array_to_string(reasons, "
        "'+'), '; ' ORDER BY as_of, account_key), '') FROM bi.score_restated WHERE is_different",
        lines);
}

static void what_nothing_has_changed_is_the_same(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_two_days(db);
    const struct restate_summary s = restate(db, dir);
    assert_int_equal(s.days, 2);
    assert_int_equal(s.accounts, 6);
    assert_int_equal(s.different, 0);
    expect(db, "");
    sources_expect(db,
                   "SELECT count(*)::text FROM bi.score_restated WHERE restated = published AND "
                   "NOT is_different AND known_no IS NOT NULL",
                   "6");
}

static void late_facts_move_the_days_behind_them_and_not_what_was_published(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_two_days(db);
    g_autofree char *before =
        warehouse_value(db, "SELECT string_agg(s::text, ' ' ORDER BY account_id, as_of) FROM "
                            "score.account_published AS s");
    /* a's failures of the last week were 35 of 70: 80 → 0 points of a third of 60 %. */
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\na,2026-05-30,u1,0,28\n");
    sources_ingest(db, dir, NULL);
    restate(db, dir);
    expect(db, "06-01 a 64.00 48.00 -16.00 0.00 late facts");
    g_autofree char *after =
        warehouse_value(db, "SELECT string_agg(s::text, ' ' ORDER BY account_id, as_of) FROM "
                            "score.account_published AS s");
    assert_string_equal(after, before);
    sources_expect(db, "SELECT count(*)::text FROM score.run", "2");
}

static void a_retracted_load_is_a_reason_of_its_own(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = company_two_days(db);
    g_autofree char *load =
        warehouse_value(db, "SELECT max(load_id) FROM ops.load WHERE file = 'tickets.csv'");
    assert_true(load_undo(db, g_ascii_strtoll(load, NULL, 10), "test", &err));
    restate(db, dir);
    /* Without any ticket nobody has one: care is no longer known of anybody. */
    sources_expect(db,
                   "SELECT reasons[1] FROM bi.score_restated WHERE is_different AND account_key = "
                   "'a' AND as_of = '2026-06-01'",
                   "retraction");
    sources_expect(db,
                   "SELECT count(*)::text FROM bi.score_restated WHERE is_different AND "
                   "account_key <> 'a' AND reasons <> '{other accounts}'",
                   "0");
}

static void a_merge_and_a_word_are_told_apart(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = company_two_days(db);
    warehouse_sql(db, "WITH c AS (UPDATE ops.clock SET commit_no = commit_no + 1 RETURNING "
                      "commit_no), l AS (INSERT INTO ops.load (kind, source, stream, file, "
                      "commit_no) SELECT 'ingest', 'override', 'override', '', commit_no FROM c "
                      "RETURNING load_id) INSERT INTO outreach.override (account_id, kind, "
                      "value_bp, reason, author, valid_from, expires_on, load_id) SELECT "
                      "account_id, 'cap', 3000, 'x', 'y', '2026-05-20', '2026-07-01', l.load_id "
                      "FROM identity.account, l WHERE key = 'a'");
    restate(db, dir);
    expect(db, "06-01 a 64.00 30.00 -34.00 0.00 override");
    assert_true(identity_merge(db, "b", "a", &err));
    restate(db, dir);
    sources_expect(db,
                   "SELECT array_to_string(reasons, '+') || coalesce(restated_band, ' gone') FROM "
                   "bi.score_restated WHERE account_key = 'b' AND as_of = '2026-06-01'",
                   "identity gone");
    sources_expect(db,
                   "SELECT array_to_string(reasons, '+') FROM bi.score_restated WHERE account_key "
                   "= 'a' AND as_of = '2026-06-01'",
                   "identity+override");
}

static void another_configuration_has_its_own_part_and_both_add_up(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_two_days(db);
    g_autoptr(GString) card = g_string_new(company_card);
    g_string_replace(card, "weight: 40", "weight: 20", 1);
    sources_write(dir, "scorecards/default.yaml", card->str);
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\na,2026-05-30,u1,0,28\n");
    sources_ingest(db, dir, NULL);
    restate(db, dir);
    sources_expect(db,
                   "SELECT array_to_string(reasons, '+') FROM bi.score_restated WHERE account_key "
                   "= 'a' AND as_of = '2026-06-01'",
                   "late facts+configuration");
    sources_expect(db,
                   "SELECT by_data::numeric(6,2) || ' ' || by_configuration::numeric(6,2) FROM "
                   "bi.score_restated WHERE account_key = 'a' AND as_of = '2026-06-01'",
                   "-16.00 7.00");
    sources_expect(db,
                   "SELECT count(*)::text FROM bi.score_restated WHERE by_data + by_configuration "
                   "<> restated - published",
                   "0");
}

static void a_day_that_is_published_anew_is_no_longer_restated(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_two_days(db);
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\na,2026-05-30,u1,0,28\n");
    sources_ingest(db, dir, NULL);
    restate(db, dir);
    company_score(db, dir, "2026-06-01", -1, true);
    expect(db, "");
    sources_expect(db,
                   "SELECT count(*)::text FROM bi.score_restated WHERE as_of = '2026-06-01' AND "
                   "restated IS NULL AND restated_band IS NULL",
                   "3");
    restate(db, dir);
    sources_expect(db, "SELECT count(*)::text FROM bi.score_restated WHERE restated_band IS NULL",
                   "0");
}

static void days_from_before_configurations_were_kept_are_left_out(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_two_days(db);
    warehouse_sql(db, "UPDATE score.run SET config_ids = NULL WHERE as_of = '2026-05-17'");
    const struct restate_summary s = restate(db, dir);
    assert_int_equal(s.days, 1);
    assert_int_equal(s.skipped, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nothing_has_changed_is_the_same),
        cmocka_unit_test(late_facts_move_the_days_behind_them_and_not_what_was_published),
        cmocka_unit_test(a_retracted_load_is_a_reason_of_its_own),
        cmocka_unit_test(a_merge_and_a_word_are_told_apart),
        cmocka_unit_test(another_configuration_has_its_own_part_and_both_add_up),
        cmocka_unit_test(a_day_that_is_published_anew_is_no_longer_restated),
        cmocka_unit_test(days_from_before_configurations_were_kept_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
