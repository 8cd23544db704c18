/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/concordance.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Pairs of one row, as the event and as the other one. */
struct pairs {
    int64_t right, wrong, tied;
};

struct moment {
    double at;
    bool is_later; /* of two at one time: an event ends before what is only seen until then */
    size_t row;
};

/* Counts by rank (Fenwick). */
struct tree {
    size_t n;
    int64_t *count;
    int64_t total;
};

struct tally {
    const struct cox_data *data;
    size_t *rank; /* of the risk, 1 the lowest; equal ones share theirs */
    struct moment *stop, *start;
    struct tree tree;
    struct pairs *of;
};

static int by_time(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->is_later - y->is_later;
}

static void put(struct tree *t, size_t rank, int64_t by)
{
    t->total += by;
    for (size_t i = rank; i <= t->n; i += i & -i)
        t->count[i] += by;
}

static int64_t up_to(const struct tree *t, size_t rank)
{
    int64_t sum = 0;
    for (size_t i = rank; i > 0; i -= i & -i)
        sum += t->count[i];
    return sum;
}

static void empty(struct tree *t)
{
    for (size_t i = 0; i <= t->n; i++)
        t->count[i] = 0;
    t->total = 0;
}

static bool has_event(const struct tally *t, size_t row)
{
    return t->data->event[row] > 0.5;
}

/* What is in the tree against a row: `higher` are those of a higher risk. */
static void compare(const struct tally *t, size_t row, int64_t *lower, int64_t *same,
                    int64_t *higher)
{
    *lower = up_to(&t->tree, t->rank[row] - 1);
    *same = up_to(&t->tree, t->rank[row]) - *lower;
    *higher = t->tree.total - *lower - *same;
}

/* Each event against the rows that are at risk then and go on, from the latest time backwards. */
static void count_as_event(struct tally *t)
{
    size_t n = t->data->n, gone = n;
    empty(&t->tree);
    for (size_t end = n; end > 0;) {
        double time = t->stop[end - 1].at;
        for (; end > 0 && t->stop[end - 1].at == time && t->stop[end - 1].is_later; end--)
            put(&t->tree, t->rank[t->stop[end - 1].row], 1);
        for (; gone > 0 && t->start[gone - 1].at >= time; gone--) {
            size_t row = t->start[gone - 1].row;
            put(&t->tree, t->rank[row], -1);
        }
        size_t first = end;
        for (; first > 0 && t->stop[first - 1].at == time; first--) {
            size_t row = t->stop[first - 1].row;
            int64_t lower, same, higher;
            compare(t, row, &lower, &same, &higher);
            t->of[row].right += lower;
            t->of[row].tied += same;
            t->of[row].wrong += higher;
        }
        for (; end > first; end--)
            put(&t->tree, t->rank[t->stop[end - 1].row], 1);
    }
}

/* Events up to now against a row that looks at them: from its start on (by = -1 takes the earlier
 * ones away) until it ends. */
static void look(struct tally *t, size_t row, int by)
{
    int64_t lower, same, higher;
    compare(t, row, &lower, &same, &higher);
    t->of[row].right += by * higher;
    t->of[row].tied += by * same;
    t->of[row].wrong += by * lower;
}

/* Each row against the events while it was at risk, from the first time forwards. */
static void count_as_other(struct tally *t)
{
    size_t n = t->data->n, begun = 0;
    empty(&t->tree);
    for (size_t at = 0; at < n;) {
        double time = t->stop[at].at;
        size_t first = at;
        for (; begun < n && t->start[begun].at < time; begun++)
            look(t, t->start[begun].row, -1);
        for (; at < n && t->stop[at].at == time && !t->stop[at].is_later; at++)
            look(t, t->stop[at].row, 1);
        for (; first < at; first++)
            put(&t->tree, t->rank[t->stop[first].row], 1);
        for (; at < n && t->stop[at].at == time; at++)
            look(t, t->stop[at].row, 1);
    }
}

static void set_moments(struct tally *t, const double *risk)
{
    const struct cox_data *d = t->data;
    g_autofree struct moment *order = g_new(struct moment, d->n + 1);
    for (size_t i = 0; i < d->n; i++) {
        t->stop[i] = (struct moment){d->stop[i], !has_event(t, i), i};
        t->start[i] = (struct moment){d->start ? d->start[i] : -INFINITY, false, i};
        order[i] = (struct moment){risk[i], false, i};
    }
    qsort(t->stop, d->n, sizeof *t->stop, by_time);
    qsort(t->start, d->n, sizeof *t->start, by_time);
    qsort(order, d->n, sizeof *order, by_time);
    size_t rank = 0;
    for (size_t i = 0; i < d->n; i++) {
        rank += i == 0 || order[i].at > order[i - 1].at;
        t->rank[order[i].row] = rank;
    }
}

void concordance_of(const struct cox_data *data, const double *risk, struct concordance *out)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t n = data->n;
    struct tally t = {.data = data,
                      .rank = arena_many(arena, n + 1, size_t),
                      .stop = arena_many(arena, n + 1, struct moment),
                      .start = arena_many(arena, n + 1, struct moment),
                      .tree = {.n = n, .count = arena_many(arena, n + 1, int64_t)},
                      .of = arena_many(arena, n + 1, struct pairs)};
    double right = 0, wrong = 0, tied = 0, squares = 0;
    set_moments(&t, risk);
    count_as_event(&t);
    count_as_other(&t);
    for (size_t i = 0; i < n; i++) {
        right += (double)t.of[i].right / 2; /* each pair stands at both of its rows */
        wrong += (double)t.of[i].wrong / 2;
        tied += (double)t.of[i].tied / 2;
    }
    double pairs = right + wrong + tied, excess = (right - wrong) / pairs;
    for (size_t i = 0; i < n; i++) {
        const struct pairs *of = &t.of[i];
        double own = ((double)(of->right - of->wrong) -
                      excess * (double)(of->right + of->wrong + of->tied)) /
                     pairs;
        squares += own * own;
    }
    *out = (struct concordance){(1 + excess) / 2, sqrt(squares) / 2};
}
