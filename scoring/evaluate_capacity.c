/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/evaluate_capacity.h"

#include <math.h>
#include <stdlib.h>

struct ranked {
    double p, y, arr;
};

static int highest_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    return (x->p < y->p) - (x->p > y->p);
}

void evaluate_capacity_add(struct arena *arena, const double *p, const double *y, const double *arr,
                           size_t n, double share, struct evaluate_capacity *out)
{
    struct ranked *row = arena_many(arena, n + 1, struct ranked);
    double left = ceil(share * (double)n - 1e-9);
    out->taken += left;
    for (size_t i = 0; i < n; i++) {
        row[i] = (struct ranked){p[i], y[i], arr ? arr[i] : 1};
        out->rows++;
        out->events += y[i];
        out->arr_lost += y[i] * row[i].arr;
    }
    qsort(row, n, sizeof *row, highest_first);
    for (size_t i = 0; i < n && left > 0;) {
        size_t from = i;
        double same = 0, lost = 0;
        for (; i < n && row[i].p == row[from].p; i++) {
            same += row[i].y;
            lost += row[i].y * row[i].arr;
        }
        double part = fmin(1, left / (double)(i - from));
        out->found += part * same;
        out->arr_found += part * lost;
        left -= (double)(i - from);
    }
}

double evaluate_capacity_precision(const struct evaluate_capacity *c)
{
    return c->taken > 0 ? c->found / c->taken : NAN;
}

double evaluate_capacity_recall(const struct evaluate_capacity *c)
{
    return c->events > 0 ? c->found / c->events : NAN;
}

double evaluate_capacity_lift(const struct evaluate_capacity *c)
{
    return c->events > 0 ? c->found / c->taken / (c->events / c->rows) : NAN;
}

double evaluate_capacity_arr(const struct evaluate_capacity *c)
{
    return c->arr_lost > 0 ? c->arr_found / c->arr_lost : NAN;
}
