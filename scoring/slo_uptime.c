/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uptime: the time in which no declared incident touched a customer. */
#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "scoring/slo_exclusion.h"
#include "scoring/slo_internal.h"

#define SECOND_US INT64_C(1000000)

static int compare_keys(const void *key, const void *member)
{
    const struct facts_incident *const *incident = member;
    return strcmp(key, (*incident)->key);
}

static int compare_incidents(const void *a, const void *b)
{
    const struct facts_incident *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

/* As far as the touch's own minutes go; without any, to the incident's end. */
static int64_t touch_end(const struct facts_record *r, const struct facts_incident *incident)
{
    if (r->n > 0)
        return r->from + r->n * 60 * SECOND_US;
    return incident ? incident->to : r->from;
}

void slo_uptime_touches(struct slo_lens *lens)
{
    size_t n, n_incidents;
    const struct facts_incident *incident = facts_incidents(lens->facts, &n_incidents);
    const struct facts_record *r = facts_records(lens->facts, lens->arena, FACTS_INCIDENT,
                                                 zone_day(lens->zone, lens->t - 1) + 1, &n);
    g_autofree const struct facts_incident **by_key =
        g_new(const struct facts_incident *, n_incidents + 1);
    for (size_t i = 0; i < n_incidents; i++)
        by_key[i] = &incident[i];
    if (n_incidents > 0)
        qsort(by_key, n_incidents, sizeof *by_key, compare_incidents);
    lens->touch = arena_many(lens->arena, n + 1, struct slo_touch);
    lens->n_touches = 0;
    for (size_t i = 0; i < n; i++) {
        const struct facts_incident *const *found =
            n_incidents ? bsearch(r[i].tag, by_key, n_incidents, sizeof *by_key, compare_keys)
                        : NULL;
        struct slo_touch touch = {r[i].account, found ? *found : NULL, r[i].from,
                                  touch_end(&r[i], found ? *found : NULL)};
        if (touch.from < lens->t && touch.from < touch.to)
            lens->touch[lens->n_touches++] = touch;
    }
}

static bool is_of(const struct slo *s, const struct slo_touch *touch)
{
    if (!s->components)
        return true;
    return touch->incident && (strcmp(touch->incident->component, "*") == 0 ||
                               g_strv_contains(s->components, touch->incident->component));
}

void slo_uptime_count(const struct slo_lens *lens, size_t slo, size_t account, int64_t from,
                      int64_t to, struct slo_count *out)
{
    const struct slo *s = &lens->set->slo[slo];
    int64_t covered = from, down = 0;
    size_t low = 0;
    for (size_t high = lens->n_touches; low < high;) {
        size_t mid = (low + high) / 2;
        if (lens->touch[mid].account < account)
            low = mid + 1;
        else
            high = mid;
    }
    /* By start: time that two incidents share counts once, excluded time not at all. */
    for (; low < lens->n_touches && lens->touch[low].account == account; low++) {
        const struct slo_touch *touch = &lens->touch[low];
        int64_t begin = MAX(touch->from, covered), end = MIN(touch->to, to);
        if (!is_of(s, touch) || begin >= end)
            continue;
        down += end - begin - slo_exclusion_us(lens, slo, account, begin, end, false);
        covered = end;
    }
    int64_t excluded = slo_exclusion_us(lens, slo, account, from, to, false);
    out->excluded = excluded / SECOND_US;
    out->total = (to - from - excluded) / SECOND_US;
    out->bad = (down + SECOND_US - 1) / SECOND_US;
    out->platform = out->bad;
}
