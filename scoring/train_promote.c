/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/train_promote.h"

#include <math.h>

#include "sql/scoring.h"

enum { EVENTS_ENOUGH = 10 };

static bool decide(struct train_verdict *out, bool promoted, char *word)
{
    out->promoted = promoted;
    g_strlcpy(out->word, word, sizeof out->word);
    g_free(word);
    return true;
}

/* The active model's predictions of the rows that neither model was fitted on. */
struct unseen {
    size_t n, events;
    double *active, *candidate, *y;
};

static void predict_unseen(struct arena *arena, const struct train_judged *j,
                           const struct hazard_model *active, int32_t trained_as_of,
                           struct unseen *out)
{
    size_t n = j->rows->n, *row = arena_many(arena, n + 1, size_t);
    int32_t seen = trained_as_of - j->options->horizon_days - j->delay_days - 1;
    *out = (struct unseen){.candidate = arena_many(arena, n + 1, double),
                           .y = arena_many(arena, n + 1, double)};
    for (size_t k = 0; k < n; k++) {
        if (j->panel->as_of[j->rows->row[k]] <= seen)
            continue;
        row[out->n] = j->rows->row[k];
        out->candidate[out->n] = j->rows->p[RIVAL_ENGINE][k];
        out->events += j->rows->y[k] > 0.5;
        out->y[out->n++] = j->rows->y[k];
    }
    const double *value = panel_values(arena, j->panel, row, out->n);
    out->active = hazard_probabilities(arena, active, value, out->n);
}

/* Each on its own held-out time: the share of the base rate's loss that it saves. */
static bool compare_records(const struct train_judged *j, const struct q_model_active_row *active,
                            struct train_verdict *out)
{
    double gain, se, base = 0;
    for (size_t k = 0; k < j->rows->n; k++)
        base += evaluate_log_loss(j->rows->p[RIVAL_BASE][k], j->rows->y[k]) / (double)j->rows->n;
    rival_difference(j->rows->p[RIVAL_BASE], j->rows->p[RIVAL_ENGINE], j->rows->y, j->rows->n,
                     &gain, &se);
    if (active->log_loss_is_null || active->base_log_loss_is_null || !(base > 0))
        return decide(out, true, g_strdup("the model before was never judged"));
    double was = 1 - active->log_loss / active->base_log_loss;
    bool promoted = (gain + se) / base >= was;
    return decide(out, promoted,
                  g_strdup_printf("saves %.1f %% of the base rate's log loss on held-out time, the "
                                  "model before %.1f %% on its own",
                                  100 * gain / base, 100 * was));
}

bool train_promote(struct db *db, const struct train_judged *j, struct train_verdict *out,
                   GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_model_active_row row;
    bool found;
    if (!q_model_active(arena, db, &row, &found, err))
        return false;
    if (!found)
        return decide(out, true, g_strdup("no other model speaks"));
    const struct hazard_model *active = hazard_load(arena, j->metrics, row.body, NULL);
    if (!active || hazard_horizon(active) != j->options->horizon_days)
        return decide(out, true, g_strdup("the model before no longer fits the configuration"));
    struct unseen unseen;
    double mean, se;
    predict_unseen(arena, j, active, row.trained_as_of, &unseen);
    if (unseen.events < EVENTS_ENOUGH)
        return compare_records(j, &row, out);
    rival_difference(unseen.candidate, unseen.active, unseen.y, unseen.n, &mean, &se);
    return decide(out, mean <= se,
                  g_strdup_printf("log loss differs from the model before by %+.4f (±%.4f) on %zu "
                                  "rows that neither was fitted on",
                                  mean, se, unseen.n));
}
