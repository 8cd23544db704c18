/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A term of the additive model: a function of one, two or three covariates, the product of their
 * bases, with diagonal penalties. */
#pragma once

#include "scoring/basis.h"

enum { TERM_AXES = 3, TERM_PENALTIES = 3 };

struct term_key {
    size_t n;
    size_t axis[TERM_AXES]; /* covariates; ascending by their order among the mains, unused are 0 */
};

struct term {
    struct term_key key;
    const struct basis *basis[TERM_AXES];
    size_t p; /* columns */
    /* A term of one covariate that may only rise (1) or fall (-1) with its first `ordered` splines.
     */
    int direction;
    size_t ordered;
    size_t n_penalties;
    double *d[TERM_PENALTIES]; /* p each: diagonals; the first is the identity */
};

bool term_key_equals(const struct term_key *a, const struct term_key *b);

/* Build a term on the bases of its covariates. Penalties: one covariate {1, e}; two {1, e ⊗ 1,
 * 1 ⊗ e}; three {1}. In the arena. */
struct term *term_new(struct arena *arena, const struct term_key *key,
                      const struct basis *const *basis);

/* One design row at the bins `code` (one per axis); zero when one of them was never seen. `out` has
 * p places. */
void term_row(const struct term *term, const uint16_t *code, double *out);

/* The term's value at the bins: term_row · beta. */
double term_value(const struct term *term, const uint16_t *code, const double *beta);
