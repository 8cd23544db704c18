/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

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

static void compact(struct db *db, struct compact_summary *summary)
{
    g_autoptr(GError) err = NULL;
    if (!compact_run(db, warehouse_dsn(), summary, &err))
        fail_msg("%s", err->message);
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
    assert_int_equal(s.rows_before, 400);
    assert_int_equal(s.rows_after, 32);
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

static void a_kill_in_compaction_changes_nothing(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    g_autoptr(db_t) db = load_days();
    g_autofree char *digest = sources_digest(db);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        g_setenv("KENKO_FAULT", "compact:1:kill", TRUE);
        struct db *own = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
        struct compact_summary s;
        _exit(!own || !compact_run(own, warehouse_dsn(), &s, NULL));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    g_autofree char *after = sources_digest(db);
    assert_string_equal(digest, after);
    sources_expect(db, "SELECT count(*) FROM warehouse.usage_span WHERE load_ids IS NOT NULL", "0");
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compaction_changes_no_fact_and_nothing_known_before),
        cmocka_unit_test(an_undo_after_compaction_is_the_undo_before_it),
        cmocka_unit_test(a_kill_in_compaction_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
