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
#include "support/sources.h"
#include "support/victim.h"
#include "support/warehouse.h"

enum { RANDOM_KILLS = 100, LONG_KILLS = 1000 };

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
            victim_load_before(db);
            g_autofree char *fault = g_strdup_printf("%s:%d:kill", points[i], pass);
            int status = victim_finish(victim_start(warehouse_dsn(), fault));
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
            unclean += !victim_is_clean(db);
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

static void kills_at_random_moments_lose_and_double_nothing(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(20261124);
    int kills = 0, wanted = g_getenv("KENKO_LONG") ? LONG_KILLS : RANDOM_KILLS;
    while (kills < wanted) {
        g_autoptr(db_t) db = warehouse_open();
        victim_load_before(db);
        for (int i = 0; i < 12; i++) {
            pid_t pid = victim_start(warehouse_dsn(), NULL);
            g_usleep((gulong)g_rand_int_range(rand, 0, 120000));
            kill(pid, SIGKILL);
            kills += WIFSIGNALED(victim_finish(pid));
        }
        assert_true(victim_is_clean(db));
    }
    g_rand_free(rand);
    print_message("%d kills\n", kills);
}

static void sigterm_finishes_the_batch_and_the_next_run_goes_on(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    g_autoptr(db_t) db = warehouse_open();
    victim_load_before(db);
    pid_t pid = victim_start(warehouse_dsn(), "before_commit:3:stop");
    int status;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    kill(pid, SIGTERM);
    kill(pid, SIGCONT);
    status = victim_finish(pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), VICTIM_FAILED + KENKO_ERROR_INTERRUPTED);
    sources_expect(db, "SELECT state FROM ops.job_run ORDER BY run_id DESC LIMIT 1", "interrupted");
    assert_true(victim_is_clean(db));
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
    victim_load_before(db);
    pid_t pid = victim_start(warehouse_dsn(), "after_copy:4:stop");
    int status;
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    assert_true(cluster_stop(warehouse_home(), true, &err));
    kill(pid, SIGCONT);
    status = victim_finish(pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), VICTIM_FAILED + KENKO_ERROR_UNAVAILABLE);
    g_autofree char *dsn = NULL;
    assert_true(cluster_ensure(warehouse_home(), &dsn, &err));
    g_autoptr(db_t) again = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    assert_non_null(again);
    assert_true(victim_is_clean(again));
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
        cmocka_unit_test(kills_at_random_moments_lose_and_double_nothing),
        cmocka_unit_test(sigterm_finishes_the_batch_and_the_next_run_goes_on),
        cmocka_unit_test(a_server_stopped_in_the_middle_is_unavailable_and_nothing_is_lost),
#endif
    };
    return cmocka_run_group_tests(tests, victim_prepare, victim_forget);
}
