/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published days computed again: what came since changes nothing, what was changed by hand is
 * found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "core/erasure.h"
#include "ingest/compact.h"
#include "ingest/identity.h"
#include "ingest/load.h"
#include "scoring/recompute.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static int32_t day_of(const char *text)
{
    g_autoptr(GError) err = NULL;
    int32_t day = 0;
    assert_true(day_parse(slice_of(text), &day, &err));
    return day;
}

static struct recompute_summary again(struct arena *arena, struct db *db, const char *drawn_on,
                                      int64_t accounts)
{
    g_autoptr(GError) err = NULL;
    struct recompute_summary summary;
    const struct recompute_options options = {day_of(drawn_on), accounts, NULL};
    if (!recompute_run(arena, db, warehouse_dsn(), &options, &summary, &err))
        fail_msg("%s", err->message);
    return summary;
}

static void what_came_since_changes_no_published_day(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company_two_days(db);
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\na,2026-05-12,u9,500,400\n");
    sources_append(dir, "kenko.yaml", "score: {band_days: 1}\n");
    sources_ingest(db, dir, NULL);
    assert_true(identity_merge(db, "b", "a", &err));
    g_autofree char *load = warehouse_value(
        db, "SELECT max(load_id) FROM ops.load WHERE file = 'tickets.csv' AND undone_no IS NULL");
    assert_true(load_undo(db, g_ascii_strtoll(load, NULL, 10), "test", &err));
    const struct recompute_summary s = again(arena, db, "2026-06-02", 100);
    assert_int_equal(s.n, 2);
    for (size_t i = 0; i < s.n; i++)
        assert_string_equal(s.day[i].state, "equal");
    assert_int_equal(s.accounts, 6);
    sources_expect(db, "SELECT string_agg(state || ' ' || accounts, ',') FROM bi.recompute",
                   "equal 3,equal 3");
}

static void who_was_erased_leaves_every_score_as_it_was(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    int64_t rows;
    company_two_days(db);
    warehouse_sql(db, "UPDATE warehouse.subject SET name = 'person-1' WHERE name = 'u1'");
    if (!erasure_do(db, "test", "person-1", &rows, &err))
        fail_msg("%s", err->message);
    const struct recompute_summary s = again(arena, db, "2026-06-02", 100);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.different, 0);
}

static void a_result_changed_by_hand_is_found_and_named(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    company_two_days(db);
    warehouse_sql(db, "UPDATE score.account_score AS s SET coverage_bp = coverage_bp - 1 FROM "
                      "identity.account AS a WHERE a.account_id = s.account_id AND a.key = 'b' AND "
                      "s.as_of = '2026-06-01'");
    const struct recompute_summary s = again(arena, db, "2026-06-02", 100);
    assert_int_equal(s.different, 1);
    const struct recompute_day *d = &s.day[s.day[0].different ? 0 : 1];
    assert_string_equal(d->state, "different");
    assert_int_equal(d->as_of, day_of("2026-06-01"));
    assert_int_equal(d->n_keys, 1);
    assert_string_equal(d->key[0], "b");
    assert_non_null(strstr(d->message, "the digest of the input is equal"));
    sources_expect(db, "SELECT account_keys[1] FROM bi.recompute WHERE state = 'different'", "b");
}

static void a_result_that_is_gone_and_a_digest_that_is_another_are_found(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    company_two_days(db);
    warehouse_sql(db, "DELETE FROM score.account_score AS s USING identity.account AS a WHERE "
                      "a.account_id = s.account_id AND a.key = 'c' AND s.as_of = '2026-06-01'; "
                      "UPDATE score.run SET input_sha256 = 'x' WHERE as_of = '2026-05-17'");
    const struct recompute_summary s = again(arena, db, "2026-06-02", 100);
    assert_int_equal(s.n, 2);
    assert_string_equal(s.day[0].state, "different");
    assert_string_equal(s.day[1].state, "different");
    assert_int_equal(s.different, 1);
}

static void a_fact_changed_by_hand_is_found(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    company_two_days(db);
    warehouse_sql(db, "UPDATE warehouse.subscription SET arr_minor = arr_minor + 1 WHERE "
                      "external_id = 'k3'");
    const struct recompute_summary s = again(arena, db, "2026-06-02", 100);
    assert_int_equal(s.different, 2);
    assert_non_null(strstr(s.day[0].message, "the digest of the input is another"));
}

static void the_day_decides_which_days_are_drawn(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = company_directory();
    bool other = false;
    sources_ingest(db, dir, NULL);
    for (int d = 25; d <= 29; d++) {
        g_autofree char *day = g_strdup_printf("2026-05-%d", d);
        company_score(db, dir, day, -1, true);
    }
    const struct recompute_summary first = again(arena, db, "2026-06-02", 1);
    assert_int_equal(first.n, 1); /* a day is taken whole */
    assert_int_equal(again(arena, db, "2026-06-02", 1).day[0].as_of, first.day[0].as_of);
    for (int d = 3; d <= 9 && !other; d++) {
        g_autofree char *day = g_strdup_printf("2026-06-0%d", d);
        other = again(arena, db, day, 1).day[0].as_of != first.day[0].as_of;
    }
    assert_true(other);
    assert_int_equal(again(arena, db, "2026-05-25", 1).n, 0); /* nothing lies before it */
}

static void what_can_no_longer_be_asked_is_said_and_is_no_difference(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    company_two_days(db);
    warehouse_sql(db, "UPDATE ops.clock SET known_floor = commit_no + 1, floor_day = '2026-06-01'; "
                      "UPDATE score.run SET config_ids = NULL WHERE as_of = '2026-05-17'");
    const struct recompute_summary s = again(arena, db, "2026-06-02", 100);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.accounts, 0);
    sources_expect(db, "SELECT string_agg(state, ',') FROM bi.recompute",
                   "not reproducible,not reproducible");
    sources_expect(db,
                   "SELECT (message LIKE '%known-at%')::text FROM bi.recompute WHERE as_of = "
                   "'2026-06-01'",
                   "true");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_came_since_changes_no_published_day),
        cmocka_unit_test(who_was_erased_leaves_every_score_as_it_was),
        cmocka_unit_test(a_result_changed_by_hand_is_found_and_named),
        cmocka_unit_test(a_result_that_is_gone_and_a_digest_that_is_another_are_found),
        cmocka_unit_test(a_fact_changed_by_hand_is_found),
        cmocka_unit_test(the_day_decides_which_days_are_drawn),
        cmocka_unit_test(what_can_no_longer_be_asked_is_said_and_is_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
