/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/outlook.h"
#include "scoring/metric_churn.h"

#include <stdlib.h>

#include "core/day.h"
#include "scoring/renewal_risk.h"

/* An account whose contracts end in the quarter. */
struct item {
    uint32_t account;
    int32_t last; /* its last end there */
    int64_t minor, p_1e9;
};

struct items {
    size_t n;
    struct item *item;
};

static int compare_accounts(const void *a, const void *b)
{
    const struct renewal *x = a, *y = b;
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    return (x->row->to > y->row->to) - (x->row->to < y->row->to);
}

/* Open renewals by account: what they pay together, and the risk by the last of them. */
static bool by_account(struct arena *arena, struct renewal *renewal, size_t n, struct items *out,
                       GError **err)
{
    *out = (struct items){0, arena_many(arena, n + 1, struct item)};
    qsort(renewal, n, sizeof *renewal, compare_accounts);
    for (size_t i = 0; i < n; i++) {
        const struct renewal *r = &renewal[i];
        if (r->is_renewed)
            continue;
        if (out->n == 0 || out->item[out->n - 1].account != r->account)
            out->item[out->n++] = (struct item){.account = r->account};
        struct item *item = &out->item[out->n - 1];
        item->last = r->row->to;
        item->p_1e9 = r->p_1e9;
        if (!ledger_add(&item->minor, r->minor, err))
            return false;
    }
    return true;
}

/* Those with a risk first; the others are summed apart. */
static bool forecast(struct arena *arena, struct items *items, struct outlook *o, GError **err)
{
    size_t n = 0;
    struct forecast_item *with = arena_many(arena, items->n + 1, struct forecast_item);
    for (size_t i = 0; i < items->n; i++) {
        struct item item = items->item[i];
        if (item.p_1e9 == RENEWAL_NO_RISK) {
            o->n_without++;
            if (!ledger_add(&o->without, item.minor, err))
                return false;
            continue;
        }
        with[n] = (struct forecast_item){item.minor, item.p_1e9};
        items->item[n++] = item;
    }
    items->n = n;
    return forecast_make(arena, with, n, &o->forecast, err);
}

/* The renewals of [from, quarter's end] as `l` knows them, by risks of the month up to its day. */
static bool look(struct arena *arena, struct db *db, const struct revenue *r,
                 const struct ledger *l, int32_t from, struct outlook *o, struct items *items,
                 GError **err)
{
    struct renewal *renewal;
    size_t n;
    int32_t oldest = day_month_start(l->as_of, -1);
    return renewal_list(arena, l, from, o->quarter.to + 1, metric_churn_gap(r->set), &renewal, &n,
                        err) &&
           renewal_risk(arena, db, r->set, l, oldest, l->as_of, renewal, n, &o->risk_as_of, err) &&
           by_account(arena, renewal, n, items, err) && forecast(arena, items, o, err);
}

bool outlook_ahead(struct arena *arena, struct db *db, const struct revenue *r, size_t n,
                   struct outlook **out, GError **err)
{
    struct outlook *all = arena_many(arena, n + 1, struct outlook);
    for (size_t i = 0; i < n; i++) {
        struct items items;
        int32_t start = period_start(PERIOD_QUARTER, r->as_of, (int)i);
        all[i].quarter =
            (struct period){PERIOD_QUARTER, start - 1, period_last(PERIOD_QUARTER, start, 0)};
        all[i].origin = r->as_of;
        if (!look(arena, db, r, r->ledger, MAX(start, r->as_of), &all[i], &items, err))
            return false;
    }
    *out = all;
    return true;
}

static bool compare_with_what_came(const struct revenue *r, const struct items *items,
                                   struct outlook *o, GError **err)
{
    for (size_t i = 0; i < items->n; i++) {
        const struct item *item = &items->item[i];
        int64_t later;
        if (!ledger_arr(r->ledger, item->account, item->last + metric_churn_gap(r->set), item->last,
                        &later, err))
            return false;
        if (later > 0)
            continue;
        o->n_lost++;
        if (!ledger_add(&o->lost, item->minor, err))
            return false;
    }
    o->is_past = true;
    o->is_within =
        o->lost >= o->forecast.arr[0] && o->lost <= o->forecast.arr[FORECAST_QUANTILES - 1];
    return true;
}

bool outlook_past(struct arena *arena, struct db *db, const struct revenue *r, size_t n,
                  struct outlook **out, size_t *kept, GError **err)
{
    struct outlook *all = arena_many(arena, n + 1, struct outlook);
    *kept = 0;
    for (size_t i = n; i > 0; i--) {
        struct ledger *then;
        struct items items;
        int32_t start = period_start(PERIOD_QUARTER, r->as_of, -(int)i);
        struct outlook o = {
            .quarter = {PERIOD_QUARTER, start - 1, period_last(PERIOD_QUARTER, start, 0)},
            .origin = start};
        if (o.quarter.to + metric_churn_gap(r->set) >= r->as_of)
            continue;
        if (!ledger_make(arena, r->facts, start, r->ledger->currency, &then, err) ||
            !look(arena, db, r, then, start, &o, &items, err))
            return false;
        if (o.risk_as_of == INT32_MIN || items.n == 0)
            continue;
        if (!compare_with_what_came(r, &items, &o, err))
            return false;
        all[(*kept)++] = o;
    }
    *out = all;
    return true;
}
