/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>
#include <math.h>

#include "scoring/dense.h"

enum { MOST = 200 };

static const size_t sizes[] = {1, 2, 3, 7, 8, 9, 31, 33, 64, 65, 129, MOST};

static double number(size_t i)
{
    return sin((double)(i * 7 + 3)) + (double)(i % 5) / 7;
}

static void products_are_sums_of_products(void **state)
{
    (void)state;
    static double a[MOST * MOST], b[MOST * MOST], c[MOST * MOST];
    for (size_t i = 0; i < MOST * MOST; i++) {
        a[i] = number(i);
        b[i] = number(i + 11);
    }
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        size_t m = sizes[s], n = sizes[G_N_ELEMENTS(sizes) - 1 - s], k = 1 + m / 2;
        struct dense left = {a, k, m, MOST}, right = {b, k, n, MOST}, sum = {c, m, n, MOST};
        for (size_t i = 0; i < MOST * MOST; i++)
            c[i] = 1;
        dense_add_product(-2, &left, &right, &sum);
        for (size_t i = 0; i < MOST; i++) {
            for (size_t j = 0; j < MOST; j++) {
                double wanted = 1;
                for (size_t r = 0; i < m && j < n && r < k; r++)
                    wanted -= 2 * a[r * MOST + i] * b[r * MOST + j];
                assert_true(fabs(c[i * MOST + j] - wanted) < 1e-11);
            }
        }
    }
}

/* B'B + I of a matrix B. */
static double *definite(size_t n)
{
    double *a = g_new0(double, n *n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            for (size_t k = 0; k < n; k++)
                a[i * n + j] += number(k * n + i) * number(k * n + j);
        }
        a[i * n + i] += 1;
    }
    return a;
}

static void a_factor_solves_and_inverts(void **state)
{
    (void)state;
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        size_t n = sizes[s];
        g_autofree double *a = definite(n), *u = g_memdup2(a, n * n * sizeof *a);
        g_autofree double *v = g_new(double, n *n), *x = g_new(double, n);
        assert_true(dense_cholesky(u, n));
        dense_invert(u, n, v);
        for (size_t i = 0; i < n; i++)
            x[i] = number(i);
        dense_solve(u, n, x);
        for (size_t i = 0; i < n; i++) {
            double left = 0;
            for (size_t j = 0; j < n; j++) {
                double one = 0;
                left += a[i * n + j] * x[j];
                for (size_t k = 0; k < n; k++)
                    one += a[i * n + k] * v[k * n + j];
                assert_true(fabs(one - (i == j)) < 1e-8);
            }
            assert_true(fabs(left - number(i)) < 1e-8);
        }
    }
}

static void what_is_not_positive_definite_is_told(void **state)
{
    (void)state;
    g_autofree double *a = definite(65);
    a[64 * 65 + 64] = -1;
    assert_false(dense_cholesky(a, 65));
    double none = NAN;
    assert_false(dense_cholesky(&none, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_sums_of_products),
        cmocka_unit_test(a_factor_solves_and_inverts),
        cmocka_unit_test(what_is_not_positive_definite_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
