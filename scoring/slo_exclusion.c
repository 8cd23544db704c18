/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/slo_exclusion.h"

#include "scoring/slo_internal.h"

static bool holds_for(const struct slo_lens *lens, size_t slo, size_t i, size_t account)
{
    const bool *only = lens->view[slo].exclusion_of[i];
    return !only || only[account];
}

const struct slo_excluded *slo_exclusion_list(struct arena *arena, const struct slo_lens *lens,
                                              size_t slo, size_t account, int64_t from, int64_t to,
                                              size_t *n)
{
    const struct slo *s = &lens->set->slo[slo];
    struct slo_excluded *out = arena_many(arena, s->n_exclusions + 1, struct slo_excluded);
    *n = 0;
    for (size_t i = 0; i < s->n_exclusions; i++) {
        const struct slo_exclusion *x = &s->exclusion[i];
        if (x->from < to && x->to > from && holds_for(lens, slo, i, account))
            out[(*n)++] =
                (struct slo_excluded){MAX(x->from, from), MIN(x->to, to), x->reason, x->connector};
    }
    return out;
}

int64_t slo_exclusion_us(const struct slo_lens *lens, size_t slo, size_t account, int64_t from,
                         int64_t to, bool connectors)
{
    const struct slo *s = &lens->set->slo[slo];
    int64_t sum = 0, covered = from;
    while (covered < to) {
        int64_t begin = INT64_MAX, end = INT64_MAX;
        for (size_t i = 0; i < s->n_exclusions; i++) {
            const struct slo_exclusion *x = &s->exclusion[i];
            if ((x->connector && !connectors) || !holds_for(lens, slo, i, account) ||
                x->to <= covered || x->from >= begin)
                continue;
            begin = x->from;
            end = x->to;
        }
        if (begin >= to)
            break;
        sum += MIN(end, to) - MAX(begin, covered);
        covered = end;
    }
    return sum;
}
