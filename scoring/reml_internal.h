/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reml.c, reml_design.c and reml_newton.c share. */
#pragma once

#include "scoring/reml.h"

struct reml_part {
    const struct term *term;
    const uint16_t *code[TERM_AXES];
    size_t start;  /* of its coefficients */
    size_t lambda; /* first of its smoothing parameters */
    double *rows;  /* n × p of a term of several covariates; NULL for one: its bins serve */
};

struct reml {
    const struct reml_data *data;
    GArray *part; /* struct reml_part */
    size_t p, n_lambda;
    double *beta, *rho;      /* p; n_lambda logarithms */
    double *eta, *w, *score; /* n: linear predictor, working weights, s of the working response */
    double *h, *g;           /* p × p of X'WX; p of X'(W eta + s) */
    double *v, *edf;         /* p × p; p */
    double laml;
    int iterations;
};

#define REML_PART(fit, i) (&g_array_index((fit)->part, struct reml_part, (i)))

/* eta = offset + X beta. */
void reml_predict(const struct reml *fit, const double *beta, double *eta);

/* Working weights and scores at eta; X'WX and X'(W (eta - offset) + s). */
void reml_weigh(struct reml *fit);
void reml_cross(struct reml *fit);

/* Minus twice the log likelihood at eta. */
double reml_deviance(const struct reml *fit, const double *eta);

/*
 * The working model: S of the current rho, its factor, coefficients and criterion. Columns whose
 * penalty is more than REML_IDLE times their information are idle: they are solved for alone, since
 * what they share with others is smaller than that ratio, and p^3 becomes the cube of the rest.
 */
struct reml_working {
    size_t p, n; /* columns; active ones */
    size_t *active;
    double *s;               /* p: diagonal of the penalty */
    double *factor;          /* n × n, lower triangle L of LL' = H + S of the active columns */
    double *beta;            /* p */
    double log_det, log_pen; /* sum log L_ii; sum log S_k over S_k > 0, halved */
    double value;
};

#define REML_IDLE 1e5

struct reml_working *reml_working_new(size_t p);
void reml_working_free(struct reml_working *work);
void reml_solve(const struct reml *fit, const double *rho, double ridge, struct reml_working *out);
/* The same with every column active. */
void reml_solve_whole(const struct reml *fit, const double *rho, double ridge,
                      struct reml_working *out);

/* At most two Newton steps on rho for the working model; `now` is replaced by the better one. */
void reml_improve(struct reml *fit, double ridge, struct reml_working **now,
                  struct reml_working **spare);

/* Inverse of LL', full and symmetric, n × n. */
void reml_invert(const struct reml_working *work, double *out);

/* Tolerance in units of log likelihood: less does not matter for a statistic. */
#define REML_TOLERANCE 0.02
