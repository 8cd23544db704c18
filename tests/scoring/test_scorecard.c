/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of scorecards: what random ones promise, and what is refused where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/plain_card.h"

enum { MEASURES = 12, CARDS = 300, ROWS = 20 };

static const char *const columns[] = {"x0", "x1", "x2", "x3",  "x4",  "x5",   "x6",
                                      "x7", "x8", "x9", "x10", "x11", "plan", NULL};

/* ── random scorecards, in which every measure rises ────────────────────────────────────────────
 */

struct shape {
    int groups, combine[4], top, round_group, round_total;
    int group_of[MEASURES], weight[MEASURES], kind[MEASURES], policy[MEASURES], group_weight[4];
    bool limited[4];
};

static void make_shape(GRand *rand, struct shape *s)
{
    s->groups = g_rand_int_range(rand, 1, 5);
    s->top = g_rand_int_range(rand, 0, 3);
    s->round_group = g_rand_int_range(rand, 0, 3);
    s->round_total = g_rand_int_range(rand, 0, 4);
    for (int g = 0; g < s->groups; g++) {
        s->combine[g] = g_rand_int_range(rand, 0, 4);
        s->group_weight[g] = g_rand_int_range(rand, 1, 40);
        s->limited[g] = g_rand_boolean(rand);
    }
    for (int i = 0; i < MEASURES; i++) {
        s->group_of[i] = i < s->groups ? i : g_rand_int_range(rand, 0, s->groups);
        s->weight[i] = g_rand_int_range(rand, 1, 9);
        s->kind[i] = g_rand_int_range(rand, 0, 5);
        s->policy[i] = g_rand_int_range(rand, 0, 8);
    }
}

static const char *rule_of(const struct shape *s, int i)
{
    bool adds = s->combine[s->group_of[i]] == 1;
    static const char *const mean[] = {
        "anchors: [{at: -1, score: 1}, {at: 1/3, score: 4.5}, {at: 2, score: 10}]",
        "bands: [{below: -0.5, score: 0}, {up_to: 1/3, score: Some}, {score: 9}]",
        "percentile: [-1, 0, 0, 0.25, 0.5, 1.5]",
        "bands: [{up_to: 0, score: 1}, {up_to: 1, line: [2, 8]}, {score: 8.5}]",
        "bands: [{over: [-1, 2], steps: [0, 1, 3, 7, 10]}]"};
    static const char *const points[] = {
        "anchors: [{at: -1, score: -2}, {at: 1/3, score: 1/7}, {at: 2, score: 3}]",
        "bands: [{below: -0.5, score: -1}, {up_to: 1/3, score: 0}, {score: 2}]",
        "points: [{from: 0, score: 1}, {above: 1, score: 0.7}]",
        "worth: 3, bands: [{up_to: 0, score: 10}, {up_to: 1, line: [20, 60]}, {score: 100}]",
        "bands: [{over: [-1, 2], steps: [-1, 0, 3]}]"};
    return adds ? points[s->kind[i]] : mean[s->kind[i]];
}

static void append_measure(GString *out, const struct shape *s, int i, int scale)
{
    static const char *const policies[] = {"renormalise", "renormalise", "renormalise",
                                           "renormalise", "neutral",     "worst",
                                           "best",        "3.5"};
    g_string_append_printf(out, "      - {name: m%d, metric: x%d, weight: %d, missing: %s, %s}\n",
                           i, i, s->weight[i] * scale, policies[s->policy[i]], rule_of(s, i));
}

/* The same card with its measures in the other order, or its weights times `scale`. */
static const struct scorecard *make_card(const struct shape *s, bool turned, int scale)
{
    static const char *const combine[] = {"mean", "sum", "worst", "best"};
    static const char *const top[] = {"mean", "sum", "worst"};
    static const char *const group[] = {"", "  group: {step: 1, rule: nearest_away}\n",
                                        "  group: {step: 0.5, rule: up}\n"};
    static const char *const total[] = {"", "  total: {step: 1, rule: nearest_even}\n",
                                        "  total: {rule: none}\n",
                                        "  total: {step: 0.1, rule: down}\n"};
    g_autoptr(GString) out = g_string_new("name: random\nscale: {from: 0, to: 10}\n"
                                          "levels: [{name: Some, score: 4}]\n"
                                          "bands: [{name: Low, below: 5}, {name: High}]\n");
    g_string_append_printf(out, "combine: %s\nround:\n  measure: {rule: none}\n%s%sgroups:\n",
                           top[s->top], group[s->round_group], total[s->round_total]);
    for (int g = 0; g < s->groups; g++) {
        g_string_append_printf(out, "  - name: g%d\n    weight: %d\n    combine: %s\n", g,
                               s->group_weight[g] * scale, combine[s->combine[g]]);
        if (s->combine[g] == 1)
            g_string_append_printf(out, "    start: 1\n%s",
                                   s->limited[g] ? "    min: 0\n    max: 4\n" : "");
        g_string_append(out, "    measures:\n");
        for (int i = 0; i < MEASURES; i++) {
            int at = turned ? MEASURES - 1 - i : i;
            if (s->group_of[at] == g)
                append_measure(out, s, at, scale);
        }
    }
    return plain_card_of(out->str, columns);
}

/* value[i] of x_i in 24ths; INT32_MIN: missing. */
static void judge(const struct scorecard *card, const int *value, struct health *out)
{
    g_autoptr(health_engine_t) engine = health_engine_new(card);
    struct scorecard_value *input = health_engine_begin(engine);
    for (size_t i = 0; i < card->n_inputs; i++) {
        int x = value[g_ascii_strtoll(card->input[i].name + 1, NULL, 10)];
        if (x == INT32_MIN)
            continue;
        input[i].quality = METRIC_OK;
        input[i].number = rational_of(x, 24);
    }
    health_engine_run(engine, out);
}

static void make_values(GRand *rand, int *value)
{
    for (int i = 0; i < MEASURES; i++)
        value[i] = g_rand_int_range(rand, 0, 4) == 0 ? INT32_MIN : g_rand_int_range(rand, -40, 60);
}

static void contributions_add_up_and_bounds_hold_on_any_card(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(116);
    int known = 0;
    for (int c = 0; c < CARDS; c++) {
        struct shape s;
        make_shape(rand, &s);
        const struct scorecard *card = make_card(&s, false, 1);
        for (int r = 0; r < ROWS; r++) {
            struct health h;
            int value[MEASURES], sum, lost;
            make_values(rand, value);
            judge(card, value, &h);
            if (!h.is_known)
                continue;
            known++;
            sum = h.start_bp + h.limits_bp + h.rounding_bp;
            lost = h.lost_rest_bp;
            for (int i = 0; i < MEASURES; i++) {
                sum += h.contribution_bp[i];
                lost += h.lost_bp[i];
            }
            assert_int_equal(sum, h.health_bp);
            assert_int_equal(lost, 10000 - h.health_bp);
            assert_true(h.lower_bp <= h.health_bp && h.health_bp <= h.upper_bp);
            assert_in_range(h.coverage_bp, 0, 10000);
        }
    }
    assert_true(known > CARDS * ROWS / 2);
}

static void neither_order_nor_scale_of_weights_matters(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(117);
    for (int c = 0; c < CARDS; c++) {
        struct shape s;
        make_shape(rand, &s);
        const struct scorecard *card = make_card(&s, false, 1), *turned = make_card(&s, true, 1),
                               *scaled = make_card(&s, false, 7);
        struct health a, b, d;
        int value[MEASURES];
        make_values(rand, value);
        judge(card, value, &a);
        judge(turned, value, &b);
        judge(scaled, value, &d);
        assert_int_equal(a.is_known, b.is_known);
        assert_int_equal(a.health_bp, b.health_bp);
        assert_int_equal(a.health_bp, d.health_bp);
        assert_int_equal(a.lower_bp, b.lower_bp);
        assert_int_equal(a.upper_bp, b.upper_bp);
        assert_string_equal(a.band, b.band);
        assert_memory_equal(a.contribution_bp, d.contribution_bp, sizeof a.contribution_bp);
    }
}

static void a_higher_value_never_lowers_health_where_measures_rise(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(118);
    for (int c = 0; c < CARDS; c++) {
        struct shape s;
        make_shape(rand, &s);
        const struct scorecard *card = make_card(&s, false, 1);
        for (int r = 0; r < ROWS; r++) {
            struct health before, after;
            int value[MEASURES], at = g_rand_int_range(rand, 0, MEASURES);
            make_values(rand, value);
            if (value[at] == INT32_MIN)
                continue;
            judge(card, value, &before);
            value[at] += g_rand_int_range(rand, 1, 30);
            judge(card, value, &after);
            assert_true(after.health_bp >= before.health_bp);
        }
    }
}

/* ── inputs ─────────────────────────────────────────────────────────────────────────────────────
 */

static void a_derived_input_needs_what_it_is_made_of(void **state)
{
    (void)state;
    const struct scorecard *card = plain_card_of(
        "name: d\n"
        "inputs:\n"
        "  - {name: share, as: ratio, of: [x0, x1]}\n"
        "  - {name: share0, as: ratio, of: [x0, x1], when_zero: 0}\n"
        "  - {name: mid, as: median, of: [x0, x1, x2, x3], active_only: true}\n"
        "  - {name: many, as: count_above_zero, of: [x0, x1, x2]}\n"
        "  - {name: all, as: sum, of: [x0, x2], times: [3, 0.5]}\n"
        "groups: [{name: g, measures: [{name: m, metric: share, anchors: [{at: 0, score: 0}]}]}]",
        columns);
    g_autoptr(health_engine_t) engine = health_engine_new(card);
    struct rational_pool *pool = health_engine_pool(engine);
    struct scorecard_value *value = health_engine_begin(engine);
    const int x[] = {6, 0, -1};
    struct health h;
    size_t read = 0;
    for (size_t i = 0; i < card->n_inputs; i++) {
        if (card->input[i].derive != DERIVE_NONE)
            continue;
        if (read < 3)
            value[i] = (struct scorecard_value){METRIC_OK, rational_int(x[read]), NULL};
        read++;
    }
    health_engine_run(engine, &h);
    static const struct {
        const char *name;
        bool known;
        int n, d;
    } want[] = {{"share", false, 0, 1},
                {"share0", true, 0, 1},
                {"mid", true, 5, 2},
                {"many", true, 1, 1},
                {"all", true, 35, 2}};
    for (size_t w = 0; w < G_N_ELEMENTS(want); w++) {
        size_t i = 0;
        while (strcmp(card->input[i].name, want[w].name) != 0)
            i++;
        assert_int_equal(scorecard_value_known(health_input(engine, i)), want[w].known);
        if (want[w].known)
            assert_int_equal(rational_compare(pool, health_input(engine, i)->number,
                                              rational_of(want[w].n, want[w].d)),
                             0);
    }
}

static void a_percentile_is_the_share_below_and_half_of_what_is_equal(void **state)
{
    (void)state;
    const struct scorecard *up = plain_card_of(
        "name: p\ngroups: [{name: g, measures: [{name: m, metric: x0, percentile: [1, 2, 2, 4]}]}]",
        columns);
    const struct scorecard *down =
        plain_card_of("name: p\ngroups: [{name: g, measures: [{name: m, metric: x0, direction: "
                      "down, percentile: [1, 2, 2, 4]}]}]",
                      columns);
    struct health h;
    const int two[] = {48}, five[] = {120};
    judge(up, two, &h);
    assert_int_equal(h.health_bp, 5000);
    judge(up, five, &h);
    assert_int_equal(h.health_bp, 10000);
    judge(down, five, &h);
    assert_int_equal(h.health_bp, 0);
}

static void a_profile_weighs_otherwise_and_the_first_that_holds_applies(void **state)
{
    (void)state;
    const struct scorecard *card = plain_card_of(
        "name: p\n"
        "groups:\n"
        "- name: g\n"
        "  measures:\n"
        "  - {name: a, metric: x0, weight: 3, anchors: [{at: 0, score: 0}, {at: 1, score: 100}]}\n"
        "  - {name: b, metric: x1, weight: 1, anchors: [{at: 0, score: 0}, {at: 1, score: 100}]}\n"
        "profiles:\n"
        "- {name: new, when: [{metric: x2, below: 1}], measures: [{name: a, weight: 0}]}\n"
        "- {name: young, when: [{metric: x2, below: 2}], measures: [{name: b, weight: 0.5}, "
        "{name: a, weight: 0.5}]}\n",
        columns);
    static const struct {
        int x2, health;
        const char *profile;
    } cases[] = {{0, 0, "new"}, {24, 5000, "young"}, {48, 7500, "default"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const int value[] = {24, 0, cases[i].x2};
        struct health h;
        judge(card, value, &h);
        assert_int_equal(h.health_bp, cases[i].health);
        assert_string_equal(h.profile, cases[i].profile);
        assert_int_equal(h.contribution_bp[0] + h.contribution_bp[1], h.health_bp);
    }
}

/* ── what is refused ────────────────────────────────────────────────────────────────────────────
 */

#define CARD(measure)                                                                              \
    "name: r\ngroups:\n- name: g\n  measures:\n  - {name: m, metric: x0, " measure "}\n"

static void wrong_cards_are_refused_with_their_place_and_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *place, *what;
    } cases[] = {
        {CARD("bands: [{up_to: 2, score: 0}, {from: 2, score: 9}]"), "card.yaml:5:", "overlaps"},
        {CARD("bands: [{below: 2, score: 0}, {above: 2, score: 9}]"),
         "card.yaml:5:", "leaves a gap"},
        {CARD("bands: [{below: 2, score: 0}, {from: 3, score: 9}]"), "card.yaml:5:", "score: none"},
        {CARD("bands: [{from: 0, below: 2, score: 0}, {score: 9}]"),
         "card.yaml:5:", "stand in no band"},
        {CARD("bands: [{score: 0}, {score: 9}]"), "card.yaml:5:", "never reached"},
        {CARD("bands: [{below: 2, score: 0}, {below: 1, score: 9}, {score: 1}]"),
         "card.yaml:5:", "not above"},
        {CARD("bands: [{below: 2, score: 0}, {up_to: 5, score: 9}]"),
         "card.yaml:5:", "no high edge"},
        {CARD("anchors: [{at: 2, score: 0}, {at: 2, score: 9}]"), "card.yaml:5:", "not above"},
        {CARD("anchors: [{at: 2, score: 0}, {at: 3, score: 101}]"),
         "card.yaml:5:", "want 0 to 100"},
        {CARD("direction: down, anchors: [{at: 2, score: 0}, {at: 3, score: 10}]"),
         "card.yaml:5:", "rise while the measure says direction: down"},
        {CARD("direction: up, bands: [{below: 2, score: 50}, {score: 10}]"),
         "card.yaml:5:", "fall while"},
        {CARD("weight: 0, anchors: [{at: 2, score: 0}]"), "card.yaml:3:", "all zero"},
        {CARD("cases: [{bands: [{score: 1}]}, {when: [{metric: x1, known: true}], bands: [{score: "
              "1}]}]"),
         "card.yaml:5:", "never reached"},
        {CARD("only_if: [{metric: x1, above: 3, below: 3}], bands: [{score: 1}]"),
         "card.yaml:5:", "no value lies in it"},
        {CARD("only_if: [{metric: x99, above: 3}], bands: [{score: 1}]"),
         "card.yaml:5:", "no column 'x99'"},
        {CARD("missing: often, bands: [{score: 1}]"), "card.yaml:5:", "want renormalise"},
        {CARD("bands: [{score: Good}]"), "card.yaml:5:", "want a number"},
        {CARD("bands: [{to: 1, score: 1}, {score: 1}]"),
         "card.yaml:5:", "edge: lo_inclusive or hi_inclusive"},
        {"name: r\nscale: {from: 10, to: 0}\n" CARD("bands: [{score: 1}]") "bands: [{name: A}]\n",
         "card.yaml:3:1:", "the key 'name' stands twice"},
        {CARD("bands: [{score: 1}]") "scale: {from: 10, to: 0}\n", "card.yaml:6:", "from below to"},
        {CARD("bands: [{score: 1}]") "bands: [{name: A, up_to: 50}, {name: B, from: 51}]\n",
         "card.yaml:6:", "gaps: true"},
        {CARD("bands: [{score: 1}]") "bands: [{name: A, up_to: 50}, {name: B, from: 50}]\n",
         "card.yaml:6:", "overlaps"},
        {CARD("bands: [{score: 1}]") "round: {total: {rule: nearest_up}}\n",
         "card.yaml:6:", "want a step"},
        {CARD("bands: [{score: 1}]") "start: 5\n", "card.yaml:6:", "combine: sum"},
        {CARD("bands: [{score: 1}]") "caps: [{name: c, cap: 5, set: 3, when: [{metric: x0, above: "
                                     "1}]}]\n",
         "card.yaml:6:", "want one of cap, floor and set"},
        {CARD("bands: [{score: 1}]") "profiles: [{name: p, when: [{metric: x1, above: 1}], "
                                     "measures: "
                                     "[{name: n, weight: 1}]}]\n",
         "card.yaml:6:", "no measure 'n'"},
        {CARD("bands: [{score: 1}]") "profiles: [{name: p, when: [{metric: x1, above: 1}], "
                                     "measures: "
                                     "[{name: m, weight: 0}]}]\n",
         "card.yaml:6:", "all zero"},
        {CARD(
             "bands: [{score: 1}]") "profiles: [{name: default, when: [{metric: x1, above: 1}]}]\n",
         "card.yaml:6:", "the card itself"},
        {CARD("bands: [{score: 1}]") "profiles:\n- {name: p, when: [{metric: x1, above: 1}]}\n"
                                     "- {name: q, when: [{metric: x0, above: 1}, {metric: x1, "
                                     "from: 2}]}\n",
         "card.yaml:8:", "never reached: p before it"},
        {CARD("bands: [{score: 1}]") "profiles:\n- {name: p, when: [{metric: x1, is: [1, 2]}]}\n"
                                     "- {name: q, when: [{metric: x1, is: [2]}]}\n",
         "card.yaml:8:", "never reached"},
        {CARD("cases: [{when: [{metric: x1, up_to: 3}], bands: [{score: 1}]}, {when: [{metric: x1, "
              "above: 1, below: 3}], bands: [{score: 1}]}, {bands: [{score: 2}]}]"),
         "card.yaml:5:", "never reached: case 1"},
        {CARD("bands: [{score: 1}]") "inputs: [{name: s, as: ratio, of: [x0]}]\n",
         "card.yaml:6:", "two operands"},
        {CARD("bands: [{score: 1}]") "inputs: [{name: s, as: rotio, of: [x0, x1]}]\n",
         "card.yaml:6:", "want one of"},
        {"name: r\ninputs: [{name: plan, type: text}]\ngroups: [{name: g, measures: [{name: m, "
         "metric: plan, bands: [{is: [A], score: 1}, {is: [A], score: 2}, {score: 3}]}]}]\n",
         "card.yaml:3:", "'A' stands in both"},
        {"name: r\ninputs: [{name: plan, type: text}]\ngroups: [{name: g, measures: [{name: m, "
         "metric: plan, bands: [{below: 3, score: 1}, {score: 3}]}]}]\n",
         "card.yaml:3:", "is a text, want is"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *message = plain_card_refusal(cases[i].yaml, columns);
        if (!strstr(message, cases[i].place) || !strstr(message, cases[i].what))
            fail_msg("case %zu: %s, want %s … %s", i, message, cases[i].place, cases[i].what);
    }
}

/* What only looks alike is reached. */
static void rules_that_can_still_hold_are_not_refused(void **state)
{
    (void)state;
    static const char *const profiles[] = {
        "- {name: p, when: [{metric: x1, above: 1}]}\n"
        "- {name: q, when: [{metric: x1, from: 1}]}\n",
        "- {name: p, when: [{metric: x1, below: 1}, {metric: x0, above: 1}]}\n"
        "- {name: q, when: [{metric: x1, below: 1}]}\n",
        "- {name: p, when: [{metric: x1, is: [2]}]}\n"
        "- {name: q, when: [{metric: x1, is: [1, 2]}]}\n",
        "- {name: p, when: [{metric: x1, known: false}]}\n"
        "- {name: q, when: [{metric: x1, known: true}]}\n",
        "- {name: p, when: [{metric: x1, is: [1, 2]}]}\n"
        "- {name: q, when: [{metric: x1, from: 1, up_to: 2}]}\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++) {
        g_autofree char *yaml =
            g_strconcat(CARD("bands: [{score: 1}]") "profiles:\n", profiles[i], NULL);
        assert_int_equal(plain_card_of(yaml, columns)->n_profiles, 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_that_can_still_hold_are_not_refused),
        cmocka_unit_test(contributions_add_up_and_bounds_hold_on_any_card),
        cmocka_unit_test(neither_order_nor_scale_of_weights_matters),
        cmocka_unit_test(a_higher_value_never_lowers_health_where_measures_rise),
        cmocka_unit_test(a_derived_input_needs_what_it_is_made_of),
        cmocka_unit_test(a_percentile_is_the_share_below_and_half_of_what_is_equal),
        cmocka_unit_test(a_profile_weighs_otherwise_and_the_first_that_holds_applies),
        cmocka_unit_test(wrong_cards_are_refused_with_their_place_and_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
