/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The working model of one iteration, and Newton's method on its smoothing parameters. */
#include <gsl/gsl_eigen.h>
#include <math.h>
#include <string.h>

#include "scoring/dense.h"
#include "scoring/reml_internal.h"

#define RHO_MIN (-14.0)
#define RHO_MAX 25.0
enum { STEPS = 2, HALVINGS = 6 };

/* What the first step must gain for a second, in log likelihood. */
static const double second = 0.1;

struct reml_working *reml_working_new(size_t p)
{
    struct reml_working *work = g_new0(struct reml_working, 1);
    work->p = p;
    work->active = g_new(size_t, p);
    work->s = g_new0(double, p);
    work->beta = g_new0(double, p);
    work->diagonal = g_new0(double, p);
    work->factor = g_new0(double, p *p);
    return work;
}

void reml_working_free(struct reml_working *work)
{
    if (!work)
        return;
    g_free(work->s);
    g_free(work->beta);
    g_free(work->diagonal);
    g_free(work->factor);
    g_free(work->active);
    g_free(work);
}

void reml_penalties(const struct reml *fit, const double *rho, double *s)
{
    memset(s, 0, fit->p * sizeof *s);
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *part = REML_PART(fit, t);
        for (size_t j = 0; j < part->term->n_penalties; j++) {
            double lambda = exp(rho[part->lambda + j]);
            for (size_t k = 0; k < part->term->p; k++)
                s[part->start + k] += lambda * part->term->d[j][k];
        }
    }
}

static void choose_active(const struct reml *fit, bool whole, struct reml_working *work)
{
    double idle = work->p > REML_WIDE ? REML_IDLE_WIDE : REML_IDLE;
    work->n = 0;
    work->active[work->n++] = 0;
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *part = REML_PART(fit, t);
        for (size_t k = part->start; k < part->start + part->term->p; k++) {
            if (whole || (!part->resting && work->s[k] <= idle * fit->h[k * fit->p + k]))
                work->active[work->n++] = k;
        }
    }
}

/* U'U = H + S + ridge on the active columns, with a larger ridge as long as that is not positive
 * definite. */
static void factorise(const struct reml *fit, double ridge, struct reml_working *work)
{
    size_t n = work->n;
    double more = 0;
    for (int tries = 0; tries < 14; tries++) {
        for (size_t i = 0; i < n; i++) {
            size_t k = work->active[i];
            for (size_t j = i; j < n; j++)
                work->factor[i * n + j] = fit->h[k * fit->p + work->active[j]];
            work->factor[i * n + i] += work->s[k] + ridge + more;
        }
        if (dense_cholesky(work->factor, n))
            return;
        more += ridge * pow(10, tries + 2);
    }
    BUG("the information matrix has entries that are not finite");
}

/* The step of the active columns, and of each idle one for itself. Returns what it gains. */
static double solve_step(const struct reml *fit, double ridge, struct reml_working *out)
{
    g_autofree double *pull = g_new(double, fit->p), *b = g_new(double, out->n);
    double gain = 0;
    size_t at = 0;
    out->log_det = 0;
    for (size_t k = 0; k < fit->p; k++) {
        out->diagonal[k] = fit->h[k * fit->p + k] + out->s[k] + ridge;
        pull[k] = fit->g[k] - (out->s[k] + ridge) * fit->beta[k];
        if (at < out->n && out->active[at] == k) {
            out->log_det += log(out->factor[at * out->n + at]);
            b[at++] = pull[k];
            continue;
        }
        out->beta[k] = fit->beta[k] + pull[k] / out->diagonal[k];
        out->log_det += log(out->diagonal[k]) / 2;
        gain += pull[k] * pull[k] / out->diagonal[k] / 2;
    }
    dense_solve(out->factor, out->n, b);
    for (size_t i = 0; i < out->n; i++) {
        size_t k = out->active[i];
        out->beta[k] = fit->beta[k] + b[i];
        gain += pull[k] * b[i] / 2;
    }
    return gain;
}

static void solve(const struct reml *fit, const double *rho, double ridge, bool whole,
                  struct reml_working *out)
{
    reml_penalties(fit, rho, out->s);
    choose_active(fit, whole, out);
    factorise(fit, ridge, out);
    double penalised = 0, gain = solve_step(fit, ridge, out);
    out->log_pen = 0;
    for (size_t k = 0; k < fit->p; k++) {
        penalised += (out->s[k] + ridge) * fit->beta[k] * fit->beta[k] / 2;
        out->log_pen += out->s[k] > 0 ? log(out->s[k]) / 2 : 0;
    }
    out->value = penalised - gain + out->log_det - out->log_pen;
}

void reml_solve(const struct reml *fit, const double *rho, double ridge, struct reml_working *out)
{
    solve(fit, rho, ridge, false, out);
}

void reml_solve_whole(const struct reml *fit, const double *rho, double ridge,
                      struct reml_working *out)
{
    solve(fit, rho, ridge, true, out);
}

static void fill_m(const struct reml *fit, struct reml_newton *nt)
{
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *part = REML_PART(fit, t);
        for (size_t j = 0; j < part->term->n_penalties; j++) {
            size_t row = part->lambda + j;
            double lambda = exp(fit->rho[row]);
            nt->from[row] = part->start;
            nt->to[row] = part->start + part->term->p;
            for (size_t k = 0; k < part->term->p; k++)
                nt->m[row * nt->p + part->start + k] = lambda * part->term->d[j][k];
        }
    }
}

/* Variance of each column: from the inverse for active ones, alone for idle ones. */
static void fill_variance(const struct reml_working *work, const double *v, double *out)
{
    for (size_t k = 0; k < work->p; k++)
        out[k] = 1 / work->diagonal[k];
    for (size_t i = 0; i < work->n; i++)
        out[work->active[i]] = v[i * work->n + i];
}

static void fill_gradient(const struct reml_working *work, const double *variance,
                          struct reml_newton *nt)
{
    for (size_t j = 0; j < nt->n; j++) {
        double sum = 0;
        for (size_t k = nt->from[j]; k < nt->to[j]; k++) {
            double m = nt->m[j * nt->p + k], b = work->beta[k];
            sum += m * (b * b + variance[k]) - (work->s[k] > 0 ? m / work->s[k] : 0);
        }
        nt->gradient[j] = sum / 2;
    }
}

/* Where a parameter's columns lie among the active ones. */
static void active_range(const struct reml_working *work, struct reml_newton *nt)
{
    for (size_t j = 0; j < nt->n; j++) {
        size_t i = 0;
        while (i < work->n && work->active[i] < nt->from[j])
            i++;
        nt->first[j] = i;
        while (i < work->n && work->active[i] < nt->to[j])
            i++;
        nt->last[j] = i;
    }
}

/* What a pair of parameters of one term shares: R R' / 2, R_jk = M_jk / S_k, and the idle columns,
 * whose variance is their own. */
static double shared(const struct reml_working *work, const struct reml_newton *nt, size_t j,
                     size_t l)
{
    double sum = 0;
    size_t i = nt->first[j];
    for (size_t k = nt->from[j]; k < nt->to[j]; k++) {
        double mm = nt->m[j * nt->p + k] * nt->m[l * nt->p + k], d = work->diagonal[k];
        if (work->s[k] > 0)
            sum += mm / (work->s[k] * work->s[k]) / 2;
        if (i < nt->last[j] && work->active[i] == k)
            i++;
        else
            sum -= mm * (work->beta[k] * work->beta[k] + 1 / d / 2) / d;
    }
    return sum;
}

/* One row, over the active columns: - W V W' - M (V ∘ V) M' / 2, W_jk = M_jk b_k. */
static void fill_row(const struct reml_working *work, const double *v, struct reml_newton *nt,
                     size_t j)
{
    size_t p = nt->p, n = work->n;
    g_autofree double *wv = g_new0(double, n), *mvv = g_new0(double, n);
    for (size_t i = nt->first[j]; i < nt->last[j]; i++) {
        size_t k = work->active[i];
        const double *row = v + i * n;
        double m = nt->m[j * p + k], wb = m * work->beta[k];
        for (size_t c = 0; c < n; c++) {
            wv[c] += wb * row[c];
            mvv[c] += m * row[c] * row[c];
        }
    }
    for (size_t l = 0; l <= j; l++) {
        double sum = nt->from[l] == nt->from[j] ? shared(work, nt, j, l) : 0;
        for (size_t i = nt->first[l]; i < nt->last[l]; i++) {
            size_t k = work->active[i];
            double m = nt->m[l * p + k];
            sum -= wv[i] * m * work->beta[k] + m * mvv[i] / 2;
        }
        nt->hessian[l * nt->n + j] = nt->hessian[j * nt->n + l] = sum;
    }
    nt->hessian[j * nt->n + j] += nt->gradient[j];
}

/* The parameters that still move: index of each. */
static size_t free_set(const struct reml *fit, const struct reml_newton *nt, size_t *index)
{
    size_t n = 0;
    for (size_t j = 0; j < nt->n; j++) {
        double g = nt->gradient[j];
        bool at_bound = (fit->rho[j] <= RHO_MIN && g > 0) || (fit->rho[j] >= RHO_MAX && g < 0);
        if (fabs(g) >= nt->least_gradient && !at_bound)
            index[n++] = j;
    }
    return n;
}

/* step = -U diag(1 / max(|e|, least)) U' gradient on the free set, at most 4 long. */
static void newton_step(struct reml_newton *nt, const size_t *index, size_t n)
{
    gsl_matrix *a = gsl_matrix_alloc(n, n), *u = gsl_matrix_alloc(n, n);
    gsl_vector *e = gsl_vector_alloc(n);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(n);
    double largest = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            gsl_matrix_set(a, i, j, nt->hessian[index[i] * nt->n + index[j]]);
    }
    gsl_eigen_symmv(a, e, u, work);
    memset(nt->step, 0, nt->n * sizeof *nt->step);
    for (size_t c = 0; c < n; c++) {
        double dot = 0;
        for (size_t i = 0; i < n; i++)
            dot += gsl_matrix_get(u, i, c) * nt->gradient[index[i]];
        dot /= fmax(fabs(gsl_vector_get(e, c)), nt->least_curvature);
        for (size_t i = 0; i < n; i++)
            nt->step[index[i]] -= gsl_matrix_get(u, i, c) * dot;
    }
    for (size_t j = 0; j < nt->n; j++)
        largest = fmax(largest, fabs(nt->step[j]));
    for (size_t j = 0; largest > 4 && j < nt->n; j++)
        nt->step[j] *= 4 / largest;
    gsl_eigen_symmv_free(work);
    gsl_matrix_free(a);
    gsl_matrix_free(u);
    gsl_vector_free(e);
}

struct reml_newton *reml_newton_new(const struct reml *fit)
{
    size_t p = fit->p, n = fit->n_lambda;
    struct reml_newton *nt = g_new0(struct reml_newton, 1);
    *nt = (struct reml_newton){.p = p,
                               .n = n,
                               .least_gradient = 1e-3,
                               .least_curvature = 0.05,
                               .m = g_new0(double, n *p),
                               .v = g_new(double, p *p),
                               .gradient = g_new0(double, n),
                               .hessian = g_new0(double, n *n),
                               .step = g_new0(double, n),
                               .from = g_new0(size_t, n),
                               .to = g_new0(size_t, n),
                               .first = g_new0(size_t, n),
                               .last = g_new0(size_t, n),
                               .moving = g_new0(size_t, n)};
    return nt;
}

void reml_newton_free(struct reml_newton *nt)
{
    g_free(nt->m);
    g_free(nt->v);
    g_free(nt->gradient);
    g_free(nt->hessian);
    g_free(nt->step);
    g_free(nt->from);
    g_free(nt->to);
    g_free(nt->first);
    g_free(nt->last);
    g_free(nt->moving);
    g_free(nt);
}

void reml_newton_slope(const struct reml *fit, const struct reml_working *work,
                       struct reml_newton *nt)
{
    g_autofree double *variance = g_new(double, nt->p);
    dense_invert(work->factor, work->n, nt->v);
    fill_m(fit, nt);
    active_range(work, nt);
    fill_variance(work, nt->v, variance);
    fill_gradient(work, variance, nt);
}

double reml_newton_steepest(const struct reml *fit, struct reml_newton *nt)
{
    double largest = 0;
    nt->n_moving = free_set(fit, nt, nt->moving);
    for (size_t i = 0; i < nt->n_moving; i++)
        largest = fmax(largest, fabs(nt->gradient[nt->moving[i]]));
    return largest;
}

void reml_newton_step(const struct reml_working *work, struct reml_newton *nt)
{
    for (size_t j = 0; j < nt->n; j++)
        fill_row(work, nt->v, nt, j);
    newton_step(nt, nt->moving, nt->n_moving);
}

void reml_newton_add(const struct reml *fit, const struct reml_newton *nt, double *rho)
{
    for (size_t j = 0; j < nt->n; j++)
        rho[j] = fmin(fmax(fit->rho[j] + nt->step[j], RHO_MIN), RHO_MAX);
}

/* Take the step, halved until the criterion decreases. False when it does not. */
static bool take_step(struct reml *fit, struct reml_newton *nt, double ridge,
                      struct reml_working **now, struct reml_working **spare)
{
    g_autofree double *rho = g_new(double, nt->n);
    for (int h = 0; h < HALVINGS; h++) {
        reml_newton_add(fit, nt, rho);
        reml_solve(fit, rho, ridge, *spare);
        if ((*spare)->value <= (*now)->value + 1e-9 * fabs((*now)->value)) {
            struct reml_working *better = *spare;
            *spare = *now;
            *now = better;
            memcpy(fit->rho, rho, nt->n * sizeof *rho);
            return true;
        }
        for (size_t j = 0; j < nt->n; j++)
            nt->step[j] /= 2;
    }
    return false;
}

void reml_improve(struct reml *fit, double ridge, struct reml_working **now,
                  struct reml_working **spare)
{
    struct reml_newton *nt = reml_newton_new(fit);
    for (int step = 0; step < STEPS; step++) {
        double before = (*now)->value;
        reml_newton_slope(fit, *now, nt);
        if (reml_newton_steepest(fit, nt) < REML_TOLERANCE / 2)
            break;
        reml_newton_step(*now, nt);
        if (!take_step(fit, nt, ridge, now, spare) || before - (*now)->value < second)
            break;
    }
    reml_newton_free(nt);
}
