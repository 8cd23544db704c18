/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/forecast.h"

#include <string.h>

enum { ATOMS_MAX = 65536 };
static const int64_t one_1e9 = 1000000000;
/* Probabilities are sums of rounded products: one that is q is not to be missed by their last bits.
 */
static const long double slack = 1e-15L;

const int forecast_percent[FORECAST_QUANTILES] = {10, 50, 90};

struct distribution {
    struct forecast_atom *atom, *next;
    size_t n, room;
};

/* Add one item: what there was without it, and the same moved by its amount. */
static bool add_item(struct distribution *d, int64_t minor, int64_t p_1e9)
{
    long double lost = (long double)p_1e9 / one_1e9,
                kept = (long double)(one_1e9 - p_1e9) / one_1e9;
    size_t i = 0, k = 0, n = 0;
    while (i < d->n || k < d->n) {
        if (n == d->room)
            return false;
        int64_t stays = i < d->n ? d->atom[i].minor : INT64_MAX;
        int64_t moves = k < d->n ? d->atom[k].minor + minor : INT64_MAX;
        struct forecast_atom a = {.minor = MIN(stays, moves)};
        if (stays == a.minor)
            a.p += d->atom[i++].p * kept;
        if (moves == a.minor)
            a.p += d->atom[k++].p * lost;
        if (a.p > 0)
            d->next[n++] = a;
    }
    struct forecast_atom *spare = d->atom;
    d->atom = d->next;
    d->next = spare;
    d->n = n;
    return true;
}

static struct distribution begin(struct arena *arena, size_t room)
{
    struct distribution d = {arena_many(arena, room, struct forecast_atom),
                             arena_many(arena, room, struct forecast_atom), 1, room};
    d.atom[0] = (struct forecast_atom){.p = 1};
    return d;
}

static bool convolve_exactly(struct arena *arena, const struct forecast_item *item, size_t n,
                             struct distribution *out)
{
    *out = begin(arena, ATOMS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (item[i].minor > 0 && item[i].p_1e9 > 0 && !add_item(out, item[i].minor, item[i].p_1e9))
            return false;
    }
    return true;
}

/* Amounts in steps of the grid. The sum up to each item is rounded, so that they add up. */
static void convolve_on_grid(struct arena *arena, const struct forecast_item *item, size_t n,
                             int64_t grid, struct distribution *out)
{
    int64_t sum = 0, before = 0;
    *out = begin(arena, (size_t)2 * ATOMS_MAX);
    for (size_t i = 0; i < n; i++) {
        sum += item[i].minor;
        int64_t after = sum / grid * grid + (sum % grid > grid / 2 ? grid : 0);
        if (after > before && item[i].p_1e9 > 0 && !add_item(out, after - before, item[i].p_1e9))
            BUG("a forecast has more amounts than its grid");
        before = after;
    }
}

static void accumulate(struct forecast_atom *atom, size_t n)
{
    long double sum = 0;
    for (size_t i = 0; i < n; i++)
        atom[i].cumulated = sum += atom[i].p;
}

static void take_quantiles(const struct distribution *d, int64_t out[FORECAST_QUANTILES])
{
    for (int q = 0; q < FORECAST_QUANTILES; q++) {
        size_t i = 0;
        while (i + 1 < d->n && d->atom[i].cumulated < forecast_percent[q] / 100.0L - slack)
            i++;
        out[q] = d->atom[i].minor;
    }
}

/* How many are lost, whatever they pay. */
static void count_lost(struct arena *arena, const struct forecast_item *item, size_t n,
                       int64_t out[FORECAST_QUANTILES])
{
    struct distribution d = begin(arena, n + 2);
    for (size_t i = 0; i < n; i++) {
        if (item[i].p_1e9 > 0 && !add_item(&d, 1, item[i].p_1e9))
            BUG("more renewals lost than there are");
    }
    accumulate(d.atom, d.n);
    take_quantiles(&d, out);
}

static bool add_moments(const struct forecast_item *item, struct forecast *f, GError **err)
{
    __int128 mean = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (__builtin_add_overflow(f->total, item[i].minor, &f->total) || f->total < 0)
            return err_set(err, KENKO_ERROR_INPUT, "the renewals add up to more than 64 bits hold");
        long double p = (long double)item[i].p_1e9 / one_1e9;
        mean += (__int128)item[i].minor * item[i].p_1e9;
        f->variance += (long double)item[i].minor * item[i].minor * p * (1 - p);
    }
    f->mean = (struct ratio){mean, one_1e9};
    return true;
}

bool forecast_make(struct arena *arena, const struct forecast_item *item, size_t n,
                   struct forecast *out, GError **err)
{
    struct forecast f = {.n = n, .grid = 1};
    struct distribution d;
    if (!add_moments(item, &f, err))
        return false;
    g_autoptr(arena_t) scratch = arena_new();
    if (!convolve_exactly(scratch, item, n, &d)) {
        f.grid = f.total / ATOMS_MAX + 1;
        convolve_on_grid(scratch, item, n, f.grid, &d);
    }
    accumulate(d.atom, d.n);
    take_quantiles(&d, f.arr);
    count_lost(scratch, item, n, f.count);
    f.p_zero = d.atom[0].minor == 0 ? (double)d.atom[0].p : 0;
    struct forecast_atom *atom = arena_many(arena, d.n, struct forecast_atom);
    memcpy(atom, d.atom, d.n * sizeof *atom);
    f.atom = atom;
    f.n_atoms = d.n;
    *out = f;
    return true;
}
