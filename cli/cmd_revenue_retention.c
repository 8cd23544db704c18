/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cmd_revenue.h"
#include "scoring/retention.h"

static const struct grid_column columns[] = {
    {"period", "period", false},
    {"from", NULL, false},
    {"to", NULL, false},
    {"days", NULL, true},
    {"currency", "", false},
    {"n_base", "customers", true},
    {"n_retained", NULL, true},
    {"n_churned", "left", true},
    {"arr_from", "ARR", true},
    {"arr_to", NULL, true},
    {"arr_kept", NULL, true},
    {"nrr", "NRR", true},
    {"nrr_exact", NULL, false},
    {"grr", "GRR", true},
    {"grr_exact", NULL, false},
    {"logo_churn", "churn", true},
    {"logo_churn_exact", NULL, false},
    {"logo_churn_annual", "a year", true},
    {"arr_churn_annual", "of ARR", true},
};

static void add(const struct cmd_revenue *ask, struct grid *grid, const struct period *p,
                const struct retention *r)
{
    const char *currency = ask->revenue.currency;
    grid_text(grid, period_name(ask->arena, p));
    grid_day(grid, p->from);
    grid_day(grid, p->to);
    grid_count(grid, p->to - p->from);
    grid_text(grid, currency);
    grid_count(grid, (int64_t)r->n_base);
    grid_count(grid, (int64_t)r->n_retained);
    grid_count(grid, (int64_t)(r->n_base - r->n_retained));
    grid_money(grid, r->from, currency);
    grid_money(grid, r->to, currency);
    grid_money(grid, r->kept, currency);
    grid_share(grid, r->nrr);
    grid_share(grid, r->grr);
    grid_share(grid, r->churned);
    grid_real(grid, r->churned_annual, 12);
    grid_real(grid, r->arr_churned_annual, 12);
}

bool cmd_revenue_retention(struct cmd_revenue *ask, GError **err)
{
    size_t n = 1;
    struct period *period = arena_one(ask->arena, struct period);
    *period = (struct period){PERIOD_CUSTOM, ask->from, ask->to};
    if (ask->has_by || !ask->has_from)
        period = cmd_revenue_periods(ask, &n);
    else if (ask->to > ask->revenue.as_of)
        return err_set(err, KENKO_ERROR_USAGE, "--to must not lie after --as-of: it is compared");
    struct grid *grid = grid_new(ask->arena, columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < n; i++) {
        struct retention r;
        if (!retention_compute(ask->revenue.ledger, &period[i], &r, err))
            return false;
        add(ask, grid, &period[i], &r);
    }
    grid_print(grid, ask->form);
    return true;
}
