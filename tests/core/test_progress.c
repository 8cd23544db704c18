/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/progress.h"
#include "core/text.h"

/* A screen that counts. */
static int64_t now_us;
static int width, shown;
static char line[400];

static int64_t tell_time(void)
{
    return now_us;
}

static int tell_columns(void)
{
    return width;
}

static void show(const char *text)
{
    g_strlcpy(line, text, sizeof line);
    shown++;
}

static struct progress *open_screen(void)
{
    static const struct progress_screen screen = {tell_time, tell_columns, show};
    now_us = INT64_C(5000000);
    width = 200;
    shown = 0;
    line[0] = '\0';
    return progress_new(&screen);
}

static void pass_ms(int64_t ms)
{
    now_us += ms * 1000;
}

static void days_are_shown_with_share_pace_and_time_left(void **state)
{
    (void)state;
    struct progress *p = open_screen();
    progress_begin(p, "scoring", "days", PROGRESS_ITEMS, 1540);
    assert_string_equal(line, "scoring  0%  0 of 1,540 days  [..............................]");
    pass_ms(10000);
    progress_at(p, 385, 0);
    assert_string_equal(line, "scoring  25%  385 of 1,540 days  0:30 left  39 days/s  "
                              "[#######.......................]");
    progress_free(p);
}

static void bytes_are_shown_with_the_pace_of_what_they_hold(void **state)
{
    (void)state;
    struct progress *p = open_screen();
    progress_begin(p, "reading", "records", PROGRESS_BYTES, INT64_C(2900000000));
    pass_ms(2000);
    progress_at(p, 1450000, 40000);
    assert_string_equal(line, "reading  0%  1.4 MB of 2.9 GB  1:06:38 left  20,000 records/s  "
                              "[..............................]");
    progress_free(p);
}

static void parts_that_are_done_with_add_up(void **state)
{
    (void)state;
    struct progress *p = open_screen();
    width = 32;
    progress_begin(p, "reading", "records", PROGRESS_BYTES, 3000);
    progress_pass(p, 999);
    pass_ms(100);
    progress_at(p, 501, 1);
    assert_string_equal(line, "reading  50%  1.5 kB of 3.0 kB");
    progress_pass(p, 2001);
    pass_ms(100);
    progress_at(p, 0, 2);
    assert_string_equal(line, "reading  100%  3.0 kB of 3.0 kB");
    progress_free(p);
}

static void more_than_was_announced_is_no_more_than_all(void **state)
{
    (void)state;
    struct progress *p = open_screen();
    width = 50;
    progress_begin(p, "reading", "records", PROGRESS_BYTES, 500);
    pass_ms(100);
    progress_at(p, 700, 1);
    assert_string_equal(line, "reading  100%  700 B of 700 B  [################]");
    progress_free(p);
}

static void slow_work_is_paced_by_the_minute(void **state)
{
    (void)state;
    struct progress *p = open_screen();
    progress_begin(p, "fitting", "fits", PROGRESS_ITEMS, 6);
    pass_ms(30000);
    progress_pass(p, 1);
    assert_non_null(strstr(line, "16%  1 of 6 fits  2:30 left  2.0 fits/min"));
    progress_free(p);
}

static void work_of_unknown_size_says_only_what_is_known(void **state)
{
    (void)state;
    struct progress *p = open_screen();
    progress_begin(p, "matching", "parties", PROGRESS_ITEMS, 0);
    assert_string_equal(line, "matching");
    pass_ms(2000);
    progress_at(p, 5000, 0);
    assert_string_equal(line, "matching  5,000 parties  2,500 parties/s");
    progress_free(p);
}

static void the_line_changes_ten_times_a_second_at_most(void **state)
{
    (void)state;
    struct progress *p = open_screen();
    progress_begin(p, "scoring", "days", PROGRESS_ITEMS, 100000);
    for (int i = 1; i <= 10000; i++) {
        pass_ms(1);
        progress_at(p, i, 0);
    }
    assert_int_equal(shown, 101);
    /* Also from one piece of work to the next. */
    progress_begin(p, "storing", "days", PROGRESS_ITEMS, 10);
    assert_int_equal(shown, 101);
    progress_free(p);
}

static void no_line_is_longer_than_the_terminal(void **state)
{
    (void)state;
    for (int columns = 1; columns < 120; columns++) {
        struct progress *p = open_screen();
        width = columns;
        progress_begin(p, "reading", "records", PROGRESS_BYTES, INT64_C(123456789012));
        pass_ms(5000);
        progress_at(p, INT64_C(100456789012), INT64_C(9123456789));
        assert_true(text_width(line) < columns);
        if (columns > 7)
            assert_memory_equal(line, "reading", 7);
        progress_free(p);
    }
}

static void the_end_takes_the_line_away_once(void **state)
{
    (void)state;
    struct progress *p = open_screen();
    progress_begin(p, "scoring", "days", PROGRESS_ITEMS, 10);
    progress_end(p);
    assert_string_equal(line, "");
    assert_int_equal(shown, 2);
    progress_end(p);
    progress_free(p);
    assert_int_equal(shown, 2);
}

static void work_that_nobody_looks_at_goes_on(void **state)
{
    (void)state;
    shown = 0;
    progress_begin(NULL, "scoring", "days", PROGRESS_ITEMS, 10);
    progress_at(NULL, 1, 0);
    progress_pass(NULL, 1);
    progress_end(NULL);
    assert_int_equal(shown, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_shown_with_share_pace_and_time_left),
        cmocka_unit_test(bytes_are_shown_with_the_pace_of_what_they_hold),
        cmocka_unit_test(parts_that_are_done_with_add_up),
        cmocka_unit_test(more_than_was_announced_is_no_more_than_all),
        cmocka_unit_test(slow_work_is_paced_by_the_minute),
        cmocka_unit_test(work_of_unknown_size_says_only_what_is_known),
        cmocka_unit_test(the_line_changes_ten_times_a_second_at_most),
        cmocka_unit_test(no_line_is_longer_than_the_terminal),
        cmocka_unit_test(the_end_takes_the_line_away_once),
        cmocka_unit_test(work_that_nobody_looks_at_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
