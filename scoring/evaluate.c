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

/* A bin ends behind the last of equal predictions, or the order of rows would decide. */
static double calibration_error(const struct ranked *row, size_t n)
{
    double error = 0;
    for (size_t bin = 1, i = 0; bin <= 10; bin++) {
        double predicted = 0, observed = 0;
        for (; i < n * bin / 10 || (i > 0 && i < n && row[i].score == row[i - 1].score); i++) {
            predicted += row[i].score;
            observed += row[i].y;
        }
        error += fabs(predicted - observed);
    }
    return n ? error / (double)n : NAN;
}

/* Churn among the n/10 highest predictions; of those equal to the last one, their mean. */
static double top_lift(const struct ranked *row, size_t n, double rate)
{
    size_t want = (n + 9) / 10;
    double events = 0;
    if (n == 0 || rate <= 0)
        return NAN;
    for (size_t end = n, taken = 0; taken < want;) {
        size_t from = end;
        double same = 0;
        for (; from > 0 && row[from - 1].score == row[end - 1].score; from--)
            same += row[from - 1].y;
        size_t take = MIN(want - taken, end - from);
        events += same * (double)take / (double)(end - from);
        taken += take;
        end = from;
    }
    return events / (double)want / rate;
}

static double kept_inside(double p)
{
    return fmin(fmax(p, 1e-15), 1 - 1e-15);
}

double evaluate_log_loss(double p, double y)
{
    double q = kept_inside(p);
    return -(y > 0.5 ? log(q) : log1p(-q));
}

/* From the highest predictions down; equal ones count as one step. */
static double average_precision(const struct ranked *row, size_t n, double events)
{
    double found = 0, area = 0;
    if (events == 0)
        return NAN;
    for (size_t end = n; end > 0;) {
        size_t from = end;
        double same = 0;
        for (; from > 0 && row[from - 1].score == row[end - 1].score; from--)
            same += row[from - 1].y;
        found += same;
        area += same / events * found / (double)(n - from);
        end = from;
    }
    return area;
}

static void recalibrate(struct arena *arena, const struct ranked *row, size_t n,
                        struct evaluation *out)
{
    double *logit = arena_many(arena, n + 1, double), *y = arena_many(arena, n + 1, double);
    out->slope = out->intercept = NAN;
    if (n == 0 || row[0].score == row[n - 1].score)
        return;
    for (size_t i = 0; i < n; i++) {
        double p = kept_inside(row[i].score);
        logit[i] = log(p / (1 - p));
        y[i] = row[i].y;
    }
    struct glm_data data = {.n = n, .p = 1, .x = logit, .y = y};
    struct glm_fit fit;
    if (!glm_fit(arena, &data, GLM_LOGIT, 0, &fit, NULL))
        return;
    out->intercept = fit.beta[0];
    out->slope = fit.beta[1];
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
        out->log_loss += evaluate_log_loss(p[i], y[i]) / (double)n;
        out->brier += (p[i] - y[i]) * (p[i] - y[i]) / (double)n;
    }
    if (rate > 0 && rate < 1)
        out->base_log_loss = -(rate * log(rate) + (1 - rate) * log1p(-rate));
    const struct ranked *row = rank_order(arena, p, y, n);
    out->ece = calibration_error(row, n);
    out->lift = top_lift(row, n, rate);
    out->pr_auc = average_precision(row, n, (double)out->events);
    recalibrate(arena, row, n, out);
}
