/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What metric.c, metric_config.c and metric_churn.c share. */
#pragma once

#include "scoring/facts.h"
#include "scoring/metric.h"

enum metric_kind {
    KIND_SUM,
    KIND_MEAN,
    KIND_MAX,
    KIND_MIN,
    KIND_LAST,
    KIND_ACTIVE_DAYS,
    KIND_DAYS_SINCE,
    KIND_RATIO,
    KIND_CHANGE,
    KIND_SELF_BASELINE,
    KIND_DISTINCT_SUBJECTS,
    KIND_TOP_SUBJECT_SHARE,
    KIND_TENURE_DAYS,
    KIND_ARR,
    KIND_DAYS_TO_RENEWAL,
    KIND_TICKETS,
    KIND_OPEN_TICKETS,
    KIND_INCIDENTS,
    KIND_INCIDENT_MINUTES,
    KIND_NPS,
    KIND_CSAT,
    KIND_SENTIMENT,
    KIND_TOUCH_DAYS,
    KIND_MILESTONES,
    KIND_COUNT
};

struct metric {
    struct metric_info info;
    enum metric_kind kind;
    int usage, good, total; /* indexes into set->usage; -1 */
    int days, baseline_days, stale_days;
};

enum churn_definition { CHURN_CONTRACT_END, CHURN_DOWNGRADE, CHURN_CONTRACTION, CHURN_INACTIVITY };

struct metric_set {
    size_t n_metrics, n_usage;
    struct metric *metric;
    const char **usage;
    bool *by_subject;
    const char *text, *currency;
    enum churn_definition churn;
    int gap_days, inactive_days, churn_usage;
    int contraction_bp; /* the share of ARR whose loss is churn by CHURN_CONTRACTION */
};

/* What a metric computes, e.g. "ratio good=failed_runs total=runs days=28": a stored model must not
 * speak about another quantity of the same name. */
char *metric_definition(struct arena *arena, const struct metric_set *set, size_t index);
