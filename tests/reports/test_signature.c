/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reports/signature.h"

static const struct slice body = {"{\"text\":\"hi\"}", 13};
enum { NOW = 1764300000, TOLERANCE = 300 };

/* The value is what `printf '1764300000.{"text":"hi"}' | openssl dgst -sha256 -hmac s3cret` says.
 */
static void a_signature_is_the_hmac_of_time_and_body(void **state)
{
    (void)state;
    g_autofree char *made = signature_format(NOW, "s3cret", NULL, body);
    assert_string_equal(
        made, "t=1764300000,v1=668169c0c4fd75ecc4ddc81eafb9b9b36b225e93f76fecdd869d83dd4cd0a637");
    assert_true(signature_holds(made, "s3cret", body, NOW, TOLERANCE));
}

static void either_of_two_secrets_holds_while_they_change_over(void **state)
{
    (void)state;
    g_autofree char *made = signature_format(NOW, "new", "old", body);
    assert_true(signature_holds(made, "new", body, NOW, TOLERANCE));
    assert_true(signature_holds(made, "old", body, NOW, TOLERANCE));
    assert_false(signature_holds(made, "other", body, NOW, TOLERANCE));
}

static void what_was_changed_or_kept_too_long_does_not_hold(void **state)
{
    (void)state;
    g_autofree char *made = signature_format(NOW, "s3cret", NULL, body);
    const struct slice other = {"{\"text\":\"ho\"}", 13};
    assert_false(signature_holds(made, "s3cret", other, NOW, TOLERANCE));
    assert_true(signature_holds(made, "s3cret", body, NOW + TOLERANCE, TOLERANCE));
    assert_false(signature_holds(made, "s3cret", body, NOW + TOLERANCE + 1, TOLERANCE));
    assert_false(signature_holds(made, "s3cret", body, NOW - TOLERANCE - 1, TOLERANCE));
    for (size_t i = 0; made[i]; i++) {
        char was = made[i];
        made[i] = was == '0' ? '1' : '0';
        assert_false(signature_holds(made, "s3cret", body, NOW, TOLERANCE));
        made[i] = was;
    }
    static const char *const wrong[] = {"", "t=", "v1=00", "t=1764300000", "t=1764300000,v1="};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_false(signature_holds(wrong[i], "s3cret", body, NOW, TOLERANCE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_the_hmac_of_time_and_body),
        cmocka_unit_test(either_of_two_secrets_holds_while_they_change_over),
        cmocka_unit_test(what_was_changed_or_kept_too_long_does_not_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
