/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/forecast.h"

enum { ITEMS = 12, DRAWS = 40000 };

static void fill(GRand *rand, struct forecast_item *item, size_t n, int32_t largest)
{
    for (size_t i = 0; i < n; i++)
        item[i] = (struct forecast_item){g_rand_int_range(rand, 0, largest),
                                         g_rand_int_range(rand, 0, 1000000000)};
}

static struct forecast make(struct arena *arena, const struct forecast_item *item, size_t n)
{
    struct forecast f;
    assert_true(forecast_make(arena, item, n, &f, &(GError *){NULL}));
    return f;
}

/* The chance of losing no more than x, over all subsets. */
static long double count_subsets(const struct forecast_item *item, size_t n, int64_t x)
{
    long double total = 0;
    for (unsigned set = 0; set < 1u << n; set++) {
        int64_t sum = 0;
        long double p = 1;
        for (size_t i = 0; i < n; i++) {
            bool lost = set >> i & 1;
            sum += lost ? item[i].minor : 0;
            p *= (long double)(lost ? item[i].p_1e9 : 1000000000 - item[i].p_1e9) / 1e9L;
        }
        total += sum <= x ? p : 0;
    }
    return total;
}

static void the_distribution_is_that_of_all_subsets(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    for (int round = 0; round < 10; round++) {
        g_autoptr(arena_t) arena = arena_new();
        struct forecast_item item[ITEMS];
        fill(rand, item, ITEMS, round % 2 ? 7 : 1000000);
        item[0].p_1e9 = 0;
        item[1].p_1e9 = 1000000000;
        struct forecast f = make(arena, item, ITEMS);
        assert_int_equal(f.grid, 1);
        assert_true(fabsl(f.atom[f.n_atoms - 1].cumulated - 1) < 1e-15L);
        for (size_t i = 0; i < f.n_atoms; i += 1 + f.n_atoms / 20)
            assert_true(fabsl(f.atom[i].cumulated - count_subsets(item, ITEMS, f.atom[i].minor)) <
                        1e-14L);
        for (int q = 0; q < FORECAST_QUANTILES; q++) {
            long double wanted = forecast_percent[q] / 100.0L;
            assert_true(count_subsets(item, ITEMS, f.arr[q]) >= wanted - 1e-12L);
            assert_true(count_subsets(item, ITEMS, f.arr[q] - 1) < wanted);
        }
    }
}

static void the_order_of_renewals_does_not_matter(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(6);
    g_autoptr(arena_t) arena = arena_new();
    struct forecast_item item[ITEMS], other[ITEMS];
    fill(rand, item, ITEMS, 1000);
    for (size_t i = 0; i < ITEMS; i++)
        other[i] = item[ITEMS - 1 - i];
    struct forecast a = make(arena, item, ITEMS), b = make(arena, other, ITEMS);
    assert_int_equal(a.n_atoms, b.n_atoms);
    assert_memory_equal(a.arr, b.arr, sizeof a.arr);
    assert_memory_equal(a.count, b.count, sizeof a.count);
    for (size_t i = 0; i < a.n_atoms; i++)
        assert_true(a.atom[i].minor == b.atom[i].minor &&
                    fabsl(a.atom[i].p - b.atom[i].p) < 1e-18L);
}

/* Hundreds of uneven amounts: on a grid now, and as far from the truth as its step says. */
static void many_renewals_are_forecast_on_a_grid_that_adds_up(void **state)
{
    (void)state;
    enum { MANY = 400 };
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    g_autoptr(arena_t) arena = arena_new();
    struct forecast_item item[MANY];
    fill(rand, item, MANY, 1000000000);
    for (size_t i = 0; i < MANY; i++) {
        item[i].minor = i % 2 ? item[i].minor : item[i].minor % 1000; /* many small ones */
        item[i].p_1e9 /= 5;
    }
    struct forecast f = make(arena, item, MANY);
    assert_true(f.grid > 1);
    long double mean = 0;
    for (size_t i = 0; i < f.n_atoms; i++)
        mean += f.atom[i].p * f.atom[i].minor;
    assert_true(fabsl(mean - ratio_value(f.mean)) < MANY * (long double)f.grid / 2);
    int below[FORECAST_QUANTILES] = {0};
    for (int d = 0; d < DRAWS; d++) {
        int64_t lost = 0;
        for (size_t i = 0; i < MANY; i++)
            lost += g_rand_double(rand) * 1e9 < (double)item[i].p_1e9 ? item[i].minor : 0;
        for (int q = 0; q < FORECAST_QUANTILES; q++)
            below[q] += lost <= f.arr[q];
    }
    /* Four standard errors of so many draws. */
    for (int q = 0; q < FORECAST_QUANTILES; q++)
        assert_true(fabs(below[q] / (double)DRAWS - forecast_percent[q] / 100.0) < 0.01);
}

static void amounts_that_do_not_add_up_in_64_bits_are_refused(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const struct forecast_item item[] = {{INT64_MAX, 5}, {INT64_MAX, 5}};
    struct forecast f;
    assert_false(forecast_make(arena, item, 2, &f, &err));
    assert_non_null(strstr(err->message, "64 bits"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_distribution_is_that_of_all_subsets),
        cmocka_unit_test(the_order_of_renewals_does_not_matter),
        cmocka_unit_test(many_renewals_are_forecast_on_a_grid_that_adds_up),
        cmocka_unit_test(amounts_that_do_not_add_up_in_64_bits_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
