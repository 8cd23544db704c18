/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words and numbers of each language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reports/format.h"
#include "reports/message.h"

static void a_message_agrees_with_its_number(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    assert_string_equal(message_count(arena, LANGUAGE_EN, MESSAGE_TILE_UNKNOWN, 1, NULL),
                        "1 of them is Unknown");
    assert_string_equal(message_count(arena, LANGUAGE_EN, MESSAGE_TILE_UNKNOWN, 1234, NULL),
                        "1,234 of them are Unknown");
    assert_string_equal(message_count(arena, LANGUAGE_JA, MESSAGE_TILE_UNKNOWN, 1, NULL),
                        "うち 1 社は不明");
}

static void what_fills_a_place_is_not_filled_itself(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    assert_string_equal(message_say(arena, LANGUAGE_EN, MESSAGE_REASON_WAS, "value", "{what} %s",
                                    "what", "{value}", "unused", "x", NULL),
                        "{value}, was {what} %s");
}

static void words_of_a_configuration_stay_unless_known(void **state)
{
    (void)state;
    assert_string_equal(message_words_of(LANGUAGE_JA, "Red"), "赤");
    assert_string_equal(message_words_of(LANGUAGE_JA, "Burgundy"), "Burgundy");
    assert_string_equal(message_words_of(LANGUAGE_EN, "Red"), "Red");
}

static void numbers_are_written_as_each_language_does(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    assert_string_equal(format_money(arena, LANGUAGE_EN, "USD", 8365249), "USD 83,652");
    assert_string_equal(format_money(arena, LANGUAGE_EN, "USD", 163000000), "USD 1.63 M");
    assert_string_equal(format_money(arena, LANGUAGE_EN, "JPY", 8365249), "JPY 8.37 M");
    assert_string_equal(format_money(arena, LANGUAGE_JA, "JPY", 8365249), "JPY 837万");
    assert_string_equal(format_money(arena, LANGUAGE_JA, "USD", -5000), "USD −50");
    assert_string_equal(format_points(arena, 250), "+2.5");
    assert_string_equal(format_points(arena, -1400), "−14.0");
    assert_string_equal(format_points(arena, -4), "0.0");
    assert_string_equal(format_quantity(arena, LANGUAGE_EN, 1, "days"), "1 day");
    assert_string_equal(format_quantity(arena, LANGUAGE_EN, 1, "people"), "1 person");
    assert_string_equal(format_quantity(arena, LANGUAGE_EN, 12345, "days"), "12,345 days");
    assert_string_equal(format_quantity(arena, LANGUAGE_JA, 1, "days"), "1日");
    assert_string_equal(format_quantity(arena, LANGUAGE_EN, -0.091, "share"), "−9.1 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_agrees_with_its_number),
        cmocka_unit_test(what_fills_a_place_is_not_filled_itself),
        cmocka_unit_test(words_of_a_configuration_stay_unless_known),
        cmocka_unit_test(numbers_are_written_as_each_language_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
