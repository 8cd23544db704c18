/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <glib.h>

#include "ingest/rollup.h"

static const enum mapping_combine rules[] = {COMBINE_SUM, COMBINE_MAX, COMBINE_MIN, COMBINE_LATEST};
enum { VALUES = 20000 };

static struct rollup_cell value_of(GRand *rand)
{
    return (struct rollup_cell){.party = (uint32_t)g_rand_int_range(rand, 1, 50),
                                .metric = (uint32_t)g_rand_int_range(rand, 0, 4),
                                .subject = (uint32_t)g_rand_int_range(rand, 0, 3),
                                .day = g_rand_int_range(rand, -40, 40),
                                .v = g_rand_int_range(rand, -1000, 1000),
                                .at = g_rand_int_range(rand, 0, 5),
                                .tie = (int64_t)g_rand_int(rand) << 16};
}

static struct rollup *fold(const struct rollup_cell *values, size_t n)
{
    struct rollup *rollup = rollup_new();
    for (size_t i = 0; i < n; i++)
        rollup_add(rollup, &values[i], rules[values[i].metric]);
    return rollup;
}

static void the_order_of_values_does_not_matter(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(3);
    g_autofree struct rollup_cell *values = g_new(struct rollup_cell, VALUES);
    for (int i = 0; i < VALUES; i++)
        values[i] = value_of(rand);
    struct rollup *one = fold(values, VALUES);
    for (int i = VALUES - 1; i > 0; i--) {
        int j = g_rand_int_range(rand, 0, i + 1);
        struct rollup_cell swap = values[i];
        values[i] = values[j];
        values[j] = swap;
    }
    struct rollup *two = fold(values, VALUES);
    assert_int_equal(rollup_count(one), rollup_count(two));
    const struct rollup_cell *a = rollup_sorted(one, NULL), *b = rollup_sorted(two, NULL);
    for (size_t i = 0; i < rollup_count(one); i++) {
        assert_int_equal(a[i].v, b[i].v);
        assert_int_equal(a[i].day, b[i].day);
        assert_true(i == 0 || a[i].party > a[i - 1].party || a[i].metric > a[i - 1].metric ||
                    a[i].subject > a[i - 1].subject || a[i].day > a[i - 1].day);
    }
    rollup_free(one);
    rollup_free(two);
    g_rand_free(rand);
}

static void each_rule_keeps_its_value(void **state)
{
    (void)state;
    const struct rollup_cell values[] = {{.v = 5, .at = 2, .tie = 1},
                                         {.v = -7, .at = 3, .tie = 1},
                                         {.v = 9, .at = 3, .tie = 0},
                                         {.v = 1, .at = 1, .tie = 9}};
    const int64_t wanted[] = {8, 9, -7, -7};
    for (uint32_t metric = 0; metric < 4; metric++) {
        struct rollup *rollup = rollup_new();
        for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
            struct rollup_cell value = values[i];
            value.metric = metric;
            rollup_add(rollup, &value, rules[metric]);
        }
        assert_int_equal(rollup_count(rollup), 1);
        assert_int_equal(rollup_sorted(rollup, NULL)[0].v, wanted[metric]);
        rollup_free(rollup);
    }
}

static void values_are_found_and_set_whatever_waits(void **state)
{
    (void)state;
    struct rollup *rollup = rollup_new();
    for (uint32_t i = 0; i < 5000; i++) {
        struct rollup_cell value = {.party = i % 1000, .v = 1};
        rollup_add(rollup, &value, COMBINE_SUM);
        if (i == 2500)
            rollup_sorted(rollup, NULL); /* it moves the cells; later values find them again */
    }
    const struct rollup_cell key = {.party = 7}, none = {.party = 7, .day = 1};
    assert_int_equal(rollup_find(rollup, &key)->v, 5);
    assert_null(rollup_find(rollup, &none));
    struct rollup_cell set = {.party = 7, .v = INT64_MIN};
    rollup_set(rollup, &set);
    assert_int_equal(rollup_find(rollup, &key)->v, INT64_MIN);
    set.party = 5000;
    rollup_set(rollup, &set);
    assert_int_equal(rollup_count(rollup), 1001);
    assert_true(rollup_bytes(rollup) >= 1001 * sizeof(struct rollup_cell));
    rollup_clear(rollup);
    assert_int_equal(rollup_count(rollup), 0);
    assert_null(rollup_find(rollup, &key));
    rollup_free(rollup);
}

/* The order of the numbers that indexes stand for, whether they fit into one word or do not. */
static void cells_are_sorted_by_what_their_indexes_stand_for(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(5);
    int64_t party[50], subject[3];
    const int32_t metric[4] = {9, 2, 7, 4};
    for (int wide = 0; wide < 2; wide++) {
        for (int i = 0; i < 50; i++)
            party[i] = wide ? (int64_t)g_rand_int(rand) << 31 | g_rand_int(rand) : 50 - i;
        for (int i = 0; i < 3; i++)
            subject[i] = wide ? (int64_t)g_rand_int(rand) << 20 : (i * 2) % 3;
        const struct rollup_order order = {party, subject, metric};
        struct rollup *rollup = rollup_new();
        for (int i = 0; i < VALUES; i++) {
            struct rollup_cell value = value_of(rand);
            rollup_add(rollup, &value, COMBINE_MAX);
        }
        const struct rollup_cell *c = rollup_sorted(rollup, &order);
        for (size_t i = 1; i < rollup_count(rollup); i++) {
            int64_t before[4] = {party[c[i - 1].party], metric[c[i - 1].metric],
                                 subject[c[i - 1].subject], c[i - 1].day};
            int64_t now[4] = {party[c[i].party], metric[c[i].metric], subject[c[i].subject],
                              c[i].day};
            int part = 0;
            while (part < 3 && before[part] == now[part])
                part++;
            assert_true(before[part] < now[part]);
        }
        rollup_free(rollup);
    }
    g_rand_free(rand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_values_does_not_matter),
        cmocka_unit_test(each_rule_keeps_its_value),
        cmocka_unit_test(values_are_found_and_set_whatever_waits),
        cmocka_unit_test(cells_are_sorted_by_what_their_indexes_stand_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
