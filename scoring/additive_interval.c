/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard errors: the mean posterior covariance as a product of few columns, which a row's terms
 * add up as they add up their values, the spread of the paths about their mean, and that of what is
 * stacked. */
#include <math.h>
#include <string.h>

#include "scoring/additive_internal.h"

/* What of the covariance's trace the columns may leave out; it stays as a diagonal. */
static const double left_out = 1e-4;

static void average_covariance(const struct additive_paths *paths, const struct additive *model,
                               double *out)
{
    size_t q = model->p + 1;
    g_autofree size_t *at = g_new(size_t, q);
    double share = 1 / (double)paths->n_paths;
    for (size_t v = 0; v < paths->n_paths; v++) {
        const struct additive_stage *stage = additive_paths_stage(paths, v);
        at[0] = 0;
        for (size_t t = 0; t < model->n_terms; t++) {
            size_t from = additive_paths_start(paths, v, &model->term[t]->key);
            for (size_t k = 0; k < model->term[t]->p; k++)
                at[1 + model->start[t] + k] = from == SIZE_MAX ? SIZE_MAX : from + k;
        }
        for (size_t i = 0; i < q; i++) {
            for (size_t j = 0; at[i] != SIZE_MAX && j < q; j++) {
                if (at[j] != SIZE_MAX)
                    out[i * q + j] += share * stage->covariance[at[i] * stage->p + at[j]];
            }
        }
    }
}

/* Pivoted Cholesky decomposition until little of the trace is left: a ≈ R R' + diag(rest). `root`
 * has room for q columns of q. Returns how many there are. */
static size_t decompose(double *a, size_t q, double *root, double *rest)
{
    double trace = 0, left;
    size_t rank = 0;
    for (size_t i = 0; i < q; i++)
        trace += rest[i] = a[i * q + i];
    for (left = trace; rank < q && left > left_out * trace; rank++) {
        size_t pivot = 0;
        double *column = root + rank * q;
        for (size_t i = 1; i < q; i++)
            pivot = rest[i] > rest[pivot] ? i : pivot;
        double scale = 1 / sqrt(rest[pivot]);
        memcpy(column, a + pivot * q, q * sizeof *column);
        for (size_t r = 0; r < rank; r++) {
            double factor = root[r * q + pivot];
            for (size_t i = 0; i < q; i++)
                column[i] -= factor * root[r * q + i];
        }
        left = 0;
        for (size_t i = 0; i < q; i++) {
            column[i] *= scale;
            rest[i] = i == pivot ? 0 : fmax(rest[i] - column[i] * column[i], 0);
            left += rest[i];
        }
    }
    return rank;
}

/* The share of the posterior variance that is sampling: trace of FF over the trace of F, with F the
 * matrix that takes what the rows alone say to the fit. */
static double sampling_share(const struct additive_paths *paths)
{
    double edf = 0, squared = 0;
    for (size_t v = 0; v < paths->n_paths; v++) {
        const struct additive_stage *stage = additive_paths_stage(paths, v);
        for (size_t t = 0; t < stage->n_terms; t++) {
            edf += stage->edf[t];
            squared += 2 * stage->edf[t] - stage->reference[t];
        }
    }
    return edf > 0 ? fmin(fmax(squared / edf, 0), 1) : 1;
}

void additive_interval_prepare(struct arena *arena, const struct additive_paths *paths,
                               struct additive *model)
{
    size_t q = model->p + 1;
    g_autofree double *a = g_new0(double, q *q), *root = g_new(double, q *q);
    model->rest = arena_many(arena, q, double);
    model->sampling = sampling_share(paths);
    average_covariance(paths, model, a);
    model->rank = decompose(a, q, root, model->rest);
    model->width = model->rank + model->n_paths;
    model->wide = arena_many(arena, q * model->width, double);
    for (size_t i = 0; i < q; i++) {
        double *row = model->wide + i * model->width;
        for (size_t r = 0; r < model->rank; r++)
            row[r] = root[r * q + i];
    }
    for (size_t v = 0; v < model->n_paths; v++) {
        const struct additive_stage *stage = additive_paths_stage(paths, v);
        model->wide[model->rank + v] = stage->beta[0];
        for (size_t t = 0; t < model->n_terms; t++) {
            size_t from = additive_paths_start(paths, v, &model->term[t]->key);
            double *row = model->wide + (1 + model->start[t]) * model->width + model->rank + v;
            for (size_t k = 0; from != SIZE_MAX && k < model->term[t]->p; k++)
                row[k * model->width] = stage->beta[from + k];
        }
    }
}

/* Sums of one row: `width` columns, then the variance of the rest. */
static void add_row(const struct additive *model, size_t term, const double *x, double *sum)
{
    size_t width = model->width, p = model->term[term]->p;
    const double *wide = model->wide + (1 + model->start[term]) * width;
    const double *rest = model->rest + 1 + model->start[term];
    for (size_t k = 0; k < p; k++) {
        for (size_t c = 0; c < width; c++)
            sum[c] += x[k] * wide[k * width + c];
        sum[width] += x[k] * x[k] * rest[k];
    }
}

/* The sums of each bin of a term of one covariate: m × (width + 1); NULL for a term of more. */
static double *tabulate(struct arena *arena, const struct additive *model, size_t t)
{
    const struct term *term = model->term[t];
    if (term->key.n > 1)
        return NULL;
    size_t m = term->basis[0]->m, width = model->width + 1;
    double *table = arena_many(arena, m * width, double);
    for (size_t b = 0; b < m; b++)
        add_row(model, t, term->basis[0]->c + b * term->p, table + b * width);
    return table;
}

static double **tabulate_all(struct arena *arena, const struct additive *model)
{
    double **table = arena_many(arena, model->n_terms + 1, double *);
    for (size_t t = 0; t < model->n_terms; t++)
        table[t] = tabulate(arena, model, t);
    return table;
}

static void add_terms(const struct additive *model, double *const *table, uint16_t *const *code,
                      size_t i, double *x, double *sum)
{
    size_t width = model->width + 1;
    memcpy(sum, model->wide, model->width * sizeof *sum);
    sum[model->width] = model->rest[0];
    for (size_t t = 0; t < model->n_terms; t++) {
        const struct term *term = model->term[t];
        uint16_t at[TERM_AXES] = {0};
        for (size_t a = 0; a < term->key.n; a++)
            at[a] = code[term->key.axis[a]][i];
        if (!table[t]) {
            term_row(term, at, x);
            add_row(model, t, x, sum);
            continue;
        }
        const double *row = table[t] + (at[0] == BINS_UNSEEN ? 0 : at[0]) * width;
        for (size_t c = 0; at[0] != BINS_UNSEEN && c < width; c++)
            sum[c] += row[c];
    }
}

/* The spread of the paths about their mean, of `paths` sums. */
static double spread_of(const double *path, size_t paths)
{
    double mean = 0, spread = 0;
    for (size_t v = 0; v < paths; v++)
        mean += path[v] / (double)paths;
    for (size_t v = 0; v < paths; v++)
        spread += (path[v] - mean) * (path[v] - mean);
    return spread;
}

/* Log-odds of each candidate of the stack by one path: terms, trees from nothing, trees from the
 * terms. One without a weight is not asked. */
static void candidates_of(const struct additive *model, const double *sum, const uint16_t *coarse,
                          size_t path, double out[3])
{
    double terms = sum[model->rank + path];
    out[0] = terms;
    for (int start = 0; start < 2; start++) {
        out[start + 1] = start ? terms : 0;
        if (model->weight[start + 1] != 0)
            out[start + 1] += additive_forest_sum(model, &model->forest[start], path, coarse);
    }
}

/*
 * Variance of a sum by two of its parts. The sampling variance is known twice: by the paths, a
 * jackknife of five groups that has selection and trees in it, and by the terms' coefficients; the
 * larger counts. What smoothing leaves out is the rest of the posterior variance (Nychka), which is
 * that of a path and scaled to all rows.
 */
static double variance_of(const struct additive *model, double posterior, const double *path)
{
    double paths = (double)model->n_paths, share = paths > 1 ? (paths - 1) / paths : 1;
    double smooth = share * posterior, spread = share * spread_of(path, model->n_paths);
    return smooth + fmax(spread - model->sampling * smooth, 0);
}

/* The error of one row: beside those two parts what the form of the model leaves out, which is how
 * far the candidates of the stack are apart, as between models that are averaged. */
static double error_of(const struct additive *model, const double *sum, const uint16_t *coarse)
{
    double posterior = sum[model->width], between = 0, eta[ADDITIVE_PATHS];
    double candidate[3] = {0, 0, 0}, weights = 0, centre = 0;
    double kept = model->weight[0] + model->weight[2];
    for (size_t r = 0; r < model->rank; r++)
        posterior += sum[r] * sum[r];
    for (size_t v = 0; v < model->n_paths; v++) {
        double own[3];
        candidates_of(model, sum, coarse, v, own);
        eta[v] = 0;
        for (int k = 0; k < 3; k++) {
            eta[v] += model->weight[k] * own[k];
            candidate[k] += own[k] / (double)model->n_paths;
        }
    }
    for (int k = 0; k < 3; k++) {
        weights += model->weight[k];
        centre += model->weight[k] * candidate[k];
    }
    for (int k = 0; k < 3 && weights > 0; k++) {
        double apart = candidate[k] - centre / weights;
        between += model->weight[k] / weights * apart * apart;
    }
    return sqrt(variance_of(model, kept * kept * posterior, eta) + between);
}

void additive_interval(const struct additive *model, const struct dataset *data, double *se)
{
    for (size_t i = 0; !model->wide && i < data->n; i++)
        se[i] = NAN;
    if (!model->wide)
        return;
    g_autoptr(arena_t) arena = arena_new();
    uint16_t **code = additive_codes(arena, model, data);
    uint16_t *coarse = arena_many(arena, model->features.d + 1, uint16_t);
    double **table = tabulate_all(arena, model);
    double *x = arena_many(arena, model->p + 1, double);
    double *sum = arena_many(arena, model->width + 1, double);
    for (size_t i = 0; i < data->n; i++) {
        add_terms(model, table, code, i, x, sum);
        additive_coarse(model, code, i, coarse);
        se[i] = error_of(model, sum, coarse);
    }
}

void additive_interval_roots(const struct additive *model, const struct dataset *data, double *u)
{
    g_autoptr(arena_t) arena = arena_new();
    uint16_t **code = additive_codes(arena, model, data);
    double **table = tabulate_all(arena, model);
    double *x = arena_many(arena, model->p + 1, double);
    double *sum = arena_many(arena, model->width + 1, double);
    for (size_t i = 0; i < data->n; i++) {
        add_terms(model, table, code, i, x, sum);
        memcpy(u + i * model->rank, sum, model->rank * sizeof *u);
    }
}

const double *additive_interval_bins(struct arena *arena, const struct additive *model,
                                     size_t covariate)
{
    size_t t = 0, width = model->width + 1;
    while (t < model->n_terms &&
           (model->term[t]->key.n > 1 || model->term[t]->key.axis[0] != covariate))
        t++;
    if (!model->wide || t == model->n_terms || model->weight[1] != 0 || model->weight[2] != 0)
        return NULL;
    size_t m = model->term[t]->basis[0]->m;
    const double *table = tabulate(arena, model, t);
    double *se = arena_many(arena, m, double);
    for (size_t b = 0; b < m; b++) {
        const double *sum = table + b * width;
        double posterior = sum[model->width];
        for (size_t r = 0; r < model->rank; r++)
            posterior += sum[r] * sum[r];
        se[b] = sqrt(variance_of(model, posterior, sum + model->rank));
    }
    return se;
}
