/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/cohort.h"

#include <string.h>

struct ratio cohort_logo(const struct cohort *c, const struct cohort_cell *cell)
{
    return (struct ratio){cell->n_retained, cell->is_censored ? 0 : c->n};
}

struct ratio cohort_nrr(const struct cohort *c, const struct cohort_cell *cell)
{
    return (struct ratio){cell->arr, cell->is_censored ? 0 : c->base};
}

struct ratio cohort_grr(const struct cohort *c, const struct cohort_cell *cell)
{
    return (struct ratio){cell->kept, cell->is_censored ? 0 : c->base};
}

/* The cohort that begins on `start`, made where it belongs when it is the first's. */
static struct cohort *cohort_of(GArray *cohorts, int32_t start)
{
    guint at = cohorts->len;
    while (at > 0 && g_array_index(cohorts, struct cohort, at - 1).start > start)
        at--;
    if (at == 0 || g_array_index(cohorts, struct cohort, at - 1).start != start) {
        struct cohort fresh = {.start = start};
        g_array_insert_val(cohorts, at, fresh);
        return &g_array_index(cohorts, struct cohort, at);
    }
    return &g_array_index(cohorts, struct cohort, at - 1);
}

static void make_cells(struct arena *arena, const struct ledger *l, enum period_by by,
                       size_t n_ages, struct cohort *c)
{
    c->cell = arena_many(arena, n_ages + 1, struct cohort_cell);
    for (size_t k = 0; k < n_ages; k++) {
        c->cell[k].day = period_last(by, c->start, (int)k);
        c->cell[k].is_censored = c->cell[k].day >= l->as_of;
    }
}

static bool add_account(const struct ledger *l, size_t account, struct cohort *c, size_t n_ages,
                        GError **err)
{
    int32_t first = ledger_first_day(l, account);
    int64_t base, arr;
    if (!ledger_arr(l, account, first, first, &base, err) || !ledger_add(&c->base, base, err))
        return false;
    c->n++;
    for (size_t k = 0; k < n_ages && !c->cell[k].is_censored; k++) {
        if (!ledger_arr(l, account, c->cell[k].day, first, &arr, err) ||
            !ledger_add(&c->cell[k].arr, arr, err) ||
            !ledger_add(&c->cell[k].kept, MIN(arr, base), err))
            return false;
        c->cell[k].n_retained += arr > 0;
    }
    return true;
}

bool cohort_compute(struct arena *arena, const struct ledger *l, enum period_by by, size_t n_ages,
                    struct cohort_table *out, GError **err)
{
    g_autoptr(GArray) cohorts = g_array_new(FALSE, FALSE, sizeof(struct cohort));
    for (size_t a = 0; a < l->n_accounts; a++) {
        int32_t first = ledger_first_day(l, a);
        if (first >= l->as_of)
            continue;
        struct cohort *c = cohort_of(cohorts, period_start(by, first, 0));
        if (!c->cell)
            make_cells(arena, l, by, n_ages, c);
        if (!add_account(l, a, c, n_ages, err))
            return false;
    }
    *out = (struct cohort_table){cohorts->len, n_ages,
                                 arena_many(arena, cohorts->len + 1, struct cohort)};
    if (cohorts->len)
        memcpy(out->cohort, cohorts->data, cohorts->len * sizeof(struct cohort));
    return true;
}
