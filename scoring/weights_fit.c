/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/weights_fit.h"

#include <math.h>
#include <string.h>

#include "scoring/logit.h"

enum { STEPS = 60, SWEEPS = 300, HALVINGS = 40 };

/* The problem in coefficients b = (a, β): n rows of x = (1, -s), b_0 free, the others >= 0. */
struct problem {
    size_t n, p; /* p with the intercept */
    const double *x, *y;
    double strength;
    const double *prior; /* p; prior[0] is not used */
};

static double log_odds(const struct problem *q, const double *b, size_t i)
{
    double eta = 0;
    for (size_t j = 0; j < q->p; j++)
        eta += q->x[i * q->p + j] * b[j];
    return eta;
}

static double objective(const struct problem *q, const double *b)
{
    double sum = 0;
    for (size_t i = 0; i < q->n; i++)
        sum += logit_loss(log_odds(q, b, i), q->y[i]);
    for (size_t j = 1; j < q->p; j++)
        sum += 0.5 * q->strength * (b[j] - q->prior[j]) * (b[j] - q->prior[j]);
    return sum;
}

/* Gradient and curvature at b, the lower triangle. */
static void curve(const struct problem *q, const double *b, double *g, double *h)
{
    size_t p = q->p;
    memset(g, 0, p * sizeof *g);
    memset(h, 0, p * p * sizeof *h);
    for (size_t i = 0; i < q->n; i++) {
        const double *x = q->x + i * p;
        double mu = 1 / (1 + exp(-log_odds(q, b, i))), w = mu * (1 - mu);
        for (size_t j = 0; j < p; j++) {
            g[j] += (mu - q->y[i]) * x[j];
            for (size_t k = 0; k <= j; k++)
                h[j * p + k] += w * x[j] * x[k];
        }
    }
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < j; k++)
            h[k * p + j] = h[j * p + k];
        /* A floor keeps equal and constant scores from having no answer. */
        h[j * p + j] += 1e-8 * (double)q->n + (j > 0 ? q->strength : 0);
        g[j] += j > 0 ? q->strength * (b[j] - q->prior[j]) : 0;
    }
}

/* The least of the quadratic g'd + d'hd/2 with b + d >= 0 but for the intercept, a place at a time.
 */
static void solve(const struct problem *q, const double *b, const double *g, const double *h,
                  double *d)
{
    size_t p = q->p;
    memset(d, 0, p * sizeof *d);
    for (int s = 0; s < SWEEPS; s++) {
        double moved = 0;
        for (size_t j = 0; j < p; j++) {
            double slope = g[j];
            for (size_t k = 0; k < p; k++)
                slope += h[j * p + k] * d[k];
            double to = d[j] - slope / h[j * p + j];
            if (j > 0)
                to = fmax(to, -b[j]);
            moved = fmax(moved, fabs(to - d[j]));
            d[j] = to;
        }
        if (moved < 1e-10)
            return;
    }
}

static void minimise(struct arena *arena, const struct problem *q, double *b)
{
    size_t p = q->p;
    double *g = arena_many(arena, p, double), *d = arena_many(arena, p, double);
    double *h = arena_many(arena, p * p, double), *to = arena_many(arena, p, double);
    double now = objective(q, b);
    for (int step = 0; step < STEPS; step++) {
        double size = 1, next = now;
        curve(q, b, g, h);
        solve(q, b, g, h, d);
        for (int k = 0; k < HALVINGS; k++, size /= 2) {
            for (size_t j = 0; j < p; j++)
                to[j] = b[j] + size * d[j];
            next = objective(q, to);
            if (next <= now)
                break;
        }
        if (!(next <= now))
            return;
        memcpy(b, to, p * sizeof *b);
        if (now - next < 1e-9 * (fabs(now) + 1))
            return;
        now = next;
    }
}

static const double *means(struct arena *arena, const struct weights_rows *r, const uint8_t *use)
{
    double *mean = arena_many(arena, r->p + 1, double);
    for (size_t j = 0; j < r->p; j++) {
        double sum = 0;
        size_t n = 0;
        for (size_t i = 0; i < r->n; i++) {
            double s = r->score[i * r->p + j];
            if (use[i] && !isnan(s)) {
                sum += s;
                n++;
            }
        }
        mean[j] = n ? sum / (double)n : 0.5;
    }
    return mean;
}

static double score_at(const struct weights_fit *fit, const struct weights_rows *r, size_t i,
                       size_t j)
{
    double s = r->score[i * r->p + j];
    return isnan(s) ? fit->mean[j] : s;
}

/* What the expert's weights are worth together: the intercept and one factor. */
static void fit_prior(struct arena *arena, const struct problem *q, const double *expert, double *b)
{
    double *x = arena_many(arena, 2 * q->n + 1, double), two[2] = {b[0], 1}, none[2] = {0};
    for (size_t i = 0; i < q->n; i++) {
        x[2 * i] = 1;
        for (size_t j = 1; j < q->p; j++)
            x[2 * i + 1] += q->x[i * q->p + j] * expert[j - 1];
    }
    const struct problem sum = {.n = q->n, .p = 2, .x = x, .y = q->y, .prior = none};
    minimise(arena, &sum, two);
    b[0] = two[0];
    for (size_t j = 1; j < q->p; j++)
        b[j] = two[1] * expert[j - 1];
}

struct weights_fit weights_fit_rows(struct arena *arena, const struct weights_rows *r,
                                    const uint8_t *use, double strength)
{
    g_autoptr(arena_t) scratch = arena_new();
    struct weights_fit fit = {.mean = means(arena, r, use)};
    struct problem q = {.p = r->p + 1, .strength = isinf(strength) ? 0 : strength};
    double *x = arena_many(scratch, r->n * q.p + 1, double);
    double *y = arena_many(scratch, r->n + 1, double), events = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (!use[i])
            continue;
        x[q.n * q.p] = 1;
        for (size_t j = 0; j < r->p; j++)
            x[q.n * q.p + j + 1] = -score_at(&fit, r, i, j);
        events += y[q.n++] = r->y[i];
    }
    q.x = x;
    q.y = y;
    double *b = arena_many(arena, q.p, double), *prior = arena_many(scratch, q.p, double);
    b[0] = log((events + 0.5) / ((double)q.n - events + 0.5));
    fit_prior(scratch, &q, r->expert, b);
    memcpy(prior, b, q.p * sizeof *b);
    q.prior = prior;
    if (!isinf(strength))
        minimise(scratch, &q, b);
    fit.a = b[0];
    fit.beta = b + 1;
    return fit;
}

double weights_fit_p(const struct weights_fit *fit, const struct weights_rows *r, size_t i)
{
    double eta = fit->a;
    for (size_t j = 0; j < r->p; j++)
        eta -= fit->beta[j] * score_at(fit, r, i, j);
    return 1 / (1 + exp(-eta));
}
