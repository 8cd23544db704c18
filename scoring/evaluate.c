/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/evaluate.h"

#include <math.h>
#include <stdlib.h>

#include "scoring/glm.h"

struct ranked {
    double score, y;
    size_t at;
};

static int by_score(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static struct ranked *rank_order(struct arena *arena, const double *score, const double *y,
                                 size_t n)
{
    struct ranked *row = arena_many(arena, n + 1, struct ranked);
    for (size_t i = 0; i < n; i++)
        row[i] = (struct ranked){score[i], y[i], i};
    qsort(row, n, sizeof *row, by_score);
    return row;
}

/* Mid-ranks (from 1) of rows that pass `want` (1 events, 0 others, -1 all) among themselves. */
static void midranks(const struct ranked *row, size_t n, int want, double *out)
{
    double before = 0;
    for (size_t i = 0; i < n;) {
        size_t last = i;
        double same = 0;
        for (; last < n && row[last].score == row[i].score; last++)
            same += want < 0 || (row[last].y > 0.5) == want;
        for (; i < last; i++)
            out[row[i].at] = before + (same + 1) / 2;
        before += same;
    }
}

static void auc_delong(struct arena *arena, const double *score, const double *y, size_t n,
                       struct evaluation *out)
{
    const struct ranked *row = rank_order(arena, score, y, n);
    double *all = arena_many(arena, n + 1, double), *own = arena_many(arena, n + 1, double);
    double *others = arena_many(arena, n + 1, double);
    double m = (double)out->events, k = (double)(n - out->events);
    out->auc = out->auc_low = out->auc_high = NAN;
    if (m == 0 || k == 0)
        return;
    midranks(row, n, -1, all);
    midranks(row, n, 1, own);
    midranks(row, n, 0, others);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += y[i] > 0.5 ? all[i] : 0;
    out->auc = (sum - m * (m + 1) / 2) / (m * k);
    double v10 = 0, v01 = 0;
    for (size_t i = 0; i < n; i++) {
        if (y[i] > 0.5)
            v10 += pow((all[i] - own[i]) / k - out->auc, 2);
        else
            v01 += pow(1 - (all[i] - others[i]) / m - out->auc, 2);
    }
    double se = sqrt((m > 1 ? v10 / (m - 1) / m : 0) + (k > 1 ? v01 / (k - 1) / k : 0));
    out->auc_low = fmax(0, out->auc - 1.959963984540054 * se);
    out->auc_high = fmin(1, out->auc + 1.959963984540054 * se);
}

static double calibration_error(const struct ranked *row, size_t n)
{
    double error = 0;
    for (int bin = 0; bin < 10; bin++) {
        size_t from = n * (size_t)bin / 10, to = n * (size_t)(bin + 1) / 10;
        double predicted = 0, observed = 0;
        for (size_t i = from; i < to; i++) {
            predicted += row[i].score;
            observed += row[i].y;
        }
        error += fabs(predicted - observed);
    }
    return n ? error / (double)n : NAN;
}

static double calibration_slope(struct arena *arena, const double *p, const double *y, size_t n)
{
    double *logit = arena_many(arena, n + 1, double);
    for (size_t i = 0; i < n; i++)
        logit[i] = log(p[i] / (1 - p[i]));
    struct glm_data data = {.n = n, .p = 1, .x = logit, .y = y};
    struct glm_fit fit;
    return glm_fit(arena, &data, GLM_LOGIT, 0, &fit, NULL) ? fit.beta[1] : NAN;
}

double evaluate_auc(struct arena *arena, const double *score, const double *y, size_t n)
{
    struct evaluation e = {0};
    for (size_t i = 0; i < n; i++)
        e.events += y[i] > 0.5;
    auc_delong(arena, score, y, n, &e);
    return e.auc;
}

void evaluate_probabilities(struct arena *arena, const double *p, const double *y, size_t n,
                            struct evaluation *out)
{
    *out = (struct evaluation){.n = n};
    for (size_t i = 0; i < n; i++)
        out->events += y[i] > 0.5;
    auc_delong(arena, p, y, n, out);
    double rate = n ? (double)out->events / (double)n : 0;
    for (size_t i = 0; i < n; i++) {
        double q = fmin(fmax(p[i], 1e-15), 1 - 1e-15);
        out->log_loss -= (y[i] > 0.5 ? log(q) : log1p(-q)) / (double)n;
        out->brier += (p[i] - y[i]) * (p[i] - y[i]) / (double)n;
    }
    if (rate > 0 && rate < 1)
        out->base_log_loss = -(rate * log(rate) + (1 - rate) * log1p(-rate));
    out->ece = calibration_error(rank_order(arena, p, y, n), n);
    out->slope = calibration_slope(arena, p, y, n);
}
