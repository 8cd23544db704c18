/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/day.h"
#include "ingest/compact.h"
#include "ingest/load.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] = "sources:\n"
                              "  - name: app\n"
                              "    type: file\n"
                              "    streams:\n"
                              "      - stream: usage_metric\n"
                              "        path: day-*.csv\n"
                              "        fields: {party: account, at: at, subject: user}\n"
                              "        values: [{metric: runs, field: n}, {metric: peak, field: "
                              "n}, {metric: level, field: n},\n"
                              "          {metric: by_user, field: n}]\n";

/* A file a day, and every fifth a late one that speaks of days before: they overlap. */
static struct db *load_days(void)
{
    const char *dir = sources_directory(sources);
    struct db *db = warehouse_open();
    for (int day = 1; day <= 25; day++) {
        g_autoptr(GString) text = g_string_new("account,at,user,n\n");
        for (int account = 0; account < 4; account++)
            for (int back = 0; back <= (day % 5 == 0 ? 3 : 0); back++)
                g_string_append_printf(text, "acc-%d,2026-03-%02dT%02d:00:00Z,u%d,%d\n", account,
                                       MAX(1, day - back), back, account % 2,
                                       day * 10 + account + back);
        g_autofree char *name = g_strdup_printf("day-%02d.csv", day);
        sources_write(dir, name, text->str);
        sources_ingest(db, dir, NULL);
    }
    return db;
}

/* What was known at every commit number: the answer scoring gets, by load of each value. */
static char *known_at_all(struct db *db)
{
    return warehouse_value(
        db,
        "SELECT md5(string_agg(x::text, '|' ORDER BY x::text)) FROM (SELECT k.commit_no, "
        "s.party_id, s.metric_id, s.subject_id, s.month + s.first_day + d.i::int AS day, d.v, "
        "d.at, d.tie FROM ops.load k CROSS JOIN warehouse.usage_span s CROSS JOIN LATERAL "
        "unnest(s.v, s.at, s.tie, s.load_ids) WITH ORDINALITY AS d(v, at, tie, load_id, i) JOIN "
        "ops.load l ON l.load_id = coalesce(d.load_id, s.load_id) WHERE d.v IS NOT NULL AND "
        "l.commit_no <= k.commit_no AND (l.undone_no IS NULL OR l.undone_no > k.commit_no)) x");
}

static void compact_to(struct db *db, const struct compact_floor *floor,
                       struct compact_summary *summary)
{
    g_autoptr(GError) err = NULL;
    if (!compact_run(db, warehouse_dsn(), floor, NULL, summary, &err))
        fail_msg("%s", err->message);
}

static void compact(struct db *db, struct compact_summary *summary)
{
    compact_to(db, NULL, summary);
}

static void compaction_changes_no_fact_and_nothing_known_before(void **state)
{
    (void)state;
    g_autoptr(db_t) db = load_days();
    g_autofree char *digest = sources_digest(db), *known = known_at_all(db);
    struct compact_summary s;
    compact(db, &s);
    g_autofree char *digest_after = sources_digest(db), *known_after = known_at_all(db);
    assert_string_equal(digest, digest_after);
    assert_string_equal(known, known_after);
    /* 25 rows a group become those of the days and those of the late files. */
    sources_expect(db,
                   "SELECT max(n) FROM (SELECT count(*) n FROM warehouse.usage_span GROUP BY "
                   "party_id, metric_id, subject_id) g",
                   "2");
    assert_int_equal(s.rows_before, 100); /* of four metrics each */
    assert_int_equal(s.rows_after, 8);
    compact(db, &s);
    assert_int_equal(s.rows_before, 0);
}

static void an_undo_after_compaction_is_the_undo_before_it(void **state)
{
    (void)state;
    g_autofree char *plain = NULL;
    for (int compacted = 0; compacted < 2; compacted++) {
        g_autoptr(db_t) db = load_days();
        g_autoptr(GError) err = NULL;
        struct compact_summary s;
        if (compacted)
            compact(db, &s);
        for (int64_t load_id = 4; load_id <= 22; load_id += 6)
            assert_true(load_undo(db, load_id, "a test", &err));
        if (compacted)
            compact(db, &s);
        g_autofree char *digest = sources_digest(db);
        if (compacted)
            assert_string_equal(digest, plain);
        else
            plain = g_steal_pointer(&digest);
    }
}

/* ── below the known floor ───────────────────────────────────────────────────────────────────── */

enum { LOADS = 24, SETTLED = 14 };

/* Files at random that speak of the same few days again and again, committed a day apart from the
 * first of January 2025 on. Two of the first 14 loads are retracted among them (commits 7 and 9),
 * one of them and a later one only afterwards. Ties are decided by a keyed hash, so the key is
 * given. */
static struct db *load_random(const char **dir, guint32 seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    *dir = sources_directory(sources);
    struct db *db = warehouse_open();
    g_autoptr(GError) err = NULL;
    warehouse_sql(db, "INSERT INTO ops.setting (name, value) VALUES ('digest_key', 'a test')");
    for (int file = 1; file <= LOADS - 4; file++) {
        g_autoptr(GString) text = g_string_new("account,at,user,n\n");
        for (int i = 0; i < 30; i++)
            g_string_append_printf(text, "acc-%d,2025-0%d-0%dT%02d:00:00Z,u%d,%d\n",
                                   g_rand_int_range(rand, 0, 3), g_rand_int_range(rand, 1, 3),
                                   g_rand_int_range(rand, 1, 6), g_rand_int_range(rand, 0, 3),
                                   g_rand_int_range(rand, 0, 2), g_rand_int_range(rand, -20, 20));
        g_autofree char *name = g_strdup_printf("day-%02d.csv", file);
        sources_write(*dir, name, text->str);
        sources_ingest(db, *dir, NULL);
        if (file == 6 || file == 7) /* before the floor, and gone with it */
            assert_true(load_undo(db, file - 3, "a test", &err));
        if (file == 15 || file == 20) /* after it: a load below, a load above */
            assert_true(load_undo(db, file == 15 ? 11 : 20, "a test", &err));
    }
    g_rand_free(rand);
    warehouse_sql(db, "UPDATE ops.load SET committed_at = '2025-01-01T00:00:00Z'::timestamptz + "
                      "commit_no * interval '1 day'");
    return db;
}

/* The floor that lets the first `commits` loads settle. */
static struct compact_floor floor_after(int commits)
{
    int32_t day = day_from_civil(2025, 1, 2) + commits;
    return (struct compact_floor){day, day * DAY_US};
}

/* Every day's value by its rule, as known at every commit number from `floor` on. */
static char *folded_from(struct db *db, int floor)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT md5(string_agg(x::text, '|' ORDER BY x::text)) FROM (SELECT k.commit_no, "
        "s.party_id, s.metric_id, s.subject_id, s.month + s.first_day + d.i::int AS day, CASE "
        "m.combine WHEN 'sum' THEN sum(d.v) WHEN 'max' THEN max(d.v) WHEN 'min' THEN min(d.v) ELSE "
        "(array_agg(d.v ORDER BY d.at DESC, d.tie DESC))[1] END AS v FROM ops.load k CROSS JOIN "
        "warehouse.usage_span s JOIN warehouse.metric m ON m.metric_id = s.metric_id CROSS JOIN "
        "LATERAL unnest(s.v, s.at, s.tie, s.load_ids) WITH ORDINALITY AS d(v, at, tie, load_id, i) "
        "JOIN ops.load l ON l.load_id = coalesce(d.load_id, s.load_id) WHERE d.v IS NOT NULL AND "
        "k.commit_no >= %d AND l.commit_no <= k.commit_no AND (l.undone_no IS NULL OR l.undone_no "
        "> k.commit_no) GROUP BY k.commit_no, s.party_id, s.metric_id, s.subject_id, m.combine, "
        "s.month "
        "+ s.first_day + d.i::int) x",
        floor);
    return warehouse_value(db, query);
}

static void expect_settled(struct db *db)
{
    /* What was retracted before the floor is gone; what settled is one row, but for the load that
     * was retracted after it. */
    sources_expect(db,
                   "SELECT count(*) FROM warehouse.usage_span s CROSS JOIN LATERAL unnest(s.v, "
                   "s.load_ids) AS d(v, load_id) JOIN ops.load l ON l.load_id = "
                   "coalesce(d.load_id, s.load_id) WHERE d.v IS NOT NULL AND l.undone_no <= 14",
                   "0");
    sources_expect(db,
                   "SELECT max(n) FROM (SELECT count(DISTINCT l.load_id) n FROM "
                   "warehouse.usage_span s CROSS JOIN LATERAL unnest(s.v, s.load_ids) AS d(v, "
                   "load_id) JOIN ops.load l ON l.load_id = coalesce(d.load_id, s.load_id) WHERE "
                   "d.v IS NOT NULL AND l.commit_no <= 14 AND l.undone_no IS NULL GROUP BY "
                   "s.party_id, s.metric_id, s.subject_id, s.month) g",
                   "1");
}

static void merging_below_the_floor_keeps_every_answer_from_there_on(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 3; seed++) {
        const char *dir;
        g_autoptr(db_t) db = load_random(&dir, seed);
        const struct compact_floor floor = floor_after(SETTLED);
        g_autofree char *digest = sources_digest(db), *known = folded_from(db, SETTLED);
        g_autofree char *all = folded_from(db, 1);
        struct compact_summary s;
        compact_to(db, &floor, &s);
        assert_int_equal(s.known_floor, SETTLED);
        assert_true(s.rows_after < s.rows_before);
        g_autofree char *digest_after = sources_digest(db), *known_after = folded_from(db, SETTLED);
        g_autofree char *all_after = folded_from(db, 1);
        assert_string_equal(digest, digest_after);
        assert_string_equal(known, known_after);
        assert_string_not_equal(all, all_after); /* what the floor is for */
        expect_settled(db);
        compact_to(db, &floor, &s);
        assert_int_equal(s.rows_before, 0);
        const struct compact_floor whole = floor_after(LOADS), lower = floor_after(3);
        compact_to(db, &whole, &s);
        compact_to(db, &lower, &s); /* a floor never falls */
        assert_int_equal(s.known_floor, LOADS);
        g_autofree char *last = sources_digest(db);
        assert_string_equal(digest, last);
        sources_expect(db,
                       "SELECT max(n) FROM (SELECT count(*) n FROM warehouse.usage_span WHERE "
                       "load_ids IS NULL GROUP BY party_id, metric_id, subject_id, month) g",
                       "1");
    }
}

static void a_load_below_the_floor_stays(void **state)
{
    (void)state;
    const char *dir;
    g_autofree char *plain = NULL;
    for (int merged = 0; merged < 2; merged++) {
        g_autoptr(db_t) db = load_random(&dir, 9);
        g_autoptr(GError) err = NULL;
        const struct compact_floor floor = floor_after(SETTLED);
        struct compact_summary s;
        if (merged) {
            compact_to(db, &floor, &s);
            assert_false(load_undo(db, 5, "a test", &err));
            assert_true(err_is(err, KENKO_ERROR_CONFLICT));
            assert_non_null(strstr(err->message, "before 2025-01-16"));
            g_clear_error(&err);
        }
        assert_true(load_undo(db, 17, "a test", &err));
        g_autofree char *digest = sources_digest(db);
        if (merged)
            assert_string_equal(digest, plain);
        else
            plain = g_steal_pointer(&digest);
    }
}

static const char replaced[] = "sources:\n"
                               "  - name: app\n"
                               "    streams:\n"
                               "      - stream: account\n"
                               "        path: accounts.csv\n"
                               "        on_change: replace\n"
                               "        fields: {party: id, name: name}\n"
                               "      - stream: usage_metric\n"
                               "        path: usage.csv\n"
                               "        on_change: replace\n"
                               "        fields: {party: account, at: at}\n"
                               "        values: [{metric: runs, field: n}]\n";

static void usage_below_the_floor_cannot_be_replaced_but_records_can(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(replaced);
    sources_write(dir, "accounts.csv", "id,name\na,Aoba\n");
    sources_write(dir, "usage.csv", "account,at,n\na,2025-01-01,3\n");
    sources_ingest(db, dir, NULL);
    warehouse_sql(db, "UPDATE ops.load SET committed_at = '2025-01-01'");
    const struct compact_floor floor = floor_after(2);
    struct compact_summary s;
    compact_to(db, &floor, &s);
    sources_write(dir, "accounts.csv", "id,name\na,Akane\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db, "SELECT name FROM warehouse.account_now", "Akane");
    g_autofree char *digest = sources_digest(db);
    sources_write(dir, "usage.csv", "account,at,n\na,2025-01-01,4\n");
    assert_false(sources_try(db, dir, 0, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "usage.csv"));
    assert_non_null(strstr(err->message, "before 2025-01-04"));
    g_autofree char *after = sources_digest(db);
    assert_string_equal(digest, after);
}

#ifdef KENKO_FAULTS
static void kill_compaction(const char *fault, const struct compact_floor *floor)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        g_setenv("KENKO_FAULT", fault, TRUE);
        struct db *own = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
        struct compact_summary s;
        _exit(!own || !compact_run(own, warehouse_dsn(), floor, NULL, &s, NULL));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

/* The killed run's lock is held until the server notices that its client is gone. */
static void compact_after_kill(struct db *db, const struct compact_floor *floor)
{
    struct compact_summary s;
    g_autoptr(GError) err = NULL;
    for (int i = 0; i < 100; i++) {
        g_clear_error(&err);
        if (compact_run(db, warehouse_dsn(), floor, NULL, &s, &err))
            return;
        if (!err_is(err, KENKO_ERROR_BUSY))
            break;
        g_usleep(100000);
    }
    fail_msg("%s", err->message);
}
#endif

static void a_kill_in_compaction_changes_nothing(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    g_autoptr(db_t) db = load_days();
    g_autofree char *digest = sources_digest(db);
    kill_compaction("compact:1:kill", NULL);
    g_autofree char *after = sources_digest(db);
    assert_string_equal(digest, after);
    sources_expect(db, "SELECT count(*) FROM warehouse.usage_span WHERE load_ids IS NOT NULL", "0");
#else
    skip();
#endif
}

static void a_kill_while_the_floor_rises_loses_nothing(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    const char *dir;
    const char *const faults[] = {"floor:1:kill", "compact:1:kill", "compact:2:kill"};
    const struct compact_floor floor = floor_after(SETTLED);
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autoptr(db_t) db = load_random(&dir, 4);
        g_autofree char *digest = sources_digest(db), *known = folded_from(db, SETTLED);
        kill_compaction(faults[i], &floor);
        g_autofree char *killed = folded_from(db, SETTLED);
        assert_string_equal(known, killed);
        sources_expect(db, "SELECT known_floor FROM ops.clock", i == 0 ? "0" : "14");
        compact_after_kill(db, &floor);
        g_autofree char *digest_after = sources_digest(db), *known_after = folded_from(db, SETTLED);
        assert_string_equal(digest, digest_after);
        assert_string_equal(known, known_after);
        expect_settled(db);
    }
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compaction_changes_no_fact_and_nothing_known_before),
        cmocka_unit_test(an_undo_after_compaction_is_the_undo_before_it),
        cmocka_unit_test(merging_below_the_floor_keeps_every_answer_from_there_on),
        cmocka_unit_test(a_load_below_the_floor_stays),
        cmocka_unit_test(usage_below_the_floor_cannot_be_replaced_but_records_can),
        cmocka_unit_test(a_kill_in_compaction_changes_nothing),
        cmocka_unit_test(a_kill_while_the_floor_rises_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
