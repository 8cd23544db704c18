/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Laplace-approximate restricted likelihood itself. Its slope has one part more than the
 * working model's: weights follow the coefficients, which follow the smoothing parameters. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

#include "scoring/logit.h"
#include "scoring/reml_internal.h"

enum { OUTER_MAX = 40, INNER_MAX = 50, HALVINGS = 10, BLOCK = 256 };

/* Design rows from .. from + n, n × p. */
static void fill_rows(const struct reml *fit, size_t from, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        double *row = x + i * fit->p;
        row[0] = 1;
        for (guint t = 0; t < fit->part->len; t++) {
            const struct reml_part *part = REML_PART(fit, t);
            reml_row(part, from + i, row + part->start);
        }
    }
}

void reml_leverage(const struct reml *fit, const double *v, double *out)
{
    size_t p = fit->p;
    g_autofree double *x = g_new(double, BLOCK *p), *xv = g_new(double, BLOCK *p);
    for (size_t from = 0; from < fit->data->n; from += BLOCK) {
        size_t n = MIN(BLOCK, fit->data->n - from);
        fill_rows(fit, from, n, x);
        cblas_dsymm(CblasRowMajor, CblasRight, CblasUpper, (int)n, (int)p, 1, v, (int)p, x, (int)p,
                    0, xv, (int)p);
        for (size_t i = 0; i < n; i++)
            out[from + i] = cblas_ddot((int)p, x + i * p, 1, xv + i * p, 1);
    }
}

void reml_settle(struct reml *fit, struct reml_working *work)
{
    double deviance = 0, change = INFINITY;
    for (int i = 0; i < INNER_MAX; i++) {
        reml_weigh(fit);
        reml_cross(fit, true);
        reml_solve_whole(fit, fit->rho, reml_ridge(fit), work);
        if (change <= 1e-13 * (1 + fabs(deviance)))
            break;
        deviance = reml_move(fit, work, &change);
    }
    fit->laml = deviance / 2 + work->log_det - work->log_pen;
}

/* Slope of the weights in eta. */
static double bend_of(const struct reml *fit, size_t i)
{
    double prior = fit->data->weight ? fit->data->weight[i] : 1, curve, bend;
    if (fit->data->link == REML_CLOGLOG) {
        reml_cloglog_curve(fit->data->y[i], fit->eta[i], &curve, &bend);
        return prior * bend;
    }
    double mu = logit_mean(fit->eta[i]);
    return prior * mu * (1 - mu) * (1 - 2 * mu);
}

/* Half the trace of V dH: sum of leverage_i · dw_i/deta · deta_i/drho_j, with dbeta/drho_j =
 * -V lambda_j D_j beta. */
static void add_bend(const struct reml *fit, const struct reml_working *work,
                     struct reml_newton *nt)
{
    size_t n = fit->data->n, p = fit->p;
    g_autofree double *lever = g_new(double, n + 1), *pull = g_new0(double, p);
    g_autofree double *x = g_new(double, BLOCK *p), *toward = g_new(double, p);
    reml_leverage(fit, nt->v, lever);
    for (size_t i = 0; i < n; i++)
        lever[i] *= bend_of(fit, i);
    for (size_t from = 0; from < n; from += BLOCK) {
        size_t rows = MIN(BLOCK, n - from);
        fill_rows(fit, from, rows, x);
        cblas_dgemv(CblasRowMajor, CblasTrans, (int)rows, (int)p, 1, x, (int)p, lever + from, 1, 1,
                    pull, 1);
    }
    cblas_dsymv(CblasRowMajor, CblasUpper, (int)p, 1, nt->v, (int)p, pull, 1, 0, toward, 1);
    for (size_t j = 0; j < nt->n; j++) {
        double sum = 0;
        for (size_t k = nt->from[j]; k < nt->to[j]; k++)
            sum += toward[k] * nt->m[j * p + k] * work->beta[k];
        nt->gradient[j] -= sum / 2;
    }
}

/* A fit's place, to come back to. */
struct place {
    double *beta, *eta, *rho, laml;
};

static void remember(const struct reml *fit, struct place *at)
{
    memcpy(at->beta, fit->beta, fit->p * sizeof *at->beta);
    memcpy(at->eta, fit->eta, fit->data->n * sizeof *at->eta);
    memcpy(at->rho, fit->rho, fit->n_lambda * sizeof *at->rho);
    at->laml = fit->laml;
}

static void go_back(struct reml *fit, const struct place *at)
{
    memcpy(fit->beta, at->beta, fit->p * sizeof *at->beta);
    memcpy(fit->eta, at->eta, fit->data->n * sizeof *at->eta);
    memcpy(fit->rho, at->rho, fit->n_lambda * sizeof *at->rho);
    fit->laml = at->laml;
}

/* Take the step, halved until the likelihood grows; back where it was when it never does. */
static bool step_up(struct reml *fit, struct reml_newton *nt, struct reml_working *work,
                    struct place *at)
{
    remember(fit, at);
    for (int h = 0; h < HALVINGS; h++) {
        reml_newton_add(fit, nt, fit->rho);
        reml_settle(fit, work);
        if (fit->laml < at->laml)
            return true;
        go_back(fit, at);
        for (size_t j = 0; j < nt->n; j++)
            nt->step[j] /= 2;
    }
    reml_settle(fit, work);
    return false;
}

/* What a step should gain, in log likelihood. */
static double promised(const struct reml_newton *nt)
{
    double sum = 0;
    for (size_t j = 0; j < nt->n; j++)
        sum -= nt->gradient[j] * nt->step[j] / 2;
    return sum;
}

void reml_refine(struct reml *fit, struct reml_working *work)
{
    struct place at = {g_new(double, fit->p), g_new(double, fit->data->n + 1),
                       g_new(double, fit->n_lambda + 1), 0};
    struct reml_newton *nt = reml_newton_new(fit);
    fit->observed = true;
    nt->least_gradient = 1e-7;
    nt->least_curvature = 1e-8;
    reml_settle(fit, work);
    for (int i = 0; i < OUTER_MAX; i++) {
        reml_newton_slope(fit, work, nt);
        add_bend(fit, work, nt);
        if (reml_newton_steepest(fit, nt) == 0)
            break;
        reml_newton_step(work, nt);
        if (promised(nt) < 1e-8)
            break;
        fit->iterations++;
        if (!step_up(fit, nt, work, &at))
            break;
    }
    reml_newton_free(nt);
    g_free(at.beta);
    g_free(at.eta);
    g_free(at.rho);
}
