/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/weights_card.h"

#include <math.h>

/* The share of a measure in the whole, as the card says. */
static const double *expert_shares(struct arena *arena, const struct scorecard *card)
{
    double *share = arena_many(arena, card->n_measures + 1, double), groups = 0;
    double *within = arena_many(arena, card->n_groups + 1, double);
    for (size_t j = 0; j < card->n_measures; j++)
        within[card->measure[j].group] += card->measure[j].weight;
    for (size_t g = 0; g < card->n_groups; g++)
        groups += within[g] > 0 ? card->group[g].weight : 0;
    for (size_t j = 0; j < card->n_measures; j++) {
        const struct scorecard_measure *m = &card->measure[j];
        if (within[m->group] > 0)
            share[j] = card->group[m->group].weight / groups * m->weight / within[m->group];
    }
    return share;
}

/* Missing is what the card takes it for; renormalised and blocking ones stay missing. */
static double score_of(const struct scorecard_measure *m, double value)
{
    if (isfinite(value))
        return scorecard_measure_bp(m, value) / 10000.0;
    switch (m->missing) {
    case MISSING_NEUTRAL:
        return 0.5;
    case MISSING_WORST:
        return 0;
    case MISSING_BEST:
        return 1;
    case MISSING_RENORMALISE:
    case MISSING_BLOCK:
    default:
        return NAN;
    }
}

static void fill(struct arena *arena, struct weights_card *w)
{
    const struct panel *panel = &w->t.panel;
    size_t n = panel->n, p = w->t.card->n_measures;
    double *score = arena_many(arena, n * p + 1, double);
    uint8_t *train = arena_many(arena, n + 1, uint8_t), *test = arena_many(arena, n + 1, uint8_t);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < p; j++) {
            const struct scorecard_measure *m = &w->t.card->measure[j];
            score[i * p + j] = score_of(m, panel->value[i * panel->n_metrics + (size_t)m->metric]);
        }
    }
    train_panel_split(arena, &w->t, train, test);
    w->rows = (struct weights_rows){.n = n,
                                    .p = p,
                                    .score = score,
                                    .y = panel->y,
                                    .account = panel->account,
                                    .train = train,
                                    .test = test,
                                    .expert = expert_shares(arena, w->t.card)};
}

bool weights_card_suggest(struct arena *arena, struct db *db, struct config *config,
                          const struct train_panel_options *options, struct weights_card *out,
                          GError **err)
{
    struct train_panel_options all = *options;
    all.all_metrics = true;
    if (!train_panel_load(arena, db, config, &all, &out->t, err))
        return false;
    fill(arena, out);
    return weights_suggest(arena, &out->rows, &out->weights, err);
}
