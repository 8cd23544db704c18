/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "core/limit.h"

static const double ten = 10;

static void one_of_four_is_a_limit(void **state)
{
    (void)state;
    const struct {
        const double *said[4];
        bool below, at, above;
    } cases[] = {{{&ten, NULL, NULL, NULL}, false, false, true},
                 {{NULL, &ten, NULL, NULL}, false, true, true},
                 {{NULL, NULL, &ten, NULL}, true, false, false},
                 {{NULL, NULL, NULL, &ten}, true, true, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double *const *said = cases[i].said;
        struct limit limit;
        assert_true(limit_of(said[0], said[1], said[2], said[3], &limit));
        assert_int_equal(limit_is_beyond(&limit, 9), cases[i].below);
        assert_int_equal(limit_is_beyond(&limit, 10), cases[i].at);
        assert_int_equal(limit_is_beyond(&limit, 11), cases[i].above);
        assert_false(limit_is_beyond(&limit, NAN));
    }
}

static void none_and_several_are_no_limit(void **state)
{
    (void)state;
    struct limit limit;
    assert_false(limit_of(NULL, NULL, NULL, NULL, &limit));
    assert_false(limit_of(&ten, NULL, &ten, NULL, &limit));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_four_is_a_limit),
        cmocka_unit_test(none_and_several_are_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
