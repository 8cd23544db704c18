/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cmd_revenue.h"
#include "scoring/movement.h"

static const struct grid_column sums[] = {
    {"period", "period", false},
    {"currency", "", false},
    {"arr_start", "start", true},
    {"revalued", NULL, true},
    {"new", "new", true},
    {"resurrection", "back", true},
    {"expansion", "expansion", true},
    {"contraction", "contraction", true},
    {"churn", "churn", true},
    {"arr_end", "end", true},
    {"n_new", NULL, true},
    {"n_resurrection", NULL, true},
    {"n_expansion", NULL, true},
    {"n_contraction", NULL, true},
    {"n_churn", "left", true},
};

static const struct grid_column accounts[] = {
    {"period", "period", false}, {"account", "account", false}, {"movement", "movement", false},
    {"currency", "", false},     {"arr_start", "start", true},  {"arr_end", "end", true},
    {"delta", "change", true},
};

static void add_sums(const struct cmd_revenue *ask, struct grid *grid, const struct period *period,
                     size_t n, const struct movement_table *table)
{
    const char *currency = ask->revenue.currency;
    for (size_t i = 0; i < n; i++) {
        const struct movement_sum *s = &table->sum[i];
        grid_text(grid, period_name(ask->arena, &period[i]));
        grid_text(grid, currency);
        grid_money(grid, s->start, currency);
        if (i == 0)
            grid_blank(grid);
        else
            grid_money(grid, s->start - table->sum[i - 1].end, currency);
        for (int k = 0; k < MOVEMENT_KINDS; k++)
            grid_money(grid, s->delta[k], currency);
        grid_money(grid, s->end, currency);
        for (int k = 0; k < MOVEMENT_KINDS; k++)
            grid_count(grid, (int64_t)s->n[k]);
    }
}

static void add_accounts(const struct cmd_revenue *ask, struct grid *grid,
                         const struct period *period, const struct movement_table *table)
{
    const char *currency = ask->revenue.currency;
    for (size_t i = 0; i < table->n; i++) {
        const struct movement *m = &table->movement[i];
        grid_text(grid, period_name(ask->arena, &period[m->period]));
        grid_text(grid, ask->revenue.ledger->key[m->account]);
        grid_text(grid, movement_name(m->kind));
        grid_text(grid, currency);
        grid_money(grid, m->start, currency);
        grid_money(grid, m->end, currency);
        grid_money(grid, m->end - m->start, currency);
    }
}

bool cmd_revenue_movements(struct cmd_revenue *ask, GError **err)
{
    size_t n;
    struct period *period = cmd_revenue_periods(ask, &n);
    struct movement_table table;
    if (!movement_compute(ask->arena, ask->revenue.ledger, period, n, cmd_revenue_gap(ask), &table,
                          err))
        return false;
    struct grid *grid = ask->by_account ? grid_new(ask->arena, accounts, G_N_ELEMENTS(accounts))
                                        : grid_new(ask->arena, sums, G_N_ELEMENTS(sums));
    if (ask->by_account)
        add_accounts(ask, grid, period, &table);
    else
        add_sums(ask, grid, period, n, &table);
    grid_print(grid, ask->form);
    return true;
}
