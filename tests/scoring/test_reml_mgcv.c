/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against R's mgcv: the numbers and the calls behind them are in the test data, oracles/oracle.md.
 * Its bases are built here as it builds them, so that only the fitting is compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>
#include <math.h>

#include "cli/csv_table.h"
#include "scoring/blas.h"
#include "scoring/reml_internal.h"
#include "scoring/wald.h"

/* mgcv divides a penalty by its norm; of second differences that is 1 + 4 + 6 + 4 + 1. */
#define PENALTY_SCALE 16

enum { MOST = 40, TERMS = 6 };

struct table {
    struct arena *arena;
    struct csv_table csv;
    struct reml_data data;
    struct reml *fit;
    uint16_t *code[TERMS];
    int n_terms;
};

static bool load(const char *name, struct table *out)
{
    const char *root = g_getenv("KENKO_TEST_DATA");
    g_autoptr(GError) err = NULL;
    if (!root) {
        print_message("skipped: KENKO_TEST_DATA is not set\n");
        return false;
    }
    *out = (struct table){.arena = arena_new()};
    g_autofree char *path = g_build_filename(root, name, NULL);
    if (!csv_table_load(out->arena, path, NULL, &out->csv, &err))
        fail_msg("%s", err->message);
    return true;
}

static const struct dataset_column *column(const struct table *t, const char *name)
{
    size_t at;
    g_autoptr(GError) err = NULL;
    if (!csv_table_find(&t->csv, "table", name, &at, &err))
        fail_msg("%s", err->message);
    return &t->csv.column[at];
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Distinct values, and each row's place among them. */
static double *distinct(struct table *t, const double *x, size_t *m, uint16_t **code)
{
    double *u = arena_many(t->arena, t->csv.n, double);
    memcpy(u, x, t->csv.n * sizeof *u);
    qsort(u, t->csv.n, sizeof *u, compare);
    *m = 0;
    for (size_t i = 0; i < t->csv.n; i++) {
        if (i == 0 || u[i] != u[*m - 1])
            u[(*m)++] = u[i];
    }
    *code = arena_many(t->arena, t->csv.n, uint16_t);
    for (size_t i = 0; i < t->csv.n; i++)
        (*code)[i] = (uint16_t)((const double *)bsearch(&x[i], u, *m, sizeof *u, compare) - u);
    return u;
}

/* Every bin is a spline of its own. */
static void add_local(struct table *t, struct basis *basis)
{
    basis->k = basis->m + BASIS_RUN - 1;
    basis->run = 1;
    basis->first = arena_many(t->arena, basis->m, uint16_t);
    basis->local = arena_many(t->arena, basis->m * BASIS_RUN, double);
    basis->turn = arena_many(t->arena, basis->k * basis->q, double);
    memcpy(basis->turn, basis->c, basis->m * basis->q * sizeof *basis->c);
    for (size_t b = 0; b < basis->m; b++) {
        basis->first[b] = (uint16_t)b;
        basis->local[b * BASIS_RUN] = 1;
    }
}

static void add(struct table *t, struct basis *basis, double *penalty, uint16_t *code)
{
    add_local(t, basis);
    struct term *term = arena_one(t->arena, struct term);
    *term = (struct term){.key = {1, {0}},
                          .basis = {basis},
                          .p = basis->q,
                          .n_penalties = penalty != NULL,
                          .d = {penalty}};
    const uint16_t *axis = code;
    if (!t->fit)
        t->fit = reml_new(&t->data);
    reml_add(t->fit, term, &axis);
    t->code[t->n_terms++] = code;
}

/* A column as it is, or a factor's treatment contrasts: no penalty. */
static void add_plain(struct table *t, const char *name)
{
    const struct dataset_column *c = column(t, name);
    uint16_t *code;
    size_t m, q = c->level ? c->n_levels - 1 : 1;
    double *u = distinct(t, c->x, &m, &code);
    struct basis *basis = arena_one(t->arena, struct basis);
    *basis = (struct basis){.m = m, .q = q, .c = arena_many(t->arena, m * q, double)};
    for (size_t b = 0; b < m; b++) {
        for (size_t j = 0; j < q; j++)
            basis->c[b * q + j] = c->level ? b == j + 1 : u[b];
    }
    add(t, basis, NULL, code);
}

/* The k cubic B-splines of equidistant knots, by the recursion as it stands. */
static double spline(const double *knot, int i, int degree, double x)
{
    if (degree == 0)
        return knot[i] <= x && x < knot[i + 1];
    double a = (x - knot[i]) / (knot[i + degree] - knot[i]);
    double b = (knot[i + degree + 1] - x) / (knot[i + degree + 1] - knot[i + 1]);
    return a * spline(knot, i, degree - 1, x) + b * spline(knot, i + 1, degree - 1, x);
}

static void fill_splines(const double *u, size_t m, int k, gsl_matrix *out)
{
    double low = u[0], high = u[m - 1], range = high - low, knot[MOST + 4];
    low -= 0.001 * range;
    high += 0.001 * range;
    double step = (high - low) / (k - 3);
    for (int i = 0; i < k + 4; i++)
        knot[i] = low + (i - 3) * step;
    for (size_t b = 0; b < m; b++) {
        for (int i = 0; i < k; i++)
            gsl_matrix_set(out, b, (size_t)i, spline(knot, i, 3, u[b]));
    }
}

/* Orthonormal columns orthogonal to v. */
static gsl_matrix *complement(const double *v, size_t k)
{
    gsl_matrix *z = gsl_matrix_alloc(k, k - 1);
    double u[MOST], norm = 0, dot = 0;
    for (size_t i = 0; i < k; i++)
        norm += v[i] * v[i];
    for (size_t i = 0; i < k; i++) {
        u[i] = v[i] + (i == 0 ? copysign(sqrt(norm), v[0]) : 0);
        dot += u[i] * u[i];
    }
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 1; j < k; j++)
            gsl_matrix_set(z, i, j - 1, (i == j) - 2 * u[i] * u[j] / dot);
    }
    return z;
}

static void second_differences(gsl_matrix *s)
{
    static const double d[3] = {1, -2, 1};
    gsl_matrix_set_zero(s);
    for (size_t r = 0; r + 2 < s->size1; r++) {
        for (size_t a = 0; a < 3; a++) {
            for (size_t b = 0; b < 3; b++)
                *gsl_matrix_ptr(s, r + a, r + b) += d[a] * d[b];
        }
    }
}

/* s(name, bs = "ps", k = k, m = c(2, 2)), centred, its penalty rotated to a diagonal. */
static void add_smooth(struct table *t, const char *name, size_t k)
{
    uint16_t *code;
    size_t m;
    double *u = distinct(t, column(t, name)->x, &m, &code), mean[MOST] = {0};
    gsl_matrix *x = gsl_matrix_alloc(m, k), *s = gsl_matrix_alloc(k, k);
    gsl_matrix *half = gsl_matrix_alloc(k, k - 1), *own = gsl_matrix_alloc(k - 1, k - 1);
    gsl_matrix *turn = gsl_matrix_alloc(k - 1, k - 1), *zt = gsl_matrix_alloc(k, k - 1);
    gsl_vector *e = gsl_vector_alloc(k - 1);
    fill_splines(u, m, (int)k, x);
    for (size_t i = 0; i < t->csv.n; i++) {
        for (size_t j = 0; j < k; j++)
            mean[j] += gsl_matrix_get(x, code[i], j) / (double)t->csv.n;
    }
    gsl_matrix *z = complement(mean, k);
    second_differences(s);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, s, z, 0, half);
    gsl_blas_dgemm(CblasTrans, CblasNoTrans, 1, z, half, 0, own);
    gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc(k - 1);
    gsl_eigen_symmv(own, e, turn, work);
    gsl_eigen_symmv_free(work);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, z, turn, 0, zt);
    struct basis *basis = arena_one(t->arena, struct basis);
    *basis = (struct basis){.m = m, .q = k - 1, .c = arena_many(t->arena, m * (k - 1), double)};
    gsl_matrix_view c = gsl_matrix_view_array(basis->c, m, k - 1);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, x, zt, 0, &c.matrix);
    double *penalty = arena_many(t->arena, k - 1, double);
    for (size_t j = 0; j + 1 < k; j++) {
        double value = gsl_vector_get(e, j) / PENALTY_SCALE;
        penalty[j] = value > 1e-10 ? value : 0;
    }
    add(t, basis, penalty, code);
    gsl_matrix *all[] = {x, s, half, own, turn, zt, z};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        gsl_matrix_free(all[i]);
    gsl_vector_free(e);
}

/* Outcome of a column of 0 and 1, or of yes and no. */
static void set_outcome(struct table *t, const char *name, enum reml_link link)
{
    const struct dataset_column *c = column(t, name);
    double *y = arena_many(t->arena, t->csv.n, double);
    for (size_t i = 0; i < t->csv.n; i++)
        y[i] = c->level ? strcmp(c->level[(size_t)c->x[i]], "Yes") == 0 : c->x[i];
    t->data = (struct reml_data){.n = t->csv.n, .y = y, .link = link, .exact = true};
}

/* mgcv's score has the constant of the unpenalised coefficients too. */
static double score(const struct table *t, int unpenalised)
{
    return reml_criterion(t->fit) - unpenalised * log(2 * M_PI) / 2;
}

static double total_edf(const struct table *t)
{
    double sum = 1; /* the intercept */
    for (size_t i = 0; i < reml_terms(t->fit); i++)
        sum += reml_edf(t->fit, i);
    return sum;
}

static void near(const char *what, double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance * fabs(wanted)))
        fail_msg("%s is %.12g, want %.12g", what, value, wanted);
}

static struct wald test_term(const struct table *t, size_t i)
{
    size_t p = reml_term(t->fit, i)->p, start = reml_start(t->fit, i), all = reml_p(t->fit);
    double *gram = arena_many(t->arena, p * p, double), *v = arena_many(t->arena, p * p, double);
    for (size_t a = 0; a < p; a++) {
        memcpy(v + a * p, reml_covariance(t->fit) + (start + a) * all + start, p * sizeof *v);
        memcpy(gram + a * p, reml_information(t->fit) + (start + a) * all + start, p * sizeof *v);
    }
    return wald_test(reml_beta(t->fit) + start, v, gram, p, reml_reference(t->fit, i));
}

static void has_test(const struct table *t, size_t i, double chi2, double df, double p)
{
    struct wald test = test_term(t, i);
    near("reference df", test.df, df, 4e-3); /* cloglog: as edf */
    near("chi-squared", test.chi2, chi2,
         0.02); /* of the last two directions either sign is right */
    /* mgcv's own tail is exact to 2e-5, no better; ours is the saddlepoint's */
    assert_true(fabs(exp(test.log_p) - p) < 2e-5);
}

static size_t row_with(const double *x, double value)
{
    size_t i = 0;
    while (x[i] != value)
        i++;
    return i;
}

static void clear(struct table *t)
{
    reml_free(t->fit);
    arena_free(t->arena);
}

static const double tenures[] = {0, 1, 6, 12, 24, 48, 72};

static void one_smooth_of_tenure(void **state)
{
    (void)state;
    static const double eta[] = {0.440335259314, 0.30644536353, -0.279223170589, -0.684411794477,
                                 -1.16115383573, -1.5989088134, -3.11562870211};
    static const double se[] = {0.0834716407659, 0.0648914434814, 0.0557754664392, 0.0642259339544,
                                0.0764818982052, 0.0905584475751, 0.171596985258};
    struct table t;
    if (!load("data/churn/telco.csv", &t))
        skip();
    set_outcome(&t, "churn", REML_LOGIT);
    add_smooth(&t, "tenure", 20);
    reml_run(t.fit);
    near("score", score(&t, 2), 3574.48199311, 1e-6);
    near("smoothing parameter", exp(t.fit->rho[0]), 660.321966523, 1e-3);
    near("deviance", reml_deviance(t.fit, reml_eta(t.fit)), 7122.25165404, 1e-6);
    near("edf", total_edf(&t), 7.07002533712, 1e-4);
    has_test(&t, 0, 820.704358091, 7.37159594056, 0);
    double *lever = arena_many(t.arena, t.csv.n, double);
    reml_leverage(t.fit, reml_covariance(t.fit), lever);
    for (size_t i = 0; i < G_N_ELEMENTS(tenures); i++) {
        size_t row = row_with(column(&t, "tenure")->x, tenures[i]);
        near("eta", reml_eta(t.fit)[row], eta[i], 1e-4);
        near("standard error", sqrt(lever[row]), se[i], 1e-4);
    }
    clear(&t);
}

static void a_fixed_smoothing_parameter(void **state)
{
    (void)state;
    static const double eta[] = {0.528340841586, 0.353824275476, -0.349624796757, -0.659780794843,
                                 -1.19832911964, -1.63127410479, -3.30373150527};
    struct table t;
    if (!load("data/churn/telco.csv", &t))
        skip();
    set_outcome(&t, "churn", REML_LOGIT);
    add_smooth(&t, "tenure", 20);
    struct reml_working *work = reml_working_new(t.fit->p);
    t.fit->h = g_new(double, t.fit->p *t.fit->p);
    t.fit->g = g_new(double, t.fit->p);
    t.fit->rho[0] = log(100);
    reml_settle(t.fit, work);
    reml_working_free(work);
    near("deviance", reml_deviance(t.fit, reml_eta(t.fit)), 7113.60562599, 1e-9);
    for (size_t i = 0; i < G_N_ELEMENTS(tenures); i++)
        near("eta", reml_eta(t.fit)[row_with(column(&t, "tenure")->x, tenures[i])], eta[i], 1e-7);
    clear(&t);
}

static void two_smooths_and_two_factors(void **state)
{
    (void)state;
    static const size_t rows[] = {1, 2, 3, 100, 1000, 7043};
    static const double eta[] = {0.497366463368,   -2.64876255815,  -0.013350148662,
                                 -0.0378303294877, -0.147635930795, -2.47392870052};
    static const double se[] = {0.139847163161, 0.154139383264, 0.0907354124204,
                                0.111492563763, 0.136861293166, 0.184718083859};
    struct table t;
    if (!load("data/churn/telco.csv", &t))
        skip();
    set_outcome(&t, "churn", REML_LOGIT);
    add_smooth(&t, "tenure", 20);
    add_smooth(&t, "monthly_charges", 20);
    add_plain(&t, "contract");
    add_plain(&t, "internet_service");
    reml_run(t.fit);
    near("score", score(&t, 7), 2977.87153976, 1e-6);
    near("smoothing parameter", exp(t.fit->rho[0]), 191.585151407, 1e-3);
    near("smoothing parameter", exp(t.fit->rho[1]), 1789.57382316, 1e-3);
    near("deviance", reml_deviance(t.fit, reml_eta(t.fit)), 5901.59815097, 1e-6);
    near("edf", total_edf(&t), 16.7754971212, 1e-4);
    has_test(&t, 0, 361.896848152, 9.08600724796, 0);
    has_test(&t, 1, 39.6768378333, 5.28472496975, 2.00941250328e-06);
    double *lever = arena_many(t.arena, t.csv.n, double);
    reml_leverage(t.fit, reml_covariance(t.fit), lever);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        near("eta", reml_eta(t.fit)[rows[i] - 1], eta[i], 1e-4);
        near("standard error", sqrt(lever[rows[i] - 1]), se[i], 1e-4);
    }
    clear(&t);
}

static void a_hazard_over_time_by_cloglog(void **state)
{
    (void)state;
    struct table t;
    if (!load("oracles/lung_pp30.csv", &t))
        skip();
    set_outcome(&t, "ev", REML_CLOGLOG);
    add_smooth(&t, "t", 8);
    add_plain(&t, "age");
    add_plain(&t, "sex");
    add_plain(&t, "ph.ecog");
    reml_run(t.fit);
    near("score", score(&t, 5), 585.308161487, 1e-6);
    near("smoothing parameter", exp(t.fit->rho[0]), 107.023764858, 1e-3);
    near("deviance", reml_deviance(t.fit, reml_eta(t.fit)), 1153.54855487, 1e-6);
    /* edf there counts with expected weights, here with the observed ones */
    near("edf", total_edf(&t), 6.08610080581, 2e-3);
    has_test(&t, 0, 19.584488837, 2.55107799847, 0.000199052754206);
    static const double beta[] = {0.0100720910604, -0.563321390808, 0.467875059276};
    for (size_t i = 0; i < 3; i++)
        near("coefficient", reml_beta(t.fit)[reml_start(t.fit, i + 1)], beta[i], 1e-4);
    clear(&t);
}

static int prepare(void **state)
{
    (void)state;
    blas_prepare(stderr);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_smooth_of_tenure),
        cmocka_unit_test(a_fixed_smoothing_parameter),
        cmocka_unit_test(two_smooths_and_two_factors),
        cmocka_unit_test(a_hazard_over_time_by_cloglog),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
