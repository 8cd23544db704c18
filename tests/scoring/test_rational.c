/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact numbers: the same results in 64 bits and by GMP, and doubles that find their fraction. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/rational.h"

static char *text_of(struct rational x)
{
    g_autoptr(GString) out = g_string_new(NULL);
    rational_append(out, x);
    return g_strdup(out->str);
}

static void expect(struct rational x, const char *want)
{
    g_autofree char *text = text_of(x);
    assert_string_equal(text, want);
}

static void sums_leave_64_bits_and_come_back(void **state)
{
    (void)state;
    g_autoptr(rational_pool_t) pool = rational_pool_new();
    struct rational big = rational_int(INT64_MAX), x = rational_add(pool, big, rational_int(1));
    expect(x, "9223372036854775808/1");
    x = rational_multiply(pool, x, rational_of(1, 3));
    expect(x, "9223372036854775808/3");
    x = rational_subtract(pool, rational_multiply(pool, x, rational_int(3)), big);
    expect(x, "1/1");
    assert_null(x.big);
    expect(rational_divide(pool, rational_of(-3, 7), rational_of(6, -5)), "5/14");
    expect(rational_subtract(pool, rational_of(1, 6), rational_of(1, 6)), "0/1");
}

/* Sums of fractions with large denominators, against the same by one denominator. */
static void random_sums_and_products_are_exact(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    g_autoptr(rational_pool_t) pool = rational_pool_new();
    for (int i = 0; i < 20000; i++) {
        int64_t a = g_rand_int_range(rand, -1000000, 1000000),
                b = g_rand_int_range(rand, 1, 1 << 30),
                c = g_rand_int_range(rand, -1000000, 1000000),
                d = g_rand_int_range(rand, 1, 1 << 30);
        rational_pool_reset(pool);
        struct rational x = rational_of(a, b), y = rational_of(c, d);
        struct rational sum = rational_add(pool, x, y);
        struct rational back = rational_subtract(pool, sum, y);
        assert_int_equal(rational_compare(pool, back, x), 0);
        struct rational product = rational_multiply(pool, x, y);
        __int128 left = (__int128)a * c, n = product.n, m = product.d;
        if (!product.big)
            assert_true(left * m == n * b * d || (__int128)b * d > ((__int128)1 << 62));
        if (c != 0)
            assert_int_equal(rational_compare(pool, rational_divide(pool, product, y), x), 0);
        assert_int_equal(rational_compare(pool, x, y),
                         ((__int128)a * d > (__int128)c * b) - ((__int128)a * d < (__int128)c * b));
    }
}

static void texts_are_taken_as_they_are_written(void **state)
{
    (void)state;
    g_autoptr(rational_pool_t) pool = rational_pool_new();
    static const struct {
        const char *text, *want;
    } good[] = {{"0.615", "123/200"}, {"-12.50", "-25/2"}, {".99", "99/100"},
                {"1e3", "1000/1"},    {"2.5e-1", "1/4"},   {"3/7", "3/7"},
                {"-6/4", "-3/2"},     {"+5", "5/1"},       {"1000000000000", "1000000000000/1"},
                {"5.", "5/1"}};
    static const char *const bad[] = {"",     "-",    ".",    "1/0", "a", "1 2",
                                      "1e99", "0x10", "1/-2", "nan", "1/"};
    struct rational x;
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        assert_true(rational_parse(pool, slice_of(good[i].text), &x));
        expect(x, good[i].want);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_false(rational_parse(pool, slice_of(bad[i]), &x));
}

static void every_rule_rounds_as_it_is_named(void **state)
{
    (void)state;
    g_autoptr(rational_pool_t) pool = rational_pool_new();
    static const struct {
        int n, d;
        const char *want[5]; /* away, up, even, ceiling, floor */
    } cases[] = {{5, 2, {"3/1", "3/1", "2/1", "3/1", "2/1"}},
                 {7, 2, {"4/1", "4/1", "4/1", "4/1", "3/1"}},
                 {-5, 2, {"-3/1", "-2/1", "-2/1", "-2/1", "-3/1"}},
                 {12, 5, {"2/1", "2/1", "2/1", "3/1", "2/1"}},
                 {4, 1, {"4/1", "4/1", "4/1", "4/1", "4/1"}}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (int rule = ROUND_NEAREST_AWAY; rule <= ROUND_DOWN; rule++)
            expect(rational_round(pool, rational_of(cases[i].n, cases[i].d), rational_int(1),
                                  (enum rational_rounding)rule),
                   cases[i].want[rule - ROUND_NEAREST_AWAY]);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    rational_append_decimal(
        out, pool, rational_round(pool, rational_of(169, 20), rational_of(1, 10), ROUND_NEAREST_UP),
        1);
    rational_append_decimal(out, pool, rational_of(-1, 4), 2);
    rational_append_decimal(out, pool, rational_int(10), 1);
    assert_string_equal(out->str, "8.5-0.2510.0");
}

static void a_quotient_of_integers_is_found_again_in_its_double(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(6);
    g_autoptr(rational_pool_t) pool = rational_pool_new();
    for (int i = 0; i < 200000; i++) {
        int top = i % 3 == 0 ? 50 : i % 3 == 1 ? 5000 : 1 << 26;
        int64_t n = g_rand_int_range(rand, -top, top), d = g_rand_int_range(rand, 1, top);
        struct rational x = rational_of_double(pool, (double)n / (double)d),
                        want = rational_of(n, d);
        assert_int_equal(rational_compare(pool, x, want), 0);
    }
    expect(rational_of_double(pool, 0.02), "1/50");
    expect(rational_of_double(pool, -0.6), "-3/5");
    expect(rational_of_double(pool, 1e18), "1000000000000000000/1");
    expect(rational_of_double(pool, 3.1415926), "15707963/5000000");
    expect(rational_of_double(pool, 0.00025), "1/4000");
    /* Not the fraction of anything: itself. */
    assert_true(rational_to_double(rational_of_double(pool, 0x1.23456789abcdep-200)) ==
                0x1.23456789abcdep-200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_leave_64_bits_and_come_back),
        cmocka_unit_test(random_sums_and_products_are_exact),
        cmocka_unit_test(texts_are_taken_as_they_are_written),
        cmocka_unit_test(every_rule_rounds_as_it_is_named),
        cmocka_unit_test(a_quotient_of_integers_is_found_again_in_its_double),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
