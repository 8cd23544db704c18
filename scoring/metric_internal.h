/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What metric.c and its neighbours share. */
#pragma once

#include "scoring/facts.h"
#include "scoring/metric_kind.h"
#include "scoring/slo.h"

enum churn_definition { CHURN_CONTRACT_END, CHURN_DOWNGRADE, CHURN_CONTRACTION, CHURN_INACTIVITY };

/* What scorecards that were loaded with the set ask for beside today's metrics. */
struct metric_wants {
    bool attributes;
    int *carry_days; /* by metric: for how long its last value is asked for; 0: it is not */
    int most_days;   /* of them */
};

struct metric_set {
    size_t n_metrics, n_usage;
    struct metric *metric;
    const char **usage;
    bool *by_subject;
    const char *text, *currency;
    enum churn_definition churn;
    int gap_days, inactive_days, churn_usage;
    int contraction_bp; /* the share of ARR whose loss is churn by CHURN_CONTRACTION */
    const struct slo_set *slo;
    bool wants_contacts;
    bool wants_runs;        /* some metric or service level does */
    int run_days;           /* how far before a day runs are looked at */
    const int32_t *holiday; /* ascending */
    size_t n_holidays;
    struct metric_wants *wants;
};

struct metric_answer {
    double value;
    enum metric_quality quality;
};

/* How runs are looked at: made once for all days. */
struct metric_run_words {
    bool *is_good, *is_bad;         /* by word: statuses */
    bool **executor;                /* by metric, by word; NULL for metrics that read no runs */
    uint32_t *source, *destination; /* by word: of a connector pair */
};

/* One account's runs that were made before the day, by definition, then time. */
struct metric_runs {
    const struct facts_run **run;
    size_t n, room;
    int64_t *number; /* room for n */
};

struct metric_computing {
    const struct metric_set *set;
    const struct facts *facts;
    struct metric_frame *frame;
    struct arena *arena;
    const struct facts_record *record[FACTS_KINDS];
    size_t n_records[FACTS_KINDS];
    int64_t start_us; /* of the as-of day */
    const struct zone *zone;
    const struct metric_run_words *words; /* NULL: no metric reads runs */
    struct metric_runs runs;              /* of the account whose turn it is */
    const bool *only;                     /* by metric: those to compute; NULL: all */
};

extern const struct metric_answer metric_no_data, metric_overflow;

/* A finite value is well, others are an error. */
struct metric_answer metric_ok(double value);
/* What is divided by nothing says nothing. */
struct metric_answer metric_quotient(double n, double by);
/* The middle of sorted numbers, or of the two in the middle; and the smallest that `share` of them
 * do not pass. n > 0. */
double metric_median(double *sorted, size_t n);
void metric_sort(double *v, size_t n);
double metric_quantile(const double *sorted, size_t n, double share);

/* The first day of a window of the metric's days before the as-of day. */
int32_t metric_window_from(const struct metric_computing *c, const struct metric *m);
bool metric_is_business_day(const struct metric_set *set, int32_t day);

/* An account's records of a kind as of the day. */
const struct facts_record *metric_records(const struct metric_computing *c, enum facts_kind kind,
                                          size_t account, size_t *n);

/* An account's days of a usage metric by subject. */
const struct facts_subject_day *metric_subject_days(const struct metric_computing *c,
                                                    size_t account, uint32_t usage, size_t *n);

/* One value each, by what the kind reads. */
struct metric_answer metric_usage_compute(const struct metric_computing *c, const struct metric *m,
                                          size_t account);
struct metric_answer metric_pattern_compute(const struct metric_computing *c,
                                            const struct metric *m, size_t account, int32_t first);
struct metric_answer metric_records_compute(const struct metric_computing *c,
                                            const struct metric *m, size_t account);
struct metric_answer metric_support_compute(const struct metric_computing *c,
                                            const struct metric *m, size_t account);
struct metric_answer metric_runs_compute(const struct metric_computing *c, const struct metric *m,
                                         size_t account);
struct metric_answer metric_definitions_compute(const struct metric_computing *c,
                                                const struct metric *m);
struct metric_answer metric_contact_compute(const struct metric_computing *c,
                                            const struct metric *m, size_t account);
struct metric_answer metric_slo_compute(const struct metric_computing *c, const struct metric *m,
                                        size_t account);
struct metric_answer metric_stickiness_compute(const struct metric_computing *c,
                                               const struct metric *m, size_t account);
struct metric_run_words *metric_run_words_make(struct arena *arena, const struct metric_set *set,
                                               const struct facts *facts);
void metric_runs_choose(struct metric_computing *c, size_t account);

/* What a metric computes, e.g. "ratio good=failed_runs total=runs days=28": a stored model must not
 * speak about another quantity of the same name. */
char *metric_definition(struct arena *arena, const struct metric_set *set, size_t index);
