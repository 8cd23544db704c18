/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How sure an observed share is. */
#pragma once

#include <stdint.h>

/*
 * Wilson's score interval of x out of n at 95 %, without continuity correction: exactly 0 below
 * when x is 0, exactly 1 above when x is n, NaN when n is 0.
 *
 * Source  Wilson, JASA 22 (1927) 209-212
 */
void wilson_interval(int64_t x, int64_t n, double *low, double *high);
