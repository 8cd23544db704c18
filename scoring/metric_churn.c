/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Churn as data: when an account's life as a customer began and ended. */
#include <string.h>

#include "scoring/ledger.h"
#include "scoring/metric_churn.h"
#include "scoring/metric_internal.h"

int metric_churn_delay(const struct metric_set *set)
{
    /* An inactive life ends on the very day the silence became long enough. */
    return set->churn == CHURN_INACTIVITY ? 0 : set->gap_days;
}

int metric_churn_gap(const struct metric_set *set)
{
    return set->gap_days;
}

const char *metric_end_name(enum metric_end end)
{
    static const char *const names[] = {"", "contract end", "downgrade", "contraction", "silence"};
    return names[end];
}

/* Lives of one definition as they are found. */
struct lives {
    GArray *list;
    int32_t until;
    int delay;
};

/* An end is believed when its gap has passed without anything before `until`. */
static void add(struct lives *l, uint32_t account, int32_t from, int32_t to, enum metric_end end)
{
    bool ended = to != INT32_MAX && (int64_t)to + l->delay < l->until;
    struct metric_life life = {account, from, ended ? to : INT32_MAX, to,
                               ended ? end : METRIC_END_NONE};
    g_array_append_val(l->list, life);
}

static int32_t day_of(int64_t day)
{
    return day == INT64_MAX ? INT32_MAX : (int32_t)day;
}

static void by_contract(const struct facts *facts, struct arena *arena, int gap, struct lives *l)
{
    size_t n;
    const struct facts_record *r = facts_records(facts, arena, FACTS_CONTRACT, l->until, &n);
    const struct facts_record *first = NULL;
    int64_t to = 0;
    for (size_t i = 0; i < n; i++) {
        if (r[i].to <= r[i].from)
            continue;
        if (first && first->account == r[i].account && (to == INT64_MAX || r[i].from <= to + gap)) {
            to = MAX(to, r[i].to);
            continue;
        }
        if (first)
            add(l, first->account, (int32_t)first->from, day_of(to), METRIC_END_CONTRACT);
        first = &r[i];
        to = r[i].to;
    }
    if (first)
        add(l, first->account, (int32_t)first->from, day_of(to), METRIC_END_CONTRACT);
}

/* Paying ended: with the contracts, or while one goes on? */
static enum metric_end end_of_paying(const struct ledger *g, size_t account, int32_t to)
{
    for (size_t i = g->first[account]; i < g->first[account + 1]; i++) {
        if (g->row[i].from <= to && to < g->row[i].to)
            return METRIC_END_DOWNGRADE;
    }
    return METRIC_END_CONTRACT;
}

/* Was the declared share of ARR lost on `day`, and not got back within the gap? Both sides are at
 * the rates of that day, so that a currency's fall is nobody's churn. */
static bool contracts(const struct metric_set *set, const struct ledger *g, size_t account,
                      int32_t day, const int32_t *change, size_t n, bool *out, GError **err)
{
    int64_t before, after;
    int32_t earlier = ledger_bridge(g, account, day - 1, set->gap_days);
    *out = false;
    if (!ledger_arr(g, account, earlier, day, &before, err))
        return false;
    for (size_t i = 0; i < n && change[i] <= day + set->gap_days; i++) {
        if (change[i] < day)
            continue;
        if (!ledger_arr(g, account, change[i], day, &after, err))
            return false;
        *out = (__int128)after * 10000 <= (__int128)before * (10000 - set->contraction_bp);
        if (!*out)
            return true;
    }
    return true;
}

/* One life of paying days, cut where it contracts. */
static bool add_paid(const struct metric_set *set, const struct ledger *g, size_t account,
                     struct ledger_run run, struct lives *l, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    int32_t from = run.from;
    size_t n = 0;
    const int32_t *change =
        set->churn == CHURN_CONTRACTION ? ledger_changes(arena, g, account, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        bool is_cut;
        if (change[i] <= from || change[i] >= run.to)
            continue;
        if (!contracts(set, g, account, change[i], change, n, &is_cut, err))
            return false;
        if (is_cut && (int64_t)change[i] + l->delay < l->until) {
            add(l, (uint32_t)account, from, change[i], METRIC_END_CONTRACTION);
            from = change[i];
        }
    }
    add(l, (uint32_t)account, from, run.to, end_of_paying(g, account, run.to));
    return true;
}

static bool by_paying(const struct metric_set *set, const struct facts *facts, struct arena *arena,
                      struct lives *l, GError **err)
{
    struct ledger *g;
    if (!ledger_make(arena, facts, l->until, NULL, &g, err))
        return false;
    for (size_t a = 0; a < g->n_accounts; a++) {
        for (size_t i = g->first_run[a]; i < g->first_run[a + 1]; i++) {
            struct ledger_run run = g->run[i];
            for (; i + 1 < g->first_run[a + 1] && g->run[i + 1].from - run.to <= set->gap_days; i++)
                run.to = g->run[i + 1].to;
            if (!add_paid(set, g, a, run, l, err))
                return false;
        }
    }
    return true;
}

/* The end of an active life is the day the silence became long enough. */
static void by_activity(const struct metric_set *set, const struct facts *facts, struct lives *l)
{
    int32_t until = l->until;
    size_t usage = (size_t)set->churn_usage;
    for (size_t a = 0; a < facts_accounts(facts); a++) {
        int32_t first = facts_first_day(facts, a, usage);
        if (first >= until)
            continue;
        int32_t to = until, from;
        GArray *own = g_array_new(FALSE, FALSE, sizeof(struct metric_life));
        /* Backwards from the last active day: a silence of inactive_days or more ends a life. */
        int32_t last = facts_last_active(facts, a, usage, to);
        while (last != INT32_MIN) {
            int32_t end = last;
            for (from = last; (last = facts_last_active(facts, a, usage, from)) != INT32_MIN &&
                              from - last <= set->inactive_days;)
                from = last;
            int32_t silent = end + set->inactive_days;
            struct metric_life life = {(uint32_t)a, from, silent < until ? silent : INT32_MAX,
                                       silent,
                                       silent < until ? METRIC_END_SILENCE : METRIC_END_NONE};
            g_array_prepend_val(own, life);
        }
        g_array_append_vals(l->list, own->data, own->len);
        g_array_free(own, TRUE);
    }
}

bool metric_lives(struct arena *arena, const struct metric_set *set, const struct facts *facts,
                  int32_t until, struct metric_life **out, size_t *n, GError **err)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct metric_life));
    struct lives l = {list, until, metric_churn_delay(set)};
    if (set->churn == CHURN_INACTIVITY)
        by_activity(set, facts, &l);
    else if (set->churn == CHURN_CONTRACT_END)
        by_contract(facts, arena, set->gap_days, &l);
    else if (!by_paying(set, facts, arena, &l, err))
        return false;
    *n = list->len;
    *out = arena_many(arena, *n + 1, struct metric_life);
    if (*n)
        memcpy(*out, list->data, *n * sizeof **out);
    return true;
}

const struct metric_life *metric_life_on(const struct metric_life *life, size_t n, size_t account,
                                         int32_t day)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (life[mid].account < account)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < n && life[low].account == account; low++) {
        if (life[low].from < day && day < life[low].to)
            return &life[low];
    }
    return NULL;
}

bool metric_life_ends_within(const struct metric_life *life, int32_t day, int days)
{
    return life->to != INT32_MAX && life->to <= day + days;
}
