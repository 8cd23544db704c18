/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an iteration needs of the rows: linear predictor, weights, deviance. */
#include <math.h>
#include <string.h>

#include "scoring/logit.h"
#include "scoring/reml_internal.h"

static const double *basis_c(const struct reml_part *part)
{
    return part->term->basis[0]->c;
}

static size_t bins_of(const struct reml_part *part)
{
    return part->term->basis[0]->m;
}

void reml_predict(const struct reml *fit, const double *beta, double *eta)
{
    size_t n = fit->data->n;
    for (size_t i = 0; i < n; i++)
        eta[i] = beta[0] + (fit->data->offset ? fit->data->offset[i] : 0);
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *part = REML_PART(fit, t);
        size_t p = part->term->p, m = bins_of(part);
        const double *b = beta + part->start;
        if (part->local) {
            reml_local_add(part, b, n, eta);
            continue;
        }
        g_autofree double *value = g_new0(double, m);
        for (size_t k = 0; k < m; k++) {
            for (size_t c = 0; c < p; c++)
                value[k] += basis_c(part)[k * p + c] * b[c];
        }
        for (size_t i = 0; i < n; i++)
            eta[i] += value[part->code[0][i]];
    }
}

/* Mean and derivative by eta, kept off 0 and 1. */
static void mean_of(enum reml_link link, double eta, double *mu, double *slope)
{
    if (link == REML_LOGIT) {
        *mu = logit_mean(eta);
        *slope = *mu * (1 - *mu); /* logit_mean keeps off 0 and 1 */
        return;
    }
    double e = exp(fmin(fmax(eta, -35), 3.5));
    *mu = fmin(fmax(-expm1(-e), 1e-15), 1 - 1e-15);
    *slope = fmax(e * exp(-e), 1e-300);
}

void reml_cloglog_curve(double y, double eta, double *curve, double *bend)
{
    double h = exp(fmin(fmax(eta, -35), 3.5)), u = h / expm1(h), second = u * (1 - h - u);
    *curve = (1 - y) * h - y * second;
    *bend = (1 - y) * h - y * (second * (1 - h - u) - u * (h + second));
}

void reml_weigh(struct reml *fit)
{
    for (size_t i = 0; i < fit->data->n; i++) {
        double mu, slope, prior = fit->data->weight ? fit->data->weight[i] : 1;
        mean_of(fit->data->link, fit->eta[i], &mu, &slope);
        double variance = mu * (1 - mu) > 1e-15 ? mu * (1 - mu) : 1e-15;
        double curve = slope * slope / variance, bend;
        if (fit->observed && fit->data->link == REML_CLOGLOG)
            reml_cloglog_curve(fit->data->y[i], fit->eta[i], &curve, &bend);
        fit->w[i] = prior * (curve > 1e-8 ? curve : 1e-8);
        fit->score[i] = prior * (fit->data->y[i] - mu) * slope / variance;
    }
}

double reml_deviance(const struct reml *fit, const double *eta)
{
    double sum = 0;
    for (size_t i = 0; i < fit->data->n; i++) {
        double prior = fit->data->weight ? fit->data->weight[i] : 1, y = fit->data->y[i], loss;
        double e = eta[i];
        if (fit->data->link == REML_LOGIT) {
            loss = logit_loss(e, y);
        } else {
            double h = exp(fmin(e, 30));
            loss = y > 0.5 ? -log(fmax(-expm1(-h), 1e-300)) : h;
        }
        sum += prior * loss;
    }
    return 2 * sum;
}
