/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boosted tables of all paths in step, and their weights beside the terms. */
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "scoring/additive_internal.h"
#include "scoring/crew.h"
#include "scoring/logit.h"

enum { STACK_MAX = 3, STACK_STEPS = 30 };
static const double stack_ridge = 10;

void additive_features(struct arena *arena, const struct additive_paths *paths,
                       struct additive_features *out)
{
    const struct covariate_set *set = paths->set;
    bool *used = arena_many(arena, set->n + 1, bool);
    for (size_t v = 0; v < paths->n_paths; v++) {
        const struct additive_stage *stage = additive_paths_stage(paths, v);
        for (size_t t = 0; t < stage->n_terms; t++) {
            const struct term_key *key = &g_array_index(paths->path[v].key, struct term_key, t);
            if (key->n == 1 && !set->row[key->axis[0]].is_step)
                used[key->axis[0]] = true;
        }
    }
    *out = (struct additive_features){.covariate = arena_many(arena, set->n + 1, size_t),
                                      .size = arena_many(arena, set->n + 1, size_t),
                                      .is_factor = arena_many(arena, set->n + 1, bool)};
    for (size_t c = 0; c < set->n; c++) {
        if (!used[c] || set->row[c].direction != 0)
            continue;
        out->covariate[out->d] = c;
        out->size[out->d] = set->row[c].n_group[COVARIATE_BOOST];
        out->is_factor[out->d++] = set->row[c].bins->is_factor;
    }
}

struct growing {
    const struct additive_paths *paths;
    const struct additive_features *features;
    struct boost_data data[ADDITIVE_PATHS];
    struct boost *boost[ADDITIVE_PATHS];
    double loss[ADDITIVE_PATHS][ADDITIVE_TREES_STEP];
    double *eta[ADDITIVE_PATHS], *held_eta[ADDITIVE_PATHS];
};

/* n rows of the table by groups, features side by side. */
static uint8_t *coarse(const struct growing *g, const size_t *row, size_t n)
{
    size_t d = g->features->d;
    uint8_t *out = g_new(uint8_t, n * d + 1);
    for (size_t f = 0; f < d; f++) {
        const struct covariate *c = &g->paths->set->row[g->features->covariate[f]];
        const uint16_t *group = c->group[COVARIATE_BOOST], *code = c->bins->code;
        for (size_t i = 0; i < n; i++)
            out[i * d + f] = (uint8_t)group[code[row[i]]];
    }
    return out;
}

static void start_path(struct growing *g, size_t v, bool from_terms, unsigned long seed,
                       struct additive_forest *out)
{
    const struct additive_path *path = &g->paths->path[v];
    const struct additive_stage *stage = additive_paths_stage(g->paths, v);
    double events = 0;
    for (size_t i = 0; i < path->n; i++)
        events += path->y[i];
    double base = log(events / ((double)path->n - events));
    out->start[v] = from_terms ? 0 : base;
    g->eta[v] = g_new(double, path->n + 1);
    g->held_eta[v] = g_new(double, path->n_held + 1);
    for (size_t i = 0; i < path->n; i++)
        g->eta[v][i] = from_terms ? stage->eta[i] : base;
    for (size_t i = 0; i < path->n_held; i++)
        g->held_eta[v][i] = from_terms ? stage->held_eta[i] : base;
    g->data[v] = (struct boost_data){.d = g->features->d,
                                     .size = g->features->size,
                                     .is_factor = g->features->is_factor,
                                     .n = path->n,
                                     .n_held = path->n_held,
                                     .code = coarse(g, path->row, path->n),
                                     .held_code = coarse(g, path->held_row, path->n_held),
                                     .y = path->y,
                                     .held_y = path->held_y,
                                     .eta = g->eta[v],
                                     .held_eta = g->held_eta[v],
                                     .seed = seed + v};
    g->boost[v] = boost_new(&g->data[v]);
}

static void grow_path(void *context, size_t v)
{
    struct growing *g = context;
    boost_grow(g->boost[v], ADDITIVE_TREES_STEP, g->loss[v]);
}

/* Grow until the best number of trees lies some way behind. */
static size_t grow_all(struct growing *g)
{
    double best = INFINITY;
    size_t best_at = 0, grown = 0;
    while (grown < ADDITIVE_TREES_MAX && best_at + ADDITIVE_TREES_PATIENCE > grown) {
        crew_each(g->paths->n_paths, g->paths->threads, grow_path, g);
        for (size_t t = 0; t < ADDITIVE_TREES_STEP; t++) {
            double sum = 0;
            for (size_t v = 0; v < g->paths->n_paths; v++)
                sum += g->loss[v][t];
            grown++;
            if (sum < best) {
                best = sum;
                best_at = grown;
            }
        }
    }
    return best_at;
}

static void finish_path(struct arena *arena, struct growing *g, size_t v,
                        struct additive_forest *out)
{
    const struct additive_path *path = &g->paths->path[v];
    struct boost_tree *tree = arena_many(arena, out->n_trees + 1, struct boost_tree);
    g_autofree double *held = g_new(double, path->n_held + 1);
    memcpy(tree, boost_trees(g->boost[v]), out->n_trees * sizeof *tree);
    out->tree[v] = tree;
    boost_held_eta(g->boost[v], out->n_trees, held);
    for (size_t i = 0; i < path->n_held; i++)
        out->held_eta[path->held_row[i]] = held[i];
    boost_free(g->boost[v]);
    g_free((gpointer)(uintptr_t)g->data[v].code);
    g_free((gpointer)(uintptr_t)g->data[v].held_code);
    g_free(g->eta[v]);
    g_free(g->held_eta[v]);
}

void additive_forest_grow(struct arena *arena, const struct additive_paths *paths,
                          const struct additive_features *features, bool from_terms,
                          unsigned long seed, struct additive_forest *out)
{
    struct growing g = {.paths = paths, .features = features};
    out->held_eta = arena_many(arena, paths->n + 1, double);
    for (size_t v = 0; v < paths->n_paths; v++)
        start_path(&g, v, from_terms, seed, out);
    out->n_trees = grow_all(&g);
    for (size_t v = 0; v < paths->n_paths; v++)
        finish_path(arena, &g, v, out);
}

/* One Newton step of the ridge logistic regression on the active candidates; q = 1 + how many. */
static void stack_step(const double *x, const double *y, size_t n, size_t k, const size_t *active,
                       size_t q, double *b)
{
    double h[(STACK_MAX + 1) * (STACK_MAX + 1)] = {0}, g[STACK_MAX + 1] = {0};
    for (size_t i = 0; i < n; i++) {
        double row[STACK_MAX + 1] = {1}, eta = b[0];
        for (size_t j = 1; j < q; j++) {
            row[j] = x[i * k + active[j - 1]];
            eta += b[j] * row[j];
        }
        double mu = logit_mean(eta), w = mu * (1 - mu);
        for (size_t a = 0; a < q; a++) {
            g[a] += (y[i] - mu) * row[a];
            for (size_t c = 0; c < q; c++)
                h[a * q + c] += w * row[a] * row[c];
        }
    }
    for (size_t j = 0; j < q; j++) {
        double ridge = j > 0 ? stack_ridge : 0;
        h[j * q + j] += ridge + 1e-6;
        g[j] -= ridge * (b[j] - 1 / (double)k);
    }
    gsl_matrix_view hv = gsl_matrix_view_array(h, q, q);
    gsl_vector_view gv = gsl_vector_view_array(g, q);
    if (gsl_linalg_cholesky_decomp1(&hv.matrix) != GSL_SUCCESS)
        return;
    gsl_linalg_cholesky_svx(&hv.matrix, &gv.vector);
    for (size_t j = 0; j < q; j++)
        b[j] += g[j];
}

void additive_stack(const double *candidates, const double *y, size_t n, size_t k,
                    double *intercept, double *w)
{
    size_t active[STACK_MAX], m = k;
    double b[STACK_MAX + 1];
    for (size_t j = 0; j < k; j++)
        active[j] = j;
    for (;;) {
        size_t worst = 1;
        b[0] = 0;
        for (size_t j = 1; j <= m; j++)
            b[j] = 1 / (double)m;
        for (int step = 0; step < STACK_STEPS; step++)
            stack_step(candidates, y, n, k, active, m + 1, b);
        for (size_t j = 2; j <= m; j++)
            worst = b[j] < b[worst] ? j : worst;
        if (m == 1 || b[worst] >= 0)
            break;
        memmove(active + worst - 1, active + worst, (m - worst) * sizeof *active);
        m--;
    }
    memset(w, 0, k * sizeof *w);
    for (size_t j = 0; j < m; j++)
        w[active[j]] = b[j + 1];
    *intercept = b[0];
}
