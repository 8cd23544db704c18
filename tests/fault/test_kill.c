/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ingest is killed at its injection points and at random moments and run again: the warehouse must
 * then be what one undisturbed run makes. Built with KENKO_BREAK_WATERMARK (the watermark commits
 * ahead of the facts) the same loop must find a difference, or it would find none ever. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/cluster.h"
#include "core/stop.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { BATCH_BYTES = 2048, RANDOM_KILLS = 100, EXIT_FAILED = 100 };

static const char sources[] =
    "identity:\n"
    "  aliases:\n"
    "    - {party: acc-3, account: acc-4, from: 2026-02-01}\n"
    "sources:\n"
    "  - name: crm\n"
    "    type: file\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: accounts.csv\n"
    "        on_change: append\n"
    "        fields: {party: id, name: name, domain: domain, changed_at: changed}\n"
    "      - stream: ticket\n"
    "        path: tickets.csv\n"
    "        on_change: append\n"
    "        fields: {external_id: id, party: domain, status: status, opened_at: opened}\n"
    "  - name: app\n"
    "    type: file\n"
    "    streams:\n"
    "      - stream: usage_metric\n"
    "        path: usage-*.csv\n"
    "        on_change: replace\n"
    "        fields: {party: account, at: day}\n"
    "        values: [{metric: runs, field: runs}, {metric: level, field: seats}]\n"
    "      - stream: usage_event\n"
    "        path: events-*.ndjson\n"
    "        id: id\n"
    "        fields: {party: account, at: at, subject: user}\n"
    "        values: [{metric: by_user}]\n";

/* What the sources hold at first (step 0) and later (step 1: one usage file changed, one grew, a
 * late one and repeated events came). */
static const char *make_directory(int step)
{
    const char *dir = sources_directory(sources);
    g_autoptr(GString) text = g_string_new("id,name,domain,changed\n");
    for (int i = 0; i < 30; i++)
        g_string_append_printf(text, "acc-%d,Name %d,c%d.example,2026-01-%02dT00:00:00Z\n", i, i, i,
                               1 + i % 28);
    sources_write(dir, "accounts.csv", text->str);
    g_string_assign(text, "id,domain,status,opened\n");
    for (int i = 0; i < 60 + step * 20; i++)
        g_string_append_printf(text, "t-%d,c%d.example,%s,2026-01-%02d\n", i % 50, i % 50 % 32,
                               i < 50 ? "open" : "solved", 1 + i % 50 % 28);
    sources_write(dir, "tickets.csv", text->str);
    for (int file = 1 - step; file < 3; file++) {
        g_string_assign(text, "account,day,runs,seats\n");
        for (int i = 0; i < 250 + (file == 1 ? step * 50 : 0); i++)
            g_string_append_printf(text, "acc-%d,2026-%02d-%02d,%d,%d\n", i % 31, 1 + file,
                                   1 + i % 30, i + (file == 2 ? step : 0), i % 7);
        g_autofree char *name = g_strdup_printf("usage-%d.csv", file);
        sources_write(dir, name, text->str);
    }
    for (int file = 0; file < 1 + step; file++) {
        g_string_truncate(text, 0);
        for (int i = file * 60; i < 120 + file * 60; i++)
            g_string_append_printf(text,
                                   "{\"id\": \"e%d\", \"account\": \"acc-%d\", \"at\": "
                                   "\"2026-01-%02dT10:00:00Z\", \"user\": \"u%d\"}\n",
                                   i, i % 9, 1 + i % 28, i % 5);
        g_autofree char *name = g_strdup_printf("events-%d.ndjson", file);
        sources_write(dir, name, text->str);
    }
    return dir;
}

static const char *before, *after;
static char *clean;

static void run_whole(struct db *db, const char *dir)
{
    g_autoptr(GError) err = NULL;
    /* A killed run's lock is held until the server notices that its client is gone. */
    for (int i = 0; i < 100; i++) {
        g_clear_error(&err);
        if (sources_try(db, dir, BATCH_BYTES, NULL, &err))
            return;
        if (!err_is(err, KENKO_ERROR_BUSY))
            break;
        g_usleep(100000);
    }
    fail_msg("%s", err->message);
}

static int set_up(void **state)
{
    (void)state;
    before = make_directory(0);
    after = make_directory(1);
    g_autoptr(db_t) db = warehouse_open();
    run_whole(db, before);
    run_whole(db, after);
    clean = sources_digest(db);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    g_free(clean);
    return 0;
}

/* Run ingest in a process of its own; it ends with 0, or EXIT_FAILED + the kind of its error. */
static pid_t start(const char *dir, const char *fault)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    stop_install();
    if (fault)
        g_setenv("KENKO_FAULT", fault, TRUE);
    g_autoptr(GError) err = NULL;
    struct db *db = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    if (db && sources_try(db, dir, BATCH_BYTES, NULL, &err))
        _exit(0);
    _exit(EXIT_FAILED + err->code);
}

static int finish(pid_t pid)
{
    int status;
    if (waitpid(pid, &status, 0) != pid)
        fail_msg("lost the process");
    return status;
}

static bool is_clean(struct db *db)
{
    run_whole(db, after);
    g_autofree char *digest = sources_digest(db);
    sources_expect(db,
                   "SELECT count(*) FROM ops.load WHERE commit_no IS NULL OR undone_no < 0 OR "
                   "read_count <> loaded + duplicate + ignored + rejected",
                   "0");
    return strcmp(digest, clean) == 0;
}

#ifdef KENKO_FAULTS
static const char *const points[] = {"before_copy", "mid_copy", "after_copy", "before_commit",
                                     "after_commit"};

/* How many of the kills at injection points left a warehouse that a second run does not heal. */
static int kill_at_points(void)
{
    int unclean = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        for (int pass = 1; pass <= 13; pass += 4) {
            g_autoptr(db_t) db = warehouse_open();
            run_whole(db, before);
            g_autofree char *fault = g_strdup_printf("%s:%d:kill", points[i], pass);
            int status = finish(start(after, fault));
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
            unclean += !is_clean(db);
        }
    }
    return unclean;
}
#endif

#ifdef KENKO_BREAK_WATERMARK
static void a_watermark_ahead_of_the_facts_is_found(void **state)
{
    (void)state;
    assert_true(kill_at_points() > 0);
}
#else
static void a_kill_at_every_injection_point_loses_and_doubles_nothing(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    assert_int_equal(kill_at_points(), 0);
#else
    printf("skipped: built without KENKO_FAULTS\n");
    skip();
#endif
}

static void a_hundred_kills_at_random_moments_lose_and_double_nothing(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(20261124);
    int kills = 0;
    while (kills < RANDOM_KILLS) {
        g_autoptr(db_t) db = warehouse_open();
        run_whole(db, before);
        for (int i = 0; i < 12; i++) {
            pid_t pid = start(after, NULL);
            g_usleep((gulong)g_rand_int_range(rand, 0, 120000));
            kill(pid, SIGKILL);
            kills += WIFSIGNALED(finish(pid));
        }
        assert_true(is_clean(db));
    }
    g_rand_free(rand);
    print_message("%d kills\n", kills);
}

static void sigterm_finishes_the_batch_and_the_next_run_goes_on(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    g_autoptr(db_t) db = warehouse_open();
    run_whole(db, before);
    pid_t pid = start(after, "before_commit:3:stop");
    int status;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    kill(pid, SIGTERM);
    kill(pid, SIGCONT);
    status = finish(pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_FAILED + KENKO_ERROR_INTERRUPTED);
    sources_expect(db, "SELECT state FROM ops.job_run ORDER BY run_id DESC LIMIT 1", "interrupted");
    assert_true(is_clean(db));
#else
    skip();
#endif
}

static void a_server_stopped_in_the_middle_is_unavailable_and_nothing_is_lost(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    run_whole(db, before);
    pid_t pid = start(after, "after_copy:4:stop");
    int status;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    assert_true(cluster_stop(warehouse_home(), true, &err));
    kill(pid, SIGCONT);
    status = finish(pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_FAILED + KENKO_ERROR_UNAVAILABLE);
    g_autofree char *dsn = NULL;
    assert_true(cluster_ensure(warehouse_home(), &dsn, &err));
    g_autoptr(db_t) again = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    assert_non_null(again);
    assert_true(is_clean(again));
#else
    skip();
#endif
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef KENKO_BREAK_WATERMARK
        cmocka_unit_test(a_watermark_ahead_of_the_facts_is_found),
#else
        cmocka_unit_test(a_kill_at_every_injection_point_loses_and_doubles_nothing),
        cmocka_unit_test(a_hundred_kills_at_random_moments_lose_and_double_nothing),
        cmocka_unit_test(sigterm_finishes_the_batch_and_the_next_run_goes_on),
        cmocka_unit_test(a_server_stopped_in_the_middle_is_unavailable_and_nothing_is_lost),
#endif
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
