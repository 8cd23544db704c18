/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reports/format.h"

static void a_carried_value_is_named_as_such_in_both_languages(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    assert_string_equal(format_known(arena, LANGUAGE_EN, "ok", "3 days"), "3 days");
    assert_string_equal(format_known(arena, LANGUAGE_EN, "carried", "3 days"),
                        "3 days (last known)");
    assert_string_equal(format_known(arena, LANGUAGE_JA, "carried", "3日"), "3日 (直近の既知の値)");
}

static void why_there_is_no_value_is_said_in_words(void **state)
{
    (void)state;
    assert_string_equal(format_quality(LANGUAGE_EN, "stale"), "out of date");
    assert_string_equal(format_quality(LANGUAGE_EN, "quarantined"), "in doubt");
    assert_string_equal(format_quality(LANGUAGE_EN, "a word of later"), "a word of later");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_carried_value_is_named_as_such_in_both_languages),
        cmocka_unit_test(why_there_is_no_value_is_said_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
