/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/movement.h"

#include <stdlib.h>
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

struct computing {
    const struct ledger *ledger;
    const struct period *period;
    size_t n;
    int gap;
    struct movement_sum *sum;
    GArray *moved;
};

/* An account's period, whose start and end are known. */
static bool add(struct computing *c, struct movement *m, GError **err)
{
    struct movement_sum *sum = &c->sum[m->period];
    if (m->start == 0 && m->end == 0)
        return true;
    if (!ledger_add(&sum->start, m->start, err) || !ledger_add(&sum->end, m->end, err))
        return false;
    sum->n_start += m->start > 0;
    if (m->start == m->end)
        return true;
    m->kind = kind_of(c->ledger, m, c->period[m->period].from);
    sum->n[m->kind]++;
    g_array_append_val(c->moved, *m);
    return ledger_add(&sum->delta[m->kind], m->end - m->start, err);
}

/* Period by period, each at its own rates. */
static bool ask_each(struct computing *c, size_t account, GError **err)
{
    for (size_t p = 0; p < c->n; p++) {
        const struct period *period = &c->period[p];
        struct movement m = {.account = (uint32_t)account, .period = p};
        int32_t from = ledger_bridge(c->ledger, account, period->from, c->gap);
        int32_t to = ledger_bridge(c->ledger, account, period->to, c->gap);
        if (!ledger_arr(c->ledger, account, from, period->from, &m.start, err) ||
            !ledger_arr(c->ledger, account, to, period->from, &m.end, err) || !add(c, &m, err))
            return false;
    }
    return true;
}

/* The steps of an account without rates, from the first to the last day on which one begins. */
struct steps {
    size_t n, at;
    const int32_t *day;
    const int64_t *arr;
};

/* Days are asked ascending. */
static int64_t step_on(struct steps *s, int32_t day)
{
    while (s->at < s->n && s->day[s->at] <= day)
        s->at++;
    return s->at > 0 ? s->arr[s->at - 1] : 0;
}

/* The same for an account that no rate concerns, in one walk over its steps. */
static bool walk(struct computing *c, struct arena *arena, size_t account, GError **err)
{
    size_t n;
    const int32_t *day = ledger_changes(arena, c->ledger, account, &n);
    int64_t *arr = arena_many(arena, n + 1, int64_t);
    for (size_t i = 0; i < n; i++) {
        if (!ledger_arr(c->ledger, account, day[i], day[i], &arr[i], err))
            return false;
    }
    struct steps from = {n, 0, day, arr}, to = from;
    for (size_t p = 0; p < c->n; p++) {
        struct movement m = {.account = (uint32_t)account,
                             .period = p,
                             .start = step_on(&from, c->period[p].from),
                             .end = step_on(&to, c->period[p].to)};
        if (!add(c, &m, err))
            return false;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct movement *x = a, *y = b;
    if (x->period != y->period)
        return x->period < y->period ? -1 : 1;
    return (x->account > y->account) - (x->account < y->account);
}

bool movement_compute(struct arena *arena, const struct ledger *l, const struct period *period,
                      size_t n, int gap, struct movement_table *out, GError **err)
{
    g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(struct movement));
    g_autoptr(arena_t) scratch = arena_new();
    struct movement_sum *sum = arena_many(arena, n + 1, struct movement_sum);
    struct computing c = {l, period, n, gap, sum, moved};
    for (size_t a = 0; a < l->n_accounts; a++) {
        if (l->first[a] == l->first[a + 1])
            continue;
        bool is_simple = gap == MOVEMENT_NO_GAP && ledger_is_plain(l, a);
        if (is_simple ? !walk(&c, scratch, a, err) : !ask_each(&c, a, err))
            return false;
        arena_reset(scratch);
    }
    struct movement *movement = arena_many(arena, moved->len + 1, struct movement);
    if (moved->len > 0) {
        memcpy(movement, moved->data, moved->len * sizeof *movement);
        qsort(movement, moved->len, sizeof *movement, compare);
    }
    *out = (struct movement_table){sum, moved->len, movement};
    return true;
}
