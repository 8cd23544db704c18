/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which BLAS is underneath: GSL's own is 30 to 200 times slower than OpenBLAS. */
#pragma once

#include <stdio.h>

/* The library's name and version, e.g. "OpenBLAS 0.3.21 …", or "gslcblas". */
const char *blas_name(void);

/* Turn GSL's aborting error handler off, use one thread, and warn once on `out` about gslcblas. */
void blas_prepare(FILE *out);

/* End the threads that OpenBLAS starts with the program, each of which spins for a while: whoever
 * multiplies matrices later has them again. */
void blas_rest(void);
