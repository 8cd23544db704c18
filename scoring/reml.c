/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/reml.h"

#include <math.h>
#include <string.h>

#include "scoring/dense.h"
#include "scoring/reml_internal.h"

enum { ITERATIONS_MAX = 60, HALVINGS = 12, WAKES_MAX = 2 };

/* A term that another fit smoothed away may be alive in this one, and the restricted likelihood has
 * more than one maximum: from here its slope is seen. */
#define FOLLOW_MOST 3.0

/* Of a fit that follows another: near the end each change is a tenth of the one before. */
static const double last = 0.5;

static double start_eta(const struct reml_data *data)
{
    double events = 0, total = 0;
    for (size_t i = 0; i < data->n; i++) {
        double w = data->weight ? data->weight[i] : 1;
        events += w * data->y[i];
        total += w;
    }
    double p = (events + 0.5) / (total + 1); /* finite with no event, or nothing else */
    if (events > 0 && events < total)
        p = events / total;
    return data->link == REML_LOGIT ? log(p / (1 - p)) : log(-log1p(-p));
}

struct reml *reml_new(const struct reml_data *data)
{
    struct reml *fit = g_new0(struct reml, 1);
    fit->data = data;
    fit->part = g_array_new(FALSE, FALSE, sizeof(struct reml_part));
    fit->p = 1;
    fit->beta = g_new0(double, 1);
    fit->beta[0] = start_eta(data);
    fit->eta = g_new(double, data->n + 1);
    fit->w = g_new(double, data->n + 1);
    fit->score = g_new(double, data->n + 1);
    fit->crossed = g_new(double, data->n + 1);
    reml_predict(fit, fit->beta, fit->eta);
    return fit;
}

void reml_free(struct reml *fit)
{
    if (!fit)
        return;
    for (guint t = 0; t < fit->part->len; t++) {
        g_free(REML_PART(fit, t)->at);
        g_free(REML_PART(fit, t)->local);
    }
    g_array_free(fit->part, TRUE);
    g_free(fit->beta);
    g_free(fit->rho);
    g_free(fit->eta);
    g_free(fit->w);
    g_free(fit->score);
    g_free(fit->crossed);
    g_free(fit->h);
    g_free(fit->g);
    g_free(fit->v);
    g_free(fit->edf);
    g_free(fit->reference);
    g_free(fit);
}

void reml_row(const struct reml_part *part, size_t i, double *out)
{
    uint16_t at[TERM_AXES] = {0};
    for (size_t a = 0; a < part->term->key.n; a++)
        at[a] = part->code[a][i];
    term_row(part->term, at, out);
}

static void start_lambda(struct reml *fit, const struct reml_part *part)
{
    const struct term *term = part->term;
    double h = 0;
    g_autofree double *row = g_new(double, term->p);
    for (size_t i = 0; i < fit->data->n; i++) {
        reml_row(part, i, row);
        for (size_t k = 0; k < term->p; k++)
            h += fit->w[i] * row[k] * row[k];
    }
    reml_begin(fit, part, h, 0);
}

void reml_add(struct reml *fit, const struct term *term, const uint16_t *const *code)
{
    struct reml_part part = {.term = term, .start = fit->p, .lambda = fit->n_lambda};
    for (size_t a = 0; a < term->key.n; a++)
        part.code[a] = code[a];
    reml_local_prepare(&part, fit->data->n);
    fit->beta = g_renew(double, fit->beta, fit->p + term->p);
    memset(fit->beta + fit->p, 0, term->p * sizeof *fit->beta);
    fit->p += term->p;
    fit->rho = g_renew(double, fit->rho, fit->n_lambda + term->n_penalties);
    fit->n_lambda += term->n_penalties;
    g_array_append_val(fit->part, part);
    reml_weigh(fit);
    start_lambda(fit, &part);
}

static double penalised(const struct reml *fit, const double *eta, const double *beta,
                        const double *s)
{
    double sum = reml_deviance(fit, eta);
    for (size_t k = 0; k < fit->p; k++)
        sum += s[k] * beta[k] * beta[k];
    return sum;
}

/* The place of another fit's term among these; NULL when it has none. */
static struct reml_part *part_of(const struct reml *fit, const struct term *term)
{
    for (guint t = 0; t < fit->part->len; t++) {
        if (REML_PART(fit, t)->term == term)
            return REML_PART(fit, t);
    }
    return NULL;
}

void reml_follow(struct reml *fit, const struct reml *other)
{
    g_autofree double *beta = g_memdup2(fit->beta, fit->p * sizeof *beta);
    g_autofree double *eta = g_new(double, fit->data->n + 1);
    beta[0] = other->beta[0];
    fit->followed = true;
    for (guint t = 0; t < other->part->len; t++) {
        const struct reml_part *from = REML_PART(other, t);
        struct reml_part *to = part_of(fit, from->term);
        if (!to)
            continue;
        memcpy(beta + to->start, other->beta + from->start, to->term->p * sizeof *beta);
        for (size_t j = 0; j < to->term->n_penalties; j++)
            fit->rho[to->lambda + j] = fmin(other->rho[from->lambda + j], FOLLOW_MOST);
    }
    g_autofree double *s = g_new0(double, fit->p);
    reml_penalties(fit, fit->rho, s);
    reml_predict(fit, beta, eta);
    if (penalised(fit, eta, beta, s) >= penalised(fit, fit->eta, fit->beta, s))
        return;
    memcpy(fit->beta, beta, fit->p * sizeof *beta);
    memcpy(fit->eta, eta, fit->data->n * sizeof *eta);
}

/* Move to the working model's coefficients, halved until the penalised deviance does not grow. */
double reml_move(struct reml *fit, const struct reml_working *work, double *change)
{
    size_t p = fit->p, n = fit->data->n;
    g_autofree double *beta = g_memdup2(work->beta, p * sizeof *beta);
    g_autofree double *eta = g_new(double, n + 1);
    double before = penalised(fit, fit->eta, fit->beta, work->s), after = before;
    for (int h = 0; h < HALVINGS; h++) {
        reml_predict(fit, beta, eta);
        after = penalised(fit, eta, beta, work->s);
        if (after <= before + 1e-7 * fabs(before))
            break;
        for (size_t k = 0; k < p; k++)
            beta[k] = (beta[k] + fit->beta[k]) / 2;
    }
    memcpy(fit->beta, beta, p * sizeof *beta);
    memcpy(fit->eta, eta, n * sizeof *eta);
    *change = fabs(before - after);
    return after;
}

double reml_ridge(const struct reml *fit)
{
    double trace = 0;
    for (size_t k = 0; k < fit->p; k++)
        trace += fit->h[k * fit->p + k];
    double mean = fmax(trace / (double)fit->p, 1e-6); /* of rows that all weigh nothing */
    return (fit->data->exact ? 1e-14 : 1e-9) * mean;
}

/* Covariance and edf at the last weights. An idle column varies alone. */
static void conclude(struct reml *fit, double ridge, struct reml_working *work)
{
    size_t p = fit->p;
    if (fit->data->exact)
        reml_solve_whole(fit, fit->rho, ridge, work);
    else
        reml_solve(fit, fit->rho, ridge, work);
    g_free(fit->v);
    g_free(fit->edf);
    g_free(fit->reference);
    fit->v = g_new0(double, p *p);
    fit->edf = g_new(double, p);
    fit->reference = g_new(double, p);
    g_autofree double *v = g_new(double, work->n * work->n);
    dense_invert(work->factor, work->n, v);
    for (size_t k = 0; k < p; k++)
        fit->v[k * p + k] = 1 / work->diagonal[k];
    for (size_t i = 0; i < work->n; i++) {
        for (size_t j = 0; j < work->n; j++)
            fit->v[work->active[i] * p + work->active[j]] = v[i * work->n + j];
    }
    for (size_t k = 0; k < p; k++) {
        double s = work->s[k] + ridge, sum = 0;
        for (size_t l = 0; l < p; l++)
            sum += fit->v[k * p + l] * fit->v[k * p + l] * (work->s[l] + ridge);
        fit->edf[k] = 1 - fit->v[k * p + k] * s;
        fit->reference[k] = 1 - sum * s;
    }
}

/* Is a resting term asked for, now that the others have settled? */
static bool wake_at_end(struct reml *fit, const struct reml_working *work)
{
    if (fit->followed || !reml_rests(fit))
        return false;
    reml_weigh(fit);
    reml_cross(fit, true);
    bool asked = reml_wake(fit, work);
    reml_monotone_hold(fit);
    return asked;
}

static void sum_rows(struct reml *fit, bool again)
{
    reml_weigh(fit);
    if (again)
        reml_cross_again(fit);
    else
        reml_cross(fit, false);
}

/* A fit that follows another stops one step sooner. */
static bool has_settled(const struct reml *fit, double gain, double change)
{
    if (fit->followed)
        return fabs(gain) < last && change < last;
    return fabs(gain) < REML_TOLERANCE && change < 2 * REML_TOLERANCE;
}

void reml_run(struct reml *fit)
{
    size_t p = fit->p;
    struct reml_working *now = reml_working_new(p), *spare = reml_working_new(p);
    double old = INFINITY, ridge = 0;
    bool is_held = reml_monotone_any(fit);
    fit->h = g_renew(double, fit->h, p *p);
    for (guint t = 0; t < fit->part->len; t++)
        REML_PART(fit, t)->apart = false;
    fit->g = g_renew(double, fit->g, p);
    int wakes = WAKES_MAX;
    if (fit->iterations == 0 && !fit->followed && !fit->sampled && p > REML_WIDE) {
        reml_weigh(fit);
        reml_rest_at_first(fit);
    }
    for (int i = 0; i < ITERATIONS_MAX; i++) {
        double change;
        sum_rows(fit, i > 0 && !is_held && !fit->data->exact);
        ridge = reml_ridge(fit);
        if (is_held)
            reml_monotone_hold(fit);
        reml_solve(fit, fit->rho, ridge, now);
        if (fit->n_lambda > 0)
            reml_improve(fit, ridge, &now, &spare);
        fit->laml = reml_move(fit, now, &change) / 2 + now->log_det - now->log_pen;
        fit->iterations++;
        reml_rest(fit, now->s);
        if (has_settled(fit, old - fit->laml, change) && (wakes-- == 0 || !wake_at_end(fit, now)))
            break;
        old = fit->laml;
    }
    if (fit->data->exact) {
        reml_refine(fit, now);
        ridge = reml_ridge(fit);
    }
    conclude(fit, ridge, now);
    if (is_held) {
        reml_monotone_settle(fit);
        reml_weigh(fit);
        reml_cross(fit, false); /* the information of the rows alone */
    }
    reml_working_free(now);
    reml_working_free(spare);
}

size_t reml_terms(const struct reml *fit)
{
    return fit->part->len;
}

const struct term *reml_term(const struct reml *fit, size_t i)
{
    return REML_PART(fit, i)->term;
}

size_t reml_p(const struct reml *fit)
{
    return fit->p;
}

size_t reml_start(const struct reml *fit, size_t i)
{
    return REML_PART(fit, i)->start;
}

const double *reml_beta(const struct reml *fit)
{
    return fit->beta;
}

const double *reml_eta(const struct reml *fit)
{
    return fit->eta;
}

const double *reml_covariance(const struct reml *fit)
{
    return fit->v;
}

const double *reml_information(const struct reml *fit)
{
    return fit->h;
}

double reml_criterion(const struct reml *fit)
{
    return fit->laml;
}

static double sum_of_term(const struct reml *fit, const double *x, size_t i)
{
    const struct reml_part *part = REML_PART(fit, i);
    double sum = 0;
    for (size_t k = 0; k < part->term->p; k++)
        sum += x[part->start + k];
    return sum;
}

double reml_edf(const struct reml *fit, size_t i)
{
    return sum_of_term(fit, fit->edf, i);
}

double reml_reference(const struct reml *fit, size_t i)
{
    return sum_of_term(fit, fit->reference, i);
}

void reml_penalty(const struct reml *fit, size_t i, double *out)
{
    const struct reml_part *part = REML_PART(fit, i);
    memset(out, 0, part->term->p * sizeof *out);
    for (size_t j = 0; j < part->term->n_penalties; j++) {
        for (size_t k = 0; k < part->term->p; k++)
            out[k] += exp(fit->rho[part->lambda + j]) * part->term->d[j][k];
    }
}

int reml_iterations(const struct reml *fit)
{
    return fit->iterations;
}
