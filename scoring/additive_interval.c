/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard errors: the mean posterior covariance as a product of few columns, which a row's terms
 * add up as they add up their values, times one number for what it does not know of. */
#include <math.h>
#include <string.h>

#include "scoring/additive_internal.h"
#include "scoring/dense.h"

/* What of the covariance's trace the columns may leave out; it stays as a diagonal. */
static const double left_out = 1e-4;

/* Rows on which posterior and spread of the paths are compared. */
enum { COMPARED = 2000 };

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

/* column -= factor · other: apart in memory, so that the compiler may take several at once. */
DENSE_CLONES static void subtract(double *restrict column, double factor,
                                  const double *restrict other, size_t n)
{
    for (size_t i = 0; i < n; i++)
        column[i] -= factor * other[i];
}

/* Does a column share something with others? One that does not varies alone: its variance stays in
 * the rest as it is. */
static bool shares(const double *a, size_t q, size_t i)
{
    for (size_t j = 0; j < q; j++) {
        if (j != i && a[i * q + j] != 0)
            return true;
    }
    return false;
}

/* Pivoted Cholesky decomposition until little of the trace is left: a ≈ R R' + diag(rest). `root`
 * has room for q columns of q. Returns how many there are. */
static size_t decompose(double *a, size_t q, double *root, double *rest)
{
    double trace = 0, left = 0;
    size_t rank = 0;
    g_autofree double *own = g_new0(double, q); /* of columns that vary alone */
    for (size_t i = 0; i < q; i++) {
        trace += rest[i] = a[i * q + i];
        if (shares(a, q, i)) {
            left += rest[i];
        } else {
            own[i] = rest[i];
            rest[i] = 0;
        }
    }
    for (; rank < q && left > left_out * trace; rank++) {
        size_t pivot = 0;
        double *column = root + rank * q;
        for (size_t i = 1; i < q; i++)
            pivot = rest[i] > rest[pivot] ? i : pivot;
        double scale = 1 / sqrt(rest[pivot]);
        memcpy(column, a + pivot * q, q * sizeof *column);
        for (size_t r = 0; r < rank; r++)
            subtract(column, root[r * q + pivot], root + r * q, q);
        left = 0;
        for (size_t i = 0; i < q; i++) {
            column[i] *= scale;
            rest[i] = i == pivot ? 0 : fmax(rest[i] - column[i] * column[i], 0);
            left += rest[i];
        }
    }
    for (size_t i = 0; i < q; i++)
        rest[i] += own[i];
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

/* Sums of one row: the root's columns, then the variance of the rest. */
static void add_row(const struct additive *model, size_t term, const double *x, double *sum)
{
    size_t rank = model->rank, p = model->term[term]->p;
    const double *root = model->root + (1 + model->start[term]) * rank;
    const double *rest = model->rest + 1 + model->start[term];
    for (size_t k = 0; k < p; k++) {
        for (size_t c = 0; c < rank; c++)
            sum[c] += x[k] * root[k * rank + c];
        sum[rank] += x[k] * x[k] * rest[k];
    }
}

/* The sums of each bin of a term of one covariate: m × (rank + 1); NULL for a term of more. */
static double *tabulate(struct arena *arena, const struct additive *model, size_t t)
{
    const struct term *term = model->term[t];
    if (term->key.n > 1)
        return NULL;
    size_t m = term->basis[0]->m, width = model->rank + 1;
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
    size_t width = model->rank + 1;
    memcpy(sum, model->root, model->rank * sizeof *sum);
    sum[model->rank] = model->rest[0];
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

static double posterior_of(const struct additive *model, const double *sum)
{
    double posterior = sum[model->rank];
    for (size_t r = 0; r < model->rank; r++)
        posterior += sum[r] * sum[r];
    return posterior;
}

/* A path's own log-odds of a row of the table, held out or not. */
static double *path_eta(const struct additive_paths *paths, size_t v)
{
    const struct additive_path *path = &paths->path[v];
    const struct additive_stage *stage = additive_paths_stage(paths, v);
    double *eta = g_new(double, paths->n + 1);
    for (size_t i = 0; i < path->n; i++)
        eta[path->row[i]] = stage->eta[i];
    for (size_t i = 0; i < path->n_held; i++)
        eta[path->held_row[i]] = stage->held_eta[i];
    return eta;
}

/* What a path says of a row in all, trees with it. */
static double path_score(const struct additive *model, size_t v, double terms,
                         const uint16_t *coarse)
{
    double eta = (model->weight[0] + model->weight[2]) * terms;
    for (int start = 0; start < 2; start++) {
        if (model->weight[start + 1] != 0)
            eta += model->weight[start + 1] *
                   additive_forest_sum(model, &model->forest[start], v, coarse);
    }
    return eta;
}

/* The delete-group jackknife of one row: (V - 1) / V times the squares about the mean. */
static double jackknife(const double *path, size_t paths)
{
    double mean = 0, square = 0;
    for (size_t v = 0; v < paths; v++)
        mean += path[v] / (double)paths;
    for (size_t v = 0; v < paths; v++)
        square += (path[v] - mean) * (path[v] - mean);
    return square * (double)(paths - 1) / (double)paths;
}

/* Means over rows of the table: the jackknife, and the posterior of the terms. */
static void compare_spread(const struct additive_paths *paths, const struct additive *model,
                           double *spread, double *posterior)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t step = 1 + (paths->n - 1) / COMPARED, n = 0;
    uint16_t **code = arena_many(arena, model->set->n + 1, uint16_t *);
    uint16_t *coarse = arena_many(arena, model->features.d + 1, uint16_t);
    double **table = tabulate_all(arena, model), *eta[ADDITIVE_PATHS];
    double *x = arena_many(arena, model->p + 1, double);
    double *sum = arena_many(arena, model->rank + 1, double);
    for (size_t c = 0; c < model->set->n; c++)
        code[c] = model->set->row[c].bins->code;
    for (size_t v = 0; v < paths->n_paths; v++)
        eta[v] = path_eta(paths, v);
    *spread = *posterior = 0;
    for (size_t i = 0; i < paths->n; i += step, n++) {
        double own[ADDITIVE_PATHS];
        additive_coarse(model, code, i, coarse);
        for (size_t v = 0; v < paths->n_paths; v++)
            own[v] = path_score(model, v, eta[v][i], coarse);
        add_terms(model, table, code, i, x, sum);
        *spread += jackknife(own, paths->n_paths);
        *posterior += posterior_of(model, sum);
    }
    *spread /= (double)n;
    *posterior /= (double)n;
    for (size_t v = 0; v < paths->n_paths; v++)
        g_free(eta[v]);
}

/*
 * What the posterior variance of the terms is multiplied by. A share of it is sampling, which is
 * that of a path and less with all rows; the rest is what smoothing leaves out (Nychka), and trees
 * that stop early leave out no less of their part. The paths know the sampling variance too, with
 * selection, borders and trees in it, but of one row badly, by four degrees of freedom. So how
 * large it is on average is theirs to say where that is more, and how it differs from row to row is
 * the posterior's.
 */
static double scale_of(const struct additive_paths *paths, const struct additive *model)
{
    if (paths->n_paths == 1)
        return 1;
    double spread, posterior, kept = model->weight[0] + model->weight[2];
    double whole = kept + model->weight[1];
    double sampling = sampling_share(paths), all = (double)paths->n_paths;
    compare_spread(paths, model, &spread, &posterior);
    return (1 - sampling) * whole * whole +
           fmax(sampling * kept * kept * (all - 1) / all, spread / posterior);
}

void additive_interval_prepare(struct arena *arena, const struct additive_paths *paths,
                               struct additive *model)
{
    size_t q = model->p + 1;
    g_autofree double *a = g_new0(double, q *q), *root = g_new(double, q *q);
    model->rest = arena_many(arena, q, double);
    average_covariance(paths, model, a);
    model->rank = decompose(a, q, root, model->rest);
    model->root = arena_many(arena, q * model->rank, double);
    for (size_t i = 0; i < q; i++) {
        for (size_t r = 0; r < model->rank; r++)
            model->root[i * model->rank + r] = root[r * q + i];
    }
    model->scale = scale_of(paths, model);
}

void additive_interval(const struct additive *model, const struct dataset *data, double *se)
{
    for (size_t i = 0; !model->root && i < data->n; i++)
        se[i] = NAN;
    if (!model->root)
        return;
    g_autoptr(arena_t) arena = arena_new();
    uint16_t **code = additive_codes(arena, model, data);
    double **table = tabulate_all(arena, model);
    double *x = arena_many(arena, model->p + 1, double);
    double *sum = arena_many(arena, model->rank + 1, double);
    for (size_t i = 0; i < data->n; i++) {
        add_terms(model, table, code, i, x, sum);
        se[i] = sqrt(model->scale * posterior_of(model, sum));
    }
}

void additive_interval_roots(const struct additive *model, const struct dataset *data, double *u)
{
    g_autoptr(arena_t) arena = arena_new();
    uint16_t **code = additive_codes(arena, model, data);
    double **table = tabulate_all(arena, model);
    double *x = arena_many(arena, model->p + 1, double);
    double *sum = arena_many(arena, model->rank + 1, double);
    for (size_t i = 0; i < data->n; i++) {
        add_terms(model, table, code, i, x, sum);
        memcpy(u + i * model->rank, sum, model->rank * sizeof *u);
    }
}

const double *additive_interval_bins(struct arena *arena, const struct additive *model,
                                     size_t covariate)
{
    size_t t = 0, width = model->rank + 1;
    while (t < model->n_terms &&
           (model->term[t]->key.n > 1 || model->term[t]->key.axis[0] != covariate))
        t++;
    if (!model->root || t == model->n_terms || model->weight[1] != 0 || model->weight[2] != 0)
        return NULL;
    size_t m = model->term[t]->basis[0]->m;
    const double *table = tabulate(arena, model, t);
    double *se = arena_many(arena, m, double);
    for (size_t b = 0; b < m; b++)
        se[b] = sqrt(model->scale * posterior_of(model, table + b * width));
    return se;
}
