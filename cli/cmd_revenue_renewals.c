/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cli/cmd_revenue.h"
#include "core/day.h"
#include "scoring/metric_churn.h"
#include "scoring/renewal_risk.h"

static const struct grid_column columns[] = {
    {"account", "account", false},
    {"product", "product", false},
    {"renewal_on", "renewal", false},
    {"days", "days", true},
    {"currency", "", false},
    {"arr", "ARR", true},
    {"is_renewed", "renewed", false},
    {"p_churn", "risk", true},
    {"expected_loss", "expected loss", true},
    {"risk_as_of", NULL, false},
};

static void add(const struct cmd_revenue *ask, struct grid *grid, const struct renewal *r,
                int32_t risk_as_of)
{
    const struct revenue *v = &ask->revenue;
    bool has_risk = r->p_1e9 != RENEWAL_NO_RISK && !r->is_renewed;
    grid_text(grid, v->ledger->key[r->account]);
    grid_text(grid, r->row->words->product);
    grid_day(grid, r->row->to);
    grid_count(grid, r->row->to - v->as_of);
    grid_text(grid, v->currency);
    grid_money(grid, r->minor, v->currency);
    grid_text(grid, r->is_renewed ? "yes" : "no");
    grid_real(grid, has_risk ? (double)r->p_1e9 / 1e9 : NAN, 9);
    if (has_risk)
        grid_money(grid, (int64_t)(((__int128)r->minor * r->p_1e9 + 500000000) / 1000000000),
                   v->currency);
    else
        grid_blank(grid);
    grid_day(grid, has_risk ? risk_as_of : INT32_MAX);
}

bool cmd_revenue_renewals(struct cmd_revenue *ask, GError **err)
{
    const struct revenue *v = &ask->revenue;
    struct renewal *renewal;
    size_t n;
    int32_t risk_as_of;
    if (!renewal_list(ask->arena, v->ledger, ask->from, ask->to, metric_churn_gap(v->set), &renewal,
                      &n, err) ||
        !renewal_risk(ask->arena, ask->context->db, v->set, v->ledger,
                      day_month_start(v->as_of, -1), v->as_of, renewal, n, &risk_as_of, err))
        return false;
    struct grid *grid = grid_new(ask->arena, columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < n; i++)
        add(ask, grid, &renewal[i], risk_as_of);
    grid_print(grid, ask->form);
    if (risk_as_of == INT32_MIN)
        context_next(ask->context, "kenko train, kenko score: no published run of the last month "
                                   "says a risk");
    return true;
}
