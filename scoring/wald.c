/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/wald.h"

#include <glib.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_sf_erf.h>
#include <math.h>

#include "scoring/screen.h"

/* Eigenvalues descending and eigenvectors of the symmetric a, which is spoilt. */
static void eigen(gsl_matrix *a, gsl_vector *value, gsl_matrix *vector)
{
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(a->size1);
    gsl_eigen_symmv(a, value, vector, work);
    gsl_eigen_symmv_free(work);
    gsl_eigen_symmv_sort(value, vector, GSL_EIGEN_SORT_VAL_DESC);
}

/* Coordinates of the fitted values in the eigenvectors of their covariance, most variance first.
 * With G the root of the gram matrix that is symmetric, they are G beta and G V G. */
static void coordinates(const double *beta, const double *v, const double *gram, size_t p,
                        double *out, double *variance)
{
    gsl_matrix *a = gsl_matrix_alloc(p, p), *u = gsl_matrix_alloc(p, p);
    gsl_matrix *root = gsl_matrix_calloc(p, p), *half = gsl_matrix_alloc(p, p);
    gsl_vector *e = gsl_vector_alloc(p);
    gsl_matrix_const_view gv = gsl_matrix_const_view_array(gram, p, p);
    gsl_matrix_const_view vv = gsl_matrix_const_view_array(v, p, p);
    gsl_matrix_memcpy(a, &gv.matrix);
    eigen(a, e, u);
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j < p; j++) {
            double sum = 0;
            for (size_t k = 0; k < p; k++)
                sum += gsl_matrix_get(u, i, k) * sqrt(fmax(gsl_vector_get(e, k), 0)) *
                       gsl_matrix_get(u, j, k);
            gsl_matrix_set(root, i, j, sum);
        }
    }
    for (size_t pass = 0; pass < 2; pass++) { /* half = root V, then a = half root */
        for (size_t i = 0; i < p; i++) {
            for (size_t j = 0; j < p; j++) {
                double sum = 0;
                for (size_t k = 0; k < p; k++)
                    sum += pass ? gsl_matrix_get(half, i, k) * gsl_matrix_get(root, k, j)
                                : gsl_matrix_get(root, i, k) * gsl_matrix_get(&vv.matrix, k, j);
                gsl_matrix_set(pass ? a : half, i, j, sum);
            }
        }
    }
    eigen(a, e, u);
    for (size_t c = 0; c < p; c++) {
        out[c] = 0;
        variance[c] = gsl_vector_get(e, c);
        for (size_t i = 0; i < p; i++) {
            double fitted = 0;
            for (size_t k = 0; k < p; k++)
                fitted += gsl_matrix_get(root, i, k) * beta[k];
            out[c] += gsl_matrix_get(u, i, c) * fitted;
        }
    }
    gsl_matrix_free(a);
    gsl_matrix_free(u);
    gsl_matrix_free(root);
    gsl_matrix_free(half);
    gsl_vector_free(e);
}

/* `ones` chi-squared of one degree of freedom and two more with weights. */
struct mixture {
    double ones, a, b;
};

/* The cumulant generating function at t, and its first two derivatives. */
static void cumulant(const struct mixture *m, double t, double k[3])
{
    const double many[] = {m->ones, 1, 1}, weight[] = {1, m->a, m->b};
    k[0] = k[1] = k[2] = 0;
    for (int i = 0; i < 3; i++) {
        double r = weight[i] / (1 - 2 * t * weight[i]);
        k[0] -= many[i] * log1p(-2 * t * weight[i]) / 2;
        k[1] += many[i] * r;
        k[2] += 2 * many[i] * r * r;
    }
}

/* log P(Q > q) by the saddlepoint: exact far out, where the largest weight rules. */
static double log_tail(const struct mixture *m, double q)
{
    double most = fmax(m->a, m->ones > 0 ? 1 : 0), high = 0.5 / most, low = -1e6, k[3], t = 0;
    for (int i = 0; i < 200; i++) {
        t = (low + high) / 2;
        cumulant(m, t, k);
        if (k[1] < q)
            low = t;
        else
            high = t;
    }
    double w = copysign(sqrt(fmax(2 * (t * q - k[0]), 0)), t), v = t * sqrt(k[2]);
    if (fabs(w) < 1e-3) /* at the mean: the chi-squared of its mean and variance */
        return screen_log_chi2_tail(k[1] * 2 * k[1] / k[2], 2 * k[1] * k[1] / k[2]);
    return gsl_sf_log_erfc((w + log(v / w) / w) / sqrt(2)) - log(2);
}

/* The last two directions: x' D^-1/2 B D^-1/2 x with B = (1, b; b, nu), for both signs of b. */
static void share_two(const double *x, const double *variance, double nu, double sum[2])
{
    double b = sqrt(fmax(nu * (1 - nu) / 2, 0));
    double first = x[0] / sqrt(variance[0]), second = x[1] / sqrt(variance[1]);
    for (int sign = 0; sign < 2; sign++)
        sum[sign] += first * first + nu * second * second + (sign ? -2 : 2) * b * first * second;
}

struct wald wald_test(const double *beta, const double *v, const double *gram, size_t p, double df)
{
    double *x = g_new(double, p), *variance = g_new(double, p), sum[2] = {0};
    size_t rank = 0, whole = (size_t)df;
    coordinates(beta, v, gram, p, x, variance);
    while (rank < p && variance[rank] > 1e-14 * variance[0])
        rank++;
    double nu = df - (double)whole;
    if (rank < whole + (nu > 0)) { /* fewer directions than degrees of freedom */
        whole = rank;
        nu = 0;
        df = (double)rank;
    }
    bool shared = nu > 0 && whole > 0;
    size_t ones = shared ? whole - 1 : MAX(whole, rank > 0);
    for (size_t c = 0; c < ones; c++) {
        for (int sign = 0; sign < 2; sign++)
            sum[sign] += x[c] * x[c] / variance[c];
    }
    double a = 0, b = 0;
    if (shared) {
        share_two(x + whole - 1, variance + whole - 1, nu, sum);
        a = (nu + 1 + sqrt((nu + 1) * (1 - nu))) / 2;
        b = nu + 1 - a;
    }
    g_free(x);
    g_free(variance);
    if (rank == 0)
        return (struct wald){0, 0, 0};
    const struct mixture mixture = {(double)ones, a, b};
    double first = log_tail(&mixture, sum[0]), second = log_tail(&mixture, sum[1]);
    double most = fmax(first, second);
    double log_p = most + log((exp(first - most) + exp(second - most)) / 2);
    return (struct wald){sum[0], df, log_p};
}
