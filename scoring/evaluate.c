/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/evaluate.h"

#include <math.h>
#include <stdlib.h>

#include "scoring/glm.h"
#include "scoring/normal.h"

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

static void auc_delong(struct arena *arena, const struct ranked *row, size_t n,
                       struct evaluation *out)
{
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
        sum += row[i].y > 0.5 ? all[row[i].at] : 0;
    out->auc = (sum - m * (m + 1) / 2) / (m * k);
    double v10 = 0, v01 = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = row[i].at;
        if (row[i].y > 0.5)
            v10 += pow((all[at] - own[at]) / k - out->auc, 2);
        else
            v01 += pow(1 - (all[at] - others[at]) / m - out->auc, 2);
    }
    double se = sqrt((m > 1 ? v10 / (m - 1) / m : 0) + (k > 1 ? v01 / (k - 1) / k : 0));
    out->auc_low = fmax(0, out->auc - normal_z95 * se);
    out->auc_high = fmin(1, out->auc + normal_z95 * se);
}

/* Groups, and what they and isotonic regression say of calibration. */
static void calibrate(struct arena *arena, const struct ranked *row, size_t n, double rate,
                      struct evaluation *out)
{
    double *p = arena_many(arena, n + 1, double), *y = arena_many(arena, n + 1, double);
    double *best = arena_many(arena, n + 1, double), variance = 0, loss = 0;
    for (size_t i = 0; i < n; i++) {
        p[i] = row[i].score;
        y[i] = row[i].y;
        out->expected += p[i];
        variance += p[i] * (1 - p[i]);
    }
    out->large_z = variance > 0 ? ((double)out->events - out->expected) / sqrt(variance) : NAN;
    out->n_groups = calibration_groups(p, y, n, out->group);
    calibration_chi2(out->group, out->n_groups, &out->chi2, &out->chi2_p);
    out->ece = n ? 0 : NAN;
    for (size_t g = 0; g < out->n_groups; g++) {
        const struct calibration_group *group = &out->group[g];
        out->ece += fabs(group->predicted * (double)group->n - (double)group->events) / (double)n;
    }
    calibration_isotonic(arena, p, y, n, best);
    for (size_t i = 0; i < n; i++)
        loss += (best[i] - y[i]) * (best[i] - y[i]) / (double)n;
    out->uncertainty = rate * (1 - rate);
    out->reliability = out->brier - loss;
    out->resolution = out->uncertainty - loss;
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

void evaluate_ranking(struct arena *arena, const double *score, const double *y, size_t n,
                      struct evaluation *out)
{
    *out = (struct evaluation){.n = n};
    for (size_t i = 0; i < n; i++)
        out->events += y[i] > 0.5;
    auc_delong(arena, rank_order(arena, score, y, n), n, out);
}

double evaluate_auc(struct arena *arena, const double *score, const double *y, size_t n)
{
    struct evaluation e;
    evaluate_ranking(arena, score, y, n, &e);
    return e.auc;
}

void evaluate_probabilities(struct arena *arena, const double *p, const double *y, size_t n,
                            struct evaluation *out)
{
    *out = (struct evaluation){.n = n};
    evaluate_by_arr(arena, p, y, NULL, n, out);
    for (size_t i = 0; i < n; i++)
        out->events += y[i] > 0.5;
    double rate = n ? (double)out->events / (double)n : 0;
    for (size_t i = 0; i < n; i++) {
        out->log_loss += evaluate_log_loss(p[i], y[i]) / (double)n;
        out->brier += (p[i] - y[i]) * (p[i] - y[i]) / (double)n;
    }
    if (rate > 0 && rate < 1)
        out->base_log_loss = -(rate * log(rate) + (1 - rate) * log1p(-rate));
    const struct ranked *row = rank_order(arena, p, y, n);
    auc_delong(arena, row, n, out);
    calibrate(arena, row, n, rate, out);
    out->lift = top_lift(row, n, rate);
    out->pr_auc = average_precision(row, n, (double)out->events);
    recalibrate(arena, row, n, out);
}

/* Of the ARR that left and that which stayed, how often the first had the higher prediction; equal
 * ones count half. */
static double arr_auc(const struct ranked *row, const double *arr, size_t n)
{
    double stayed = 0, right = 0, lost = 0;
    for (size_t i = 0; i < n;) {
        double leave = 0, stay = 0;
        size_t from = i;
        for (; i < n && row[i].score == row[from].score; i++)
            *(row[i].y > 0.5 ? &leave : &stay) += arr[row[i].at];
        right += leave * (stayed + stay / 2);
        lost += leave;
        stayed += stay;
    }
    return lost > 0 && stayed > 0 ? right / (lost * stayed) : NAN;
}

void evaluate_by_arr(struct arena *arena, const double *p, const double *y, const double *arr,
                     size_t n, struct evaluation *out)
{
    double all = 0;
    out->arr_auc = out->arr_log_loss = out->arr_expected = out->arr_lost = NAN;
    for (size_t i = 0; arr && i < n; i++)
        all += arr[i];
    if (!(all > 0))
        return;
    out->arr_log_loss = out->arr_expected = out->arr_lost = 0;
    for (size_t i = 0; i < n; i++) {
        out->arr_log_loss += arr[i] * evaluate_log_loss(p[i], y[i]) / all;
        out->arr_expected += arr[i] * p[i] / all;
        out->arr_lost += arr[i] * y[i] / all;
    }
    out->arr_auc = arr_auc(rank_order(arena, p, y, n), arr, n);
}
