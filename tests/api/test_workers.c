/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue of what waits for the warehouse is bounded in length and time; and so are keys. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "api/rate.h"
#include "api/workers.h"

struct piece {
    struct work work; /* first */
    int64_t takes_us;
    atomic_int ran, late;
};

static void run(struct work *work, bool in_time)
{
    struct piece *piece = (struct piece *)work;
    atomic_fetch_add(&piece->ran, 1);
    atomic_fetch_add(&piece->late, !in_time);
    if (in_time)
        g_usleep((gulong)piece->takes_us);
}

static void all_that_is_taken_runs_once(void **state)
{
    (void)state;
    enum { MANY = 500 };
    struct piece *pieces = g_new0(struct piece, MANY);
    struct workers *workers = workers_new(4, MANY, 10000);
    for (size_t i = 0; i < MANY; i++) {
        pieces[i].work.run = run;
        assert_true(workers_submit(workers, &pieces[i].work));
    }
    while (workers_waiting(workers) > 0)
        g_usleep(1000);
    workers_close(workers);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(pieces[i].ran, 1);
        assert_int_equal(pieces[i].late, 0);
    }
    assert_int_equal(workers_shed(workers), 0);
    workers_free(workers);
    g_free(pieces);
}

static void a_full_queue_refuses_and_an_old_piece_is_late(void **state)
{
    (void)state;
    struct piece pieces[4] = {{.takes_us = 300000}};
    struct workers *workers = workers_new(1, 2, 50);
    for (size_t i = 0; i < 4; i++)
        pieces[i].work.run = run;
    assert_true(workers_submit(workers, &pieces[0].work));
    while (!pieces[0].ran)
        g_usleep(1000);
    assert_true(workers_submit(workers, &pieces[1].work));
    assert_true(workers_submit(workers, &pieces[2].work));
    assert_false(workers_submit(workers, &pieces[3].work));
    while (pieces[2].ran == 0)
        g_usleep(1000);
    assert_int_equal(pieces[1].late, 1);
    assert_int_equal(pieces[2].late, 1);
    assert_int_equal(pieces[3].ran, 0);
    assert_int_equal(workers_shed(workers), 3);
    workers_free(workers);
}

static void what_waits_at_the_end_is_told(void **state)
{
    (void)state;
    struct piece pieces[2] = {{.takes_us = 100000}};
    struct workers *workers = workers_new(1, 2, 10000);
    for (size_t i = 0; i < 2; i++) {
        pieces[i].work.run = run;
        assert_true(workers_submit(workers, &pieces[i].work));
    }
    while (!pieces[0].ran)
        g_usleep(1000);
    workers_close(workers);
    assert_int_equal(pieces[1].ran, 1);
    assert_int_equal(pieces[1].late, 1);
    assert_false(workers_submit(workers, &pieces[1].work));
    workers_free(workers);
}

static void a_bucket_is_filled_steadily(void **state)
{
    (void)state;
    struct rate_state now;
    struct rate *rate = rate_new(10, 3);
    int64_t at = 5000000;
    for (int i = 2; i >= 0; i--) {
        assert_true(rate_take(rate, "a", at, &now));
        assert_int_equal(now.remaining, i);
        assert_int_equal(now.limit, 3);
        assert_int_equal(now.retry_s, 0);
    }
    assert_false(rate_take(rate, "a", at, &now));
    assert_int_equal(now.remaining, 0);
    assert_int_equal(now.retry_s, 1);
    assert_true(rate_take(rate, "b", at, &now)); /* others have theirs */
    assert_false(rate_take(rate, "a", at + 99999, &now));
    assert_true(rate_take(rate, "a", at + 100000, &now));
    assert_true(rate_take(rate, "a", at + 10000000, &now));
    assert_int_equal(now.remaining, 2); /* never more than full */
    rate_free(rate);
}

static void keys_that_are_quiet_are_forgotten(void **state)
{
    (void)state;
    struct rate_state now;
    struct rate *rate = rate_new(10, 3);
    for (int i = 0; i < 5000; i++) {
        g_autofree char *who = g_strdup_printf("k%d", i);
        assert_true(rate_take(rate, who, i * INT64_C(1000000), &now));
    }
    assert_true(rate_take(rate, "k0", INT64_C(5001) * 1000000, &now));
    assert_int_equal(now.remaining, 2);
    rate_free(rate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_taken_runs_once),
        cmocka_unit_test(a_full_queue_refuses_and_an_old_piece_is_late),
        cmocka_unit_test(what_waits_at_the_end_is_told),
        cmocka_unit_test(a_bucket_is_filled_steadily),
        cmocka_unit_test(keys_that_are_quiet_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
