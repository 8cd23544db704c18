/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terms that may only rise, or only fall: their spline coefficients ascend, and with them the
 * function. Differences that would go the wrong way are held at nothing by a weight while the model
 * is fitted, and put right to the last digit at its end. */
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "scoring/reml_internal.h"

/* A held difference weighs so many times what the rows say about it. */
static const double hold = 1e6;

bool reml_monotone_any(const struct reml *fit)
{
    for (guint t = 0; t < fit->part->len; t++) {
        if (REML_PART(fit, t)->term->direction != 0)
            return true;
    }
    return false;
}

/* The coefficients of a term's splines. */
static void to_splines(const struct term *term, const double *beta, double *theta)
{
    const struct basis *basis = term->basis[0];
    for (size_t j = 0; j < basis->k; j++) {
        theta[j] = 0;
        for (size_t c = 0; c < basis->q; c++)
            theta[j] += basis->turn[j * basis->q + c] * beta[c];
    }
}

static void hold_part(struct reml *fit, const struct reml_part *part)
{
    const struct term *term = part->term;
    const struct basis *basis = term->basis[0];
    size_t q = basis->q, p = fit->p;
    double most = 0;
    g_autofree double *theta = g_new(double, basis->k), *d = g_new(double, q);
    to_splines(term, fit->beta + part->start, theta);
    for (size_t c = 0; c < q; c++)
        most = fmax(most, fit->h[(part->start + c) * p + part->start + c]);
    for (size_t j = 0; j + 1 < term->ordered; j++) {
        double size = 0;
        if (term->direction * (theta[j + 1] - theta[j]) >= 0)
            continue;
        for (size_t c = 0; c < q; c++) {
            d[c] = basis->turn[(j + 1) * q + c] - basis->turn[j * q + c];
            size += d[c] * d[c];
        }
        double weight = size > 0 ? hold * most / size : 0;
        for (size_t c = 0; c < q; c++) {
            double *row = fit->h + (part->start + c) * p + part->start;
            for (size_t e = 0; e < q; e++)
                row[e] += weight * d[c] * d[e];
            fit->g[part->start + c] -= weight * d[c] * (theta[j + 1] - theta[j]);
        }
    }
}

void reml_monotone_hold(struct reml *fit)
{
    for (guint t = 0; t < fit->part->len; t++) {
        if (REML_PART(fit, t)->term->direction != 0)
            hold_part(fit, REML_PART(fit, t));
    }
}

/* The nearest sequence that ascends (or descends): neighbours in the wrong order become their mean.
 */
static void pool_neighbours(double *x, size_t n, int direction)
{
    size_t blocks = 0;
    g_autofree double *mean = g_new(double, n + 1);
    g_autofree size_t *size = g_new(size_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        mean[blocks] = x[i];
        size[blocks++] = 1;
        while (blocks > 1 && direction * (mean[blocks - 1] - mean[blocks - 2]) < 0) {
            size_t both = size[blocks - 1] + size[blocks - 2];
            mean[blocks - 2] = (mean[blocks - 1] * (double)size[blocks - 1] +
                                mean[blocks - 2] * (double)size[blocks - 2]) /
                               (double)both;
            size[--blocks - 1] = both;
        }
    }
    for (size_t b = 0, i = 0; b < blocks; b++) {
        for (size_t k = 0; k < size[b]; k++)
            x[i++] = mean[b];
    }
}

/* QR of the turn: the columns that give spline coefficients closest to wanted ones. */
struct turning {
    gsl_matrix *qr;
    gsl_vector *tau, *b, *x, *rest;
};

static void to_columns(struct turning *t, const double *theta, double *beta)
{
    for (size_t j = 0; j < t->b->size; j++)
        gsl_vector_set(t->b, j, theta[j]);
    gsl_linalg_QR_lssolve(t->qr, t->tau, t->b, t->x, t->rest);
    for (size_t c = 0; c < t->x->size; c++)
        beta[c] = gsl_vector_get(t->x, c);
}

/* Columns are centred: a shift of all splines goes to the intercept. What columns cannot say of a
 * constant is what centres them. */
static void settle_part(struct reml *fit, const struct reml_part *part, struct turning *t)
{
    const struct term *term = part->term;
    const struct basis *basis = term->basis[0];
    size_t k = t->b->size;
    g_autofree double *theta = g_new(double, basis->k), *one = g_new(double, k);
    double shift = 0, whole = 0, *beta = fit->beta + part->start;
    to_splines(term, beta, theta);
    pool_neighbours(theta, term->ordered, term->direction);
    for (size_t j = 0; j < k; j++)
        one[j] = 1;
    to_columns(t, one, beta);
    for (size_t j = 0; j < k; j++) {
        shift += gsl_vector_get(t->rest, j) * theta[j];
        whole += gsl_vector_get(t->rest, j);
    }
    shift = whole != 0 ? shift / whole : 0;
    for (size_t j = 0; j < k; j++)
        theta[j] -= shift;
    to_columns(t, theta, beta);
    fit->beta[0] += shift;
}

void reml_monotone_settle(struct reml *fit)
{
    for (guint i = 0; i < fit->part->len; i++) {
        const struct reml_part *part = REML_PART(fit, i);
        const struct basis *basis = part->term->basis[0];
        if (part->term->direction == 0)
            continue;
        size_t k = basis->k - (BASIS_RUN - 1), q = basis->q;
        struct turning t = {gsl_matrix_alloc(k, q), gsl_vector_alloc(q), gsl_vector_alloc(k),
                            gsl_vector_alloc(q), gsl_vector_alloc(k)};
        for (size_t j = 0; j < k; j++) {
            for (size_t c = 0; c < q; c++)
                gsl_matrix_set(t.qr, j, c, basis->turn[j * q + c]);
        }
        gsl_linalg_QR_decomp(t.qr, t.tau);
        settle_part(fit, part, &t);
        gsl_matrix_free(t.qr);
        gsl_vector_free(t.tau);
        gsl_vector_free(t.b);
        gsl_vector_free(t.x);
        gsl_vector_free(t.rest);
    }
    reml_predict(fit, fit->beta, fit->eta);
}
