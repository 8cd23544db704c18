/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <gio/gio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/error.h"

static void every_kind_has_a_name_of_its_own_and_a_code_that_fails(void **state)
{
    (void)state;
    for (int a = 0; a < KENKO_ERROR_COUNT; a++) {
        const struct error_kind *kind = error_kind(a);
        assert_non_null(kind->name);
        assert_in_range(kind->exit_code, 1, 125);
        assert_in_range(kind->http_status, 400, 599);
        for (int b = 0; b < a; b++)
            assert_string_not_equal(kind->name, error_kind(b)->name);
    }
}

static void only_usage_and_configuration_share_an_exit_code(void **state)
{
    (void)state;
    for (int a = 0; a < KENKO_ERROR_COUNT; a++) {
        for (int b = 0; b < a; b++) {
            bool share = error_kind(a)->exit_code == error_kind(b)->exit_code;
            assert_int_equal(share, a == KENKO_ERROR_CONFIG && b == KENKO_ERROR_USAGE);
        }
    }
}

static void an_exit_code_leads_back_to_the_kind_a_job_can_meet(void **state)
{
    (void)state;
    for (int kind = 0; kind < KENKO_ERROR_COUNT; kind++) {
        enum kenko_error want =
            kind == KENKO_ERROR_USAGE ? KENKO_ERROR_CONFIG : (enum kenko_error)kind;
        assert_int_equal(error_kind_of_exit(error_kind(kind)->exit_code), want);
    }
    assert_int_equal(error_kind_of_exit(1), KENKO_ERROR_BUG);
    assert_int_equal(error_kind_of_exit(137), KENKO_ERROR_BUG);
}

static void what_is_no_kind_of_ours_is_a_bug(void **state)
{
    (void)state;
    assert_string_equal(error_kind(-1)->name, "bug");
    assert_string_equal(error_kind(KENKO_ERROR_COUNT)->name, "bug");
    g_autoptr(GError) foreign = g_error_new(G_IO_ERROR, G_IO_ERROR_NO_SPACE, "x");
    assert_string_equal(error_kind_of(foreign)->name, "bug");
    assert_false(err_is(foreign, (enum kenko_error)G_IO_ERROR_NO_SPACE));
}

static void a_write_that_failed_for_room_is_told_from_others(void **state)
{
    (void)state;
    static const int full[] = {ENOSPC, EDQUOT, EFBIG}, other[] = {0, EIO, EACCES, EPIPE, ENOENT};
    for (size_t i = 0; i < G_N_ELEMENTS(full); i++)
        assert_int_equal(error_kind_of_errno(full[i]), KENKO_ERROR_DISK_FULL);
    for (size_t i = 0; i < G_N_ELEMENTS(other); i++)
        assert_int_equal(error_kind_of_errno(other[i]), KENKO_ERROR_IO);
}

static void contexts_are_put_before_the_message_and_the_kind_stays(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    assert_false(err_set(&err, KENKO_ERROR_INPUT, "arr is %d, want 0 or more", -3));
    assert_false(err_context(&err, "line %d", 7));
    assert_false(err_context(&err, "%s", "100%.csv"));
    assert_string_equal(err->message, "100%.csv: line 7: arr is -3, want 0 or more");
    assert_true(err_is(err, KENKO_ERROR_INPUT));
    assert_false(err_is(err, KENKO_ERROR_IO));
}

static void who_does_not_ask_is_told_nothing(void **state)
{
    (void)state;
    g_autoptr(GError) none = NULL;
    assert_false(err_set(NULL, KENKO_ERROR_INPUT, "x"));
    assert_false(err_context(NULL, "x"));
    assert_false(err_context(&none, "x"));
    assert_null(none);
    assert_false(err_is(NULL, KENKO_ERROR_USAGE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_name_of_its_own_and_a_code_that_fails),
        cmocka_unit_test(only_usage_and_configuration_share_an_exit_code),
        cmocka_unit_test(an_exit_code_leads_back_to_the_kind_a_job_can_meet),
        cmocka_unit_test(what_is_no_kind_of_ours_is_a_bug),
        cmocka_unit_test(a_write_that_failed_for_room_is_told_from_others),
        cmocka_unit_test(contexts_are_put_before_the_message_and_the_kind_stays),
        cmocka_unit_test(who_does_not_ask_is_told_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
