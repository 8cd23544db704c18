/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/health_band.h"
#include "scoring/health_total.h"
#include "scoring/scorecard_judge.h"
#include "support/plain_card.h"

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
        struct plain_card plain;
        plain_card_make(rand, &plain, groups, n);
        double value[SCORECARD_MEASURES_MAX];
        uint8_t quality[SCORECARD_MEASURES_MAX];
        for (size_t i = 0; i < n; i++) {
            value[i] = g_rand_double(rand);
            quality[i] = g_rand_int_range(rand, 0, 4) == 0 ? METRIC_NO_DATA : METRIC_OK;
            plain.card.measure[i].missing = (enum scorecard_missing)g_rand_int_range(rand, 0, 4);
        }
        struct health h;
        plain_card_health(&plain.card, value, quality, &h);
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
    struct plain_card plain;
    plain_card_make(rand, &plain, 3, 9);
    struct scorecard scaled = plain.card;
    double value[9];
    uint8_t quality[9] = {METRIC_OK};
    for (int i = 0; i < 9; i++) {
        value[i] = g_rand_double(rand);
        scaled.measure[i].weight *= 7;
    }
    for (int g = 0; g < 3; g++)
        scaled.group[g].weight *= 13;
    struct health a, b;
    plain_card_health(&plain.card, value, quality, &a);
    plain_card_health(&scaled, value, quality, &b);
    assert_int_equal(a.health_bp, b.health_bp);
    assert_memory_equal(a.contribution_bp, b.contribution_bp, sizeof a.contribution_bp);
}

static void a_better_value_never_lowers_health(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    struct plain_card plain;
    plain_card_make(rand, &plain, 3, 10);
    double value[10];
    uint8_t quality[10] = {METRIC_OK};
    for (int turn = 0; turn < 500; turn++) {
        struct health before, after;
        for (int i = 0; i < 10; i++)
            value[i] = g_rand_double(rand);
        plain_card_health(&plain.card, value, quality, &before);
        value[g_rand_int_range(rand, 0, 10)] += 0.1;
        plain_card_health(&plain.card, value, quality, &after);
        assert_true(after.health_bp >= before.health_bp);
    }
}

static void without_data_the_band_is_unknown_never_red_or_green(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    struct plain_card plain;
    plain_card_make(rand, &plain, 2, 6);
    double value[6];
    uint8_t quality[6];
    for (int i = 0; i < 6; i++) {
        value[i] = NAN;
        quality[i] = METRIC_NO_DATA;
    }
    struct health h;
    plain_card_health(&plain.card, value, quality, &h);
    assert_false(h.is_known);
    assert_string_equal(h.band, "Unknown");
    assert_int_equal(h.lower_bp, 0);
    assert_int_equal(h.upper_bp, 10000);
    assert_int_equal(h.coverage_bp, 0);
    /* Imputed scores are no data either. */
    for (int i = 0; i < 6; i++)
        plain.card.measure[i].missing = MISSING_WORST;
    plain_card_health(&plain.card, value, quality, &h);
    assert_string_equal(h.band, "Unknown");
}

static void what_does_not_apply_costs_no_coverage(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(5);
    struct plain_card plain;
    plain_card_make(rand, &plain, 2, 4);
    double value[4] = {1, 1, NAN, NAN};
    uint8_t quality[4] = {METRIC_OK, METRIC_OK, METRIC_NOT_APPLICABLE, METRIC_NOT_APPLICABLE};
    struct health h;
    plain_card_health(&plain.card, value, quality, &h);
    assert_int_equal(h.coverage_bp, 10000);
    assert_int_equal(h.health_bp, 10000);
    assert_string_equal(h.band, "Green");
}

/* The score, in basis points, that a card of one measure gives to a value; -1: none. */
static int score_of(const struct scorecard *card, double value)
{
    struct health h;
    const double values[] = {value};
    g_autoptr(health_engine_t) engine = health_engine_new(card);
    struct scorecard_value *input = health_engine_begin(engine);
    input[0].quality = METRIC_OK;
    input[0].number = rational_of_double(health_engine_pool(engine), values[0]);
    health_engine_run(engine, &h);
    return h.counts[0] ? h.measure_bp[0] : -1;
}

#define ONE(rule)                                                                                  \
    "name: one\ngroups: [{name: g, weight: 1, measures: [{name: m, metric: x, weight: 1, " rule    \
    "}]}]"
static const char *const x_column[] = {"x", NULL};

static void edges_of_bands_are_what_they_say(void **state)
{
    (void)state;
    const struct scorecard *lo = plain_card_of(
        ONE("edge: lo_inclusive, bands: [{to: 2, score: 100}, {to: 5, score: 60}, {score: 20}]"),
        x_column);
    assert_int_equal(score_of(lo, 1.999), 10000);
    assert_int_equal(score_of(lo, 2), 6000);
    assert_int_equal(score_of(lo, 5), 2000);
    const struct scorecard *hi = plain_card_of(
        ONE("edge: hi_inclusive, bands: [{to: 2, score: 100}, {to: 5, score: 60}, {score: 20}]"),
        x_column);
    assert_int_equal(score_of(hi, 2), 10000);
    assert_int_equal(score_of(hi, 5), 6000);
    assert_int_equal(score_of(hi, 5.001), 2000);
    const struct scorecard *mixed =
        plain_card_of(ONE("bands: [{below: 0, score: none}, {up_to: 0, score: 1}, {below: 0.2, "
                          "score: 2}, {score: 3}]"),
                      x_column);
    assert_int_equal(score_of(mixed, -0.001), -1);
    assert_int_equal(score_of(mixed, 0), 100);
    assert_int_equal(score_of(mixed, 0.1), 200);
    assert_int_equal(score_of(mixed, 0.2), 300);
    const struct scorecard *line = plain_card_of(
        ONE("anchors: [{at: 0, score: 0}, {at: 10, score: 50}, {at: 20, score: 100}]"), x_column);
    assert_int_equal(score_of(line, -1), 0);
    assert_int_equal(score_of(line, 5), 2500);
    assert_int_equal(score_of(line, 10), 5000);
    assert_int_equal(score_of(line, 99), 10000);
}

static struct health_band_day day(const struct scorecard *card, struct rational_pool *pool, int bp)
{
    return (struct health_band_day){scorecard_band_bp(card, pool, bp), bp, bp, bp};
}

static void the_band_moves_past_the_hysteresis_or_when_days_agree(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    g_autoptr(rational_pool_t) pool = rational_pool_new();
    struct plain_card plain;
    plain_card_make(rand, &plain, 1, 1);
    const struct scorecard *card = &plain.card;
    struct health_band_day a = day(card, pool, 7100), b = day(card, pool, 6900),
                           c = day(card, pool, 6600), u = {.band = "Unknown"};
    const struct health_band_day *barely[] = {&a, &a, &b}, *clearly[] = {&a, &a, &c},
                                 *agreed[] = {&b, &b, &b};
    const struct health_band_day *lost[] = {&a, &a, &u}, *found[] = {&u, &u, &b};
    struct health_band_day unsure = c;
    unsure.upper_bp = 7200;
    const struct health_band_day *open[] = {&a, &a, &unsure};
    assert_string_equal(health_band(card, pool, barely, 3), "Green");
    /* What is missing could put it back. */
    assert_string_equal(health_band(card, pool, open, 3), "Green");
    assert_string_equal(health_band(card, pool, clearly, 3), "Yellow");
    assert_string_equal(health_band(card, pool, agreed, 3), "Yellow");
    assert_string_equal(health_band(card, pool, lost, 3), "Unknown");
    assert_string_equal(health_band(card, pool, found, 3), "Yellow");
}

static void a_cap_binds_and_says_its_name(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    struct plain_card plain;
    plain_card_make(rand, &plain, 1, 2);
    const struct scorecard_condition above = {
        .input = 1, .known = true, .range = {.has_low = true, .low = rational_of(1, 2)}};
    plain.card.n_caps = 1;
    plain.card.cap[0] = (struct scorecard_cap){"unpaid", {1, &above}, BOUND_CAP, rational_int(40)};
    double value[2] = {1, 1};
    uint8_t quality[2] = {METRIC_OK, METRIC_OK};
    struct health h;
    plain_card_health(&plain.card, value, quality, &h);
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
