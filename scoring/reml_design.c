/* SPDX-License-Identifier: GPL-3.0-or-later */
/* X'WX and its like, from bins where a term has one covariate and from rows where it has more. */
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

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
        if (part->rows) {
            cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)n, (int)p, 1, part->rows, (int)p, b, 1, 1,
                        eta, 1);
            continue;
        }
        g_autofree double *value = g_new(double, m);
        cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)m, (int)p, 1, basis_c(part), (int)p, b, 1, 0,
                    value, 1);
        for (size_t i = 0; i < n; i++)
            eta[i] += value[part->code[0][i]];
    }
}

/* Mean and derivative by eta, kept off 0 and 1. */
static void mean_of(enum reml_link link, double eta, double *mu, double *slope)
{
    if (link == REML_LOGIT) {
        double e = fmin(fmax(eta, -35), 35);
        *mu = 1 / (1 + exp(-e));
        *slope = fmax(*mu * (1 - *mu), 1e-300);
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
        double variance = fmax(mu * (1 - mu), 1e-15);
        double curve = slope * slope / variance, bend;
        if (fit->observed && fit->data->link == REML_CLOGLOG)
            reml_cloglog_curve(fit->data->y[i], fit->eta[i], &curve, &bend);
        fit->w[i] = prior * fmax(curve, 1e-8);
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
            loss = (e > 0 ? e + log1p(exp(-e)) : log1p(exp(e))) - y * e;
        } else {
            double h = exp(fmin(e, 30));
            loss = y > 0.5 ? -log(fmax(-expm1(-h), 1e-300)) : h;
        }
        sum += prior * loss;
    }
    return 2 * sum;
}

static void set_block(struct reml *fit, size_t row, size_t column, const double *block, size_t rows,
                      size_t columns)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            fit->h[(row + i) * fit->p + column + j] = block[i * columns + j];
            fit->h[(column + j) * fit->p + row + i] = block[i * columns + j];
        }
    }
}

/* C' diag(w by bin) C, C' w and C' z of a term of one covariate. */
static void cross_self(struct reml *fit, const struct reml_part *part, const double *z)
{
    size_t m = bins_of(part), q = part->term->p, n = fit->data->n;
    g_autofree double *w = g_new0(double, m), *r = g_new0(double, m);
    g_autofree double *wc = g_new(double, m *q), *block = g_new(double, q *q);
    for (size_t i = 0; i < n; i++) {
        w[part->code[0][i]] += fit->w[i];
        r[part->code[0][i]] += z[i];
    }
    const double *c = basis_c(part);
    for (size_t b = 0; b < m; b++) {
        for (size_t j = 0; j < q; j++)
            wc[b * q + j] = w[b] * c[b * q + j];
    }
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)q, (int)q, (int)m, 1, c, (int)q, wc,
                (int)q, 0, block, (int)q);
    set_block(fit, part->start, part->start, block, q, q);
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)m, (int)q, 1, c, (int)q, w, 1, 0, block, 1);
    set_block(fit, 0, part->start, block, 1, q);
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)m, (int)q, 1, c, (int)q, r, 1, 0,
                fit->g + part->start, 1);
}

/* Two terms of one covariate: C_a' (w by both bins) C_b. */
static void cross_bins(struct reml *fit, const struct reml_part *a, const struct reml_part *b)
{
    size_t ma = bins_of(a), mb = bins_of(b), qa = a->term->p, qb = b->term->p;
    g_autofree double *joint = g_new0(double, ma *mb), *half = g_new(double, qa *mb);
    g_autofree double *block = g_new(double, qa *qb);
    const uint16_t *ka = a->code[0], *kb = b->code[0];
    for (size_t i = 0; i < fit->data->n; i++)
        joint[ka[i] * mb + kb[i]] += fit->w[i];
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)qa, (int)mb, (int)ma, 1, basis_c(a),
                (int)qa, joint, (int)mb, 0, half, (int)mb);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)qa, (int)qb, (int)mb, 1, half,
                (int)mb, basis_c(b), (int)qb, 0, block, (int)qb);
    set_block(fit, a->start, b->start, block, qa, qb);
}

/* One covariate against rows: C_a' (w · rows by bin). */
static void cross_rows(struct reml *fit, const struct reml_part *a, const struct reml_part *b,
                       const double *wr)
{
    size_t m = bins_of(a), qa = a->term->p, qb = b->term->p;
    g_autofree double *sum = g_new0(double, m *qb), *block = g_new(double, qa *qb);
    for (size_t i = 0; i < fit->data->n; i++) {
        double *into = sum + a->code[0][i] * qb;
        const double *row = wr + i * qb;
        for (size_t j = 0; j < qb; j++)
            into[j] += row[j];
    }
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)qa, (int)qb, (int)m, 1, basis_c(a),
                (int)qa, sum, (int)qb, 0, block, (int)qb);
    set_block(fit, a->start, b->start, block, qa, qb);
}

/* A term of rows against the intercept, every term of bins, itself and the terms of rows before it.
 */
static void cross_wide(struct reml *fit, guint t, const double *z)
{
    const struct reml_part *part = REML_PART(fit, t);
    size_t n = fit->data->n, q = part->term->p;
    g_autofree double *wr = g_new(double, n *q), *one = g_new(double, n);
    for (size_t i = 0; i < n; i++) {
        one[i] = 1;
        for (size_t j = 0; j < q; j++)
            wr[i * q + j] = fit->w[i] * part->rows[i * q + j];
    }
    g_autofree double *line = g_new(double, q);
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)n, (int)q, 1, wr, (int)q, one, 1, 0, line, 1);
    set_block(fit, 0, part->start, line, 1, q);
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)n, (int)q, 1, part->rows, (int)q, z, 1, 0,
                fit->g + part->start, 1);
    for (guint u = 0; u < fit->part->len; u++) {
        const struct reml_part *other = REML_PART(fit, u);
        size_t qo = other->term->p;
        if (!other->rows) {
            cross_rows(fit, other, part, wr);
            continue;
        }
        if (u > t)
            continue; /* its own turn comes */
        g_autofree double *block = g_new(double, qo *q);
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)qo, (int)q, (int)n, 1,
                    other->rows, (int)qo, wr, (int)q, 0, block, (int)q);
        set_block(fit, other->start, part->start, block, qo, q);
    }
}

void reml_cross(struct reml *fit)
{
    size_t n = fit->data->n;
    g_autofree double *z = g_new(double, n);
    double sum_w = 0, sum_z = 0;
    for (size_t i = 0; i < n; i++) {
        double own = fit->eta[i] - (fit->data->offset ? fit->data->offset[i] : 0);
        z[i] = fit->w[i] * own + fit->score[i];
        sum_w += fit->w[i];
        sum_z += z[i];
    }
    fit->h[0] = sum_w;
    fit->g[0] = sum_z;
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *part = REML_PART(fit, t);
        if (part->rows) {
            cross_wide(fit, t, z);
            continue;
        }
        cross_self(fit, part, z);
        for (guint u = 0; u < t; u++) {
            if (!REML_PART(fit, u)->rows)
                cross_bins(fit, REML_PART(fit, u), part);
        }
    }
}
