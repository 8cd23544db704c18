/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/movement.h"

#include <string.h>

const char *movement_name(enum movement_kind kind)
{
    static const char *const names[MOVEMENT_KINDS] = {"new", "resurrection", "expansion",
                                                      "contraction", "churn"};
    return names[kind];
}

static enum movement_kind kind_of(const struct ledger *l, const struct movement *m, int32_t from)
{
    if (m->start == 0)
        return ledger_first_day(l, m->account) > from ? MOVEMENT_NEW : MOVEMENT_RESURRECTION;
    if (m->end == 0)
        return MOVEMENT_CHURN;
    return m->end > m->start ? MOVEMENT_EXPANSION : MOVEMENT_CONTRACTION;
}

static bool one(const struct ledger *l, const struct period *p, int gap, struct movement *m,
                struct movement_sum *sum, GError **err)
{
    int32_t from = ledger_bridge(l, m->account, p->from, gap);
    int32_t to = ledger_bridge(l, m->account, p->to, gap);
    if (!ledger_arr(l, m->account, from, p->from, &m->start, err) ||
        !ledger_arr(l, m->account, to, p->from, &m->end, err) ||
        !ledger_add(&sum->start, m->start, err) || !ledger_add(&sum->end, m->end, err))
        return false;
    sum->n_start += m->start > 0;
    if (m->start == m->end)
        return true;
    m->kind = kind_of(l, m, p->from);
    sum->n[m->kind]++;
    return ledger_add(&sum->delta[m->kind], m->end - m->start, err);
}

bool movement_compute(struct arena *arena, const struct ledger *l, const struct period *period,
                      size_t n, int gap, struct movement_table *out, GError **err)
{
    g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(struct movement));
    struct movement_sum *sum = arena_many(arena, n + 1, struct movement_sum);
    for (size_t p = 0; p < n; p++) {
        for (size_t a = 0; a < l->n_accounts; a++) {
            struct movement m = {.account = (uint32_t)a, .period = p};
            if (!one(l, &period[p], gap, &m, &sum[p], err))
                return false;
            if (m.start != m.end)
                g_array_append_val(moved, m);
        }
    }
    struct movement *movement = arena_many(arena, moved->len + 1, struct movement);
    if (moved->len)
        memcpy(movement, moved->data, moved->len * sizeof *movement);
    *out = (struct movement_table){sum, moved->len, movement};
    return true;
}
