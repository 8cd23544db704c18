/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The churn engine: log-odds as an exact sum of tables of at most three covariates. Penalised
 * splines by restricted maximum likelihood, derived covariates, pairs and triples that screens let
 * in, averaged over held-out paths; boosted tables beside them where they earn it on held-out loss.
 */
#pragma once

#include "scoring/covariate.h"

enum additive_mode {
    ADDITIVE_AUTO, /* boosted tables when they improve held-out loss by more than a standard error
                    */
    ADDITIVE_COMPACT, /* never */
    ADDITIVE_FULL,    /* always */
    ADDITIVE_MAINS,   /* main effects alone, one fit of all rows: nothing is held out or selected */
    ADDITIVE_EXACT    /* the same, smoothing parameters by the restricted likelihood itself rather
                       * than by its working models: what mgcv finds; some ten times dearer */
};

struct additive_options {
    enum additive_mode mode;
    unsigned long seed;
    int threads; /* results do not depend on it */
};

struct additive; /* lives in the arena it was fitted into, with its covariates' bins */

/*
 * Fit to rows with outcome y (0 or 1). No option depends on the data. A column with a direction has
 * its main effect alone, whose table only rises or falls: no pair, no derived covariate and no
 * tree uses it, so that the score as a whole is monotone in it. Without one nothing changes.
 *
 * Errors  KENKO_ERROR_REFUSED  fewer than two rows of one outcome, or no column varies
 *         KENKO_ERROR_USAGE    a direction of a column of texts, or in an exact fit
 * Source  the parts name theirs
 * Cost    paths · (terms^3 + rows · terms^2) an iteration, and 2.5 · rows · columns a tree
 */
MUST_USE struct additive *additive_fit(struct arena *arena, const struct dataset *data,
                                       const double *y, const struct additive_options *options,
                                       GError **err);

/* Log-odds of rows of another dataset with the same columns. `eta` has data->n places. */
void additive_predict(const struct additive *model, const struct dataset *data, double *eta);

/*
 * Standard errors of the log-odds: the posterior of the terms' coefficients, scaled to what the
 * paths' spread says of selection, borders and trees. An interval of ± 1.96 of them covers the
 * truth for about 95 % of the rows of a population, not for each row: near a step it covers less.
 * `se` has data->n places.
 *
 * Source  Nychka, Bayesian confidence intervals for smoothing splines, JASA 83 (1988); Marra, Wood,
 *         Scand. J. Statist. 39 (2012), for the posterior; Efron, Ann. Statist. 7 (1979), for the
 *         delete-group jackknife over the paths
 * Cost    n · terms · some hundred additions
 */
void additive_interval(const struct additive *model, const struct dataset *data, double *se);

/* One term of the model, as people ask for it. */
struct additive_term {
    const struct covariate *covariate[TERM_AXES];
    size_t n;          /* covariates */
    double edf;        /* effective degrees of freedom, mean over the paths that have it */
    double paths;      /* share of the paths that have it */
    double chi2, df;   /* of the test that it is zero: wald.h, on the means of its paths. Of a term
                          that a screen let in it flatters: the same rows asked for it */
    double log_p;      /* natural logarithm of its p-value */
    bool separates;    /* its rows are nearly separated: were its effect larger, the test would say
                          less (Hauck, Donner), so that the p-value is too large */
    double importance; /* standard deviation of its value over the rows, log-odds */
};

struct additive_summary {
    size_t n_rows, n_events, n_terms;
    const struct additive_term *term; /* most important first */
    int rounds;                       /* of screening */
    double iterations;                /* of a path */
    size_t trees;                /* in each path from the intercept and from the terms; 0: none */
    double loss_terms, loss_all; /* held-out mean log loss without and with boosted tables */
    double weight[3];            /* of the terms, of trees from nothing, of trees from the terms */
};
const struct additive_summary *additive_summary(const struct additive *model);
