/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/lead.h"

#include <stdlib.h>
#include <string.h>

enum { EARLY_DAYS = 60, MARK_90 = 1 };

const int lead_days[LEAD_MARKS] = {180, 90, 60, 30};
static const char *const names[LEAD_BANDS] = {"Green", "Yellow", "Red", "Unknown"};

const char *lead_band_name(enum lead_band band)
{
    return names[band];
}

enum lead_band lead_band_of(const char *name)
{
    for (int b = 0; b < LEAD_BANDS; b++) {
        if (strcmp(name, names[b]) == 0)
            return (enum lead_band)b;
    }
    return LEAD_UNKNOWN;
}

static enum lead_band band_on(const struct lead_outcome *o, int32_t day)
{
    for (size_t i = 0; i < o->n; i++) {
        if (o->stretch[i].from <= day && day < o->stretch[i].to)
            return o->stretch[i].band;
    }
    return LEAD_UNKNOWN;
}

struct lead lead_of(const struct lead_outcome *o)
{
    struct lead out = {LEAD_NEVER, LEAD_NEVER, {0}};
    for (size_t i = 0; i < o->n; i++) {
        const struct lead_stretch *s = &o->stretch[i];
        int32_t from = s->from, to = MIN(s->to, o->day);
        if (s->band != LEAD_RED)
            continue;
        for (; i + 1 < o->n && s[1].band == LEAD_RED && s[1].from == s->to; i++, s++)
            to = MIN(s[1].to, o->day);
        if (to - from < LEAD_SUSTAINED_DAYS)
            continue;
        out.last = o->day - from;
        if (out.first == LEAD_NEVER)
            out.first = out.last;
    }
    for (int m = 0; m < LEAD_MARKS; m++)
        out.band[m] = band_on(o, o->day - lead_days[m]);
    return out;
}

static int compare_ints(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* The middle, or the mean of the middle two; without any there is none. */
static struct ratio median(int *days, size_t n)
{
    if (n == 0)
        return (struct ratio){0};
    qsort(days, n, sizeof *days, compare_ints);
    return (struct ratio){(__int128)days[(n - 1) / 2] + days[n / 2], 2};
}

static void add_left(const struct lead_outcome *o, const struct lead *lead, struct lead_summary *s,
                     int *first, int *last)
{
    s->n_left++;
    if (lead->first != LEAD_NEVER) {
        first[s->n_first++] = lead->first;
        last[s->n_last++] = lead->last;
        s->first_early.numerator += lead->first >= EARLY_DAYS;
        s->last_early.numerator += lead->last >= EARLY_DAYS;
    }
    for (int m = 0; m < LEAD_MARKS; m++) {
        s->logos[m][lead->band[m]].numerator++;
        s->arr[m][lead->band[m]].numerator += o->minor;
        for (int b = 0; b < LEAD_BANDS; b++)
            s->arr[m][b].denominator += o->minor;
    }
}

void lead_summarise(struct arena *arena, const struct lead_outcome *outcome, size_t n,
                    struct lead_summary *out)
{
    struct lead_summary s = {0};
    int *first = arena_many(arena, n + 1, int), *last = arena_many(arena, n + 1, int);
    size_t red_left = 0;
    for (size_t i = 0; i < n; i++) {
        struct lead lead = lead_of(&outcome[i]);
        bool is_red = lead.band[MARK_90] == LEAD_RED;
        if (outcome[i].has_left) {
            add_left(&outcome[i], &lead, &s, first, last);
            red_left += is_red;
        } else {
            s.n_stayed++;
            s.red_stayed += is_red;
        }
    }
    s.first_median = median(first, s.n_first);
    s.last_median = median(last, s.n_last);
    s.first_early.denominator = s.last_early.denominator = s.n_left;
    for (int m = 0; m < LEAD_MARKS; m++) {
        for (int b = 0; b < LEAD_BANDS; b++)
            s.logos[m][b].denominator = s.n_left;
    }
    s.red_precision = (struct ratio){red_left, red_left + s.red_stayed};
    *out = s;
}
