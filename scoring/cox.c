/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/cox.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 50, HALVINGS_MAX = 20 };

struct ordered {
    double at;
    size_t row;
};

/* Sums of weights, of weights times x, and times xx'. */
struct sums {
    double w, *x, *xx;
};

struct fitting {
    const struct cox_data *data;
    size_t p;
    double *x;                    /* n × p, centred: the likelihood does not change */
    double *mean;                 /* p */
    struct ordered *stop, *start; /* latest first */
    double *weight;               /* n */
    struct sums risk, died;
    double *u, *information, log_likelihood;
    double *u_at, *information_at; /* what one time gives to them */
    GArray *time, *hazard, *left;  /* double; latest first; NULL while nobody asks */
    double n_risk;
    const double *course; /* g of the times in that order: is there g(t) in the effects? NULL */
    size_t n_course;
    double *trend_u, *trend_cross, *trend_square; /* sums of g u, of g times information, g^2 */
};

static int latest_first(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

static struct ordered *order(struct arena *arena, const double *at, size_t n)
{
    struct ordered *out = arena_many(arena, n + 1, struct ordered);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct ordered){at ? at[i] : -INFINITY, i};
    qsort(out, n, sizeof *out, latest_first);
    return out;
}

static struct sums sums_new(struct arena *arena, size_t p)
{
    return (struct sums){0, arena_many(arena, p + 1, double), arena_many(arena, p * p + 1, double)};
}

static void clear(struct sums *s, size_t p)
{
    s->w = 0;
    memset(s->x, 0, p * sizeof *s->x);
    memset(s->xx, 0, p * p * sizeof *s->xx);
}

static void add(struct sums *s, const double *x, size_t p, double w)
{
    s->w += w;
    for (size_t j = 0; j < p; j++) {
        s->x[j] += w * x[j];
        for (size_t k = 0; k <= j; k++)
            s->xx[j * p + k] += w * x[j] * x[k];
    }
}

/* What the time just added gives, times the course of time. */
static void add_course(struct fitting *f)
{
    double g = f->course[f->n_course++];
    for (size_t j = 0; j < f->p; j++) {
        f->trend_u[j] += g * f->u_at[j];
        for (size_t k = 0; k <= j; k++) {
            f->trend_cross[j * f->p + k] += g * f->information_at[j * f->p + k];
            f->trend_square[j * f->p + k] += g * g * f->information_at[j * f->p + k];
        }
    }
}

/* The d events of one time. By Efron's rule each sees the others of its time leave in turn. */
static void add_events(struct fitting *f, double time, double d)
{
    size_t p = f->p;
    double hazard = 0, left = 1 - d / f->n_risk;
    memset(f->information_at, 0, p * p * sizeof *f->information_at);
    for (int e = 0; e < (int)d; e++) {
        double part = f->data->ties == COX_EFRON ? e / d : 0;
        double w = f->risk.w - part * f->died.w;
        f->log_likelihood -= log(w);
        hazard += 1 / w;
        for (size_t j = 0; j < p; j++) {
            double mean = (f->risk.x[j] - part * f->died.x[j]) / w;
            f->u_at[j] -= mean;
            for (size_t k = 0; k <= j; k++)
                f->information_at[j * p + k] +=
                    (f->risk.xx[j * p + k] - part * f->died.xx[j * p + k]) / w -
                    mean * (f->risk.x[k] - part * f->died.x[k]) / w;
        }
    }
    for (size_t j = 0; j < p; j++) {
        f->u[j] += f->u_at[j];
        for (size_t k = 0; k <= j; k++)
            f->information[j * p + k] += f->information_at[j * p + k];
    }
    if (f->course)
        add_course(f);
    if (f->time) {
        g_array_append_val(f->time, time);
        g_array_append_val(f->hazard, hazard);
        g_array_append_val(f->left, left);
    }
}

/* Log likelihood, its slope and its information at beta, from the latest time backwards. */
static void evaluate(struct fitting *f, const double *beta)
{
    size_t n = f->data->n, p = f->p, gone = 0;
    double highest = -INFINITY;
    clear(&f->risk, p);
    memset(f->u, 0, p * sizeof *f->u);
    memset(f->information, 0, p * p * sizeof *f->information);
    for (size_t i = 0; i < n; i++) {
        f->weight[i] = 0;
        for (size_t j = 0; j < p; j++)
            f->weight[i] += beta[j] * f->x[i * p + j];
        highest = fmax(highest, f->weight[i]);
    }
    f->log_likelihood = f->n_risk = 0;
    for (size_t at = 0; at < n;) {
        double time = f->stop[at].at, d = 0;
        clear(&f->died, p);
        memset(f->u_at, 0, p * sizeof *f->u_at);
        for (; at < n && f->stop[at].at == time; at++) {
            size_t i = f->stop[at].row;
            double w = exp(f->weight[i] - highest);
            add(&f->risk, f->x + i * p, p, w);
            f->n_risk++;
            if (f->data->event[i] < 0.5)
                continue;
            d++;
            add(&f->died, f->x + i * p, p, w);
            f->log_likelihood += f->weight[i] - highest;
            for (size_t j = 0; j < p; j++)
                f->u_at[j] += f->x[i * p + j];
        }
        for (; gone < n && f->start[gone].at >= time; gone++) {
            size_t i = f->start[gone].row;
            add(&f->risk, f->x + i * p, p, -exp(f->weight[i] - highest));
            f->n_risk--;
        }
        if (d > 0)
            add_events(f, time, d);
    }
    for (guint t = 0; f->time && t < f->hazard->len; t++)
        g_array_index(f->hazard, double, t) *= exp(-highest);
}

/* The information's inverse into `inverse` (p × p, symmetric). */
static bool invert(const struct fitting *f, double *inverse)
{
    size_t p = f->p;
    for (size_t j = 0; j < p; j++) {
        if (!(f->information[j * p + j] > 1e-12))
            return false;
        for (size_t k = 0; k <= j; k++)
            inverse[j * p + k] = inverse[k * p + j] = f->information[j * p + k];
    }
    gsl_matrix_view m = gsl_matrix_view_array(inverse, p, p);
    return gsl_linalg_cholesky_decomp1(&m.matrix) == GSL_SUCCESS &&
           gsl_linalg_cholesky_invert(&m.matrix) == GSL_SUCCESS;
}

static double quadratic(const double *m, const double *v, size_t p)
{
    double sum = 0;
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < p; k++)
            sum += v[j] * m[j * p + k] * v[k];
    }
    return sum;
}

/* Newton steps, halved until the likelihood rises, until they change it no more. */
static bool climb(struct fitting *f, double *beta, double *inverse, struct cox *out)
{
    size_t p = f->p;
    g_autofree double *step = g_new(double, p + 1), *next = g_new(double, p + 1);
    for (int s = 1; s <= STEPS_MAX; s++) {
        double before = f->log_likelihood, gain = 0;
        if (!invert(f, inverse))
            return false;
        for (size_t j = 0; j < p; j++) {
            step[j] = 0;
            for (size_t k = 0; k < p; k++)
                step[j] += inverse[j * p + k] * f->u[k];
            gain += step[j] * f->u[j];
        }
        if (s == 1)
            out->score = gain;
        for (int half = 0; half < HALVINGS_MAX; half++) {
            for (size_t j = 0; j < p; j++)
                next[j] = beta[j] + step[j] / (double)(1 << half);
            evaluate(f, next);
            if (f->log_likelihood >= before - 1e-12 * fabs(before))
                break;
        }
        memcpy(beta, next, p * sizeof *beta);
        out->iterations = s;
        if (gain < 1e-18 * (1 + fabs(before)) || (s > 1 && gain < 1e-14))
            return invert(f, inverse);
    }
    return false;
}

static void centre(struct fitting *f)
{
    for (size_t j = 0; j < f->p; j++) {
        for (size_t i = 0; i < f->data->n; i++)
            f->mean[j] += f->data->x[i * f->p + j] / (double)f->data->n;
        for (size_t i = 0; i < f->data->n; i++)
            f->x[i * f->p + j] = f->data->x[i * f->p + j] - f->mean[j];
    }
}

/* Symmetric from its lower triangle. */
static void mirror(double *m, size_t p)
{
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < j; k++)
            m[k * p + j] = m[j * p + k];
    }
}

/* u'M^-1 u; NaN where M, which is lost, has no inverse. */
static double solved(double *m, const double *u, size_t p)
{
    gsl_matrix_view view = gsl_matrix_view_array(m, p, p);
    if (gsl_linalg_cholesky_decomp1(&view.matrix) != GSL_SUCCESS ||
        gsl_linalg_cholesky_invert(&view.matrix) != GSL_SUCCESS)
        return NAN;
    return quadratic(m, u, p);
}

/* The score test of effects that go with g(t), those that stay given. */
static void test_trend(struct arena *arena, struct fitting *f, const double *beta,
                       const double *course, struct cox *out)
{
    g_autoptr(arena_t) scratch = arena_new();
    size_t p = f->p;
    double *trend = arena_many(arena, p + 1, double), *step = arena_many(scratch, p + 1, double);
    f->trend_u = arena_many(scratch, p + 1, double);
    f->trend_cross = arena_many(scratch, p * p + 1, double);
    f->trend_square = arena_many(scratch, p * p + 1, double);
    f->course = course;
    evaluate(f, beta);
    mirror(f->trend_cross, p);
    mirror(f->trend_square, p);
    for (size_t j = 0; j < p; j++) {
        double whole = f->trend_square[j * p + j];
        for (size_t k = 0; k < p; k++) {
            step[k] = 0;
            for (size_t l = 0; l < p; l++)
                step[k] += f->trend_cross[j * p + l] * out->covariance[l * p + k];
        }
        for (size_t i = 0; i < p; i++) {
            for (size_t k = 0; k < p; k++)
                f->trend_square[j * p + i] -= step[k] * f->trend_cross[i * p + k];
        }
        double own = f->trend_square[j * p + j];
        trend[j] = own > 1e-10 * whole ? f->trend_u[j] * f->trend_u[j] / own : NAN;
    }
    out->trend = trend;
    out->trend_all = p > 0 ? solved(f->trend_square, f->trend_u, p) : NAN;
}

/* Cumulate the baseline hazard forwards, put it from the means of the covariates to 0, and test
 * whether effects go with the share that has had its event before. */
static void keep_baseline(struct arena *arena, struct fitting *f, const double *beta,
                          struct cox *out)
{
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) hazards = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) left = g_array_new(FALSE, FALSE, sizeof(double));
    double shift = 0, sum = 0, stays = 1;
    f->time = times;
    f->hazard = hazards;
    f->left = left;
    evaluate(f, beta);
    f->time = NULL;
    size_t n = times->len;
    double *time = arena_many(arena, n + 1, double), *hazard = arena_many(arena, n + 1, double);
    g_autofree double *course = g_new(double, n + 1);
    for (size_t j = 0; j < f->p; j++)
        shift += beta[j] * f->mean[j];
    for (size_t i = 0; i < n; i++) {
        sum += g_array_index(hazards, double, n - 1 - i);
        time[i] = g_array_index(times, double, n - 1 - i);
        hazard[i] = sum * exp(-shift);
        course[n - 1 - i] = 1 - stays;
        stays *= g_array_index(left, double, n - 1 - i);
    }
    out->n_times = n;
    out->time = time;
    out->hazard = hazard;
    test_trend(arena, f, beta, course, out);
}

bool cox_fit(struct arena *arena, const struct cox_data *data, struct cox *out, GError **err)
{
    g_autoptr(arena_t) scratch = arena_new();
    size_t n = data->n, p = data->p;
    double events = 0, *beta = arena_many(arena, p + 1, double);
    double *inverse = arena_many(arena, p * p + 1, double);
    gsl_set_error_handler_off();
    struct fitting f = {.data = data,
                        .p = p,
                        .x = arena_many(scratch, n * p + 1, double),
                        .mean = arena_many(scratch, p + 1, double),
                        .stop = order(scratch, data->stop, n),
                        .start = order(scratch, data->start, n),
                        .weight = arena_many(scratch, n + 1, double),
                        .risk = sums_new(scratch, p),
                        .died = sums_new(scratch, p),
                        .u = arena_many(scratch, p + 1, double),
                        .information = arena_many(scratch, p * p + 1, double),
                        .u_at = arena_many(scratch, p + 1, double),
                        .information_at = arena_many(scratch, p * p + 1, double)};
    for (size_t i = 0; i < n; i++)
        events += data->event[i];
    if (events == 0)
        return err_set(err, KENKO_ERROR_REFUSED, "no event among %zu rows", n);
    *out = (struct cox){.p = p, .beta = beta, .covariance = inverse};
    centre(&f);
    evaluate(&f, beta);
    out->log_likelihood_0 = f.log_likelihood;
    if (!climb(&f, beta, inverse, out))
        return err_set(err, KENKO_ERROR_REFUSED,
                       "no proportional hazards: columns say the same, or tell all events");
    out->log_likelihood = f.log_likelihood;
    if (p > 0) {
        double *information = arena_many(scratch, p * p, double);
        for (size_t j = 0; j < p; j++) {
            for (size_t k = 0; k <= j; k++)
                information[j * p + k] = information[k * p + j] = f.information[j * p + k];
        }
        out->wald = quadratic(information, beta, p);
    }
    keep_baseline(arena, &f, beta, out);
    return true;
}

double cox_hazard(const struct cox *cox, double time)
{
    size_t i = 0;
    while (i < cox->n_times && cox->time[i] <= time)
        i++;
    return i == 0 ? 0 : cox->hazard[i - 1];
}
