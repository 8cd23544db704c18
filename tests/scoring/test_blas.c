/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_linalg.h>

#include "scoring/blas.h"

static void the_program_runs_on_openblas_and_says_nothing(void **state)
{
    (void)state;
    char *said = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&said, &n);
    assert_non_null(out);
    blas_prepare(out);
    assert_int_equal(fclose(out), 0);
    if (strncmp(blas_name(), "OpenBLAS", 8) != 0)
        fail_msg("linked with %s", blas_name());
    assert_string_equal(said, "");
    free(said);
}

static void a_numeric_error_is_a_code_and_not_an_abort(void **state)
{
    (void)state;
    blas_prepare(stderr);
    double cells[] = {1, 2, 2, 1}; /* not positive definite */
    gsl_matrix_view m = gsl_matrix_view_array(cells, 2, 2);
    assert_int_not_equal(gsl_linalg_cholesky_decomp1(&m.matrix), 0);
}

static unsigned count_threads(void)
{
    unsigned n = 0;
    GDir *tasks = g_dir_open("/proc/self/task", 0, NULL);
    assert_non_null(tasks);
    while (g_dir_read_name(tasks))
        n++;
    g_dir_close(tasks);
    return n;
}

static void at_rest_there_is_one_thread_and_matrices_still_multiply(void **state)
{
    (void)state;
    blas_rest();
    assert_int_equal(count_threads(), 1);
    blas_prepare(stderr);
    double cells[] = {1, 2, 3, 4}, product[4];
    gsl_matrix_view m = gsl_matrix_view_array(cells, 2, 2),
                    out = gsl_matrix_view_array(product, 2, 2);
    assert_int_equal(
        gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, &m.matrix, &m.matrix, 0, &out.matrix), 0);
    assert_true(product[0] == 7 && product[1] == 10 && product[2] == 15 && product[3] == 22);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_runs_on_openblas_and_says_nothing),
        cmocka_unit_test(at_rest_there_is_one_thread_and_matrices_still_multiply),
        cmocka_unit_test(a_numeric_error_is_a_code_and_not_an_abort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
