/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/weights_card.h"

static void fill(struct arena *arena, struct weights_card *w)
{
    const struct panel *panel = &w->t.panel;
    size_t n = panel->n, p = w->t.card->n_measures;
    double *share = arena_many(arena, p + 1, double);
    scorecard_shares(w->t.card, share);
    uint8_t *train = arena_many(arena, n + 1, uint8_t), *test = arena_many(arena, n + 1, uint8_t);
    train_panel_split(arena, &w->t, train, test);
    w->rows = (struct weights_rows){.n = n,
                                    .p = p,
                                    .score = panel->measure,
                                    .y = panel->y,
                                    .account = panel->account,
                                    .train = train,
                                    .test = test,
                                    .expert = share};
}

bool weights_card_suggest(struct arena *arena, struct db *db, struct config *config,
                          const struct train_panel_options *options, struct weights_card *out,
                          GError **err)
{
    struct train_panel_options all = *options;
    all.all_metrics = all.measures = true;
    if (!train_panel_load(arena, db, config, &all, &out->t, err))
        return false;
    if (!scorecard_is_mean(out->t.card))
        return err_set(err, KENKO_ERROR_REFUSED,
                       "scorecard %s does more than average, so there are no weights to suggest",
                       out->t.card->name);
    fill(arena, out);
    return weights_suggest(arena, &out->rows, &out->weights, err);
}
