/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/stop.h"

/* Each in a process of its own: a stop is never taken back. Gives waitpid's status. */
static int in_child(bool (*act)(void))
{
    pid_t child = fork();
    if (child == 0)
        _exit(act() ? 0 : 1);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static bool is_awake(void)
{
    struct pollfd fd = {stop_fd(), POLLIN, 0};
    return poll(&fd, 1, 0) == 1;
}

static bool before(void)
{
    if (stop_fd() != -1 || stop_requested())
        return false;
    stop_install();
    return stop_fd() >= 0 && !stop_requested() && !is_awake();
}

static void nothing_is_asked_for_at_first(void **state)
{
    (void)state;
    assert_int_equal(in_child(before), 0);
}

static bool raised(int number)
{
    stop_install();
    return raise(number) == 0 && stop_requested() && is_awake() && is_awake();
}

static bool terminated(void)
{
    return raised(SIGTERM);
}

static bool interrupted(void)
{
    return raised(SIGINT);
}

static void sigterm_and_sigint_ask_and_wake_who_waits(void **state)
{
    (void)state;
    assert_int_equal(in_child(terminated), 0);
    assert_int_equal(in_child(interrupted), 0);
}

static bool twice(void)
{
    stop_install();
    raise(SIGTERM);
    raise(SIGINT);
    return true;
}

static void a_second_signal_ends_the_program_with_its_number(void **state)
{
    (void)state;
    int status = in_child(twice);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGINT);
}

static bool requested(void)
{
    stop_install();
    stop_request();
    stop_request();
    return stop_requested() && is_awake();
}

static void a_stop_can_be_asked_for_without_a_signal_as_often_as_one_likes(void **state)
{
    (void)state;
    assert_int_equal(in_child(requested), 0);
}

static bool piped(void)
{
    int ends[2];
    stop_install();
    if (pipe(ends) != 0)
        return false;
    close(ends[0]);
    return write(ends[1], "x", 1) == -1 && !stop_requested();
}

static void a_reader_that_went_away_does_not_end_the_program(void **state)
{
    (void)state;
    assert_int_equal(in_child(piped), 0);
}

static bool slept(void)
{
    stop_install();
    pid_t parent = getpid();
    if (fork() == 0) {
        usleep(20000);
        kill(parent, SIGTERM);
        _exit(0);
    }
    struct pollfd fd = {stop_fd(), POLLIN, 0};
    int n;
    do {
        n = poll(&fd, 1, 20000);
    } while (n < 0);
    return n == 1 && stop_requested();
}

static void who_sleeps_on_the_descriptor_wakes_up(void **state)
{
    (void)state;
    assert_int_equal(in_child(slept), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_asked_for_at_first),
        cmocka_unit_test(sigterm_and_sigint_ask_and_wake_who_waits),
        cmocka_unit_test(a_second_signal_ends_the_program_with_its_number),
        cmocka_unit_test(a_stop_can_be_asked_for_without_a_signal_as_often_as_one_likes),
        cmocka_unit_test(a_reader_that_went_away_does_not_end_the_program),
        cmocka_unit_test(who_sleeps_on_the_descriptor_wakes_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
