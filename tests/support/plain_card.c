/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/plain_card.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/sources.h"

static struct scorecard_range below(int64_t high)
{
    return (struct scorecard_range){
        .has_high = true, .high_inclusive = false, .high = rational_int(high)};
}

void plain_card_top(struct plain_card *c, size_t i, int top_bp)
{
    struct scorecard_piece *p = c->piece[i];
    c->top_bp[i] = top_bp;
    p[0].score = p[0].score_to = p[1].score = rational_int(0);
    p[1].score_to = p[2].score = p[2].score_to = rational_of(top_bp, 100);
}

static void make_measure(GRand *rand, struct plain_card *c, size_t i, size_t groups)
{
    struct scorecard_piece *p = c->piece[i];
    g_snprintf(c->name[i], sizeof c->name[i], "m%zu", i);
    c->input[i] = (struct scorecard_input){.name = c->name[i], .metric = (int)i};
    p[0].range = below(0);
    p[1].range = (struct scorecard_range){.has_low = true,
                                          .has_high = true,
                                          .low_inclusive = true,
                                          .low = rational_int(0),
                                          .high = rational_int(1)};
    p[1].is_line = true;
    p[1].from = rational_int(0);
    p[1].to = rational_int(1);
    plain_card_top(c, i, 10000);
    c->rule[i] = (struct scorecard_rule){.applies = true, .n_pieces = 3, .piece = p};
    c->card.measure[i] = (struct scorecard_measure){.name = c->name[i],
                                                    .label = c->name[i],
                                                    .input = (int)i,
                                                    .group = (int)(i % groups),
                                                    .weight = g_rand_int_range(rand, 1, 20),
                                                    .n_rules = 1,
                                                    .rule = &c->rule[i],
                                                    .low = rational_int(0),
                                                    .high = rational_int(100),
                                                    .direction = "up"};
}

void plain_card_make(GRand *rand, struct plain_card *c, size_t groups, size_t measures)
{
    static const char *const names[] = {"g0", "g1", "g2", "g3", "g4", "g5", "g6", "g7"};
    const struct scorecard_round bp = {ROUND_NEAREST_UP, rational_of(1, 100), true};
    const struct scorecard_round none = {ROUND_NONE, rational_int(0), false};
    *c = (struct plain_card){
        .card = {.name = "random",
                 .from = rational_int(0),
                 .to = rational_int(100),
                 .n_inputs = measures,
                 .n_groups = groups,
                 .n_measures = measures,
                 .n_bands = 3,
                 .band = {{"Red", below(40)}, {"Yellow", below(70)}, {"Green", {0}}},
                 .round_measure = bp,
                 .round_group = none,
                 .round_total = bp,
                 .shows_number = true,
                 .min_coverage_bp = 6000,
                 .sure_coverage_bp = 8000,
                 .hysteresis_bp = 300}};
    c->card.input = c->input;
    for (size_t g = 0; g < groups; g++)
        c->card.group[g] = (struct scorecard_group){
            .name = names[g], .label = names[g], .weight = g_rand_int_range(rand, 1, 50)};
    for (size_t i = 0; i < measures; i++)
        make_measure(rand, c, i, groups);
}

void plain_card_health(const struct scorecard *card, const double *value, const uint8_t *quality,
                       struct health *out)
{
    g_autoptr(health_engine_t) engine = health_engine_new(card);
    const struct health_reading reading = {value, quality, 1, NULL};
    health_of_reading(engine, &reading, out);
}

static const struct scorecard *load(const char *yaml, const char *const *columns, GError **err)
{
    static struct arena *arena;
    static GPtrArray *configs; /* whose texts the cards are made of */
    const char *dir = sources_directory("");
    if (!arena) {
        arena = arena_new();
        configs = g_ptr_array_new();
    }
    sources_write(dir, "card.yaml", yaml);
    struct config *config = config_bare(dir);
    const struct scorecard *card = scorecard_load_table(arena, config, "card.yaml", columns, err);
    if (card)
        g_ptr_array_add(configs, config);
    else
        config_close(config);
    return card;
}

const struct scorecard *plain_card_of(const char *yaml, const char *const *columns)
{
    g_autoptr(GError) err = NULL;
    const struct scorecard *card = load(yaml, columns, &err);
    if (!card)
        fail_msg("%s", err->message);
    return card;
}

char *plain_card_refusal(const char *yaml, const char *const *columns)
{
    g_autoptr(GError) err = NULL;
    assert_null(load(yaml, columns, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
    return g_strdup(err->message);
}
