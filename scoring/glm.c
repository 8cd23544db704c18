/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/glm.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

enum { STEPS_MAX = 100, HALVINGS_MAX = 30 };

struct state {
    const struct glm_data *data;
    enum glm_link link;
    double ridge;
    size_t q; /* p + 1 */
    double *beta, *next, *gradient, *step;
    gsl_matrix *information, *copy;
};

static double row_eta(const struct state *s, const double *beta, size_t i)
{
    const double *x = s->data->x + i * s->data->p;
    double eta = beta[0] + (s->data->offset ? s->data->offset[i] : 0);
    for (size_t j = 0; j < s->data->p; j++)
        eta += x[j] * beta[j + 1];
    return eta;
}

/* Mean and its derivative by eta, kept away from 0 and 1 by the last bit. */
static double mean(enum glm_link link, double eta, double *slope)
{
    double mu;
    if (link == GLM_LOGIT) {
        mu = 1 / (1 + exp(-eta));
        mu = fmin(fmax(mu, 1e-15), 1 - 1e-15);
        *slope = mu * (1 - mu);
        return mu;
    }
    double e = exp(fmin(eta, 700));
    mu = -expm1(-e);
    mu = fmin(fmax(mu, 1e-15), 1 - 1e-15);
    *slope = fmax(e * exp(-e), 1e-300);
    return mu;
}

static double log_likelihood(const struct state *s, const double *beta)
{
    double sum = 0, slope;
    for (size_t i = 0; i < s->data->n; i++) {
        double w = s->data->weight ? s->data->weight[i] : 1;
        double mu = mean(s->link, row_eta(s, beta, i), &slope);
        sum += w * (s->data->y[i] > 0.5 ? log(mu) : log1p(-mu));
    }
    return sum;
}

static double objective(const struct state *s, const double *beta)
{
    double penalty = 0;
    for (size_t j = 1; j < s->q; j++)
        penalty += beta[j] * beta[j];
    return log_likelihood(s, beta) - 0.5 * s->ridge * penalty;
}

/* Gradient and expected information at beta. */
static void accumulate(struct state *s)
{
    const struct glm_data *d = s->data;
    memset(s->gradient, 0, s->q * sizeof *s->gradient);
    gsl_matrix_set_zero(s->information);
    for (size_t i = 0; i < d->n; i++) {
        double slope, w = d->weight ? d->weight[i] : 1;
        double mu = mean(s->link, row_eta(s, s->beta, i), &slope);
        double variance = mu * (1 - mu);
        double score = w * (d->y[i] - mu) * slope / variance, weight = w * slope * slope / variance;
        const double *x = d->x + i * d->p;
        s->gradient[0] += score;
        double *row = gsl_matrix_ptr(s->information, 0, 0);
        row[0] += weight;
        for (size_t j = 0; j < d->p; j++) {
            double wx = weight * x[j];
            row = gsl_matrix_ptr(s->information, j + 1, 0);
            s->gradient[j + 1] += score * x[j];
            row[0] += wx;
            for (size_t k = 0; k <= j; k++)
                row[k + 1] += wx * x[k];
        }
    }
    for (size_t j = 0; j < s->q; j++) {
        for (size_t k = 0; k < j; k++)
            gsl_matrix_set(s->information, k, j, gsl_matrix_get(s->information, j, k));
    }
    for (size_t j = 1; j < s->q; j++) {
        *gsl_matrix_ptr(s->information, j, j) += s->ridge;
        s->gradient[j] -= s->ridge * s->beta[j];
    }
}

/* Decompose in place; a matrix that is not positive definite gets the floor and one more try. */
static bool decompose(struct state *s, GError **err)
{
    gsl_matrix_memcpy(s->copy, s->information);
    if (gsl_linalg_cholesky_decomp1(s->information) == 0)
        return true;
    for (size_t j = 0; j < s->q; j++)
        *gsl_matrix_ptr(s->copy, j, j) *= 1 + 1e-8;
    for (size_t j = 0; j < s->q; j++)
        *gsl_matrix_ptr(s->copy, j, j) += 1e-12;
    gsl_matrix_memcpy(s->information, s->copy);
    return gsl_linalg_cholesky_decomp1(s->information) == 0 ||
           err_set(err, KENKO_ERROR_REFUSED, "the information matrix is singular");
}

static bool newton_step(struct state *s, GError **err)
{
    gsl_vector_const_view gradient = gsl_vector_const_view_array(s->gradient, s->q);
    gsl_vector_view step = gsl_vector_view_array(s->step, s->q);
    if (!decompose(s, err))
        return false;
    return gsl_linalg_cholesky_solve(s->information, &gradient.vector, &step.vector) == 0 ||
           err_set(err, KENKO_ERROR_REFUSED, "the information matrix is singular");
}

/* One step, halved until the objective does not fall; *done when it hardly moves. */
static bool advance(struct state *s, double *value, bool *done, GError **err)
{
    accumulate(s);
    if (!newton_step(s, err))
        return false;
    double scale = 1, next = 0;
    for (int i = 0; i < HALVINGS_MAX; i++, scale /= 2) {
        for (size_t j = 0; j < s->q; j++)
            s->next[j] = s->beta[j] + scale * s->step[j];
        next = objective(s, s->next);
        if (isfinite(next) && next >= *value - 1e-12 * fabs(*value))
            break;
    }
    double moved = 0;
    for (size_t j = 0; j < s->q; j++)
        moved = fmax(moved, fabs(s->next[j] - s->beta[j]) / (1 + fabs(s->beta[j])));
    *done = moved < 1e-10;
    *value = next;
    memcpy(s->beta, s->next, s->q * sizeof *s->beta);
    return true;
}

static bool two_classes(const struct glm_data *d)
{
    bool zero = false, one = false;
    for (size_t i = 0; i < d->n; i++) {
        if (d->weight && d->weight[i] <= 0)
            continue;
        one = one || d->y[i] > 0.5;
        zero = zero || d->y[i] <= 0.5;
    }
    return zero && one;
}

static bool iterate(struct state *s, struct glm_fit *out, GError **err)
{
    double value = objective(s, s->beta);
    bool done = false;
    for (out->iterations = 1; out->iterations <= STEPS_MAX && !done; out->iterations++) {
        if (!advance(s, &value, &done, err))
            return false;
    }
    if (!done)
        return err_set(err, KENKO_ERROR_REFUSED,
                       "no convergence in %d steps: the classes may be separated", STEPS_MAX);
    accumulate(s);
    if (!decompose(s, err))
        return false;
    if (gsl_linalg_cholesky_invert(s->information) != 0)
        return err_set(err, KENKO_ERROR_REFUSED, "the information matrix is singular");
    for (size_t j = 0; j < s->q; j++) {
        for (size_t k = 0; k < s->q; k++)
            out->covariance[j * s->q + k] = gsl_matrix_get(s->information, j, k);
    }
    out->log_likelihood = log_likelihood(s, s->beta);
    out->deviance = -2 * out->log_likelihood;
    return true;
}

bool glm_fit(struct arena *arena, const struct glm_data *data, enum glm_link link, double ridge,
             struct glm_fit *out, GError **err)
{
    gsl_set_error_handler_off();
    if (!two_classes(data))
        return err_set(err, KENKO_ERROR_REFUSED, "all outcomes are the same");
    size_t q = data->p + 1;
    struct state s = {.data = data,
                      .link = link,
                      .ridge = ridge,
                      .q = q,
                      .beta = arena_many(arena, q, double),
                      .next = arena_many(arena, q, double),
                      .gradient = arena_many(arena, q, double),
                      .step = arena_many(arena, q, double),
                      .information = gsl_matrix_calloc(q, q),
                      .copy = gsl_matrix_calloc(q, q)};
    *out = (struct glm_fit){.beta = s.beta, .covariance = arena_many(arena, q * q, double)};
    double events = 0, total = 0;
    for (size_t i = 0; i < data->n; i++) {
        double w = data->weight ? data->weight[i] : 1;
        events += w * data->y[i];
        total += w;
    }
    double rate = (events + 0.5) / (total + 1);
    s.beta[0] = link == GLM_LOGIT ? log(rate / (1 - rate)) : log(-log1p(-rate));
    bool ok = iterate(&s, out, err);
    gsl_matrix_free(s.information);
    gsl_matrix_free(s.copy);
    return ok;
}
