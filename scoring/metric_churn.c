/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Churn as data: when an account's life as a customer began and ended. */
#include "scoring/metric_internal.h"

int metric_churn_delay(const struct metric_set *set)
{
    /* An inactive life ends on the very day the silence became long enough. */
    return set->churn == CHURN_INACTIVITY ? 0 : set->gap_days;
}

static void add(GArray *lives, uint32_t account, int32_t from, int64_t to, int32_t until, int delay)
{
    /* An end is believed when its gap has passed without anything before `until`. */
    bool ended = to != INT64_MAX && to + delay < until;
    struct metric_life life = {account, from, ended ? (int32_t)to : INT32_MAX};
    g_array_append_val(lives, life);
}

static void by_contract(const struct metric_set *set, const struct facts *facts,
                        struct arena *arena, int32_t until, GArray *lives)
{
    size_t n;
    const struct facts_record *r = facts_records(facts, arena, FACTS_CONTRACT, until, &n);
    for (size_t i = 0; i < n;) {
        uint32_t account = r[i].account;
        int32_t from = (int32_t)r[i].from;
        int64_t to = r[i].to;
        for (i++; i < n && r[i].account == account; i++) {
            if (r[i].to <= r[i].from)
                continue;
            if (to == INT64_MAX || r[i].from <= to + set->gap_days) {
                to = MAX(to, r[i].to);
                continue;
            }
            add(lives, account, from, to, until, set->gap_days);
            from = (int32_t)r[i].from;
            to = r[i].to;
        }
        add(lives, account, from, to, until, set->gap_days);
    }
}

/* The end of an active life is the day the silence became long enough. */
static void by_activity(const struct metric_set *set, const struct facts *facts, int32_t until,
                        GArray *lives)
{
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
            bool ended = end + set->inactive_days < until;
            struct metric_life life = {(uint32_t)a, from,
                                       ended ? end + set->inactive_days : INT32_MAX};
            g_array_prepend_val(own, life);
        }
        g_array_append_vals(lives, own->data, own->len);
        g_array_free(own, TRUE);
    }
}

bool metric_lives(struct arena *arena, const struct metric_set *set, const struct facts *facts,
                  int32_t until, struct metric_life **out, size_t *n, GError **err)
{
    (void)err;
    g_autoptr(GArray) lives = g_array_new(FALSE, FALSE, sizeof(struct metric_life));
    if (set->churn == CHURN_INACTIVITY)
        by_activity(set, facts, until, lives);
    else
        by_contract(set, facts, arena, until, lives);
    *n = lives->len;
    *out = arena_many(arena, *n + 1, struct metric_life);
    if (*n)
        memcpy(*out, lives->data, *n * sizeof **out);
    return true;
}
