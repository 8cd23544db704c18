/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/rank.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    double x, y;
    size_t row;
};

static int compare_doubles(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_x(const void *a, const void *b)
{
    const struct pair *p = a, *q = b;
    int by_x = compare_doubles(p->x, q->x);
    return by_x != 0 ? by_x : compare_doubles(p->y, q->y);
}

/* ── Spearman ───────────────────────────────────────────────────────────────────────────────────
 */

/* The place of each, equal ones sharing the mean of theirs; less the mean place. */
static double *places(struct arena *arena, const double *v, size_t n)
{
    struct pair *order = arena_many(arena, n + 1, struct pair);
    double *place = arena_many(arena, n + 1, double);
    for (size_t i = 0; i < n; i++)
        order[i] = (struct pair){v[i], 0, i};
    qsort(order, n, sizeof *order, compare_x);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && order[to].x == order[from].x; to++)
            continue;
        for (size_t i = from; i < to; i++)
            place[order[i].row] = ((double)(from + to) - (double)n) / 2;
    }
    return place;
}

double rank_spearman(struct arena *arena, const double *x, const double *y, size_t n)
{
    const double *a = places(arena, x, n), *b = places(arena, y, n);
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) {
        ab += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

/* ── Kendall ────────────────────────────────────────────────────────────────────────────────────
 */

/* Sort y[0..n) and count the pairs that had to change places. */
static int64_t sort_counting(double *y, double *scratch, size_t n)
{
    if (n < 2)
        return 0;
    size_t half = n / 2, left = 0, right = half, used = 0;
    int64_t swaps = sort_counting(y, scratch, half) + sort_counting(y + half, scratch, n - half);
    while (left < half && right < n) {
        if (y[right] < y[left]) {
            swaps += (int64_t)(half - left);
            scratch[used++] = y[right++];
        } else
            scratch[used++] = y[left++];
    }
    memcpy(scratch + used, y + left, (half - left) * sizeof *y);
    used += half - left;
    memcpy(y, scratch, used * sizeof *y);
    return swaps;
}

static int64_t pairs_of(int64_t n)
{
    return n * (n - 1) / 2;
}

/* Pairs equal in x, and those equal in both; `order` is sorted. */
static void count_ties(const struct pair *order, size_t n, int64_t *in_x, int64_t *in_both)
{
    *in_x = *in_both = 0;
    for (size_t i = 1, x = 1, both = 1; i <= n; i++) {
        bool same_x = i < n && order[i].x == order[i - 1].x;
        bool same = same_x && order[i].y == order[i - 1].y;
        *in_x += same_x ? 0 : pairs_of((int64_t)x);
        *in_both += same ? 0 : pairs_of((int64_t)both);
        x = same_x ? x + 1 : 1;
        both = same ? both + 1 : 1;
    }
}

double rank_kendall(struct arena *arena, const double *x, const double *y, size_t n)
{
    struct pair *order = arena_many(arena, n + 1, struct pair);
    double *sorted = arena_many(arena, n + 1, double), *scratch = arena_many(arena, n + 1, double);
    int64_t in_x, in_both, in_y = 0;
    for (size_t i = 0; i < n; i++)
        order[i] = (struct pair){x[i], y[i], i};
    qsort(order, n, sizeof *order, compare_x);
    count_ties(order, n, &in_x, &in_both);
    for (size_t i = 0; i < n; i++)
        sorted[i] = order[i].y;
    int64_t swaps = sort_counting(sorted, scratch, n);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && sorted[to] == sorted[from]; to++)
            continue;
        in_y += pairs_of((int64_t)(to - from));
    }
    int64_t all = pairs_of((int64_t)n), agree = all - in_x - in_y + in_both - 2 * swaps;
    double by_x = (double)(all - in_x), by_y = (double)(all - in_y);
    return by_x > 0 && by_y > 0 ? (double)agree / sqrt(by_x * by_y) : NAN;
}
