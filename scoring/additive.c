/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/additive.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/additive_internal.h"
#include "scoring/logit.h"
#include "scoring/wald.h"

/* Rows of either outcome. */
static bool count_outcomes(const double *y, size_t n, size_t *events, GError **err)
{
    *events = 0;
    for (size_t i = 0; i < n; i++)
        *events += y[i] > 0.5;
    size_t fewer = MIN(*events, n - *events);
    return fewer >= 2 || err_set(err, KENKO_ERROR_REFUSED,
                                 "%zu of %zu rows are events; a model wants at least two rows of "
                                 "either outcome",
                                 *events, n);
}

/* Coefficients are means over the paths; a path without a term has zeros. */
static void average(struct arena *arena, const struct additive_paths *paths, struct additive *model)
{
    double share = 1 / (double)paths->n_paths;
    model->term = arena_many(arena, paths->term->len + 1, const struct term *);
    model->start = arena_many(arena, paths->term->len + 1, size_t);
    for (guint i = 0; i < paths->term->len; i++)
        model->p += g_array_index(paths->term, struct additive_known, i).term->p;
    model->beta = arena_many(arena, model->p + 1, double);
    model->p = 0;
    for (guint i = 0; i < paths->term->len; i++) {
        const struct additive_known *known = &g_array_index(paths->term, struct additive_known, i);
        bool any = false;
        for (size_t v = 0; v < paths->n_paths; v++) {
            size_t start = additive_paths_start(paths, v, &known->key);
            const struct additive_stage *stage = additive_paths_stage(paths, v);
            if (start == SIZE_MAX)
                continue;
            any = true;
            for (size_t k = 0; k < known->term->p; k++)
                model->beta[model->p + k] += share * stage->beta[start + k];
        }
        if (!any)
            continue; /* of a round that was not chosen */
        model->start[model->n_terms] = model->p;
        model->term[model->n_terms++] = known->term;
        model->p += known->term->p;
    }
    for (size_t v = 0; v < paths->n_paths; v++)
        model->intercept += share * additive_paths_stage(paths, v)->beta[0];
}

/* Held-out log-odds of the three candidates: terms, trees from nothing, trees from the terms. */
static double *held_candidates(struct arena *arena, const struct additive_paths *paths,
                               const struct additive *model)
{
    double *x = arena_many(arena, paths->n * 3 + 1, double);
    for (size_t v = 0; v < paths->n_paths; v++) {
        const struct additive_stage *stage = additive_paths_stage(paths, v);
        for (size_t i = 0; i < paths->path[v].n_held; i++)
            x[paths->path[v].held_row[i] * 3] = stage->held_eta[i];
    }
    for (size_t i = 0; i < paths->n; i++) {
        x[i * 3 + 1] = model->forest[0].held_eta[i];
        x[i * 3 + 2] = model->forest[1].held_eta[i];
    }
    return x;
}

/* Are the boosted tables worth it? Their gain in held-out loss against its standard error. */
static bool is_worth_it(const double *x, const double *y, size_t n, struct additive *model)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        double eta = model->shift;
        for (int k = 0; k < 3; k++)
            eta += model->weight[k] * x[i * 3 + (size_t)k];
        double gain = logit_loss(x[i * 3], y[i]) - logit_loss(eta, y[i]);
        sum += gain;
        square += gain * gain;
        model->summary.loss_all += logit_loss(eta, y[i]) / (double)n;
    }
    double mean = sum / (double)n;
    return mean > sqrt(fmax(square / (double)n - mean * mean, 0) / (double)n);
}

static void add_trees(struct arena *arena, const struct additive_paths *paths,
                      const struct additive_options *options, struct additive *model)
{
    g_autoptr(arena_t) scratch = arena_new();
    additive_features(arena, paths, &model->features);
    if (model->features.d == 0) /* every column has a direction */
        return;
    for (int start = 0; start < 2; start++)
        additive_forest_grow(arena, paths, &model->features, start == 1, options->seed,
                             &model->forest[start]);
    double *x = held_candidates(scratch, paths, model);
    additive_stack(x, paths->y, paths->n, 3, &model->shift, model->weight);
    bool worth = is_worth_it(x, paths->y, paths->n, model);
    if (options->mode == ADDITIVE_FULL || worth)
        return;
    model->features.d = 0;
    model->shift = 0;
    model->weight[0] = 1;
    model->weight[1] = model->weight[2] = 0;
}

/* A term's value of every row. */
static void values_of(const struct additive *model, size_t t, double *out)
{
    const struct term *term = model->term[t];
    const double *beta = model->beta + model->start[t];
    size_t m = term->basis[0]->m;
    g_autofree double *bin = g_new(double, m);
    uint16_t at[TERM_AXES] = {0};
    for (at[0] = 0; term->key.n == 1 && at[0] < m; at[0]++)
        bin[at[0]] = term_value(term, at, beta);
    for (size_t i = 0; i < model->set->n_rows; i++) {
        for (size_t a = 0; a < term->key.n; a++)
            at[a] = model->set->row[term->key.axis[a]].bins->code[i];
        out[i] = term->key.n == 1 ? bin[at[0]] : term_value(term, at, beta);
    }
}

static double deviation(const double *x, size_t n)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
        square += x[i] * x[i];
    }
    double mean = sum / (double)n;
    return sqrt(fmax(square / (double)n - mean * mean, 0));
}

/*
 * Would a term's Wald statistic fall if its effect grew? Of an effect (1 + t) f beside a constant
 * it is sum of w (1 + t)^2 f^2, f centred by w; and w = mu (1 - mu) falls as eta grows away from 0.
 * At t = 0 its slope is sum of w f^2 (2 + (1 - 2 mu) f).
 *
 * Source  Hauck, Donner, Wald's test as applied to hypotheses in logit analysis, JASA 72 (1977)
 *         851-853; Yee, On the Hauck-Donner effect in Wald tests, JASA 117 (2022) 1763-1774
 */
static bool separates(const double *value, const double *eta, size_t n)
{
    double slope = 0, sum = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        double mu = logit_mean(eta[i]), w = mu * (1 - mu);
        sum += w * value[i];
        weight += w;
    }
    for (size_t i = 0; i < n; i++) {
        double mu = logit_mean(eta[i]), f = value[i] - sum / weight;
        slope += mu * (1 - mu) * f * f * (2 + (1 - 2 * mu) * f);
    }
    return slope < 0;
}

static int by_importance(const void *a, const void *b)
{
    const struct additive_term *x = a, *y = b;
    return (x->importance < y->importance) - (x->importance > y->importance);
}

/* Sums over the paths that have a term. */
struct pooled {
    size_t p;
    double have, edf, reference, *beta, *v, *gram;
};

static void pool(const struct additive_stage *stage, size_t start, struct pooled *out)
{
    out->have++;
    for (size_t i = 0; i < out->p; i++) {
        out->beta[i] += stage->beta[start + i];
        for (size_t j = 0; j < out->p; j++) {
            size_t at = (start + i) * stage->p + start + j;
            out->v[i * out->p + j] += stage->covariance[at];
            out->gram[i * out->p + j] += stage->information[at];
        }
    }
}

/* Freedom and test of a term on means over its paths, scaled from a path's rows to all. */
static void test_term(const struct additive_paths *paths, const struct term *term,
                      struct additive_term *row)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t p = term->p;
    struct pooled sum = {.p = p,
                         .beta = arena_many(arena, p, double),
                         .v = arena_many(arena, p * p, double),
                         .gram = arena_many(arena, p * p, double)};
    for (size_t v = 0; v < paths->n_paths; v++) {
        const struct additive_stage *stage = additive_paths_stage(paths, v);
        for (size_t k = 0; k < stage->n_terms; k++) {
            if (reml_term(paths->path[v].fit, k) != term)
                continue;
            sum.edf += stage->edf[k];
            sum.reference += stage->reference[k];
            pool(stage, reml_start(paths->path[v].fit, k), &sum);
        }
    }
    double n = (double)paths->n_paths, share = n > 1 ? (n - 1) / n : 1;
    for (size_t i = 0; i < p; i++)
        sum.beta[i] /= sum.have;
    for (size_t i = 0; i < p * p; i++) {
        sum.v[i] *= share / sum.have;
        sum.gram[i] /= sum.have;
    }
    struct wald test =
        wald_test(sum.beta, sum.v, sum.gram, p, fmax(sum.reference / sum.have, 1e-3));
    row->edf = sum.edf / sum.have;
    row->paths = sum.have / n;
    row->chi2 = test.chi2;
    row->df = test.df;
    row->log_p = test.log_p;
}

static void summarise(struct arena *arena, const struct additive_paths *paths,
                      struct additive *model)
{
    struct additive_summary *s = &model->summary;
    struct additive_term *row = arena_many(arena, model->n_terms + 1, struct additive_term);
    size_t n = model->set->n_rows;
    g_autofree double *value = g_new(double, n), *eta = g_new(double, n);
    for (size_t i = 0; i < n; i++)
        eta[i] = model->intercept;
    for (size_t t = 0; t < model->n_terms; t++) {
        values_of(model, t, value);
        row[t].importance = deviation(value, n);
        for (size_t i = 0; i < n; i++)
            eta[i] += value[i];
    }
    for (size_t t = 0; t < model->n_terms; t++) {
        const struct term *term = model->term[t];
        row[t].n = term->key.n;
        for (size_t a = 0; a < term->key.n; a++)
            row[t].covariate[a] = &model->set->row[term->key.axis[a]];
        test_term(paths, term, &row[t]);
        values_of(model, t, value);
        row[t].separates = separates(value, eta, n);
    }
    qsort(row, model->n_terms, sizeof *row, by_importance);
    s->term = row;
    s->n_terms = model->n_terms;
    s->rounds = (int)paths->round;
    s->loss_terms = paths->loss[paths->round];
    for (size_t v = 0; v < paths->n_paths; v++)
        s->iterations += reml_iterations(paths->path[v].fit) / (double)paths->n_paths;
    s->trees = model->features.d ? model->forest[0].n_trees + model->forest[1].n_trees : 0;
    if (!model->features.d)
        s->loss_all = s->loss_terms;
    memcpy(s->weight, model->weight, sizeof s->weight);
}

static bool check_directions(const struct dataset *data, enum additive_mode mode, GError **err)
{
    for (size_t c = 0; c < data->n_columns; c++) {
        const struct dataset_column *column = &data->column[c];
        if (column->direction != 0 && column->level)
            return err_set(err, KENKO_ERROR_USAGE, "%s: its values are texts: they have no order",
                           column->name);
        if (column->direction != 0 && mode == ADDITIVE_EXACT)
            return err_set(err, KENKO_ERROR_USAGE, "%s: an exact fit has no directions",
                           column->name);
    }
    return true;
}

struct additive *additive_fit(struct arena *arena, const struct dataset *data, const double *y,
                              const struct additive_options *options, GError **err)
{
    g_autoptr(arena_t) scratch = arena_new();
    size_t events;
    gsl_set_error_handler_off();
    if (!check_directions(data, options->mode, err) || !count_outcomes(y, data->n, &events, err))
        return NULL;
    struct additive *model = arena_one(arena, struct additive);
    model->set = covariate_set_new(arena, data);
    if (model->set->n == 0) {
        err_set(err, KENKO_ERROR_REFUSED, "no column varies");
        return NULL;
    }
    model->n_paths =
        options->mode >= ADDITIVE_MAINS ? 1 : MIN(ADDITIVE_PATHS, MIN(events, data->n - events));
    struct additive_paths *paths =
        additive_paths_new(scratch, model->set, data, y, model->n_paths, options);
    average(arena, paths, model);
    model->weight[0] = 1;
    if (options->mode == ADDITIVE_AUTO || options->mode == ADDITIVE_FULL)
        add_trees(arena, paths, options, model);
    additive_interval_prepare(arena, paths, model);
    model->summary.n_rows = data->n;
    model->summary.n_events = events;
    summarise(arena, paths, model);
    additive_paths_free(paths);
    return model;
}

const struct additive_summary *additive_summary(const struct additive *model)
{
    return &model->summary;
}
