/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense products and Cholesky factors for fitting, in the widest vectors the processor has.
 * OpenBLAS takes a kernel of 2004 on processors it does not know. Sums are in one order whatever
 * the vectors, so results do not depend on the processor. Matrices are row-major. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A function compiled for several processors; the loader chooses. Sanitizers and other compilers
 * get the plain one. */
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&                \
    !defined(__SANITIZE_THREAD__)
#define DENSE_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define DENSE_CLONES
#endif

struct dense {
    double *x;
    size_t rows, columns, stride;
};

/* c += sign · a'b. a: k × m, b: k × n, c: m × n. */
void dense_add_product(double sign, const struct dense *a, const struct dense *b, struct dense *c);

/* a = U'U of the upper triangle of a (n × n), which U replaces. False when it is not positive
 * definite; a is spoilt then. */
bool dense_cholesky(double *a, size_t n);

/* x of U'Ux = b, in place. */
void dense_solve(const double *u, size_t n, double *b);

/* x of U'x = b, in place. */
void dense_solve_half(const double *u, size_t n, double *b);

/* (U'U)^-1, full and symmetric. `out` is n × n. */
void dense_invert(const double *u, size_t n, double *out);
