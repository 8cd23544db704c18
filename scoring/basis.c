/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/basis.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(gsl_matrix, gsl_matrix_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(gsl_vector, gsl_vector_free)

enum { DEGREE = 3, KNOTS_MAX = 256 };

struct knots {
    int degree;
    size_t n; /* knots */
    double t[KNOTS_MAX];
    double low, high;
};

/* Distinct quantiles of the nodes, the end intervals repeated outward. */
static void place_knots(const struct bins *bins, size_t size, struct knots *k)
{
    size_t regular = bins->m - bins->has_missing;
    size = MIN(MIN(size, regular), KNOTS_MAX - 8);
    k->degree = size > DEGREE + 1 ? DEGREE : 1;
    size_t intervals = size > (size_t)k->degree ? size - (size_t)k->degree : 1, n = 0;
    double inner[KNOTS_MAX];
    for (size_t i = 0; i <= intervals; i++) {
        double at = (double)i / (double)intervals * (BINS_NODES - 1);
        size_t low = MIN((size_t)at, BINS_NODES - 2);
        double q = bins->node[low] + (at - (double)low) * (bins->node[low + 1] - bins->node[low]);
        if (n == 0 || q > inner[n - 1])
            inner[n++] = q;
    }
    k->low = inner[0];
    k->high = inner[n - 1];
    k->n = 0;
    for (int d = k->degree; d > 0; d--)
        k->t[k->n++] = inner[0] - (inner[1] - inner[0]) * d;
    for (size_t i = 0; i < n; i++)
        k->t[k->n++] = inner[i];
    for (int d = 1; d <= k->degree; d++)
        k->t[k->n++] = inner[n - 1] + (inner[n - 1] - inner[n - 2]) * d;
}

/* The degree + 1 B-splines that are not zero at x, by the Cox-de Boor recursion; returns the index
 * of the first. */
static size_t splines_at(const struct knots *k, double x, double *b)
{
    int d = k->degree;
    x = fmin(fmax(x, k->low), k->high);
    size_t i = (size_t)d;
    while (i + (size_t)d + 2 < k->n && k->t[i + 1] <= x)
        i++;
    b[0] = 1;
    for (int r = 1; r <= d; r++) {
        double saved = 0;
        for (int j = 0; j < r; j++) {
            double right = k->t[i + (size_t)j + 1], left = k->t[i + (size_t)j + 1 - (size_t)r];
            double part = b[j] / (right - left);
            b[j] = saved + (right - x) * part;
            saved = (x - left) * part;
        }
        b[r] = saved;
    }
    return i - (size_t)d;
}

/* S += (sqrt(g) D)'(sqrt(g) D), D the scaled difference of the last order. */
static void add_penalty(const gsl_matrix *d, const double *g, gsl_matrix *s)
{
    for (size_t r = 0; r < d->size1; r++) {
        for (size_t a = 0; a < d->size2; a++) {
            double da = gsl_matrix_get(d, r, a) * g[r];
            for (size_t b = 0; da != 0 && b < d->size2; b++)
                *gsl_matrix_ptr(s, a, b) += da * gsl_matrix_get(d, r, b);
        }
    }
}

/* Difference penalties of order 1 and 2 on the k splines, in the upper left of s1 and s2. */
static void difference_penalties(const struct knots *knots, size_t k, gsl_matrix *s1,
                                 gsl_matrix *s2)
{
    g_autoptr(gsl_matrix) last = gsl_matrix_alloc(k, k);
    gsl_matrix_set_identity(last);
    for (size_t order = 1; order <= 2 && order < k; order++) {
        int span = knots->degree - (int)order + 1;
        size_t rows = k - order;
        g_autoptr(gsl_matrix) next = gsl_matrix_alloc(rows, k);
        g_autofree double *g = g_new(double, rows);
        for (size_t j = 0; j < rows; j++) {
            double width =
                span > 0 ? (knots->t[j + order + (size_t)span] - knots->t[j + order]) / (double)span
                         : 1;
            g[j] = width / (knots->high - knots->low) * (double)k;
            for (size_t c = 0; c < k; c++)
                gsl_matrix_set(next, j, c,
                               (gsl_matrix_get(last, j + 1, c) - gsl_matrix_get(last, j, c)) /
                                   sqrt(g[j]));
        }
        add_penalty(next, g, order == 1 ? s1 : s2);
        gsl_matrix *old = last;
        last = g_steal_pointer(&next);
        gsl_matrix_free(old);
    }
}

/* Columns 1 … of the reflection that maps v to a multiple of the first unit vector: a basis of what
 * is orthogonal to v. size × (size - 1). */
static gsl_matrix *complement(const double *v, size_t size)
{
    gsl_matrix *z = gsl_matrix_calloc(size, size - 1);
    double norm = 0, dot = 0;
    g_autofree double *u = g_memdup2(v, size * sizeof *v);
    for (size_t i = 0; i < size; i++)
        norm += v[i] * v[i];
    u[0] += (u[0] >= 0 ? 1 : -1) * sqrt(norm);
    for (size_t i = 0; i < size; i++)
        dot += u[i] * u[i];
    for (size_t i = 0; i < size; i++) {
        for (size_t j = 1; j < size; j++)
            gsl_matrix_set(z, i, j - 1, (i == j) - (dot > 0 ? 2 * u[i] * u[j] / dot : 0));
    }
    return z;
}

/* Z'SZ. */
static gsl_matrix *project(const gsl_matrix *s, const gsl_matrix *z)
{
    g_autoptr(gsl_matrix) half = gsl_matrix_alloc(s->size1, z->size2);
    gsl_matrix *out = gsl_matrix_alloc(z->size2, z->size2);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, s, z, 0, half);
    gsl_blas_dgemm(CblasTrans, CblasNoTrans, 1, z, half, 0, out);
    return out;
}

static double mean_diagonal(const gsl_matrix *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->size1; i++)
        sum += gsl_matrix_get(s, i, i);
    return sum / (double)s->size1;
}

/* turn = Z R, R = L^-T Q with S1 = LL' and L^-1 S2 L^-T = Q diag(e) Q': then S1 is the identity and
 * S2 diagonal. */
static void diagonalise(const gsl_matrix *z, gsl_matrix *s1, gsl_matrix *s2, gsl_matrix *turn,
                        gsl_vector *e)
{
    size_t q = s1->size1;
    g_autoptr(gsl_matrix) vectors = gsl_matrix_alloc(q, q);
    double small = 1e-8 * mean_diagonal(s1);
    for (size_t i = 0; i < q; i++)
        *gsl_matrix_ptr(s1, i, i) += small;
    gsl_linalg_cholesky_decomp1(s1);
    gsl_blas_dtrsm(CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, 1, s1, s2);
    gsl_blas_dtrsm(CblasRight, CblasLower, CblasTrans, CblasNonUnit, 1, s1, s2);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(q);
    gsl_eigen_symmv(s2, e, vectors, work);
    gsl_eigen_symmv_free(work);
    gsl_blas_dtrsm(CblasLeft, CblasLower, CblasTrans, CblasNonUnit, 1, s1, vectors);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, z, vectors, 0, turn);
}

/* Scale so that the largest mean square of a column over the rows is 1, and e to at most 1. */
static void scale(const struct bins *bins, gsl_matrix *c, gsl_matrix *turn, gsl_vector *e)
{
    double total = 0, largest = 0, top = 1e-12;
    for (size_t b = 0; b < bins->m; b++)
        total += bins->count[b];
    for (size_t j = 0; j < c->size2; j++) {
        double sum = 0;
        for (size_t b = 0; b < bins->m; b++) {
            double v = gsl_matrix_get(c, b, j);
            sum += bins->count[b] / total * v * v;
        }
        largest = fmax(largest, sum);
        top = fmax(top, gsl_vector_get(e, j));
    }
    if (largest > 0) {
        gsl_matrix_scale(c, 1 / sqrt(largest));
        gsl_matrix_scale(turn, 1 / sqrt(largest));
    }
    for (size_t j = 0; j < e->size; j++)
        gsl_vector_set(e, j, fmax(gsl_vector_get(e, j), 0) / top);
}

/* Room for the splines of m bins, k of them, and how they turn into columns. */
static struct basis *splines_new(struct arena *arena, size_t m, const gsl_matrix *turn, size_t run)
{
    struct basis *basis = arena_one(arena, struct basis);
    basis->k = turn->size1 + BASIS_RUN - 1;
    basis->run = run;
    basis->first = arena_many(arena, m, uint16_t);
    basis->local = arena_many(arena, m * BASIS_RUN, double);
    basis->turn = arena_many(arena, basis->k * turn->size2, double);
    for (size_t i = 0; i < turn->size1; i++) {
        for (size_t j = 0; j < turn->size2; j++)
            basis->turn[i * turn->size2 + j] = gsl_matrix_get(turn, i, j);
    }
    return basis;
}

static void keep(struct arena *arena, const gsl_matrix *c, const gsl_vector *e, struct basis *basis)
{
    basis->m = c->size1;
    basis->q = c->size2;
    basis->c = arena_many(arena, basis->m * basis->q, double);
    basis->e = arena_many(arena, basis->q, double);
    for (size_t b = 0; b < basis->m; b++) {
        for (size_t j = 0; j < basis->q; j++)
            basis->c[b * basis->q + j] = gsl_matrix_get(c, b, j);
    }
    for (size_t j = 0; j < basis->q; j++) {
        basis->e[j] = e ? gsl_vector_get(e, j) : 0;
        basis->is_smooth |= basis->e[j] > 0;
    }
}

static void column_means(const struct bins *bins, const gsl_matrix *t, double *mean)
{
    double total = 0;
    for (size_t b = 0; b < bins->m; b++)
        total += bins->count[b];
    for (size_t j = 0; j < t->size2; j++) {
        mean[j] = 0;
        for (size_t b = 0; b < bins->m; b++)
            mean[j] += bins->count[b] / total * gsl_matrix_get(t, b, j);
    }
}

static struct basis *factor_basis(struct arena *arena, const struct bins *bins)
{
    g_autoptr(gsl_matrix) t = gsl_matrix_alloc(bins->m, bins->m);
    g_autofree double *mean = g_new(double, bins->m);
    gsl_matrix_set_identity(t);
    column_means(bins, t, mean);
    g_autoptr(gsl_matrix) z = complement(mean, bins->m);
    struct basis *basis = splines_new(arena, bins->m, z, 1);
    for (size_t b = 0; b < bins->m; b++) {
        basis->first[b] = (uint16_t)b;
        basis->local[b * BASIS_RUN] = 1;
    }
    keep(arena, z, NULL, basis);
    return basis;
}

/* The splines of each bin, as the matrix t has them. */
static void fill_splines(const struct knots *knots, const struct bins *bins, const gsl_matrix *t,
                         struct basis *basis)
{
    size_t spread = (size_t)knots->degree + 1;
    for (size_t b = 0; b < bins->m; b++) {
        bool is_missing = bins->has_missing && b + 1 == bins->m;
        double value[DEGREE + 1];
        size_t first = is_missing ? t->size2 - 1 : splines_at(knots, bins->value[b], value);
        basis->first[b] = (uint16_t)first;
        for (size_t j = 0; j < (is_missing ? 1 : spread); j++)
            basis->local[b * BASIS_RUN + j] = gsl_matrix_get(t, b, first + j);
    }
}

struct basis *basis_new(struct arena *arena, const struct bins *bins, size_t size)
{
    if (bins->is_factor || bins->cuts == 1)
        return factor_basis(arena, bins);
    struct knots knots;
    place_knots(bins, size, &knots);
    size_t splines = knots.n - (size_t)knots.degree - 1, k = splines + bins->has_missing;
    g_autoptr(gsl_matrix) t = gsl_matrix_calloc(bins->m, k);
    g_autoptr(gsl_matrix) s1 = gsl_matrix_calloc(k, k), s2 = gsl_matrix_calloc(k, k);
    for (size_t b = 0; b < bins->m - bins->has_missing; b++) {
        double value[DEGREE + 1];
        size_t first = splines_at(&knots, bins->value[b], value);
        for (int j = 0; j <= knots.degree; j++)
            gsl_matrix_set(t, b, first + (size_t)j, value[j]);
    }
    difference_penalties(&knots, splines, s1, s2);
    if (bins->has_missing) { /* shrunk with the term, not smoothed */
        gsl_matrix_set(t, bins->m - 1, k - 1, 1);
        gsl_matrix_set(s1, k - 1, k - 1, mean_diagonal(s1) * (double)k / (double)splines);
    }
    g_autofree double *mean = g_new(double, k);
    column_means(bins, t, mean);
    g_autoptr(gsl_matrix) z = complement(mean, k);
    g_autoptr(gsl_matrix) p1 = project(s1, z), p2 = project(s2, z);
    g_autoptr(gsl_matrix) c = gsl_matrix_alloc(bins->m, k - 1), turn = gsl_matrix_alloc(k, k - 1);
    g_autoptr(gsl_vector) e = gsl_vector_alloc(k - 1);
    diagonalise(z, p1, p2, turn, e);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, t, turn, 0, c);
    scale(bins, c, turn, e);
    struct basis *basis = splines_new(arena, bins->m, turn, (size_t)knots.degree + 1);
    fill_splines(&knots, bins, t, basis);
    keep(arena, c, e, basis);
    return basis;
}
