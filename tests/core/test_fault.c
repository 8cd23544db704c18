/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

#include "core/fault.h"

#ifdef KENKO_FAULTS

/* Pass the points of `text`, a letter each, in a process of its own: which passing failed, from 1;
 * 0 for none, minus the signal's number when one came. */
static int pass(const char *fault, const char *points)
{
    pid_t child = fork();
    if (child == 0) {
        g_setenv("KENKO_FAULT", fault, TRUE);
        for (int i = 0; points[i]; i++) {
            const char name[] = {points[i], points[i], '\0'};
            if (fault_hit(name))
                _exit(i + 1);
        }
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    if (WIFSTOPPED(status)) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        return -WSTOPSIG(status);
    }
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void the_nth_passing_of_the_named_point_fails_and_no_other(void **state)
{
    (void)state;
    assert_int_equal(pass("aa:1:fail", "a"), 1);
    assert_int_equal(pass("aa:3:fail", "ababab"), 5);
    assert_int_equal(pass("aa:3:fail", "abab"), 0);
    assert_int_equal(pass("bb:1:fail", "aaab"), 4);
    assert_int_equal(pass("a:1:fail", "aaa"), 0);
    assert_int_equal(pass("aab:1:fail", "aaa"), 0);
}

static void a_point_can_kill_or_stop_the_process(void **state)
{
    (void)state;
    assert_int_equal(pass("aa:2:kill", "aa"), -SIGKILL);
    assert_int_equal(pass("aa:2:stop", "aa"), -SIGSTOP);
    assert_int_equal(pass("aa:2:kill", "a"), 0);
}

static void what_is_not_understood_injects_nothing(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "",     "aa",    "aa:",   "aa:0:fail",  "aa::",    "aa:x:fail",
        "aa:1", "aa:1:", "aa:-1", "aa:1:faill", ":1:fail", "aa:1:fail:2"};
    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++)
        assert_int_equal(pass(odd[i], "aaa"), 0);
}

static void without_the_variable_nothing_is_injected(void **state)
{
    (void)state;
    g_unsetenv("KENKO_FAULT");
    for (int i = 0; i < 10; i++)
        assert_false(fault_hit("aa"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_passing_of_the_named_point_fails_and_no_other),
        cmocka_unit_test(a_point_can_kill_or_stop_the_process),
        cmocka_unit_test(what_is_not_understood_injects_nothing),
        cmocka_unit_test(without_the_variable_nothing_is_injected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    printf("skipped: this build has no injection points\n");
    return 77;
}

#endif
