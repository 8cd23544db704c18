/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do two columns of numbers order the same rows alike? Whatever their units are. */
#pragma once

#include <stddef.h>

#include "core/arena.h"

/*
 * Both in -1..1, ties as the mean of their places (Spearman) or as tau-b (Kendall); NaN when one
 * column does not vary or there are fewer than two rows.
 *
 * x, y  n, finite
 *
 * Source  Kendall, Biometrika 33 (1945); Knight, JASA 61 (1966), for tau in n log n
 * Cost    n log n
 */
double rank_spearman(struct arena *arena, const double *x, const double *y, size_t n);
double rank_kendall(struct arena *arena, const double *x, const double *y, size_t n);
