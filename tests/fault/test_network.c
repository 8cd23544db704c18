/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ingest over a connection that breaks, with runners that meet and runners that sleep: what stands
 * in the warehouse in the end is what one undisturbed run makes. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/proxy.h"
#include "support/sources.h"
#include "support/victim.h"
#include "support/warehouse.h"

static int exit_of(int status)
{
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void connections_cut_at_any_byte_lose_and_double_nothing(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(20261127);
    int cuts = 0;
    for (int i = 0; i < 6; i++) {
        g_autoptr(db_t) db = warehouse_open();
        victim_load_before(db);
        for (int j = 0; j < 6; j++) {
            struct proxy proxy;
            proxy_start(&proxy, warehouse_dsn(),
                        &(struct proxy_plan){.cut_after = g_rand_int_range(rand, 1, 40000)});
            int code = exit_of(victim_finish(victim_start(proxy.dsn, NULL)));
            bool cut = proxy_stop(&proxy);
            if (cut && code != 0) /* a cut heartbeat alone fails nothing */
                assert_int_equal(code, VICTIM_FAILED + KENKO_ERROR_UNAVAILABLE);
            cuts += cut;
        }
        assert_true(victim_is_clean(db));
    }
    g_rand_free(rand);
    print_message("%d cuts\n", cuts);
    assert_true(cuts >= 12);
}

static void a_lost_answer_to_commit_is_reported_and_doubles_nothing(void **state)
{
    (void)state;
    for (int nth = 1; nth <= 12; nth++) {
        g_autoptr(db_t) db = warehouse_open();
        struct proxy proxy;
        victim_load_before(db);
        proxy_start(&proxy, warehouse_dsn(), &(struct proxy_plan){.lose_commit = nth});
        int code = exit_of(victim_finish(victim_start(proxy.dsn, NULL)));
        assert_true(proxy_stop(&proxy));
        assert_int_equal(code, VICTIM_FAILED + KENKO_ERROR_UNAVAILABLE);
        sources_expect(db, "SELECT count(*) FROM ops.load WHERE commit_no IS NULL", "0");
        assert_true(victim_is_clean(db));
    }
}

/* Start n at once: one works, the others are told so; then the warehouse is whole. */
static void run_at_once(int n)
{
    g_autoptr(db_t) db = warehouse_open();
    pid_t pid[8];
    int done = 0;
    victim_load_before(db);
    for (int i = 0; i < n; i++)
        pid[i] = victim_start(warehouse_dsn(), NULL);
    for (int i = 0; i < n; i++) {
        int code = exit_of(victim_finish(pid[i]));
        if (code != VICTIM_FAILED + KENKO_ERROR_BUSY)
            assert_int_equal(code, 0);
        done += code == 0;
    }
    assert_true(done >= 1);
    assert_true(victim_is_clean(db));
}

static void two_and_eight_runners_at_once_work_one_after_another(void **state)
{
    (void)state;
    run_at_once(2);
    run_at_once(8);
}

static void a_runner_that_sleeps_too_long_writes_nothing_when_it_wakes(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    static const char *const points[] = {"before_copy:3:stop", "after_copy:4:stop",
                                         "before_commit:5:stop"};
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        g_autoptr(db_t) db = warehouse_open();
        int status;
        victim_load_before(db);
        pid_t pid = victim_start(warehouse_dsn(), points[i]);
        assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
        assert_true(WIFSTOPPED(status));
        /* The server gives its connection up, as it does after a network that was gone. */
        sources_expect(db,
                       "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM "
                       "pg_stat_activity WHERE datname = current_database() AND "
                       "pid <> pg_backend_pid()) AS t",
                       "1");
        assert_true(victim_is_clean(db));
        kill(pid, SIGCONT);
        assert_int_equal(exit_of(victim_finish(pid)), VICTIM_FAILED + KENKO_ERROR_UNAVAILABLE);
        assert_true(victim_is_clean(db));
    }
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_cut_at_any_byte_lose_and_double_nothing),
        cmocka_unit_test(a_lost_answer_to_commit_is_reported_and_doubles_nothing),
        cmocka_unit_test(two_and_eight_runners_at_once_work_one_after_another),
        cmocka_unit_test(a_runner_that_sleeps_too_long_writes_nothing_when_it_wakes),
    };
    return cmocka_run_group_tests(tests, victim_prepare, victim_forget);
}
