/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/backtest.h"
#include "scoring/metric_churn.h"

#include <string.h>

#include "core/progress.h"
#include "scoring/train_leak.h"
#include "scoring/train_panel.h"

const double backtest_share[BACKTEST_SHARES] = {0.05, 0.10};

struct testing {
    struct arena *arena;
    struct train_panel t;
    struct backtest *out;
    struct rival_rows *rows; /* by origin */
};

/* Rows whose outcome was sure by the day, and how many of them churned. */
static void known_by(const struct testing *b, int32_t day, uint8_t *train,
                     struct backtest_origin *out)
{
    const struct panel *panel = &b->t.panel;
    int32_t before = day - b->t.config.hazard.horizon_days - metric_churn_delay(b->t.set);
    *out = (struct backtest_origin){.as_of = day};
    for (size_t i = 0; i < panel->n; i++) {
        train[i] = panel->as_of[i] < before;
        out->train_rows += train[i];
        out->train_events += train[i] && panel->y[i] > 0.5;
    }
}

static void add_capacity(struct testing *b, const struct rival_rows *rows,
                         struct backtest_result *result)
{
    for (int k = 0; k < RIVALS; k++) {
        for (int s = 0; rows->p[k] && s < BACKTEST_SHARES; s++)
            evaluate_capacity_add(b->arena, rows->p[k], rows->y, rows->arr, rows->n,
                                  backtest_share[s], &result->capacity[k][s]);
    }
}

static bool judge(struct testing *b, struct backtest_origin *origin, struct rival_rows *rows,
                  GError **err)
{
    const struct panel *panel = &b->t.panel;
    uint8_t *train = arena_many(b->arena, panel->n + 1, uint8_t);
    uint8_t *test = arena_many(b->arena, panel->n + 1, uint8_t);
    char day[DAY_TEXT_SIZE];
    known_by(b, origin->as_of, train, origin);
    for (size_t i = 0; i < panel->n; i++)
        test[i] = panel->as_of[i] == origin->as_of;
    if (!rival_predict(b->arena, b->t.set, panel, train, test, &b->t.config.hazard, rows, err))
        return err_context(err, "the day %s", day_format(origin->as_of, day));
    rival_evaluate(b->arena, rows, &origin->result.table);
    add_capacity(b, rows, &origin->result);
    add_capacity(b, rows, &b->out->pooled);
    return true;
}

/* All days' predictions in one table. */
static void pool(struct testing *b)
{
    struct rival_rows all = {0};
    size_t n = 0;
    for (size_t o = 0; o < b->out->n; o++)
        n += b->rows[o].n;
    all.y = arena_many(b->arena, n + 1, double);
    all.arr = arena_many(b->arena, n + 1, double);
    all.as_of = arena_many(b->arena, n + 1, int32_t);
    for (int k = 0; k < RIVALS; k++) {
        bool everywhere = true;
        for (size_t o = 0; o < b->out->n; o++)
            everywhere &= b->rows[o].p[k] != NULL;
        all.p[k] = everywhere ? arena_many(b->arena, n + 1, double) : NULL;
    }
    for (size_t o = 0; o < b->out->n; o++) {
        const struct rival_rows *rows = &b->rows[o];
        memcpy(all.y + all.n, rows->y, rows->n * sizeof *all.y);
        memcpy(all.arr + all.n, rows->arr, rows->n * sizeof *all.arr);
        memcpy(all.as_of + all.n, rows->as_of, rows->n * sizeof *all.as_of);
        for (int k = 0; k < RIVALS; k++) {
            if (all.p[k])
                memcpy(all.p[k] + all.n, rows->p[k], rows->n * sizeof *all.y);
        }
        all.n += rows->n;
    }
    rival_evaluate(b->arena, &all, &b->out->pooled.table);
}

/* The newest days with enough churn events before them. */
static struct backtest_origin *choose_origins(struct testing *b)
{
    size_t n_days;
    const int32_t *days = panel_days(b->arena, &b->t.panel, &n_days);
    uint8_t *train = arena_many(b->arena, b->t.panel.n + 1, uint8_t);
    struct backtest_origin *origin =
        arena_many(b->arena, BACKTEST_ORIGINS_MAX + 1, struct backtest_origin);
    size_t first = n_days;
    while (first > 0 && n_days - first < BACKTEST_ORIGINS_MAX) {
        known_by(b, days[first - 1], train, &origin[0]);
        if (origin[0].train_events < (size_t)b->t.config.min_events)
            break;
        first--;
    }
    b->out->days_without = n_days - first < BACKTEST_ORIGINS_MAX ? first : 0;
    b->out->n = n_days - first;
    for (size_t o = 0; o < b->out->n; o++)
        origin[o] = (struct backtest_origin){.as_of = days[first + o]};
    return origin;
}

static bool run(struct testing *b, struct progress *progress, GError **err)
{
    struct backtest_origin *origin = choose_origins(b);
    if (b->out->n == 0)
        return err_set(err, KENKO_ERROR_REFUSED,
                       "no day has %d churn events before it whose outcome was sure by then",
                       b->t.config.min_events);
    if (!train_leak_check(b->t.set, &b->t.panel, b->t.config.hazard.horizon_days, err))
        return false;
    progress_begin(progress, "fitting", "days", PROGRESS_ITEMS, (int64_t)b->out->n);
    b->rows = arena_many(b->arena, b->out->n, struct rival_rows);
    for (size_t o = 0; o < b->out->n; o++) {
        if (!judge(b, &origin[o], &b->rows[o], err))
            return false;
        progress_pass(progress, 1);
    }
    b->out->origin = origin;
    pool(b);
    return true;
}

bool backtest_run(struct arena *arena, struct db *db, struct config *config,
                  const struct backtest_options *options, struct backtest *out, GError **err)
{
    struct testing b = {.arena = arena, .out = out};
    const struct train_panel_options panel = {options->as_of, options->known_no, options->progress};
    *out = (struct backtest){0};
    return train_panel_load(arena, db, config, &panel, &b.t, err) &&
           run(&b, options->progress, err);
}
