/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Simulated customers whose true log-odds are known: thresholds, gates, exclusive-or, sums, noise,
 * rare events, near separation. */
#pragma once

#include "core/arena.h"
#include "scoring/dataset.h"

enum surface_kind {
    SURFACE_GATED,
    SURFACE_THRESHOLD,
    SURFACE_SUM,
    SURFACE_XOR,
    SURFACE_SMOOTH,
    SURFACE_NOISE,
    SURFACE_RARE,
    SURFACE_NEARSEP,
    SURFACE_THREEWAY,
    SURFACES
};
extern const char *const surface_name[SURFACES];

struct surface {
    struct dataset data;
    double *y, *eta; /* outcome; true log-odds */
};

void surface_make(struct arena *arena, enum surface_kind kind, size_t n, unsigned long seed,
                  struct surface *out);

/* Rows from .. from + n of it, borrowed. */
struct dataset surface_rows(struct arena *arena, const struct surface *s, size_t from, size_t n);

/* Mean expected log loss of log-odds `eta` where the truth is `truth`. */
double surface_loss(const double *eta, const double *truth, size_t n);
