/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reml.c and its sisters reml_*.c share. */
#pragma once

#include "scoring/reml.h"

struct reml_part {
    const struct term *term;
    const uint16_t *code[TERM_AXES];
    size_t start;  /* of its coefficients */
    size_t lambda; /* first of its smoothing parameters */
    bool resting;  /* smoothed away, for now: its columns are solved for one by one */
    bool crossed;  /* X'WX has all that it shares with others */
    bool apart;    /* X'WX has 0 for all of that */
    /* Its rows in splines: `runs` of BASIS_RUN neighbours, each a step from the first, which begins
     * at `at`. A term of one covariate has its bins for that, and NULL here. */
    size_t runs;
    uint32_t step[BASIS_RUN * BASIS_RUN], *at;
    double *local; /* n × runs × BASIS_RUN */
};

struct reml {
    const struct reml_data *data;
    GArray *part; /* struct reml_part */
    size_t p, n_lambda;
    double *beta, *rho;      /* p; n_lambda logarithms */
    double *eta, *w, *score; /* n: linear predictor, working weights, s of the working response */
    double *h, *g;           /* p × p of X'WX; p of X's */
    double *crossed;         /* n: the weights of h */
    double *v, *edf;         /* p × p; p */
    double *reference;       /* p: the diagonal of 2F - FF */
    double laml;
    bool followed; /* it began where another fit ended */
    bool sampled;  /* it began where a sample of its rows ended */
    bool observed; /* weights are minus the second derivative, not its mean */
    int iterations;
};

#define REML_PART(fit, i) (&g_array_index((fit)->part, struct reml_part, (i)))

/* One design row of a part. */
void reml_row(const struct reml_part *part, size_t i, double *out);
/* A part's rows in splines. */
void reml_local_prepare(struct reml_part *part, size_t n);
/* eta += the part's rows · beta. */
void reml_local_add(const struct reml_part *part, const double *beta, size_t n, double *eta);

/* eta = offset + X beta. */
void reml_predict(const struct reml *fit, const double *beta, double *eta);

/* Working weights and scores at eta; X'WX and X's. Unless it is asked for `all`, of a resting
 * term only the diagonal: what it shares with others is taken for 0. */
void reml_weigh(struct reml *fit);
void reml_cross(struct reml *fit, bool all);
/* The same, but X'WX stays when the weights have hardly moved since it was made; X's is always that
 * of the present scores, so that iterations end where they would. */
void reml_cross_again(struct reml *fit);

/* Minus the second and third derivatives of a row's log likelihood. */
void reml_cloglog_curve(double y, double eta, double *curve, double *bend);

/* Minus twice the log likelihood at eta. */
double reml_deviance(const struct reml *fit, const double *eta);

/*
 * The working model: S of the current rho, its factor, coefficients and criterion. The columns of
 * resting terms, and those whose penalty is more than REML_IDLE times their information, are idle:
 * they are solved for alone, since what they share with others is smaller than that ratio, and p^3
 * becomes the cube of the rest. Coefficients are the present ones and a step, so that where the
 * iterations end does not depend on which are idle.
 */
struct reml_working {
    size_t p, n; /* columns; active ones */
    size_t *active;
    double *s;               /* p: diagonal of the penalty */
    double *factor;          /* n × n, upper triangle U of U'U = H + S of the active columns */
    double *beta, *diagonal; /* p; p of H + S + ridge */
    double log_det, log_pen; /* sum log U_ii; sum log S_k over S_k > 0, halved */
    double value;
};

#define REML_IDLE 1e3
#define REML_IDLE_WIDE 1e2 /* of more than REML_WIDE columns: their cube is the whole cost */

/* The penalty's diagonal; rho[j] is of the j-th penalty, in the order of the terms. */
void reml_penalties(const struct reml *fit, const double *rho, double *s);

struct reml_working *reml_working_new(size_t p);
void reml_working_free(struct reml_working *work);
void reml_solve(const struct reml *fit, const double *rho, double ridge, struct reml_working *out);
/* The same with every column active. */
void reml_solve_whole(const struct reml *fit, const double *rho, double ridge,
                      struct reml_working *out);

/* Gradient and Hessian of the working criterion in rho. */
struct reml_newton {
    size_t p, n; /* coefficients, smoothing parameters */
    double least_gradient, least_curvature;
    double *m; /* n × p: lambda_j d_j, zero outside the term */
    double *v; /* inverse of the factor */
    double *gradient, *hessian, *step;
    size_t *from, *to;    /* the columns of m that are not zero */
    size_t *first, *last; /* the same among the active columns */
    size_t *moving, n_moving;
};

struct reml_newton *reml_newton_new(const struct reml *fit);
void reml_newton_free(struct reml_newton *nt);
void reml_newton_slope(const struct reml *fit, const struct reml_working *work,
                       struct reml_newton *nt);
/* The parameters that still move, and the largest slope among them. */
double reml_newton_steepest(const struct reml *fit, struct reml_newton *nt);
void reml_newton_step(const struct reml_working *work, struct reml_newton *nt);
/* rho after the step, within bounds. */
void reml_newton_add(const struct reml *fit, const struct reml_newton *nt, double *rho);

/* At most two Newton steps on rho for the working model, the second where the first gained
 * something; `now` is replaced by the better one. */
void reml_improve(struct reml *fit, double ridge, struct reml_working **now,
                  struct reml_working **spare);

/* A small multiple of the mean information, added to every column. */
double reml_ridge(const struct reml *fit);

/* Deviance and penalty; move to the working model's coefficients, halved until that does not grow.
 * `change` is by how much it fell. */
double reml_move(struct reml *fit, const struct reml_working *work, double *change);

/* Coefficients at the smoothing parameters as they are, to machine precision; laml with them. */
void reml_settle(struct reml *fit, struct reml_working *work);

/* Newton steps on the Laplace-approximate restricted likelihood itself, from where the working
 * models ended. */
void reml_refine(struct reml *fit, struct reml_working *work);

/* x'Vx of every row. */
void reml_leverage(const struct reml *fit, const double *v, double *out);

/* Does a term have a direction? Then what holds it is added to X'WX and X's, and at the end the
 * coefficients are put into order, and eta with them. */
bool reml_monotone_any(const struct reml *fit);
void reml_monotone_hold(struct reml *fit);
void reml_monotone_settle(struct reml *fit);

/* A term's smoothing parameters where they begin: lambda_j = its information / sum of d_j; their
 * logarithms so much above that. */
void reml_begin(struct reml *fit, const struct reml_part *part, double information, double above);
/* The terms that rest from here on, by what their columns would still be free to do. */
void reml_rest(struct reml *fit, const double *s);
bool reml_rests(const struct reml *fit);
/* Wake resting terms whose score asks for them, given the active columns; true when there are any.
 * X'WX must be there of all terms. */
bool reml_wake(struct reml *fit, const struct reml_working *work);
/* All terms rest but those that the score asks for: where there are many. With few they all begin
 * awake, since the restricted likelihood of a weak term may have a maximum that its slope at 0 does
 * not show. */
void reml_rest_at_first(struct reml *fit);

/* Tolerance in units of log likelihood: less does not matter for a statistic. */
#define REML_TOLERANCE 0.02
