/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "scoring/wald.h"

enum { P = 6 };

/* Coefficients of variance v about nothing. */
static void draw(gsl_rng *rng, double *beta, double *v, double *gram)
{
    memset(v, 0, P * P * sizeof *v);
    memset(gram, 0, P * P * sizeof *gram);
    for (int k = 0; k < P; k++) {
        v[k * P + k] = 1.0 / (k + 1);
        gram[k * P + k] = 2 + k % 3;
        beta[k] = gsl_ran_gaussian(rng, sqrt(v[k * P + k]));
    }
}

static void whole_degrees_of_freedom_are_a_chi_squared(void **state)
{
    (void)state;
    double beta[P] = {1, -0.5, 0.3, 0.2, 0.4, -0.1}, v[P * P] = {0}, gram[P * P] = {0}, chi2 = 0;
    for (int k = 0; k < P; k++) {
        v[k * P + k] = 0.1;
        gram[k * P + k] = 1;
        chi2 += beta[k] * beta[k] / 0.1;
    }
    struct wald test = wald_test(beta, v, gram, P, P);
    assert_true(fabs(test.chi2 - chi2) < 1e-9);
    assert_true(fabs(test.log_p - log(gsl_cdf_chisq_Q(chi2, P))) < 0.03);
}

static void what_is_not_there_is_found_as_often_as_p_says(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double beta[P], v[P * P], gram[P * P], below[2] = {0};
    for (int i = 0; i < 4000; i++) {
        draw(rng, beta, v, gram);
        struct wald test = wald_test(beta, v, gram, P, 3.4);
        below[0] += test.log_p < log(0.05);
        below[1] += test.log_p < log(0.5);
    }
    gsl_rng_free(rng);
    assert_true(fabs(below[0] / 4000 - 0.05) < 0.012);
    assert_true(fabs(below[1] / 4000 - 0.5) < 0.03);
}

static void far_out_the_largest_weight_rules(void **state)
{
    (void)state;
    double beta[P] = {60, 30, 20, 10, 5, 1}, v[P * P] = {0}, gram[P * P] = {0};
    for (int k = 0; k < P; k++)
        v[k * P + k] = gram[k * P + k] = 1;
    struct wald test = wald_test(beta, v, gram, P, 2.5);
    assert_true(isfinite(test.log_p) && test.log_p < -300);
}

static void a_term_without_variance_says_nothing(void **state)
{
    (void)state;
    double beta[P] = {0}, v[P * P] = {0}, gram[P * P] = {0};
    struct wald test = wald_test(beta, v, gram, P, 1.5);
    assert_true(test.log_p == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_degrees_of_freedom_are_a_chi_squared),
        cmocka_unit_test(what_is_not_there_is_found_as_often_as_p_says),
        cmocka_unit_test(far_out_the_largest_weight_rules),
        cmocka_unit_test(a_term_without_variance_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
