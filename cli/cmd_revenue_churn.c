/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_revenue.h"
#include "scoring/loss.h"
#include "scoring/metric_churn.h"

enum { MARK_90 = 1 };

static const struct grid_column accounts[] = {
    {"account", "account", false},   {"churned_on", "left", false},
    {"seen_by", "by", false},        {"definition", NULL, false},
    {"currency", "", false},         {"arr", "ARR", true},
    {"reason", "reason", false},     {"competitor", "competitor", false},
    {"lead_first_days", NULL, true}, {"lead_last_days", "red for", true},
    {"band_180", NULL, false},       {"band_90", "90 days before", false},
    {"band_60", NULL, false},        {"band_30", NULL, false},
};

static const struct grid_column reasons[] = {
    {"reason", "reason", false}, {"competitor", "competitor", false},
    {"seen_by", "by", false},    {"definition", NULL, false},
    {"n", "customers", true},    {"currency", "", false},
    {"arr", "ARR", true},
};

static void put_days(struct grid *grid, int days)
{
    if (days == LEAD_NEVER)
        grid_blank(grid);
    else
        grid_count(grid, days);
}

static struct grid *by_account(const struct cmd_revenue *ask, const struct loss *loss, size_t n)
{
    const struct revenue *v = &ask->revenue;
    struct grid *grid = grid_new(ask->arena, accounts, G_N_ELEMENTS(accounts));
    for (size_t i = 0; i < n; i++) {
        grid_text(grid, v->ledger->key[loss[i].account]);
        grid_day(grid, loss[i].day);
        grid_text(grid, metric_end_name(loss[i].end));
        grid_text(grid, metric_churn_name(v->set));
        grid_text(grid, v->currency);
        grid_money(grid, loss[i].minor, v->currency);
        grid_text(grid, loss[i].reason);
        grid_text(grid, loss[i].competitor);
        put_days(grid, loss[i].lead.first);
        put_days(grid, loss[i].lead.last);
        for (int m = 0; m < LEAD_MARKS; m++)
            grid_text(grid, lead_band_name(loss[i].lead.band[m]));
    }
    return grid;
}

static int compare_words(const void *a, const void *b)
{
    const struct loss *x = a, *y = b;
    int by_reason = strcmp(x->reason, y->reason), by_name = strcmp(x->competitor, y->competitor);
    if (by_reason != 0)
        return by_reason;
    if (by_name != 0)
        return by_name;
    return (x->end > y->end) - (x->end < y->end);
}

/* What was recorded together, summed; what says nothing stands first. */
static bool by_reason(const struct cmd_revenue *ask, struct loss *loss, size_t n, struct grid **out,
                      GError **err)
{
    const struct revenue *v = &ask->revenue;
    struct grid *grid = grid_new(ask->arena, reasons, G_N_ELEMENTS(reasons));
    qsort(loss, n, sizeof *loss, compare_words);
    for (size_t i = 0, first = 0; i < n; first = i) {
        int64_t minor = 0;
        for (; i < n && compare_words(&loss[i], &loss[first]) == 0; i++) {
            if (!ledger_add(&minor, loss[i].minor, err))
                return false;
        }
        grid_text(grid, loss[first].reason);
        grid_text(grid, loss[first].competitor);
        grid_text(grid, metric_end_name(loss[first].end));
        grid_text(grid, metric_churn_name(v->set));
        grid_count(grid, (int64_t)(i - first));
        grid_text(grid, v->currency);
        grid_money(grid, minor, v->currency);
    }
    *out = grid;
    return true;
}

static void say_lead(struct arena *arena, const struct loss *loss, size_t n)
{
    struct lead_summary s;
    struct lead_outcome *outcome = arena_many(arena, n + 1, struct lead_outcome);
    for (size_t i = 0; i < n; i++)
        outcome[i] = loss[i].outcome;
    lead_summarise(arena, outcome, n, &s);
    if (n == 0)
        return;
    printf("Of %zu who left %zu had been Red for three days on end", n, s.n_first);
    if (s.n_first > 0)
        printf(", half of them %.0f days before or earlier", ratio_value(s.first_median));
    printf("; 60 days before or earlier: %.0f %% of all.\n", 100 * ratio_value(s.first_early));
    printf("Bands 90 days before:");
    for (int b = 0; b < LEAD_BANDS; b++)
        printf(" %s %.0f %%%s", lead_band_name((enum lead_band)b),
               100 * ratio_value(s.logos[MARK_90][b]), b + 1 < LEAD_BANDS ? "," : ".\n");
}

bool cmd_revenue_churn(struct cmd_revenue *ask, GError **err)
{
    struct loss *loss;
    struct grid *grid;
    size_t n;
    if (!loss_list(ask->arena, ask->context->db, &ask->revenue, ask->from, ask->to, &loss, &n, err))
        return false;
    if (ask->by_account)
        grid = by_account(ask, loss, n);
    else if (!by_reason(ask, loss, n, &grid, err))
        return false;
    grid_print(grid, ask->form);
    if (ask->form == GRID_TERMINAL)
        say_lead(ask->arena, loss, n);
    return true;
}
