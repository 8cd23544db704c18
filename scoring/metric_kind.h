/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of metrics, and what an entry of metrics.yaml says. */
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
    KIND_MEDIAN,
    KIND_P95,
    KIND_SLOPE,
    KIND_VOLATILITY,
    KIND_STREAK,
    KIND_ACTIVE_SHARE,
    KIND_RATE,
    KIND_ENGAGEMENT,
    KIND_BREADTH,
    KIND_QUOTA,
    KIND_SUPPORT_SILENCE,
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
    KIND_TICKET_WEIGHT,
    KIND_TICKET_FIRST_REPLY,
    KIND_TICKET_REOPENED,
    KIND_TICKET_AGE_P90,
    KIND_TICKETS_PER,
    KIND_ONBOARDING_PROGRESS,
    KIND_ONBOARDING_TTV,
    KIND_ONBOARDING_STALLED,
    KIND_RUN_COUNT,
    KIND_RUN_SUCCESS,
    KIND_RUN_EVENTUAL_SUCCESS,
    KIND_RUN_MTTR,
    KIND_RUN_CHRONIC,
    KIND_RUN_QUEUE_P95,
    KIND_RUN_DURATION_CHANGE,
    KIND_RUN_ROWS,
    KIND_RUN_BYTES,
    KIND_RUN_SKIPPED,
    KIND_RUN_DEFINITIONS,
    KIND_RUN_DORMANT,
    KIND_RUN_DORMANT_SHARE,
    KIND_RUN_CONNECTORS,
    KIND_RUN_AUTOMATION,
    KIND_RUN_PLATFORM_FAULT,
    KIND_CONTACTS,
    KIND_CONTACTS_LEFT,
    KIND_CONTACTS_ACTIVE,
    KIND_CONTACT_SILENT_DAYS,
    KIND_SLO,
    KIND_STICKINESS,
    KIND_COUNT
};

/* What a kind reads, which says what it wants and when it is silent. */
enum metric_reads {
    METRIC_READS_USAGE = 1, /* `usage` */
    METRIC_READS_RATIO,     /* `good` and `total` */
    METRIC_READS_SUBJECTS,  /* `usage`, by subject */
    METRIC_READS_CONTRACTS,
    METRIC_READS_RECORDS,
    METRIC_READS_RUNS,
    METRIC_READS_CONTACTS, /* and of some kinds `usage`, by subject */
    METRIC_READS_SLO,
    METRIC_READS_METRICS /* those before it in metrics.yaml */
};

struct metric_kind_info {
    const char *name;
    enum metric_reads reads;
    enum facts_kind record; /* of kinds that read records */
    bool knows_its_past;    /* says by itself where the past ends: needs no whole window */
};

extern const struct metric_kind_info metric_kinds[KIND_COUNT];

/* A part of stickiness, or the weight of a severity. */
struct metric_part {
    const char *name;
    int metric;
    double weight, saturation;
};

enum metric_slo_of { METRIC_SLO_SLI, METRIC_SLO_BUDGET_LEFT, METRIC_SLO_BURN };

struct metric {
    struct metric_info info;
    enum metric_kind kind;
    int usage, good, total; /* indexes into set->usage; -1 */
    int days, baseline_days, stale_days;
    const char *const *executors, *const *milestones; /* NULL: by default, see metric_config.c */
    const char *role;                                 /* of contacts; NULL: all */
    int64_t threshold_us;
    int length;     /* of a row of errors that is chronic */
    int min_events; /* fewer are Wilson's lower bound */
    int half_life_days, min_tenure, per_days;
    int slo;
    enum metric_slo_of slo_of;
    double cap, fall;
    char side;        /* of connectors: 's'ource, 'd'estination, 'b'oth */
    bool is_business; /* days are business days */
    struct metric_part *part;
    size_t n_parts;
};
