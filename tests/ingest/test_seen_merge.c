/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ids that were merged into runs are known as before, whichever way they are asked for. */
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
#include "ingest/retention.h"
#include "ingest/seen.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const uint8_t secret[16] = {4, 2};

static struct seen_key key_of(int i)
{
    g_autofree char *id = g_strdup_printf("id-%d", i);
    return seen_hash(secret, slice_of(id));
}

/* A load that counts, of a file; its number. */
static int64_t make_load(struct db *db, int n)
{
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO ops.load (kind, source, stream, file, commit_no, committed_at, read_count, "
        "loaded) VALUES ('ingest', 'app', 'usage_event', 'f%d.csv', 1000 + %d, "
        "'2026-01-01'::timestamptz + %d * interval '1 day', 100, 100) RETURNING load_id",
        n, n, n);
    g_autofree char *id = warehouse_value(db, sql);
    return g_ascii_strtoll(id, NULL, 10);
}

/* Loads of 100 ids each, ids from 100 · its place on. */
static void make_loads(struct db *db, int from, int to)
{
    for (int n = from; n < to; n++) {
        g_autoptr(GError) err = NULL;
        int64_t load_id = make_load(db, n);
        struct seen *seen = seen_open(db, "app", "usage_event", "", &err);
        assert_non_null(seen);
        for (int i = 0; i < 100; i++)
            assert_true(seen_add(seen, key_of(100 * n + i)));
        if (!seen_save(seen, db, load_id, &err))
            fail_msg("%s", err->message);
        seen_close(seen);
    }
}

static int64_t merge(struct db *db)
{
    g_autoptr(GError) err = NULL;
    struct compact_summary summary;
    if (!compact_run(db, warehouse_dsn(), NULL, NULL, &summary, &err))
        fail_msg("%s", err->message);
    return summary.ids;
}

/* Of the ids from … to - 1 none is new, asked for one by one or all loaded. */
static void expect_known(struct db *db, int from, int to, const char *except_file, int fresh)
{
    for (int whole = 0; whole < 2; whole++) {
        g_autoptr(GError) err = NULL;
        int added = 0;
        struct seen *seen =
            seen_open_asking(db, "app", "usage_event", except_file, whole ? 0 : INT64_MAX, &err);
        if (!seen)
            fail_msg("%s", err->message);
        for (int i = from; i < to; i++)
            added += seen_add(seen, key_of(i));
        assert_int_equal(added, fresh);
        seen_close(seen);
    }
}

static void merged_ids_are_known_however_they_are_asked_for(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    make_loads(db, 0, 20);
    assert_int_equal(merge(db), 2000);
    sources_expect(db, "SELECT count(*) FROM ops.seen", "0");
    sources_expect(db, "SELECT string_agg(ids::text, ' ') FROM ops.seen_run", "2000");
    sources_expect(db, "SELECT count(*) FROM ops.seen_page", "7");
    make_loads(db, 20, 23); /* too few loads to be merged */
    assert_int_equal(merge(db), 0);
    expect_known(db, 0, 2300, "", 0);
    expect_known(db, 2300, 2400, "", 100);
    expect_known(db, 650, 850, "f7.csv", 100); /* of a file that is being replaced */
    warehouse_sql(db, "UPDATE ops.load SET undone_no = 2000 WHERE file IN ('f3.csv', 'f21.csv')");
    expect_known(db, 300, 400, "", 100); /* what was retracted may come again … */
    expect_known(db, 2100, 2200, "", 100);
    expect_known(db, 400, 2100, "", 0);
    make_loads(db, 23, 30);
    assert_int_equal(merge(db), 3000); /* … and is not merged again */
    sources_expect(db, "SELECT string_agg(ids::text, ' ') FROM ops.seen_run", "2800");
    expect_known(db, 300, 400, "", 100);
    expect_known(db, 2200, 3000, "", 0);
}

/* A run much larger than what comes is left alone, so that each id is written a few times. */
static void runs_are_few_and_written_rarely(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    make_loads(db, 0, 60);
    assert_int_equal(merge(db), 6000);
    make_loads(db, 60, 68);
    assert_int_equal(merge(db), 800);
    sources_expect(db, "SELECT string_agg(ids::text, ' ' ORDER BY ids) FROM ops.seen_run",
                   "800 6000");
    make_loads(db, 68, 78);
    assert_int_equal(merge(db), 1000 + 800 + 6000);
    sources_expect(db, "SELECT string_agg(ids::text, ' ' ORDER BY ids) FROM ops.seen_run", "7800");
    expect_known(db, 0, 7800, "", 0);
}

/* Whoever asks for many ids loads them all, also in the middle, and knows the same. */
static void many_questions_load_the_run(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    make_loads(db, 0, 40);
    merge(db);
    struct seen *seen = seen_open_asking(db, "app", "usage_event", "", 3, &err);
    assert_non_null(seen);
    for (int i = 0; i < 4; i++)
        assert_false(seen_add(seen, key_of(i)));
    warehouse_sql(
        db, "DELETE FROM ops.seen_run"); /* all 4,000 are in memory after the third question */
    sources_expect(db, "SELECT count(*) FROM ops.seen_page", "0");
    assert_false(seen_add(seen, key_of(2)));
    assert_true(seen_add(seen, key_of(4000)));
    assert_false(seen_add(seen, key_of(4000)));
    seen_close(seen);
}

static struct retention_summary retain(struct db *db, const char *directory, bool dry_run)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(directory, &err);
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    const struct retention_options options = {day_from_civil(2026, 3, 1) * DAY_US, dry_run};
    struct retention_summary summary;
    if (!retention_run(db, warehouse_dsn(), config, zone, &options, &summary, &err))
        fail_msg("%s", err->message);
    return summary;
}

/* Of a run goes what is old, once it is an eighth; from when on ids are kept is noted in any case.
 */
static void old_ids_of_runs_go_when_they_are_many(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    make_loads(db, 0, 40); /* on as many days from 1 January on */
    merge(db);
    const char *directory = sources_directory("retention: {id_days: 56}\n");
    assert_int_equal(retain(db, directory, false).ids, 0); /* three days of forty */
    sources_expect(db, "SELECT count(*) FROM ops.retention", "1");
    sources_write(directory, "kenko.yaml",
                  "organisation: Test\ntime_zone: Asia/Tokyo\nretention: {id_days: 38}\n");
    assert_int_equal(retain(db, directory, true).ids, 2000);
    assert_int_equal(retain(db, directory, false).ids, 2000);
    sources_expect(db, "SELECT string_agg(ids::text, ' ') FROM ops.seen_run", "2000");
    expect_known(db, 2000, 4000, "", 0);
    expect_known(db, 1900, 2000, "", 100);
    assert_int_equal(retain(db, directory, false).ids, 0);
}

/* Merging is one transaction: what is killed in it was never begun. */
static void a_kill_while_ids_are_merged_loses_none(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    g_autoptr(db_t) db = warehouse_open();
    make_loads(db, 0, 20);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct compact_summary summary;
        g_setenv("KENKO_FAULT", "merge_ids:1:kill", TRUE);
        struct db *own = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
        _exit(!own || !compact_run(own, warehouse_dsn(), NULL, NULL, &summary, NULL));
    }
    int status = 0;
    assert_true(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
    expect_known(db, 0, 2000, "", 0);
    sources_expect(db, "SELECT count(*) FROM ops.seen", "20");
    sources_expect(db, "SELECT count(*) FROM ops.seen_run", "0");
#else
    skip();
#endif
}

static struct ingest_summary load_file(struct db *db, const char *directory, int n,
                                       const char *record)
{
    struct ingest_summary summary;
    g_autofree char *name = g_strdup_printf("e-%03d.csv", n);
    g_autofree char *text = g_strconcat("id,account,at,n\n", record, "\n", NULL);
    sources_write(directory, name, text);
    sources_ingest(db, directory, &summary);
    return summary;
}

static const char runs[] = "SELECT sum(x) FROM warehouse.usage_span AS s JOIN warehouse.load_now "
                           "USING (load_id), unnest(s.v) AS x";

/* Usage is not corrected by its id, wherever that is kept; content that is replaced is. */
static void the_first_record_of_an_id_counts(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *directory = sources_directory("sources:\n"
                                              "  - name: app\n"
                                              "    streams:\n"
                                              "      - stream: usage_event\n"
                                              "        path: e-*.csv\n"
                                              "        id: id\n"
                                              "        on_change: replace\n"
                                              "        fields: {party: account, at: at}\n"
                                              "        values: [{metric: runs, field: n}]\n");
    for (int n = 0; n < 9; n++) {
        g_autofree char *record = g_strdup_printf("x%d,a,2026-01-05T05:00:00Z,1", n);
        load_file(db, directory, n, record);
    }
    assert_int_equal(load_file(db, directory, 20, "x3,a,2026-01-05T05:00:00Z,7").count.duplicate,
                     1);
    assert_int_equal(merge(db), 9);
    assert_int_equal(load_file(db, directory, 21, "x4,b,2026-01-06T05:00:00Z,8").count.duplicate,
                     1);
    sources_expect(db, runs, "9");
    assert_int_equal(load_file(db, directory, 5, "x5,a,2026-01-05T05:00:00Z,100").count.loaded, 1);
    sources_expect(db, runs, "108");
}

/* A load every minute would have each read the ids of all before it, until somebody compacts. */
static void ingest_merges_the_ids_of_very_many_loads(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *directory = sources_directory("sources:\n"
                                              "  - name: other\n"
                                              "    streams:\n"
                                              "      - stream: usage_event\n"
                                              "        path: e-*.csv\n"
                                              "        fields: {party: account, at: at}\n"
                                              "        values: [{metric: runs, field: n}]\n");
    make_loads(db, 0, 255);
    load_file(db, directory, 1, "x,a,2026-01-05T05:00:00Z,1");
    sources_expect(db, "SELECT count(*) FROM ops.seen", "255");
    make_loads(db, 255, 256);
    load_file(db, directory, 2, "x,a,2026-01-05T05:00:00Z,1");
    sources_expect(db, "SELECT count(*) FROM ops.seen", "0");
    expect_known(db, 0, 25600, "", 0);
}

static void a_question_that_fails_fails_the_batch(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    make_loads(db, 0, 40);
    merge(db);
    struct seen *seen = seen_open_asking(db, "app", "usage_event", "", 3, &err);
    warehouse_sql(db, "DROP TABLE ops.seen_page CASCADE");
    (void)seen_add(seen, key_of(1));
    assert_false(seen_save(seen, db, 1, &err));
    assert_non_null(strstr(err->message, "ids of app usage_event"));
    seen_close(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merged_ids_are_known_however_they_are_asked_for),
        cmocka_unit_test(runs_are_few_and_written_rarely),
        cmocka_unit_test(many_questions_load_the_run),
        cmocka_unit_test(old_ids_of_runs_go_when_they_are_many),
        cmocka_unit_test(a_kill_while_ids_are_merged_loses_none),
        cmocka_unit_test(the_first_record_of_an_id_counts),
        cmocka_unit_test(ingest_merges_the_ids_of_very_many_loads),
        cmocka_unit_test(a_question_that_fails_fails_the_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
