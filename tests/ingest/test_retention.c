/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/day.h"
#include "ingest/retention.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char streams[] = "sources:\n"
                              "  - name: app\n"
                              "    streams:\n"
                              "      - stream: usage_metric\n"
                              "        path: usage-*.csv\n"
                              "        fields: {party: account, at: at}\n"
                              "        values: [{metric: runs, field: n}]\n"
                              "      - stream: usage_event\n"
                              "        path: events-*.csv\n"
                              "        id: id\n"
                              "        fields: {party: account, at: at}\n"
                              "        values: [{metric: level, field: n}]\n"
                              "  - name: late\n"
                              "    streams:\n"
                              "      - stream: usage_event\n"
                              "        path: late-*.csv\n"
                              "        id: id\n"
                              "        fields: {party: account, at: at}\n"
                              "        values: [{metric: peak, field: n}]\n";

#define USAGE "account,at,n\n"
#define EVENTS "id,account,at,n\n"

/* A company with usage, rejects and ids of January to June 2026, each month's file loaded at the
 * month's end. Today is the 15th of June. */
static struct db *open_company(const char **dir, const char *retention)
{
    g_autofree char *yaml = g_strconcat(retention, streams, NULL);
    *dir = sources_directory(yaml);
    struct db *db = warehouse_open();
    warehouse_sql(db, "INSERT INTO ops.setting (name, value) VALUES ('digest_key', 'a test')");
    sources_write(*dir, "late-0.csv", EVENTS);
    for (int month = 1; month <= 6; month++) {
        g_autofree char *usage = g_strdup_printf("usage-%d.csv", month);
        g_autofree char *events = g_strdup_printf("events-%d.csv", month);
        g_autofree char *u = g_strdup_printf(USAGE "a,2026-%02d-10T05:00:00Z,%d\n"
                                                   "a,yesterday,1\na,2026-%02d-11T05:00:00Z,2\n",
                                             month, month, month);
        g_autofree char *e = g_strdup_printf(EVENTS "e%d,a,2026-%02d-10T05:00:00Z,%d\n"
                                                    "f%d,a,2026-%02d-10T05:00:00Z,%d\n",
                                             month, month, month, month, month, month);
        sources_write(*dir, usage, u);
        sources_write(*dir, events, e);
        sources_ingest(db, *dir, NULL);
        g_autofree char *at = g_strdup_printf(
            "UPDATE ops.load SET committed_at = '2026-%02d-12' WHERE file LIKE '%%-%d.csv'", month,
            month);
        warehouse_sql(db, at);
    }
    return db;
}

static bool try_run(const char *dir, struct db *db, bool dry_run, struct retention_summary *out,
                    GError **err)
{
    g_autoptr(config_t) config = config_open(dir, err);
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", err);
    const struct retention_options options = {day_from_civil(2026, 6, 15) * DAY_US, dry_run};
    return config && zone && retention_run(db, warehouse_dsn(), config, zone, &options, out, err);
}

static struct retention_summary run(const char *dir, struct db *db, bool dry_run)
{
    g_autoptr(GError) err = NULL;
    struct retention_summary summary;
    /* A killed run's lock is held until the server notices that its client is gone. */
    for (int i = 0; i < 100; i++) {
        g_clear_error(&err);
        if (try_run(dir, db, dry_run, &summary, &err))
            return summary;
        if (!err_is(err, KENKO_ERROR_BUSY))
            break;
        g_usleep(100000);
    }
    fail_msg("%s", err->message);
    return summary;
}

static void everything_is_kept_when_nothing_is_said(void **state)
{
    (void)state;
    const char *dir;
    g_autoptr(db_t) db = open_company(&dir, "");
    g_autofree char *before = sources_digest(db);
    struct retention_summary s = run(dir, db, false);
    g_autofree char *after = sources_digest(db);
    assert_int_equal(s.months + s.rejects + s.ids, 0);
    assert_string_equal(before, after);
}

static void old_months_go_whole_and_do_not_come_back(void **state)
{
    (void)state;
    const char *dir;
    g_autoptr(db_t) db = open_company(&dir, "retention: {usage_months: 3}\n");
    struct retention_summary s = run(dir, db, false);
    assert_int_equal(s.months, 2); /* January and February; three months and this one stay */
    sources_expect(db, "SELECT min(month) FROM warehouse.usage_span", "2026-03-01");
    sources_expect(db, "SELECT coalesce(to_regclass('warehouse.usage_month_y2026m02')::text, '-')",
                   "-");
    sources_write(dir, "usage-7.csv", USAGE "a,2026-02-28T14:59:59Z,7\na,2026-02-28T15:00:00Z,7\n");
    struct ingest_summary in;
    sources_ingest(db, dir, &in); /* midnight in Tokyo is where March begins */
    assert_int_equal(in.count.loaded, 1);
    assert_int_equal(in.count.rejected, 1);
    sources_expect(db, "SELECT reason FROM ops.reject ORDER BY load_id DESC LIMIT 1", "too_old");
    sources_expect(db, "SELECT message FROM ops.reject ORDER BY load_id DESC LIMIT 1",
                   "it is from before 2026-03-01, and what is older was dropped by retention");
    assert_int_equal(run(dir, db, false).months, 0);
}

static void old_rejects_go_and_the_counters_stay(void **state)
{
    (void)state;
    const char *dir;
    g_autoptr(db_t) db = open_company(&dir, "retention: {reject_days: 64}\n");
    assert_int_equal(run(dir, db, false).rejects, 3); /* loaded before the 12th of April */
    sources_expect(db, "SELECT count(*) FROM ops.reject", "3");
    sources_expect(db, "SELECT sum(rejected) FROM ops.load", "6");
}

static void an_event_whose_id_may_be_gone_is_rejected(void **state)
{
    (void)state;
    const char *dir;
    g_autoptr(db_t) db = open_company(&dir, "retention: {id_days: 64}\n");
    assert_int_equal(run(dir, db, false).ids, 6);
    g_autofree char *facts = sources_facts(db);
    struct ingest_summary in;
    sources_write(dir, "events-7.csv",
                  EVENTS "e2,a,2026-02-10T05:00:00Z,9\n"   /* its id is gone */
                         "e9,a,2026-02-10T05:00:00Z,9\n"   /* nobody can tell */
                         "e5,a,2026-05-10T05:00:00Z,9\n"); /* known */
    sources_ingest(db, dir, &in);
    assert_int_equal(in.count.rejected, 2);
    assert_int_equal(in.count.duplicate, 1);
    g_autofree char *same = sources_facts(db);
    assert_string_equal(facts, same);
    sources_write(dir, "events-8.csv", EVENTS "e8,a,2026-05-10T05:00:00Z,9\n");
    sources_ingest(db, dir, &in);
    assert_int_equal(in.count.loaded, 1);
    /* A stream that never lost an id knows all of them. */
    sources_write(dir, "late-1.csv", EVENTS "e1,a,2026-01-10T05:00:00Z,9\n");
    sources_ingest(db, dir, &in);
    assert_int_equal(in.count.loaded, 1);
}

static const char everything[] = "retention: {usage_months: 3, reject_days: 64, id_days: 64}\n";

static void a_dry_run_says_what_the_run_does(void **state)
{
    (void)state;
    const char *dir;
    g_autoptr(db_t) db = open_company(&dir, everything);
    g_autofree char *before = sources_digest(db);
    struct retention_summary dry = run(dir, db, true);
    g_autofree char *after = sources_digest(db);
    assert_string_equal(before, after);
    sources_expect(db, "SELECT count(*) FROM ops.retention", "0");
    struct retention_summary wet = run(dir, db, false);
    assert_int_equal(dry.months, 2);
    assert_int_equal(dry.months, wet.months);
    assert_int_equal(dry.rejects, wet.rejects);
    assert_int_equal(dry.ids, wet.ids);
}

static void numbers_below_zero_are_refused(void **state)
{
    (void)state;
    const char *dir;
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = open_company(&dir, "retention: {id_days: -1}\n");
    struct retention_summary summary;
    assert_false(try_run(dir, db, false, &summary, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
}

static void a_kill_at_any_point_is_healed_by_the_next_run(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    static const char *const faults[] = {"retention_usage:1:kill",   "retention_usage:2:kill",
                                         "retention_reject:1:kill",  "retention_reject:2:kill",
                                         "retention_horizon:1:kill", "retention_id:1:kill",
                                         "retention_id:2:kill"};
    const char *dir;
    g_autofree char *clean = NULL;
    for (int i = -1; i < (int)G_N_ELEMENTS(faults); i++) {
        g_autoptr(db_t) db = open_company(&dir, everything);
        fflush(NULL);
        pid_t pid = i < 0 ? 0 : fork();
        if (i >= 0 && pid == 0) {
            g_setenv("KENKO_FAULT", faults[i], TRUE);
            struct db *own = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
            struct retention_summary s;
            _exit(!own || !try_run(dir, own, false, &s, NULL));
        }
        int status = 0;
        assert_true(i < 0 || (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status)));
        /* Whatever was dropped by then, no old event is taken for a new one. */
        sources_write(dir, "events-7.csv", EVENTS "e2,a,2026-02-10T05:00:00Z,9\n");
        struct ingest_summary in;
        sources_ingest(db, dir, &in);
        assert_int_equal(in.count.loaded, 0);
        run(dir, db, false);
        g_autofree char *digest = sources_facts(db);
        sources_expect(db, "SELECT count(*) FROM ops.retention", "3");
        sources_expect(db, "SELECT count(*) FROM ops.reject WHERE reason <> 'too_old'", "3");
        sources_expect(db, "SELECT sum(octet_length(keys) / 16) FROM ops.seen", "6");
        if (i < 0)
            clean = g_steal_pointer(&digest);
        else
            assert_string_equal(digest, clean);
    }
#else
    skip();
#endif
}

static void pushed_events_that_nobody_reads_end_as_rejects(void **state)
{
    (void)state;
    const char *dir;
    g_autoptr(db_t) db = open_company(&dir, "");
    warehouse_sql(db,
                  "INSERT INTO ops.inbox (key_id, kind, received_at, body) SELECT k, 'page', at, "
                  "'{}'::bytea FROM (VALUES ('gonekey1', '2026-03-01'::timestamptz), "
                  "('gonekey1', '2026-03-02'), ('gonekey1', '2026-05-01'), "
                  "('readkey1', '2026-03-01'), ('livekey1', '2026-03-01')) AS e(k, at)");
    warehouse_sql(db, "INSERT INTO ops.watermark (source, stream, position, run_id) SELECT 'web', "
                      "'readkey1', '4', max(run_id) FROM ops.job_run"); /* read before */
    sources_append(dir, "kenko.yaml",
                   "  - name: web\n    type: inbox\n    key: livekey1\n    streams:\n"
                   "      - {stream: contact, kinds: [identify], fields: {party: userId, "
                   "external_id: userId}}\n");
    assert_int_equal(run(dir, db, true).pushed, 3);
    assert_int_equal(run(dir, db, false).pushed, 2);
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', r.line, r.reason, l.source, l.stream), ', ' "
                   "ORDER BY r.line) FROM ops.reject AS r JOIN ops.load AS l USING (load_id) WHERE "
                   "r.reason = 'no_source'",
                   "1 no_source inbox pushed, 2 no_source inbox pushed");
    sources_expect(db, "SELECT string_agg(key_id, ' ' ORDER BY seq) FROM ops.inbox",
                   "gonekey1 livekey1"); /* not old enough; named */
    sources_expect(db,
                   "SELECT read_count || ' ' || rejected FROM ops.load WHERE stream = 'pushed' AND "
                   "commit_no IS NOT NULL",
                   "2 2");
    assert_int_equal(run(dir, db, false).pushed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pushed_events_that_nobody_reads_end_as_rejects),
        cmocka_unit_test(everything_is_kept_when_nothing_is_said),
        cmocka_unit_test(old_months_go_whole_and_do_not_come_back),
        cmocka_unit_test(old_rejects_go_and_the_counters_stay),
        cmocka_unit_test(an_event_whose_id_may_be_gone_is_rejected),
        cmocka_unit_test(a_dry_run_says_what_the_run_does),
        cmocka_unit_test(numbers_below_zero_are_refused),
        cmocka_unit_test(a_kill_at_any_point_is_healed_by_the_next_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
