/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gates: borders at which what the model has not explained jumps, of one covariate or of two or
 * three together. A spline blurs a border and boosted trees learn it again and again; a gate has it
 * where it is. */
#pragma once

#include "scoring/screen.h"

/*
 * The best jump of a numeric covariate beyond its spline: efficient score test at every border,
 * smoothing held, with Bonferroni's bound over the borders. False when there is nothing to test.
 *
 * penalty  the diagonal of the main effect's penalty, as many as its basis has columns
 *
 * Cost  n, and bins · columns^2
 */
bool screen_gate_jump(const struct covariate_set *set, const struct screen_data *data,
                      size_t covariate, const double *penalty, struct screen_gate *out);

/*
 * The best gate of two or three covariates: the contrast of the four or eight corners that no
 * margin explains, first on coarse groups, then border by border on bins. log_p has Bonferroni's
 * bound over the borders. False when there is nothing to test.
 *
 * Cost  n a border and sweep
 */
bool screen_gate_corners(const struct covariate_set *set, const struct screen_data *data,
                         const struct term_key *key, struct screen_gate *out);
