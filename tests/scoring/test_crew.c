/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scoring/crew.h"

enum { PIECES = 1000 };

static void mark(void *context, size_t piece)
{
    atomic_fetch_add(&((atomic_int *)context)[piece], 1);
}

static void every_piece_is_done_once_whatever_the_threads(void **state)
{
    (void)state;
    for (int threads = 0; threads <= 20; threads += 4) {
        static atomic_int done[PIECES];
        for (size_t i = 0; i < PIECES; i++)
            atomic_store(&done[i], 0);
        crew_each(PIECES, threads, mark, done);
        for (size_t i = 0; i < PIECES; i++)
            assert_int_equal(atomic_load(&done[i]), 1);
    }
}

static void slices_follow_each_other_and_hold_every_row(void **state)
{
    (void)state;
    const size_t rows[] = {0, 1, CREW_SLICES - 1, CREW_SLICES, 1001};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t end = 0;
        for (size_t slice = 0; slice < CREW_SLICES; slice++) {
            size_t from, to;
            crew_slice(rows[i], slice, &from, &to);
            assert_int_equal(from, end);
            assert_true(to >= from && to - from <= rows[i] / CREW_SLICES + 1);
            end = to;
        }
        assert_int_equal(end, rows[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_done_once_whatever_the_threads),
        cmocka_unit_test(slices_follow_each_other_and_hold_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
