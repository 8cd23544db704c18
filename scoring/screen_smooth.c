/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "scoring/screen_internal.h"

enum { PARABOLA = 2 };

/* The columns of a smooth function on one axis: powers, or the levels of a factor but one. Returns
 * how many. */
static size_t columns_of(const struct covariate *c, size_t size, size_t index, size_t degree,
                         double *out)
{
    if (c->bins->is_factor) {
        for (size_t l = 1; l < size; l++)
            out[l - 1] = index == l;
        return size - 1;
    }
    double z = size > 1 ? 2 * (double)index / (double)(size - 1) - 1 : 0;
    for (size_t d = 0; d < degree; d++)
        out[d] = d ? out[d - 1] * z : z;
    return degree;
}

static double product_log_p(const struct screening *s, const struct term_key *key,
                            const struct screen_cells *c, size_t degree)
{
    double x[SCREEN_LEVELS_MAX], y[SCREEN_LEVELS_MAX];
    const struct covariate *a = &s->set->row[key->axis[0]], *b = &s->set->row[key->axis[1]];
    size_t p = columns_of(a, c->size[0], 0, degree, x), q = columns_of(b, c->size[1], 0, degree, y);
    size_t margins = c->size[0] + c->size[1], n = margins + p * q, rank;
    g_autofree double *matrix = g_new0(double, n *n), *g = g_new0(double, n);
    g_autofree double *row = g_new(double, n);
    for (size_t cell = 0; cell < c->n; cell++) {
        size_t i = cell / c->size[1], j = cell % c->size[1];
        if (c->h[cell] < SCREEN_CELL_MIN)
            continue;
        memset(row, 0, n * sizeof *row);
        row[i] = row[c->size[0] + j] = 1;
        columns_of(a, c->size[0], i, degree, x);
        columns_of(b, c->size[1], j, degree, y);
        for (size_t k = 0; k < p * q; k++)
            row[margins + k] = x[k / q] * y[k % q];
        for (size_t k = 0; k < n; k++) {
            g[k] += c->g[cell] * row[k];
            for (size_t l = k; row[k] != 0 && l < n; l++)
                matrix[k * n + l] += c->h[cell] * row[k] * row[l];
        }
    }
    double chi2 = screen_eliminate(matrix, g, n, margins, &rank);
    return rank > 0 ? screen_log_chi2_tail(chi2, (double)rank) : 0;
}

double screen_smooth_log_p(const struct screening *s, const struct term_key *key,
                           const struct screen_cells *cells)
{
    double line = product_log_p(s, key, cells, 1);
    double parabola = product_log_p(s, key, cells, PARABOLA);
    return fmin(fmin(line, parabola) + log(2), 0);
}

/* Groups become powers of their order. */
static double powers_log_p(const double *m, const double *g, size_t n, size_t first, size_t degree)
{
    size_t p = first + degree, groups = n - first, rank;
    g_autofree double *own = g_new0(double, p *p), *score = g_new0(double, p);
    for (size_t i = 0; i < first; i++) {
        score[i] = g[i];
        for (size_t j = i; j < first; j++)
            own[i * p + j] = m[i * n + j];
    }
    for (size_t z = 0; z < groups; z++) {
        double v[PARABOLA], at = groups > 1 ? 2 * (double)z / (double)(groups - 1) - 1 : 0;
        for (size_t d = 0; d < degree; d++) {
            v[d] = d ? v[d - 1] * at : at;
            score[first + d] += g[first + z] * v[d];
            for (size_t i = 0; i < first; i++)
                own[i * p + first + d] += m[i * n + first + z] * v[d];
            for (size_t e = 0; e <= d; e++)
                own[(first + e) * p + first + d] += m[(first + z) * n + first + z] * v[d] * v[e];
        }
    }
    double chi2 = screen_eliminate(own, score, p, first, &rank);
    return rank > 0 ? screen_log_chi2_tail(chi2, (double)rank) : 0;
}

double screen_smooth_derived(const double *m, const double *g, size_t n, size_t first)
{
    return fmin(powers_log_p(m, g, n, first, 1), powers_log_p(m, g, n, first, PARABOLA)) + log(2);
}
