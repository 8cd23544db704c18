/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run stores, and that readers see whole runs whatever was stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/load.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

#define DAY "2026-06-01"

/* All columns of a run's results as its readers see them, in one text. */
static char *run_content(struct db *db, int64_t run_id, const char *as_of)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT coalesce(string_agg((to_jsonb(s) - 'run_id' - 'until_run_id')::text, E'\\n' ORDER "
        "BY account_id), 'nobody') FROM score.account_score AS s WHERE as_of = '%s' AND run_id <= "
        "%" G_GINT64_FORMAT " AND until_run_id > %" G_GINT64_FORMAT,
        as_of, run_id, run_id);
    return warehouse_value(db, query);
}

static int64_t number(struct db *db, const char *query)
{
    g_autofree char *text = warehouse_value(db, query);
    return text ? g_ascii_strtoll(text, NULL, 10) : -1;
}

static int64_t published_run(struct db *db, const char *as_of)
{
    g_autofree char *query =
        g_strdup_printf("SELECT run_id FROM score.published WHERE as_of = '%s'", as_of);
    return number(db, query);
}

static const char *scored_company(struct db *db)
{
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    assert_int_equal(company_score(db, dir, DAY, -1, true).stored, 3);
    return dir;
}

static void invariants_hold(struct db *db)
{
    sources_expect(db, "SELECT string_agg(name, ', ') FROM ops.invariant WHERE violations > 0",
                   NULL);
}

static void a_run_with_nothing_new_stores_nothing(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = scored_company(db);
    int64_t first = published_run(db, DAY);
    struct score_summary again = company_score(db, dir, DAY, -1, true);
    int64_t second = published_run(db, DAY);
    assert_int_equal(again.stored, 0);
    assert_true(second > first);
    sources_expect(db, "SELECT count(*)::text FROM score.account_score", "3");
    sources_expect(db,
                   "SELECT string_agg(DISTINCT run_id::text, ',') = max(run_id)::text FROM "
                   "bi.account_current",
                   "t");
    sources_expect(db, "SELECT string_agg(stored::text, ',' ORDER BY run_id) FROM score.run",
                   "3,0");
    sources_expect(db, "SELECT count(DISTINCT output_sha256)::text FROM score.run", "1");
    g_autofree char *a = run_content(db, first, DAY), *b = run_content(db, second, DAY);
    assert_string_equal(a, b);
    invariants_hold(db);
}

static void only_the_account_that_changed_is_stored(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = scored_company(db);
    int64_t first = published_run(db, DAY);
    g_autofree char *before = run_content(db, first, DAY);
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\nb,2026-05-30,u1,8,1\n");
    sources_ingest(db, dir, NULL);
    assert_int_equal(company_score(db, dir, DAY, -1, true).stored, 1);
    sources_expect(db,
                   "SELECT string_agg(account_key || ' ' || value, ',' ORDER BY account_key) FROM "
                   "bi.contribution_current WHERE measure = 'runs' AND value IS NOT NULL",
                   "a 70,b 8");
    sources_expect(db, "SELECT count(*)::text FROM bi.account_daily", "3");
    /* Who began to read before the second run reads on in the first. */
    g_autofree char *pinned = run_content(db, first, DAY);
    assert_string_equal(pinned, before);
    invariants_hold(db);
}

static void who_disappears_is_seen_no_more_and_may_come_back(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = scored_company(db);
    int64_t first = published_run(db, DAY);
    g_autofree char *before = run_content(db, first, DAY);
    sources_write(dir, "contracts2.csv",
                  "id,account,start,end,arr,changed\n"
                  "k2,b,2026-01-01,2026-05-15,2000,2026-05-02\n");
    sources_ingest(db, dir, NULL);
    struct score_summary gone = company_score(db, dir, DAY, -1, true);
    assert_int_equal(gone.accounts, 2);
    assert_int_equal(gone.stored, 0);
    sources_expect(db,
                   "SELECT string_agg(account_key, ',' ORDER BY account_key) FROM "
                   "bi.account_current",
                   "a,c");
    sources_expect(db, "SELECT count(*)::text FROM bi.account_daily", "2");
    g_autofree char *pinned = run_content(db, first, DAY);
    assert_string_equal(pinned, before);
    invariants_hold(db);
    int64_t load = number(db, "SELECT load_id FROM ops.load WHERE file = 'contracts2.csv'");
    assert_true(load_undo(db, load, "test", &err));
    assert_int_equal(company_score(db, dir, DAY, -1, true).stored, 1);
    sources_expect(db,
                   "SELECT string_agg(account_key, ',' ORDER BY account_key) FROM "
                   "bi.account_current",
                   "a,b,c");
    g_autofree char *back = run_content(db, published_run(db, DAY), DAY);
    assert_string_equal(back, before);
    invariants_hold(db);
}

static void an_older_day_published_again_leaves_the_newest_alone(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-20", -1, true);
    company_score(db, dir, DAY, -1, true);
    g_autofree char *newest = run_content(db, published_run(db, DAY), DAY);
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\nb,2026-05-15,u1,8,1\n");
    sources_ingest(db, dir, NULL);
    assert_int_equal(company_score(db, dir, "2026-05-20", -1, true).stored, 1);
    g_autofree char *now = run_content(db, published_run(db, DAY), DAY);
    assert_string_equal(now, newest);
    sources_expect(db, "SELECT min(as_of)::text FROM bi.account_current", DAY);
    sources_expect(db, "SELECT max(day)::text FROM bi.usage_recent", "2026-05-31");
    sources_expect(db,
                   "SELECT string_agg(value::text, ',') FROM bi.usage_recent WHERE metric = "
                   "'runs' AND account_key = 'b' AND day = '2026-05-15'",
                   NULL);
    sources_expect(db,
                   "SELECT sum(stored)::text || ' ' || count(*) FROM score.run WHERE as_of = "
                   "'2026-05-20'",
                   "4 2");
    invariants_hold(db);
}

static void a_run_that_is_not_published_stores_its_digest_alone(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = scored_company(db);
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\nb,2026-05-30,u1,8,1\n");
    sources_ingest(db, dir, NULL);
    struct score_summary tried = company_score(db, dir, DAY, -1, false);
    assert_int_equal(tried.stored, 0);
    sources_expect(db, "SELECT count(*)::text FROM score.account_score", "3");
    struct score_summary published = company_score(db, dir, DAY, -1, true);
    assert_string_equal(published.output_sha256, tried.output_sha256);
    assert_int_equal(published.stored, 1);
}

#define RECENT                                                                                     \
    "SELECT string_agg(account_key || ' ' || metric || ' ' || day || ' ' || unit || ' ' || "       \
    "value, E'\\n' ORDER BY account_key, metric, day) FROM bi.usage_recent"

static void recent_usage_is_what_the_newest_run_knew(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-20", -1, true);
    sources_expect(db, "SELECT max(day)::text FROM bi.usage_recent", "2026-05-19");
    sources_write(dir, "usage2.csv",
                  "account,day,user,runs,failed\nb,2026-05-02,u1,8,1\na,2026-05-03,u9,1,0\n");
    sources_ingest(db, dir, NULL);
    warehouse_sql(db, "UPDATE warehouse.metric SET unit = 'runs' WHERE name = 'runs';"
                      "INSERT INTO score.usage_recent VALUES (99, 'runs', '2026-05-01', 'x', '', "
                      "'{1}'), (1, 'other', '2026-05-01', 'a', '', '{1}'), (1, 'runs', "
                      "'2020-01-01', 'a', '', '{1}'), (1, 'runs', '2026-06-01', 'a', '', '{1}'); "
                      "UPDATE score.usage_recent SET v[7] = NULL WHERE account_id = 1");
    company_score(db, dir, DAY, -1, true);
    g_autofree char *changed = warehouse_value(db, RECENT);
    assert_non_null(strstr(changed, "a runs 2026-05-03 runs 11\n"));
    assert_non_null(strstr(changed, "b runs 2026-05-02 runs 8\n"));
    g_autofree char *rows = warehouse_value(db, "SELECT string_agg(ctid::text, ',') FROM "
                                                "score.usage_recent");
    company_score(db, dir, DAY, -1, true);
    g_autofree char *same = warehouse_value(db, "SELECT string_agg(ctid::text, ',') FROM "
                                                "score.usage_recent");
    assert_string_equal(same, rows); /* nothing is written anew */
    warehouse_sql(db, "DELETE FROM score.usage_recent");
    company_score(db, dir, DAY, -1, true);
    g_autofree char *anew = warehouse_value(db, RECENT);
    assert_string_equal(changed, anew);
}

/* Two changes of a stored value, by type; each is another value that the table takes. */
static void change_column(struct db *db, const char *name, const char *type, int way)
{
    const char *to = NULL;
    if (strcmp(type, "integer") == 0 || strcmp(type, "bigint") == 0)
        to = way ? "CASE WHEN %s > 0 THEN %s - 1 ELSE coalesce(%s, 0) + 1 END" : "10000";
    else if (strcmp(type, "text") == 0)
        to = way ? "coalesce(%s, '') || 'x' -- %s %s" : "'' -- %s %s %s";
    else if (strcmp(type, "date") == 0)
        to = way ? "%s + 1 -- %s %s" : "NULL -- %s %s %s";
    else if (strcmp(type, "double precision[]") == 0)
        to = way ? "coalesce(%s, '{}') || 1::double precision -- %s %s"
                 : "ARRAY[coalesce(%s[1], 0) + 1e-9]::double precision[] || %s[2:] -- %s";
    else if (strcmp(type, "integer[]") == 0)
        to = way ? "%s || 1 -- %s %s" : "ARRAY[NULL]::integer[] || %s[2:] -- %s %s";
    else if (strcmp(type, "text[]") == 0)
        to = way ? "%s || 'ok'::text -- %s %s" : "ARRAY['error'] || %s[2:] -- %s %s";
    if (!to)
        fail_msg("%s is of type %s, which this test cannot change", name, type);
    g_auto(GStrv) parts = g_strsplit(to, "%s", -1);
    g_autofree char *value = g_strjoinv(name, parts);
    g_autofree char *sql = g_strdup_printf("UPDATE score.account_score SET %s = %s\nWHERE "
                                           "account_id = 1",
                                           name, value);
    warehouse_sql(db, sql);
}

static void every_column_counts_when_results_are_compared(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = scored_company(db);
    g_autofree char *whole = run_content(db, published_run(db, DAY), DAY);
    g_autofree char *columns = warehouse_value(
        db,
        "SELECT string_agg(attname || ':' || format_type(atttypid, atttypmod), ';' ORDER BY "
        "attnum) "
        "FROM pg_attribute WHERE attrelid = 'score.account_score'::regclass AND attnum > 0 AND NOT "
        "attisdropped AND attname NOT IN ('account_id', 'as_of', 'run_id', 'until_run_id', "
        "'role')");
    warehouse_sql(db, "ALTER TABLE score.account_score DROP CONSTRAINT "
                      "account_score_health_bp_check");
    g_auto(GStrv) column = g_strsplit(columns, ";", -1);
    assert_true(g_strv_length(column) >= 24);
    for (size_t i = 0; column[i]; i++) {
        g_auto(GStrv) part = g_strsplit(column[i], ":", 2);
        for (int way = 0; way < 2; way++) {
            warehouse_sql(db, "BEGIN");
            int64_t run = published_run(db, DAY);
            change_column(db, part[0], part[1], way);
            g_autofree char *changed = run_content(db, run, DAY);
            bool differs = strcmp(changed, whole) != 0;
            warehouse_sql(db, "COMMIT");
            int64_t stored = company_score(db, dir, DAY, -1, true).stored;
            g_autofree char *healed = run_content(db, published_run(db, DAY), DAY);
            if (stored != differs || strcmp(healed, whole) != 0)
                fail_msg("%s (%d): %d stored, content %s", part[0], way, (int)stored,
                         strcmp(healed, whole) == 0 ? "whole" : "torn");
            if (!differs && way == 1)
                fail_msg("%s was not changed", part[0]);
        }
    }
}

/* One random thing happens to the company's files. */
static void happen(GRand *rand, const char *dir, int i)
{
    static const char *const accounts[] = {"a", "b", "c", "d", "e"};
    const char *who = accounts[g_rand_int_range(rand, 0, 5)];
    g_autofree char *name = NULL, *text = NULL;
    switch (g_rand_int_range(rand, 0, 4)) {
    case 0:
        name = g_strdup_printf("usage%d.csv", i + 2);
        text = g_strdup_printf("account,day,user,runs,failed\n%s,2026-05-%02d,u%d,%d,%d\n", who,
                               g_rand_int_range(rand, 20, 32), i % 3, g_rand_int_range(rand, 0, 40),
                               g_rand_int_range(rand, 0, 3));
        break;
    case 1: /* comes, or goes, or pays another sum */
        name = g_strdup_printf("contracts%d.csv", i + 2);
        text = g_strdup_printf("id,account,start,end,arr,changed\n"
                               "x%s,%s,2026-01-01,2026-%02d-01,%d,2026-05-%02dT%02d:00:00Z\n"
                               "k1,%s,2026-01-01,2027-01-01,0,2025-01-01\n",
                               who, who, g_rand_int_range(rand, 5, 9),
                               g_rand_int_range(rand, 1, 5) * 100, 1 + i % 28, i % 24, who);
        break;
    case 2:
        name = g_strdup_printf("tickets%d.csv", i + 2);
        text = g_strdup_printf("id,account,opened,solved,changed\n"
                               "y%d,%s,2026-05-%02dT10:00:00Z,,2026-05-30T10:00:00Z\n",
                               i, who, g_rand_int_range(rand, 1, 29));
        break;
    default:
        name = g_strdup_printf("accounts%d.csv", i + 2);
        text = g_strdup_printf("id,name\n%s,Name %d\n", who, i);
    }
    sources_write(dir, name, text);
}

/* Runs one after the other, with the content each was published with. */
struct kept_run {
    int64_t id;
    const char *as_of;
    char *content;
};

static void readers_see_what_a_full_store_would_hold(void **state)
{
    (void)state;
    enum { STEPS = 24 };
    static const char *const days[] = {"2026-05-25", DAY};
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GRand) rand = g_rand_new_with_seed(18);
    const char *dir = company_directory();
    struct kept_run run[STEPS];
    int64_t stored = 0, accounts = 0, partial = 0;
    sources_ingest(db, dir, NULL);
    for (int i = 0; i < STEPS; i++) {
        happen(rand, dir, i);
        sources_ingest(db, dir, NULL);
        const char *day = days[g_rand_int_range(rand, 0, 2)];
        struct score_summary s = company_score(db, dir, day, -1, true);
        run[i] = (struct kept_run){published_run(db, day), day, NULL};
        run[i].content = run_content(db, run[i].id, day);
        stored += s.stored;
        accounts += (int64_t)s.accounts;
        partial += s.stored > 0 && s.stored < (int64_t)s.accounts;
    }
    assert_true(partial > STEPS / 3 && stored < accounts);
    invariants_hold(db);
    for (int i = 0; i < STEPS; i++) {
        g_autofree char *pinned = run_content(db, run[i].id, run[i].as_of);
        assert_string_equal(pinned, run[i].content);
    }
    for (int i = 0; i < STEPS; i++) {
        /* The same run made anew on an empty table: stored whole. */
        g_autofree char *query = g_strdup_printf(
            "SELECT known_no FROM score.run WHERE run_id = %" G_GINT64_FORMAT, run[i].id);
        warehouse_sql(db, "DELETE FROM score.published; DELETE FROM score.account_score");
        struct score_summary s = company_score(db, dir, run[i].as_of, number(db, query), true);
        assert_int_equal(s.stored, s.accounts);
        g_autofree char *full = run_content(db, published_run(db, run[i].as_of), run[i].as_of);
        assert_string_equal(full, run[i].content);
        g_free(run[i].content);
    }
}

static void a_run_that_fails_leaves_readers_what_they_had(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = scored_company(db);
    int64_t first = published_run(db, DAY);
    g_autofree char *before = run_content(db, first, DAY);
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\nb,2026-05-30,u1,8,1\n");
    sources_ingest(db, dir, NULL);
    warehouse_sql(db, "CREATE FUNCTION score.no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE "
                      "EXCEPTION ''disk gone''; END';"
                      "CREATE TRIGGER no BEFORE UPDATE ON score.published FOR EACH ROW EXECUTE "
                      "FUNCTION score.no()");
    g_autoptr(config_t) config = config_open(dir, &err);
    struct score_summary summary;
    int32_t as_of;
    assert_true(day_parse(slice_of(DAY), &as_of, &err));
    struct score_options options = {&as_of, 1, -1, NULL, true};
    assert_false(score_run(db, warehouse_dsn(), config, &options, &summary, &err));
    assert_non_null(strstr(err->message, "disk gone"));
    assert_int_equal(published_run(db, DAY), first);
    g_autofree char *after = run_content(db, first, DAY);
    assert_string_equal(after, before);
    warehouse_sql(db, "DROP TRIGGER no ON score.published");
    assert_int_equal(company_score(db, dir, DAY, -1, true).stored, 1);
    invariants_hold(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_with_nothing_new_stores_nothing),
        cmocka_unit_test(only_the_account_that_changed_is_stored),
        cmocka_unit_test(who_disappears_is_seen_no_more_and_may_come_back),
        cmocka_unit_test(an_older_day_published_again_leaves_the_newest_alone),
        cmocka_unit_test(a_run_that_is_not_published_stores_its_digest_alone),
        cmocka_unit_test(recent_usage_is_what_the_newest_run_knew),
        cmocka_unit_test(every_column_counts_when_results_are_compared),
        cmocka_unit_test(readers_see_what_a_full_store_would_hold),
        cmocka_unit_test(a_run_that_fails_leaves_readers_what_they_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
