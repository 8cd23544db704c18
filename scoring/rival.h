/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The churn model beside what it has to beat: all fitted on the same rows, all judged on the same
 * others. */
#pragma once

#include <jansson.h>

#include "scoring/evaluate.h"
#include "scoring/hazard.h"

enum rival {
    RIVAL_BASE,     /* the rate of the training rows for everybody */
    RIVAL_HEALTH,   /* the health score of the day, turned into a probability */
    RIVAL_LOGISTIC, /* the penalised logistic regression */
    RIVAL_ENGINE,   /* the additive engine: the model itself */
    RIVALS
};

const char *rival_name(enum rival rival);  /* for programs */
const char *rival_label(enum rival rival); /* for people */

/* Rows that were judged, in the panel's order. */
struct rival_rows {
    size_t n;
    const size_t *row; /* of the panel */
    double *y;
    int32_t *as_of;
    double *arr;       /* NULL where the panel has none */
    double *p[RIVALS]; /* NULL: the rival had nothing to say */
};

/*
 * Fit every rival on the rows of the panel with train[i] and predict those with test[i].
 *
 * Errors  KENKO_ERROR_REFUSED  the engine or the regression cannot be fitted to the rows
 */
MUST_USE bool rival_predict(struct arena *arena, const struct metric_set *metrics,
                            const struct panel *panel, const uint8_t *train, const uint8_t *test,
                            const struct hazard_options *options, struct rival_rows *out,
                            GError **err);

/* How good each is; has[k] false: it had nothing to say. */
struct rival_table {
    bool has[RIVALS];
    struct evaluation row[RIVALS];
    struct calibration_cusum cusum; /* of the engine */
};
/* JSON of the engine's figures, with those of all under "rivals"; what is no number is null. The
 * caller owns it. Back: what is not there is NaN. */
json_t *rival_save(const struct rival_table *table);
void rival_load(const json_t *root, struct rival_table *out);

/* A JSON number; null for NaN and infinities. */
json_t *rival_number(double v);

void rival_evaluate(struct arena *arena, const struct rival_rows *rows, struct rival_table *out);

/* Does `a` lose more than `b` on the rows? The mean difference of their log losses, a - b, and its
 * standard error. */
void rival_difference(const double *a, const double *b, const double *y, size_t n, double *mean,
                      double *se);
