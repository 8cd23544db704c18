/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The split of a change leaves no rest, whatever changed, and each part is what its name says. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/change.h"
#include "support/plain_card.h"

enum { MEASURES = 9, ROUNDS = 4000 };

/* A scorecard over the measures m0 … with definitions that can be told apart. */
struct card {
    struct plain_card plain;
    char definition[MEASURES][24];
};

struct facts {
    double value[MEASURES]; /* by measure name, not by place */
    uint8_t quality[MEASURES];
};

static void make_card(GRand *rand, struct card *c, size_t n)
{
    plain_card_make(rand, &c->plain, 3, n);
    c->plain.card.n_bands = 1;
    c->plain.card.band[0] = (struct scorecard_band){"Green", {0}};
    for (int g = 0; g < 3; g++)
        c->plain.card.group[g].weight = g_rand_int_range(rand, 0, 60) + (g == 0);
    for (size_t i = 0; i < n; i++) {
        int top = g_rand_int_range(rand, 1, 4) * 2500;
        struct scorecard_measure *m = &c->plain.card.measure[i];
        m->group = g_rand_int_range(rand, 0, 3);
        m->weight = g_rand_int_range(rand, 0, 12) + (i == 0);
        m->missing = (enum scorecard_missing)g_rand_int_range(rand, 0, MISSING_BLOCK);
        plain_card_top(&c->plain, i, top);
        g_snprintf(c->definition[i], sizeof c->definition[i], "%d %d", top, m->missing);
    }
}

static void make_facts(GRand *rand, struct facts *f, double missing)
{
    for (int i = 0; i < MEASURES; i++) {
        bool has = g_rand_double(rand) >= missing;
        f->value[i] = has ? g_rand_double(rand) : (double)NAN;
        f->quality[i] = has                            ? METRIC_OK
                        : g_rand_int_range(rand, 0, 4) ? METRIC_NO_DATA
                                                       : METRIC_NOT_APPLICABLE;
    }
}

static bool score(const struct card *c, const struct facts *f, struct change_day *out)
{
    struct health h;
    *out = (struct change_day){.n = c->plain.card.n_measures};
    plain_card_health(&c->plain.card, f->value, f->quality, &h);
    if (!h.is_known)
        return false;
    out->health_bp = h.health_bp;
    out->effective_bp = h.effective_bp;
    for (size_t i = 0; i < out->n; i++) {
        const struct scorecard_measure *m = &c->plain.card.measure[i];
        out->measure[i] =
            (struct change_measure){.name = m->name,
                                    .group = c->plain.card.group[m->group].name,
                                    .weight = m->weight,
                                    .group_weight = c->plain.card.group[m->group].weight,
                                    .definition = c->definition[i],
                                    .counts = h.counts[i],
                                    .has_data = f->quality[i] == METRIC_OK,
                                    .bp = h.measure_bp[i],
                                    .contribution_bp = h.contribution_bp[i]};
    }
    return true;
}

static void expect_no_rest(const struct change_day *a, const struct change_day *b,
                           const struct change *c)
{
    int parts = 0;
    assert_int_equal(c->behaviour_bp + c->availability_bp + c->configuration_bp + c->override_bp,
                     b->effective_bp - a->effective_bp);
    for (size_t i = 0; i < CHANGE_MEASURES_MAX; i++)
        parts += c->part_bp[i];
    assert_int_equal(parts, c->behaviour_bp);
}

static void split(const struct change_day *a, const struct change_day *bridge,
                  const struct change_day *b, struct change *out)
{
    g_autoptr(GError) err = NULL;
    if (!change_split(a, bridge, b, out, &err))
        fail_msg("%s", err->message);
    expect_no_rest(a, b, out);
}

static void there_is_no_rest_whatever_changes(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(20);
    struct card old, now;
    struct change_day a, b, bridge;
    int known = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct facts f, g;
        struct change c;
        make_card(rand, &old, (size_t)g_rand_int_range(rand, 1, MEASURES + 1));
        make_card(rand, &now, (size_t)g_rand_int_range(rand, 1, MEASURES + 1));
        make_facts(rand, &f, 0.3);
        make_facts(rand, &g, 0.3);
        if (!score(&old, &f, &a) || !score(&now, &g, &b))
            continue;
        bool has_bridge = score(&old, &g, &bridge);
        split(&a, &bridge, &b, &c);
        if (!has_bridge)
            assert_int_equal(c.availability_bp, 0);
        known++;
    }
    assert_true(known > ROUNDS / 2);
}

static void values_alone_are_behaviour_and_the_parts_are_what_people_saw(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(21);
    struct card card;
    struct change_day a, b;
    for (int round = 0; round < ROUNDS; round++) {
        struct facts f, g;
        struct change c;
        make_card(rand, &card, MEASURES);
        make_facts(rand, &f, 0.3);
        g = f;
        for (int i = 0; i < MEASURES; i++)
            g.value[i] = isnan(f.value[i]) ? f.value[i] : g_rand_double(rand);
        if (!score(&card, &f, &a) || !score(&card, &g, &b))
            continue;
        split(&a, NULL, &b, &c);
        assert_int_equal(c.behaviour_bp, b.health_bp - a.health_bp);
        assert_int_equal(c.availability_bp, 0);
        assert_int_equal(c.configuration_bp, 0);
        for (int i = 0; i < MEASURES; i++) {
            assert_int_equal(c.part_bp[i],
                             b.measure[i].contribution_bp - a.measure[i].contribution_bp);
            assert_false(c.lost[i] || c.gained[i]);
        }
    }
}

static void data_alone_is_availability(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(22);
    struct card card;
    struct change_day a, b;
    for (int round = 0; round < ROUNDS; round++) {
        struct facts f, g;
        struct change c;
        make_card(rand, &card, MEASURES);
        make_facts(rand, &f, 0.2);
        g = f;
        for (int i = 0; i < MEASURES; i++) {
            if (g_rand_double(rand) < 0.3) {
                g.value[i] = (double)NAN;
                g.quality[i] = METRIC_NO_DATA;
            }
        }
        if (!score(&card, &f, &a) || !score(&card, &g, &b))
            continue;
        split(&a, NULL, &b, &c);
        assert_int_equal(c.behaviour_bp, 0);
        assert_int_equal(c.availability_bp, b.health_bp - a.health_bp);
        for (int i = 0; i < MEASURES; i++)
            assert_int_equal(c.lost[i],
                             f.quality[i] == METRIC_OK && g.quality[i] == METRIC_NO_DATA);
    }
}

static void weights_alone_are_configuration(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(23);
    struct card old;
    struct change_day a, b;
    for (int round = 0; round < ROUNDS; round++) {
        struct facts f;
        struct change c;
        make_card(rand, &old, MEASURES);
        struct card now = old; /* what it points to is the old one's, which is there as long */
        for (int i = 0; i < MEASURES; i++)
            now.plain.card.measure[i].weight += g_rand_int_range(rand, 0, 5);
        now.plain.card.group[1].weight += 7;
        make_facts(rand, &f, 0.3);
        if (!score(&old, &f, &a) || !score(&now, &f, &b))
            continue;
        split(&a, NULL, &b, &c);
        assert_int_equal(c.behaviour_bp, 0);
        assert_int_equal(c.availability_bp, 0);
        assert_int_equal(c.configuration_bp, b.health_bp - a.health_bp);
    }
}

/* Where the rows give the bridge, computing it says the same. */
static void rows_say_what_computing_says(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(24);
    struct card old;
    struct change_day a, b, bridge;
    int all = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct facts f, g;
        struct change derived, computed;
        make_card(rand, &old, 5);
        struct card now;
        make_card(rand, &now, MEASURES); /* four more measures */
        for (int i = 0; i < 5; i++) {
            struct scorecard_measure *m = &now.plain.card.measure[i];
            int group = m->group;
            *m = old.plain.card.measure[i];
            m->group = group;
            g_strlcpy(now.definition[i], old.definition[i], sizeof now.definition[i]);
        }
        make_facts(rand, &f, 0.3);
        make_facts(rand, &g, 0.3);
        if (!score(&old, &f, &a) || !score(&now, &g, &b) || !score(&old, &g, &bridge))
            continue;
        split(&a, NULL, &b, &derived);
        split(&a, &bridge, &b, &computed);
        assert_memory_equal(&derived, &computed, sizeof derived);
        all++;
    }
    assert_true(all > ROUNDS / 2);
}

static void caps_are_override(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(25);
    struct card card;
    struct change_day a, b;
    struct facts f = {0};
    struct change c;
    make_card(rand, &card, 2);
    for (int i = 0; i < MEASURES; i++)
        f.value[i] = 0.9;
    assert_true(score(&card, &f, &a));
    const struct scorecard_condition above = {
        .input = 0, .known = true, .range = {.has_low = true, .low = rational_of(1, 2)}};
    card.plain.card.n_caps = 1;
    card.plain.card.cap[0] =
        (struct scorecard_cap){"unpaid", {1, &above}, BOUND_CAP, rational_int(1)};
    assert_true(score(&card, &f, &b));
    split(&a, NULL, &b, &c);
    assert_int_equal(c.behaviour_bp + c.availability_bp + c.configuration_bp, 0);
    assert_int_equal(c.override_bp, 100 - a.effective_bp);
}

static void a_measure_that_is_judged_otherwise_asks_for_computing(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(26);
    g_autoptr(GError) err = NULL;
    struct card card;
    struct change_day a, b;
    struct facts f = {0};
    struct change c;
    make_card(rand, &card, 3);
    assert_true(score(&card, &f, &a) && score(&card, &f, &b));
    b.measure[1].definition = "another";
    assert_false(change_split(&a, NULL, &b, &c, &err));
    assert_true(err_is(err, KENKO_ERROR_REFUSED));
    assert_non_null(strstr(err->message, "m1 is judged otherwise"));
    g_clear_error(&err);
    b.measure[1].definition = a.measure[1].definition;
    b.n = 2;
    assert_false(change_split(&a, NULL, &b, &c, &err));
    assert_non_null(strstr(err->message, "m2 is gone"));
}

static void a_row_that_does_not_add_up_is_found(void **state)
{
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(27);
    g_autoptr(GError) err = NULL;
    struct card card;
    struct change_day a, b;
    struct facts f = {0};
    struct change c;
    make_card(rand, &card, 3);
    assert_true(score(&card, &f, &a) && score(&card, &f, &b));
    b.health_bp += 1;
    assert_false(change_split(&a, NULL, &b, &c, &err));
    assert_true(err_is(err, KENKO_ERROR_CHECK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_no_rest_whatever_changes),
        cmocka_unit_test(values_alone_are_behaviour_and_the_parts_are_what_people_saw),
        cmocka_unit_test(data_alone_is_availability),
        cmocka_unit_test(weights_alone_are_configuration),
        cmocka_unit_test(rows_say_what_computing_says),
        cmocka_unit_test(caps_are_override),
        cmocka_unit_test(a_measure_that_is_judged_otherwise_asks_for_computing),
        cmocka_unit_test(a_row_that_does_not_add_up_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
