/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terms that are smoothed away rest: they are out of the factor and of the cross products, and are
 * woken when the residuals ask for them. */
#include <math.h>
#include <string.h>

#include "scoring/dense.h"
#include "scoring/reml_internal.h"

/* A term with less freedom than this rests. */
#define FREEDOM_MIN 0.05
/* How far the logarithm of a resting term's smoothing parameter is above where it would begin. */
#define REST_ABOVE 8.0
enum { TILTS = 3 };

/* A resting term's score stands out when it is so many standard deviations above what chance gives:
 * of two hundred columns that say nothing chance alone would wake half. */
static const double stands_out = 2;

void reml_begin(struct reml *fit, const struct reml_part *part, double information, double above)
{
    const struct term *term = part->term;
    for (size_t j = 0; j < term->n_penalties; j++) {
        double d = 0;
        for (size_t k = 0; k < term->p; k++)
            d += term->d[j][k];
        fit->rho[part->lambda + j] = log(fmax(information, 1e-12) / d) + above;
    }
}

static void restart(struct reml *fit, const struct reml_part *part, double above)
{
    double h = 0;
    for (size_t k = part->start; k < part->start + part->term->p; k++)
        h += fit->h[k * fit->p + k];
    reml_begin(fit, part, h, above);
}

/* What a column tells beyond the active ones: h - b'Vb, b what it shares with them. */
static double own_information(const struct reml *fit, const struct reml_working *work, size_t k,
                              double *b)
{
    double own = fit->h[k * fit->p + k];
    for (size_t i = 0; i < work->n; i++)
        b[i] = fit->h[k * fit->p + work->active[i]];
    dense_solve_half(work->factor, work->n, b);
    for (size_t i = 0; i < work->n; i++)
        own -= b[i] * b[i];
    return fmax(own, 0);
}

/* Score test of the variance of a term's coefficients: sum over its columns of (u^2 - h) / s, u the
 * score were its coefficient 0, h what it tells beyond the active columns. Above 0 the restricted
 * likelihood grows with the variance; by chance it varies by the root of the sum of 2 (h / s)^2.
 * What is asked for may be all of the term or its smoothest
 * columns alone, so the penalties of roughness are tried as they are and larger. */
static bool is_asked_for(const struct reml *fit, const struct reml_part *part,
                         const struct reml_working *work)
{
    double sum[TILTS] = {0}, variance[TILTS] = {0};
    g_autofree double *b = g_new(double, fit->p);
    for (size_t k = 0; k < part->term->p; k++) {
        size_t at = part->start + k;
        double h = work ? own_information(fit, work, at, b) : fit->h[at * fit->p + at];
        double u = fit->g[at] + h * fit->beta[at], tilt = 1;
        for (int i = 0; i < TILTS; i++) {
            double s = exp(fit->rho[part->lambda]);
            for (size_t j = 1; j < part->term->n_penalties; j++)
                s += tilt * exp(fit->rho[part->lambda + j]) * part->term->d[j][k];
            sum[i] += (u * u - h) / s;
            variance[i] += 2 * h * h / (s * s);
            tilt *= 50;
        }
    }
    bool asked = false;
    for (int i = 0; i < TILTS; i++)
        asked |= sum[i] > stands_out * sqrt(variance[i]);
    return asked;
}

void reml_rest(struct reml *fit, const double *s)
{
    for (guint t = 0; t < fit->part->len && !fit->data->exact; t++) {
        struct reml_part *part = REML_PART(fit, t);
        double freedom = 0;
        for (size_t k = part->start; k < part->start + part->term->p; k++) {
            double h = fit->h[k * fit->p + k];
            freedom += h / (h + s[k]);
        }
        part->resting = freedom < FREEDOM_MIN;
    }
}

bool reml_wake(struct reml *fit, const struct reml_working *work)
{
    bool any = false;
    g_autofree bool *asked = g_new0(bool, fit->part->len + 1);
    for (guint t = 0; t < fit->part->len; t++)
        asked[t] = REML_PART(fit, t)->resting && is_asked_for(fit, REML_PART(fit, t), work);
    for (guint t = 0; t < fit->part->len; t++) {
        if (!asked[t])
            continue;
        any = true;
        REML_PART(fit, t)->resting = false;
        restart(fit, REML_PART(fit, t), 0);
    }
    return any;
}

bool reml_rests(const struct reml *fit)
{
    bool any = false;
    for (guint t = 0; t < fit->part->len; t++)
        any |= REML_PART(fit, t)->resting;
    return any;
}

void reml_rest_at_first(struct reml *fit)
{
    if (fit->data->exact)
        return;
    for (guint t = 0; t < fit->part->len; t++)
        REML_PART(fit, t)->resting = true;
    reml_cross(fit, false);
    for (guint t = 0; t < fit->part->len; t++) {
        struct reml_part *part = REML_PART(fit, t);
        part->resting = !is_asked_for(fit, part, NULL);
        restart(fit, part, part->resting ? REST_ABOVE : 0);
    }
}

/* Close the gaps in a vector of the coefficients, in place. */
static void close_gaps(const struct reml *fit, const bool *stays, double *x)
{
    size_t to = 1;
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *part = REML_PART(fit, t);
        for (size_t k = 0; stays[t] && k < part->term->p; k++)
            x[to++] = x[part->start + k];
    }
}

/* The same of a matrix, p × p before, q × q after. */
static void close_both(const struct reml *fit, const bool *stays, size_t q, double *x)
{
    size_t p = fit->p, to = 1;
    close_gaps(fit, stays, x);
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *part = REML_PART(fit, t);
        for (size_t k = 0; stays[t] && k < part->term->p; k++) {
            double *row = x + (part->start + k) * p;
            close_gaps(fit, stays, row);
            memmove(x + to++ * q, row, q * sizeof *x);
        }
    }
}

/* Take the parts that go out, and set those that stay to where they are now. */
static void close_parts(struct reml *fit, const bool *stays)
{
    size_t p = 1, n_lambda = 0;
    guint to = 0;
    for (guint t = 0; t < fit->part->len; t++) {
        struct reml_part part = *REML_PART(fit, t);
        if (!stays[t]) {
            g_free(part.at);
            g_free(part.local);
            continue;
        }
        memmove(fit->rho + n_lambda, fit->rho + part.lambda,
                part.term->n_penalties * sizeof *fit->rho);
        part.start = p;
        part.lambda = n_lambda;
        p += part.term->p;
        n_lambda += part.term->n_penalties;
        *REML_PART(fit, to++) = part;
    }
    g_array_set_size(fit->part, to);
    fit->p = p;
    fit->n_lambda = n_lambda;
}

void reml_drop(struct reml *fit)
{
    g_autofree bool *stays = g_new0(bool, fit->part->len + 1);
    size_t q = 1;
    for (guint t = 0; t < fit->part->len; t++) {
        stays[t] = !REML_PART(fit, t)->resting;
        q += stays[t] ? REML_PART(fit, t)->term->p : 0;
    }
    double *const vector[] = {fit->beta, fit->g, fit->edf, fit->reference};
    for (size_t i = 0; i < G_N_ELEMENTS(vector); i++)
        close_gaps(fit, stays, vector[i]);
    close_both(fit, stays, q, fit->h);
    close_both(fit, stays, q, fit->v);
    close_parts(fit, stays);
    reml_predict(fit, fit->beta, fit->eta);
}
