/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cli/cmd_revenue.h"
#include "scoring/cohort.h"

enum { AGES_SHOWN = 13, AGES_MAX = 61 };

static const struct grid_column columns[] = {
    {"cohort", NULL, false},    {"age", NULL, true},         {"day", NULL, false},
    {"currency", NULL, false},  {"n", NULL, true},           {"arr_base", NULL, true},
    {"n_retained", NULL, true}, {"arr", NULL, true},         {"arr_kept", NULL, true},
    {"logo", NULL, true},       {"logo_exact", NULL, false}, {"nrr", NULL, true},
    {"nrr_exact", NULL, false}, {"grr", NULL, true},         {"grr_exact", NULL, false},
};

static const struct grid_column activity_columns[] = {
    {"cohort", NULL, false},       {"age", NULL, true},
    {"day", NULL, false},          {"n", NULL, true},
    {"n_active", NULL, true},      {"active", NULL, true},
    {"active_exact", NULL, false},
};

typedef struct ratio (*measure_fn)(const struct cohort *, const struct cohort_cell *);

static bool find_measure(const char *name, measure_fn *out, GError **err)
{
    static const char *const names[] = {"logo", "nrr", "grr"};
    static const measure_fn measures[] = {cohort_logo, cohort_nrr, cohort_grr};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = measures[i];
            return true;
        }
    }
    return err_set(err, KENKO_ERROR_USAGE, "measure is '%s', want logo, nrr or grr", name);
}

static const char *cohort_name(const struct cmd_revenue *ask, const struct cohort *c)
{
    const struct period period = {ask->by, c->start, c->start};
    return period_name(ask->arena, &period);
}

/* One row a cohort and age, for programs. */
static struct grid *list(const struct cmd_revenue *ask, const struct cohort_table *t)
{
    const char *currency = ask->revenue.currency;
    struct grid *grid = grid_new(ask->arena, columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < t->n * t->n_ages; i++) {
        const struct cohort *c = &t->cohort[i / t->n_ages];
        const struct cohort_cell *cell = &c->cell[i % t->n_ages];
        grid_text(grid, cohort_name(ask, c));
        grid_count(grid, (int64_t)(i % t->n_ages));
        grid_day(grid, cell->day);
        grid_text(grid, currency);
        grid_count(grid, (int64_t)c->n);
        grid_money(grid, c->base, currency);
        if (cell->is_censored) {
            for (int k = 0; k < 3; k++)
                grid_blank(grid);
        } else {
            grid_count(grid, (int64_t)cell->n_retained);
            grid_money(grid, cell->arr, currency);
            grid_money(grid, cell->kept, currency);
        }
        grid_share(grid, cohort_logo(c, cell));
        grid_share(grid, cohort_nrr(c, cell));
        grid_share(grid, cohort_grr(c, cell));
    }
    return grid;
}

static struct grid *list_activity(const struct cmd_revenue *ask, const struct cohort_table *t)
{
    struct grid *grid = grid_new(ask->arena, activity_columns, G_N_ELEMENTS(activity_columns));
    for (size_t i = 0; i < t->n * t->n_ages; i++) {
        const struct cohort *c = &t->cohort[i / t->n_ages];
        const struct cohort_cell *cell = &c->cell[i % t->n_ages];
        grid_text(grid, cohort_name(ask, c));
        grid_count(grid, (int64_t)(i % t->n_ages));
        grid_day(grid, cell->day);
        grid_count(grid, (int64_t)c->n);
        if (cell->is_watched)
            grid_count(grid, (int64_t)cell->n_active);
        else
            grid_blank(grid);
        grid_share(grid, cohort_activity_share(c, cell));
    }
    return grid;
}

/* One row a cohort, one column an age, for eyes. */
static struct grid *square(const struct cmd_revenue *ask, const struct cohort_table *t,
                           measure_fn measure)
{
    struct grid_column *column = arena_many(ask->arena, AGES_SHOWN + 2, struct grid_column);
    column[0] = (struct grid_column){"cohort", "cohort", false};
    column[1] = (struct grid_column){"n", "customers", true};
    for (int k = 0; k < AGES_SHOWN; k++)
        column[k + 2].name = column[k + 2].head = arena_printf(ask->arena, "%d", k);
    for (int k = 0; k < AGES_SHOWN; k++)
        column[k + 2].is_number = true;
    struct grid *grid = grid_new(ask->arena, column, AGES_SHOWN + 2);
    for (size_t i = 0; i < t->n; i++) {
        const struct cohort *c = &t->cohort[i];
        grid_text(grid, cohort_name(ask, c));
        grid_count(grid, (int64_t)c->n);
        for (size_t k = 0; k < AGES_SHOWN; k++)
            grid_real(grid, ratio_value(measure(c, &c->cell[k])), 9);
    }
    return grid;
}

/* Fill in who used the product, when that is asked. */
static bool look_at_usage(const struct cmd_revenue *ask, struct cohort_table *table,
                          measure_fn *measure, GError **err)
{
    const struct revenue *v = &ask->revenue;
    if (!ask->activity)
        return true;
    *measure = cohort_activity_share;
    for (size_t i = 0; i < metric_usage_count(v->set); i++) {
        if (strcmp(metric_usage_name(v->set, i), ask->activity) == 0)
            return cohort_activity(ask->context->db, v->zone, v->ledger, ask->activity, v->known_no,
                                   ask->by, table, err);
    }
    return err_set(err, KENKO_ERROR_USAGE,
                   "--activity is '%s', want a usage metric that metrics.yaml reads",
                   ask->activity);
}

bool cmd_revenue_cohorts(struct cmd_revenue *ask, GError **err)
{
    struct cohort_table table;
    measure_fn measure = NULL;
    bool is_shown = ask->form == GRID_TERMINAL;
    if (!find_measure(ask->measure, &measure, err) ||
        !cohort_compute(ask->arena, ask->revenue.ledger, ask->by, is_shown ? AGES_SHOWN : AGES_MAX,
                        &table, err) ||
        !look_at_usage(ask, &table, &measure, err))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < table.n; i++) {
        bool is_asked = !ask->has_from ||
                        (table.cohort[i].start >= ask->from && table.cohort[i].start < ask->to);
        if (is_asked)
            table.cohort[kept++] = table.cohort[i];
    }
    table.n = kept;
    struct grid *grid = is_shown        ? square(ask, &table, measure)
                        : ask->activity ? list_activity(ask, &table)
                                        : list(ask, &table);
    grid_print(grid, ask->form);
    return true;
}
