/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "cli/cmd_revenue.h"
#include "scoring/outlook.h"
#include "scoring/wilson.h"

enum { QUARTERS_AHEAD = 4, QUARTERS_BACK = 8 };

static const struct grid_column columns[] = {
    {"quarter", "quarter", false},  {"forecast_on", "as of", false},
    {"risk_as_of", NULL, false},    {"currency", "", false},
    {"n", "renewals", true},        {"arr", "ARR", true},
    {"n_without_risk", NULL, true}, {"arr_without_risk", "without risk", true},
    {"expected", "expected", true}, {"arr_p10", "P10", true},
    {"arr_p50", "P50", true},       {"arr_p90", "P90", true},
    {"n_p10", NULL, true},          {"n_p50", "customers", true},
    {"n_p90", NULL, true},          {"p_nothing", NULL, true},
    {"step", NULL, true},           {"n_lost", NULL, true},
    {"arr_lost", "was lost", true}, {"is_within", "within", false},
};

static void add_what_came(struct grid *grid, const struct outlook *o, const char *currency)
{
    if (!o->is_past) {
        for (int k = 0; k < 3; k++)
            grid_blank(grid);
        return;
    }
    grid_count(grid, (int64_t)o->n_lost);
    grid_money(grid, o->lost, currency);
    grid_text(grid, o->is_within ? "yes" : "no");
}

/* Where nobody says a risk of anything there is nothing to say. */
static void add_distribution(struct grid *grid, const struct outlook *o, const char *currency)
{
    const struct forecast *f = &o->forecast;
    if (f->n == 0 && o->n_without > 0) {
        for (int k = 0; k < 2 * FORECAST_QUANTILES + 3; k++)
            grid_blank(grid);
        return;
    }
    grid_money(grid, llround(ratio_value(f->mean)), currency);
    for (int q = 0; q < FORECAST_QUANTILES; q++)
        grid_money(grid, f->arr[q], currency);
    for (int q = 0; q < FORECAST_QUANTILES; q++)
        grid_count(grid, f->count[q]);
    grid_real(grid, f->p_zero, 12);
    grid_money(grid, f->grid == 1 ? 0 : f->grid, currency);
}

static void add(const struct cmd_revenue *ask, struct grid *grid, const struct outlook *o)
{
    const char *currency = ask->revenue.currency;
    const struct forecast *f = &o->forecast;
    grid_text(grid, period_name(ask->arena, &o->quarter));
    grid_day(grid, o->origin);
    grid_day(grid, o->risk_as_of == INT32_MIN ? INT32_MAX : o->risk_as_of);
    grid_text(grid, currency);
    grid_count(grid, (int64_t)f->n);
    grid_money(grid, f->total, currency);
    grid_count(grid, (int64_t)o->n_without);
    grid_money(grid, o->without, currency);
    add_distribution(grid, o, currency);
    add_what_came(grid, o, currency);
}

/* How often what came lay between P10 and P90. */
static void say_coverage(const struct outlook *past, size_t n)
{
    size_t within = 0;
    double low, high;
    for (size_t i = 0; i < n; i++)
        within += past[i].is_within;
    wilson_interval((int64_t)within, (int64_t)n, &low, &high);
    if (n > 0)
        printf("Of %zu past quarters %zu came between P10 and P90: %.0f %% (95 %%: %.0f to %.0f "
               "%%), 80 %% or more are to.\n",
               n, within, 100.0 * (double)within / (double)n, 100 * low, 100 * high);
}

bool cmd_revenue_forecast(struct cmd_revenue *ask, GError **err)
{
    struct db *db = ask->context->db;
    struct outlook *ahead, *past;
    size_t n;
    if (!outlook_past(ask->arena, db, &ask->revenue, QUARTERS_BACK, &past, &n, err) ||
        !outlook_ahead(ask->arena, db, &ask->revenue, QUARTERS_AHEAD, &ahead, err))
        return false;
    struct grid *grid = grid_new(ask->arena, columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < n; i++)
        add(ask, grid, &past[i]);
    for (size_t i = 0; i < QUARTERS_AHEAD; i++)
        add(ask, grid, &ahead[i]);
    grid_print(grid, ask->form);
    if (ask->form == GRID_TERMINAL)
        say_coverage(past, n);
    return true;
}
