/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalised additive model of a binary outcome, smoothing parameters by restricted maximum
 * likelihood. Terms can be added to a fitted model, which goes on from where it stood. */
#pragma once

#include "core/error.h"
#include "scoring/term.h"

enum reml_link { REML_LOGIT, REML_CLOGLOG };

/* The rows a model is fitted on. */
struct reml_data {
    size_t n;
    const double *y;      /* 0 or 1 */
    const double *weight; /* prior weights >= 0, NULL for 1 */
    const double *offset; /* on the scale of eta, NULL for 0 */
    enum reml_link link;
    int threads; /* for cross products; results do not depend on it */
    bool exact;  /* smoothing parameters of the likelihood itself, not of its working models: a
                    little nearer, and n · p^2 a step dearer */
};

/* Coefficients from which on terms are taken to say nothing until their score says otherwise, and
 * those of main effects that rest in the end are left out. */
enum { REML_WIDE = 400 };

struct reml;

/* Intercept only. `data` must live as long. */
struct reml *reml_new(const struct reml_data *data);
void reml_free(struct reml *fit);

/* Add a term. code[i]: the rows' bins on axis i, n each; must live as long. */
void reml_add(struct reml *fit, const struct term *term, const uint16_t *const *code);

/* Go on from where `other`, fitted on rows much like these, stands: the smoothing parameters of the
 * terms that both have, and their coefficients where those fit better than one's own. */
void reml_follow(struct reml *fit, const struct reml *other);

/* Of very many rows: fit a sample of them, the same at each call, and begin where that ends; terms
 * that the sample smooths away rest. */
void reml_sample(struct reml *fit);

/*
 * Penalised iteratively re-weighted least squares with Newton steps on the log smoothing parameters
 * of the Laplace-approximate restricted likelihood of the working model; steps are halved until
 * they improve. Never fails: a singular system gets a growing ridge.
 *
 * Source  Wood, Fast stable restricted maximum likelihood …, J. R. Statist. Soc. B 73 (2011) 3-36;
 *         Wood, Goude, Shaw, Generalized additive models for large data sets, JRSS C 64 (2015)
 * Cost    an iteration: n · pairs of terms, and p^3
 */
void reml_run(struct reml *fit);

/* Forget the terms that were smoothed away; the others stand as they are. After reml_run. */
void reml_drop(struct reml *fit);

size_t reml_terms(const struct reml *fit);
const struct term *reml_term(const struct reml *fit, size_t i);
size_t reml_p(const struct reml *fit);               /* coefficients, intercept first */
size_t reml_start(const struct reml *fit, size_t i); /* of a term's coefficients */
const double *reml_beta(const struct reml *fit);
const double *reml_eta(const struct reml *fit);        /* n */
const double *reml_covariance(const struct reml *fit); /* p × p, Bayesian; NULL before reml_run */
double
reml_criterion(const struct reml *fit); /* minus the restricted log likelihood, to a constant */
const double *reml_information(const struct reml *fit); /* p × p: X'WX at the last weights */
double reml_edf(const struct reml *fit, size_t i);      /* effective degrees of freedom of a term */
double reml_reference(const struct reml *fit, size_t i); /* those of its test: trace of 2F - FF */
void reml_penalty(const struct reml *fit, size_t i, double *out); /* a term's diagonal of S */
int reml_iterations(const struct reml *fit);

typedef struct reml reml_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(reml_t, reml_free)
