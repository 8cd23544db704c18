/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/train_leak.h"

#include <math.h>

#include "scoring/evaluate.h"
#include "scoring/metric_internal.h"

static const double leak_auc = 0.95;

/* Usage that churn is defined by: a long silence is near its end, not told by it. Usage is dated by
 * day, so its windows cannot reach behind the as-of day. */
static bool defines_churn(const struct metric_set *set, size_t metric)
{
    const struct metric *m = &set->metric[metric];
    return set->churn == CHURN_INACTIVITY &&
           (m->usage == set->churn_usage || m->total == set->churn_usage);
}

/* A schedule tells when a contract is due, and few others can churn: only when all that are due
 * churn does it tell whether, as an end date does that is filled in on cancellation. */
static bool schedule_tells(const struct panel *panel, size_t metric, int horizon_days)
{
    double due = 0, churned = 0;
    for (size_t i = 0; i < panel->n; i++) {
        double v = panel->value[i * panel->n_metrics + metric];
        if (isnan(v) || v <= 0 || v > horizon_days)
            continue;
        due++;
        churned += panel->y[i];
    }
    return due >= 20 && churned > leak_auc * due;
}

bool train_leak_check(const struct metric_set *metrics, const struct panel *panel, int horizon_days,
                      GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    double *score = arena_many(arena, panel->n + 1, double);
    for (size_t m = 0; m < panel->n_metrics; m++) {
        for (size_t i = 0; i < panel->n; i++) {
            double v = panel->value[i * panel->n_metrics + m];
            score[i] = isnan(v) ? -1e300 : v;
        }
        double auc = evaluate_auc(arena, score, panel->y, panel->n);
        if ((auc <= leak_auc && auc >= 1 - leak_auc) || isnan(auc) || defines_churn(metrics, m))
            continue;
        if (metrics->metric[m].kind == KIND_DAYS_TO_RENEWAL &&
            !schedule_tells(panel, m, horizon_days))
            continue;
        return err_set(err, KENKO_ERROR_REFUSED,
                       "the metric %s alone tells nearly every churn (AUC above 0.95): it knows "
                       "the outcome",
                       metric_info(metrics, m)->name);
    }
    return true;
}
