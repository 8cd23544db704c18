/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_runs_on_openblas_and_says_nothing),
        cmocka_unit_test(a_numeric_error_is_a_code_and_not_an_abort),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
