/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/health.h"

static struct scorecard card_of(GRand *rand, size_t groups, size_t measures)
{
    struct scorecard card = {.name = "random",
                             .n_groups = groups,
                             .n_measures = measures,
                             .n_bands = 3,
                             .band = {{"Red", 4000}, {"Yellow", 7000}, {"Green", INT32_MAX}},
                             .min_coverage_bp = 6000,
                             .hysteresis_bp = 300};
    for (size_t g = 0; g < groups; g++)
        card.group[g] = (struct scorecard_group){"g", "g", g_rand_int_range(rand, 1, 50)};
    for (size_t i = 0; i < measures; i++)
        card.measure[i] = (struct scorecard_measure){.name = "m",
                                                     .group = (int)(i % groups),
                                                     .weight = g_rand_int_range(rand, 1, 20),
                                                     .metric = (int)i,
                                                     .n_points = 2,
                                                     .x = {0, 1},
                                                     .score_bp = {0, 10000}};
    return card;
}

static int sum(const int *v, size_t n)
{
    int total = 0;
    for (size_t i = 0; i < n; i++)
        total += v[i];
    return total;
}

static void contributions_and_losses_add_up_on_random_scorecards(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    for (int turn = 0; turn < 5000; turn++) {
        size_t groups = (size_t)g_rand_int_range(rand, 1, 7),
               n = (size_t)g_rand_int_range(rand, 1, 30);
        groups = MIN(groups, n);
        struct scorecard card = card_of(rand, groups, n);
        double value[SCORECARD_MEASURES_MAX];
        uint8_t quality[SCORECARD_MEASURES_MAX];
        for (size_t i = 0; i < n; i++) {
            value[i] = g_rand_double(rand);
            quality[i] = g_rand_int_range(rand, 0, 4) == 0 ? METRIC_NO_DATA : METRIC_OK;
            card.measure[i].missing = (enum scorecard_missing)g_rand_int_range(rand, 0, 4);
        }
        struct health h;
        health_compute(&card, value, quality, value, &h);
        if (!h.is_known) {
            assert_string_equal(h.band, "Unknown");
            continue;
        }
        assert_int_equal(sum(h.contribution_bp, n), h.health_bp);
        assert_int_equal(sum(h.lost_bp, n), 10000 - h.health_bp);
        assert_in_range(h.health_bp, h.lower_bp, h.upper_bp);
        assert_in_range(h.coverage_bp, 0, 10000);
    }
}

static void health_does_not_depend_on_the_scale_of_weights(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    struct scorecard card = card_of(rand, 3, 9), scaled = card;
    double value[9];
    uint8_t quality[9] = {METRIC_OK};
    for (int i = 0; i < 9; i++) {
        value[i] = g_rand_double(rand);
        scaled.measure[i].weight *= 7;
    }
    for (int g = 0; g < 3; g++)
        scaled.group[g].weight *= 13;
    struct health a, b;
    health_compute(&card, value, quality, value, &a);
    health_compute(&scaled, value, quality, value, &b);
    assert_int_equal(a.health_bp, b.health_bp);
    assert_memory_equal(a.contribution_bp, b.contribution_bp, sizeof a.contribution_bp);
}

static void a_better_value_never_lowers_health(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    struct scorecard card = card_of(rand, 3, 10);
    double value[10];
    uint8_t quality[10] = {METRIC_OK};
    for (int turn = 0; turn < 500; turn++) {
        struct health before, after;
        for (int i = 0; i < 10; i++)
            value[i] = g_rand_double(rand);
        health_compute(&card, value, quality, value, &before);
        value[g_rand_int_range(rand, 0, 10)] += 0.1;
        health_compute(&card, value, quality, value, &after);
        assert_true(after.health_bp >= before.health_bp);
    }
}

static void without_data_the_band_is_unknown_never_red_or_green(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    struct scorecard card = card_of(rand, 2, 6);
    double value[6];
    uint8_t quality[6];
    for (int i = 0; i < 6; i++) {
        value[i] = NAN;
        quality[i] = METRIC_NO_DATA;
    }
    struct health h;
    health_compute(&card, value, quality, value, &h);
    assert_false(h.is_known);
    assert_string_equal(h.band, "Unknown");
    assert_int_equal(h.lower_bp, 0);
    assert_int_equal(h.upper_bp, 10000);
    assert_int_equal(h.coverage_bp, 0);
    /* Imputed scores are no data either. */
    for (int i = 0; i < 6; i++)
        card.measure[i].missing = MISSING_WORST;
    health_compute(&card, value, quality, value, &h);
    assert_string_equal(h.band, "Unknown");
}

static void what_does_not_apply_costs_no_coverage(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    struct scorecard card = card_of(rand, 2, 4);
    double value[4] = {1, 1, NAN, NAN};
    uint8_t quality[4] = {METRIC_OK, METRIC_OK, METRIC_NOT_APPLICABLE, METRIC_NOT_APPLICABLE};
    struct health h;
    health_compute(&card, value, quality, value, &h);
    assert_int_equal(h.coverage_bp, 10000);
    assert_int_equal(h.health_bp, 10000);
    assert_string_equal(h.band, "Green");
}

static void edges_of_bands_are_what_they_say(void **state)
{
    (void)state;
    struct scorecard_measure m = {
        .is_bands = true, .n_points = 3, .x = {2, 5, INFINITY}, .score_bp = {10000, 6000, 2000}};
    assert_int_equal(scorecard_measure_bp(&m, 1.999), 10000);
    assert_int_equal(scorecard_measure_bp(&m, 2), 6000);
    assert_int_equal(scorecard_measure_bp(&m, 5), 2000);
    m.hi_inclusive = true;
    assert_int_equal(scorecard_measure_bp(&m, 2), 10000);
    assert_int_equal(scorecard_measure_bp(&m, 5), 6000);
    assert_int_equal(scorecard_measure_bp(&m, 5.001), 2000);
    struct scorecard_measure line = {.n_points = 3, .x = {0, 10, 20}, .score_bp = {0, 5000, 10000}};
    assert_int_equal(scorecard_measure_bp(&line, -1), 0);
    assert_int_equal(scorecard_measure_bp(&line, 5), 2500);
    assert_int_equal(scorecard_measure_bp(&line, 10), 5000);
    assert_int_equal(scorecard_measure_bp(&line, 99), 10000);
}

static struct health_day day(const struct scorecard *card, int bp)
{
    return (struct health_day){scorecard_band(card, bp), bp};
}

static void the_band_moves_past_the_hysteresis_or_when_days_agree(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    struct scorecard card = card_of(rand, 1, 1);
    struct health_day a = day(&card, 7100), b = day(&card, 6900), c = day(&card, 6600),
                      u = {.band = "Unknown"};
    const struct health_day *barely[] = {&a, &a, &b}, *clearly[] = {&a, &a, &c},
                            *agreed[] = {&b, &b, &b};
    const struct health_day *lost[] = {&a, &a, &u}, *found[] = {&u, &u, &b};
    assert_string_equal(health_band(&card, barely, 3), "Green");
    assert_string_equal(health_band(&card, clearly, 3), "Yellow");
    assert_string_equal(health_band(&card, agreed, 3), "Yellow");
    assert_string_equal(health_band(&card, lost, 3), "Unknown");
    assert_string_equal(health_band(&card, found, 3), "Yellow");
}

static void a_cap_binds_and_says_its_name(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    struct scorecard card = card_of(rand, 1, 2);
    card.n_caps = 1;
    card.cap[0] = (struct scorecard_cap){"unpaid", 1, true, 0.5, 4000};
    double value[2] = {1, 1};
    uint8_t quality[2] = {METRIC_OK, METRIC_OK};
    struct health h;
    health_compute(&card, value, quality, value, &h);
    assert_int_equal(h.health_bp, 10000);
    assert_int_equal(h.effective_bp, 4000);
    assert_string_equal(h.cap, "unpaid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contributions_and_losses_add_up_on_random_scorecards),
        cmocka_unit_test(health_does_not_depend_on_the_scale_of_weights),
        cmocka_unit_test(a_better_value_never_lowers_health),
        cmocka_unit_test(without_data_the_band_is_unknown_never_red_or_green),
        cmocka_unit_test(what_does_not_apply_costs_no_coverage),
        cmocka_unit_test(edges_of_bands_are_what_they_say),
        cmocka_unit_test(the_band_moves_past_the_hysteresis_or_when_days_agree),
        cmocka_unit_test(a_cap_binds_and_says_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
