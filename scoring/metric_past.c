/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/metric_past.h"

struct metric_past {
    const struct metric_set *set;
    bool *only;
    double *value; /* by metric, then account */
    int32_t *on;   /* its day, INT32_MIN: none */
};

struct metric_past *metric_past_new(struct arena *arena, const struct metric_set *set,
                                    size_t n_accounts)
{
    size_t n = set->n_metrics;
    if (set->wants->most_days == 0)
        return NULL;
    struct metric_past *past = arena_one(arena, struct metric_past);
    *past = (struct metric_past){set, arena_many(arena, n + 1, bool),
                                 arena_many(arena, n * n_accounts + 1, double),
                                 arena_many(arena, n * n_accounts + 1, int32_t)};
    for (size_t i = 0; i < n * n_accounts; i++)
        past->on[i] = INT32_MIN;
    for (size_t m = n; m-- > 0;) {
        const struct metric *metric = &set->metric[m];
        past->only[m] = past->only[m] || set->wants->carry_days[m] > 0;
        if (!past->only[m] || metric_kinds[metric->kind].reads != METRIC_READS_METRICS)
            continue;
        for (size_t i = 0; i < metric->n_parts; i++)
            past->only[metric->part[i].metric] = true;
    }
    return past;
}

const bool *metric_past_only(const struct metric_past *past)
{
    return past->only;
}

void metric_past_give(struct metric_past *past, struct metric_frame *f)
{
    for (size_t m = 0; m < f->n_metrics; m++) {
        int32_t from = f->as_of - past->set->wants->carry_days[m];
        for (size_t a = 0; a < f->n_accounts; a++) {
            int32_t *on = &past->on[m * f->n_accounts + a];
            *on = *on < from ? INT32_MIN : *on;
        }
    }
    f->carried = past->value;
    f->carried_on = past->on;
}

void metric_past_keep(struct metric_past *past, const struct metric_frame *f)
{
    for (size_t m = 0; m < f->n_metrics; m++) {
        for (size_t a = 0; past->set->wants->carry_days[m] > 0 && a < f->n_accounts; a++) {
            size_t at = m * f->n_accounts + a;
            if (f->quality[at] != METRIC_OK)
                continue;
            past->value[at] = f->value[at];
            past->on[at] = f->as_of;
        }
    }
}
