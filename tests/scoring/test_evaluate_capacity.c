/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scoring/evaluate_capacity.h"

static void the_riskiest_are_taken_and_ties_at_the_border_in_part(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double p[] = {0.1, 0.9, 0.5, 0.5, 0.5, 0.2, 0.1, 0.3, 0.1, 0.1};
    const double y[] = {0, 1, 0, 1, 0, 1, 0, 0, 0, 0};
    const double arr[] = {1, 100, 1, 30, 1, 70, 1, 1, 1, 1};
    struct evaluate_capacity c = {0};
    evaluate_capacity_add(arena, p, y, arr, 10, 0.2, &c);
    /* Two are taken: the first, and one of three of whom one churned. */
    assert_true(c.taken == 2 && c.rows == 10 && c.events == 3);
    assert_true(fabs(evaluate_capacity_precision(&c) - (1 + 1.0 / 3) / 2) < 1e-12);
    assert_true(fabs(evaluate_capacity_recall(&c) - (1 + 1.0 / 3) / 3) < 1e-12);
    assert_true(fabs(evaluate_capacity_lift(&c) - (4.0 / 3 / 2) / 0.3) < 1e-12);
    assert_true(fabs(evaluate_capacity_arr(&c) - (100 + 10) / 200.0) < 1e-12);
}

static void days_add_up_and_shares_round_up(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double p[] = {0.9, 0.1, 0.2}, y[] = {1, 0, 0};
    struct evaluate_capacity c = {0};
    evaluate_capacity_add(arena, p, y, NULL, 3, 0.1, &c);
    assert_true(c.taken == 1 && c.found == 1);
    evaluate_capacity_add(arena, p, y, NULL, 3, 0.1, &c);
    assert_true(c.taken == 2 && c.found == 2 && c.rows == 6);
    assert_true(evaluate_capacity_recall(&c) == 1 && evaluate_capacity_lift(&c) == 3);
    struct evaluate_capacity none = {0};
    assert_true(isnan(evaluate_capacity_precision(&none)) && isnan(evaluate_capacity_lift(&none)) &&
                isnan(evaluate_capacity_arr(&none)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_riskiest_are_taken_and_ties_at_the_border_in_part),
        cmocka_unit_test(days_add_up_and_shares_round_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
