/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/revenue_publish.h"
#include "scoring/metric_churn.h"

#include <math.h>
#include <string.h>

#include "core/day.h"
#include "scoring/arr_moved.h"
#include "scoring/cohort.h"
#include "scoring/loss.h"
#include "scoring/movement.h"
#include "scoring/outlook.h"
#include "scoring/renewal_risk.h"
#include "scoring/revenue.h"
#include "sql/scoring.h"

enum { RENEWAL_DAYS = 366, QUARTERS_AHEAD = 4, QUARTERS_BACK = 8 };

struct publishing {
    struct arena *arena;
    struct db *db;
    struct revenue revenue;
    int32_t first_on; /* first day of a contract that pays */
};

/* COPY's last step, or its end where a row failed. */
static bool finish(struct db_copy *copy, bool ok, GError **err)
{
    if (ok)
        return db_copy_end(copy, NULL, err);
    db_copy_abort(copy);
    return false;
}

/* ── movements ─────────────────────────────────────────────────────────────────────────────── */

/* One scope's periods of one kind. */
struct scope {
    const struct ledger *ledger;
    const char *name, *currency;
    const struct period *period;
    size_t n;
    struct movement_table table;
};

static void collect_moved(const struct scope *s, GArray *moved)
{
    const int64_t *account_id = facts_account_ids(s->ledger->facts);
    for (size_t i = 0; i < s->table.n; i++) {
        const struct movement *m = &s->table.movement[i];
        const struct q_arr_moved_copy_row row = {.account_id = account_id[m->account],
                                                 .scope = s->name,
                                                 .period = s->period[m->period].from + 1,
                                                 .currency = s->currency,
                                                 .movement = movement_name(m->kind),
                                                 .start_minor = m->start,
                                                 .end_minor = m->end};
        g_array_append_val(moved, row);
    }
}

static bool write_sums(struct db *db, const struct scope *s, const char *kind, GError **err)
{
    struct db_copy *copy = q_arr_period_copy_begin(db, err);
    bool ok = copy != NULL;
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < s->n; i++) {
        const struct movement_sum *sum = &s->table.sum[i];
        const struct q_arr_period_copy_row row = {
            .scope = s->name,
            .kind = kind,
            .period = s->period[i].from + 1,
            .days = s->period[i].to - s->period[i].from,
            .currency = s->currency,
            .start_minor = sum->start,
            .new_minor = sum->delta[MOVEMENT_NEW],
            .resurrection_minor = sum->delta[MOVEMENT_RESURRECTION],
            .expansion_minor = sum->delta[MOVEMENT_EXPANSION],
            .contraction_minor = sum->delta[MOVEMENT_CONTRACTION],
            .churn_minor = sum->delta[MOVEMENT_CHURN],
            .n_start = (int64_t)sum->n_start,
            .n_new = (int64_t)sum->n[MOVEMENT_NEW],
            .n_resurrection = (int64_t)sum->n[MOVEMENT_RESURRECTION],
            .n_expansion = (int64_t)sum->n[MOVEMENT_EXPANSION],
            .n_contraction = (int64_t)sum->n[MOVEMENT_CONTRACTION],
            .n_churn = (int64_t)sum->n[MOVEMENT_CHURN]};
        ok = q_arr_period_copy_put(copy, &row, err);
    }
    return finish(copy, ok, err);
}

/* A scope from the period of the first paying day on; of accounts by month only. */
static bool write_scope(const struct publishing *p, const struct ledger *l, const char *name,
                        GArray *moved, GError **err)
{
    struct scope s = {
        .ledger = l, .name = name, .currency = l->currency ? l->currency : p->revenue.currency};
    for (int by = PERIOD_MONTH; by <= PERIOD_YEAR; by++) {
        int32_t first = period_start((enum period_by)by, p->first_on, 0);
        s.period = period_list(p->arena, (enum period_by)by, first, l->as_of, &s.n);
        if (!movement_compute(p->arena, l, s.period, s.n, MOVEMENT_NO_GAP, &s.table, err) ||
            !write_sums(p->db, &s, period_by_name((enum period_by)by), err))
            return false;
        if (by == PERIOD_MONTH)
            collect_moved(&s, moved);
    }
    return true;
}

/* The currencies that contracts are in, each once. */
static GPtrArray *list_currencies(const struct ledger *l)
{
    GPtrArray *list = g_ptr_array_new();
    for (size_t i = 0; i < l->first[l->n_accounts]; i++) {
        guint k = 0;
        while (k < list->len && strcmp(list->pdata[k], l->row[i].currency) != 0)
            k++;
        if (k == list->len)
            g_ptr_array_add(list, (gpointer)(uintptr_t)l->row[i].currency);
    }
    return list;
}

static bool write_movements(const struct publishing *p, GError **err)
{
    g_autoptr(GPtrArray) currency = list_currencies(p->revenue.ledger);
    g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(struct q_arr_moved_copy_row));
    int64_t changed;
    if (!q_arr_period_clear(p->db, NULL, err) ||
        !write_scope(p, p->revenue.ledger, "all", moved, err))
        return false;
    for (guint i = 0; i < currency->len; i++) {
        struct ledger *own;
        if (!ledger_make(p->arena, p->revenue.facts, p->revenue.as_of, currency->pdata[i], &own,
                         err) ||
            !write_scope(p, own, currency->pdata[i], moved, err))
            return false;
    }
    return arr_moved_write(p->db, (struct q_arr_moved_copy_row *)(void *)moved->data, moved->len,
                           &changed, err);
}

/* ── cohorts ───────────────────────────────────────────────────────────────────────────────── */

/* Ages up to the oldest cohort's, so that every cohort has a row of each. */
static size_t count_ages(const struct publishing *p)
{
    size_t n = 0;
    while (period_last(PERIOD_MONTH, p->first_on, (int)n) < p->revenue.as_of)
        n++;
    return n;
}

static bool write_cohorts(const struct publishing *p, GError **err)
{
    struct cohort_table t;
    if (!q_cohort_cell_clear(p->db, NULL, err) ||
        !cohort_compute(p->arena, p->revenue.ledger, PERIOD_MONTH, count_ages(p), &t, err))
        return false;
    struct db_copy *copy = q_cohort_cell_copy_begin(p->db, err);
    bool ok = copy != NULL;
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < t.n * t.n_ages; i++) {
        const struct cohort *c = &t.cohort[i / t.n_ages];
        const struct cohort_cell *cell = &c->cell[i % t.n_ages];
        const struct q_cohort_cell_copy_row row = {.cohort = c->start,
                                                   .age = (int32_t)(i % t.n_ages),
                                                   .day = cell->day,
                                                   .n = (int64_t)c->n,
                                                   .base_minor = c->base,
                                                   .retained_is_null = cell->is_censored,
                                                   .retained = (int64_t)cell->n_retained,
                                                   .arr_minor_is_null = cell->is_censored,
                                                   .arr_minor = cell->arr,
                                                   .kept_minor_is_null = cell->is_censored,
                                                   .kept_minor = cell->kept};
        ok = q_cohort_cell_copy_put(copy, &row, err);
    }
    return finish(copy, ok, err);
}

/* ── renewals, what they may cost, who was lost ────────────────────────────────────────────── */

static bool write_renewals(const struct publishing *p, GError **err)
{
    const struct revenue *r = &p->revenue;
    const int64_t *account_id = facts_account_ids(r->facts);
    struct renewal *renewal;
    size_t n;
    int32_t unused;
    if (!q_renewal_clear(p->db, NULL, err) ||
        !renewal_list(p->arena, r->ledger, r->as_of, r->as_of + RENEWAL_DAYS,
                      metric_churn_gap(r->set), &renewal, &n, err) ||
        !renewal_risk(p->arena, p->db, r->set, r->ledger, r->as_of, r->as_of, renewal, n, &unused,
                      err))
        return false;
    struct db_copy *copy = q_renewal_copy_begin(p->db, err);
    bool ok = copy != NULL;
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < n; i++) {
        const struct q_renewal_copy_row row = {.account_id = account_id[renewal[i].account],
                                               .ordinal = (int32_t)i + 1,
                                               .renewal_on = renewal[i].row->to,
                                               .product = renewal[i].row->words->product,
                                               .arr_minor = renewal[i].minor,
                                               .is_renewed = renewal[i].is_renewed,
                                               .p_churn_1e9_is_null =
                                                   renewal[i].p_1e9 == RENEWAL_NO_RISK,
                                               .p_churn_1e9 = renewal[i].p_1e9};
        ok = q_renewal_copy_put(copy, &row, err);
    }
    return finish(copy, ok, err);
}

static bool put_forecast(struct db_copy *copy, const struct outlook *o, GError **err)
{
    const struct forecast *f = &o->forecast;
    const struct q_forecast_copy_row row = {.quarter = o->quarter.from + 1,
                                            .forecast_on = o->origin,
                                            .risk_as_of_is_null = o->risk_as_of == INT32_MIN,
                                            .risk_as_of = o->risk_as_of,
                                            .n = (int64_t)f->n,
                                            .arr_minor = f->total,
                                            .n_without_risk = (int64_t)o->n_without,
                                            .without_risk_minor = o->without,
                                            .expected_minor = llround(ratio_value(f->mean)),
                                            .arr_p10 = f->arr[0],
                                            .arr_p50 = f->arr[1],
                                            .arr_p90 = f->arr[2],
                                            .n_p10 = f->count[0],
                                            .n_p50 = f->count[1],
                                            .n_p90 = f->count[2],
                                            .step_minor = f->grid,
                                            .n_lost_is_null = !o->is_past,
                                            .n_lost = (int64_t)o->n_lost,
                                            .lost_minor_is_null = !o->is_past,
                                            .lost_minor = o->lost};
    return q_forecast_copy_put(copy, &row, err);
}

static bool write_forecasts(const struct publishing *p, GError **err)
{
    struct outlook *past, *ahead;
    size_t n;
    if (!q_forecast_clear(p->db, NULL, err) ||
        !outlook_past(p->arena, p->db, &p->revenue, QUARTERS_BACK, &past, &n, err) ||
        !outlook_ahead(p->arena, p->db, &p->revenue, QUARTERS_AHEAD, &ahead, err))
        return false;
    struct db_copy *copy = q_forecast_copy_begin(p->db, err);
    bool ok = copy != NULL;
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < n; i++)
        ok = put_forecast(copy, &past[i], err);
    for (size_t i = 0; ok && i < QUARTERS_AHEAD; i++)
        ok = put_forecast(copy, &ahead[i], err);
    return finish(copy, ok, err);
}

static bool put_loss(struct db_copy *copy, const struct loss *l, int64_t account_id, GError **err)
{
    const struct q_loss_copy_row row = {.account_id = account_id,
                                        .churned_on = l->day,
                                        .seen_by = metric_end_name(l->end),
                                        .arr_minor = l->minor,
                                        .reason = l->reason,
                                        .competitor = l->competitor,
                                        .lead_first_days_is_null = l->lead.first == LEAD_NEVER,
                                        .lead_first_days = l->lead.first,
                                        .lead_last_days_is_null = l->lead.last == LEAD_NEVER,
                                        .lead_last_days = l->lead.last,
                                        .band_180 = lead_band_name(l->lead.band[0]),
                                        .band_90 = lead_band_name(l->lead.band[1]),
                                        .band_60 = lead_band_name(l->lead.band[2]),
                                        .band_30 = lead_band_name(l->lead.band[3])};
    return q_loss_copy_put(copy, &row, err);
}

static bool write_losses(const struct publishing *p, GError **err)
{
    const struct revenue *r = &p->revenue;
    const int64_t *account_id = facts_account_ids(r->facts);
    struct loss *loss;
    size_t n;
    if (!q_loss_clear(p->db, NULL, err) ||
        !loss_list(p->arena, p->db, r, INT32_MIN, r->as_of, &loss, &n, err))
        return false;
    struct db_copy *copy = q_loss_copy_begin(p->db, err);
    bool ok = copy != NULL;
    if (!ok)
        return false;
    for (size_t i = 0; ok && i < n; i++)
        ok = put_loss(copy, &loss[i], account_id[loss[i].account], err);
    return finish(copy, ok, err);
}

/* ── the whole ─────────────────────────────────────────────────────────────────────────────── */

static int32_t first_paying_day(const struct ledger *l)
{
    int32_t first = l->as_of;
    for (size_t a = 0; a < l->n_accounts; a++)
        first = MIN(first, ledger_first_day(l, a));
    return first;
}

static bool write_all(struct publishing *p, const char *basis, GError **err)
{
    const struct revenue *r = &p->revenue;
    p->first_on = first_paying_day(r->ledger);
    return write_movements(p, err) && write_cohorts(p, err) && write_renewals(p, err) &&
           write_forecasts(p, err) && write_losses(p, err) &&
           q_revenue_put(p->db, r->as_of, r->known_no, basis, r->currency,
                         metric_churn_name(r->set), NULL, err);
}

static bool make(struct publishing *p, struct config *config, const struct q_revenue_basis_row *run,
                 const char *basis, GError **err)
{
    bool ok =
        revenue_open(p->arena, p->db, config, NULL, run->as_of, run->known_no, &p->revenue, err) &&
        db_begin(p->db, err);
    if (ok && write_all(p, basis, err))
        ok = db_commit(p->db, err);
    else if (ok) {
        db_rollback(p->db);
        ok = false;
    }
    revenue_close(&p->revenue);
    return ok;
}

static bool publish(struct db *db, struct config *config, bool *is_new, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct publishing p = {.arena = arena, .db = db};
    struct q_revenue_basis_row run;
    struct q_revenue_state_row state;
    bool is_published, stands;
    *is_new = false;
    const struct metric_set *set = metric_set_load(arena, config, err);
    if (!set || !q_revenue_basis(arena, db, &run, &is_published, err) ||
        !q_revenue_state(arena, db, &state, &stands, err))
        return false;
    if (!is_published)
        return true;
    const char *basis = arena_printf(
        arena, "run %" G_GINT64_FORMAT " said %" G_GINT64_FORMAT " %s in %s", run.run_id,
        run.said_no, metric_churn_definition(arena, set), config_currency(config));
    if (stands && strcmp(state.basis, basis) == 0)
        return true;
    *is_new = true;
    return make(&p, config, &run, basis, err);
}

bool revenue_publish(struct db *db, struct config *config, bool *is_new, GError **err)
{
    bool is_taken;
    if (!db_try_lock(db, "revenue", &is_taken, err))
        return false;
    if (!is_taken)
        return err_set(err, KENKO_ERROR_CONFLICT, "another job makes the tables of revenue");
    bool ok = publish(db, config, is_new, err);
    return db_unlock(db, "revenue", ok ? err : NULL) && ok;
}
