/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drift: are today's customers still like those the model was judged on? */
#pragma once

#include <jansson.h>

#include "scoring/hazard.h"

enum { DRIFT_BINS = 10, DRIFT_WORD = 400 };

struct drift; /* distributions of the features and of the risk, among the rows judged */

/* Remember rows (n × metrics) that a model was judged on, of n_days days. In the arena. */
struct drift *drift_learn(struct arena *arena, const struct hazard_model *model,
                          const struct metric_set *metrics, const double *value, size_t n,
                          size_t n_days);

/* JSON, and back for the model it is of; NULL when it is not there or damaged. The caller owns it.
 */
json_t *drift_save(const struct drift *drift);
struct drift *drift_load(struct arena *arena, const struct hazard_model *model, const json_t *root);

/* How one distribution has moved. */
struct drift_shift {
    double psi;   /* population stability index over tenths and what is missing */
    double limit; /* 99 % of the time it stays below when nothing has changed */
};

/* The index of n shares that were and are; shares below 1e-4 count as that. */
double drift_index(const double *was, const double *is, size_t n);

enum drift_state {
    DRIFT_CALM,
    DRIFT_WATCH, /* features moved: worth a look */
    DRIFT_SILENT /* the risks are no longer those the model was judged on */
};

struct drift_report {
    enum drift_state state;
    struct drift_shift risk;
    double ks, ks_limit; /* of the risk: Kolmogorov-Smirnov distance, and its 99 % bound */
    size_t n_features, n_moved;
    const struct drift_shift *feature; /* in the model's order */
    char word[DRIFT_WORD];             /* for people; "" when calm */
};

/*
 * Hold a day's rows against what was remembered. A feature has moved when its index is above 0.25
 * and above its limit. The model falls silent when the index of the risk is above 0.5 and above its
 * limit, and its Kolmogorov-Smirnov distance above its own.
 *
 * Source  Yurdakul, Statistical properties of the population stability index (2018): n times the
 *         index is nearly chi-squared with bins - 1 degrees of freedom; Massey, JASA 46 (1951), for
 *         the bound of the distance
 */
void drift_look(struct arena *arena, const struct drift *drift, const struct hazard_model *model,
                const struct metric_set *metrics, const double *value, size_t n,
                struct drift_report *out);
