/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What screen.c and screen_choose.c share. */
#pragma once

#include <glib.h>

#include "scoring/screen_gate.h"

/* Cells with less weight say nothing. */
#define SCREEN_CELL_MIN 0.1
enum { SCREEN_LEVELS_MAX = 20 }; /* factors with more levels make no pairs */

struct screen_candidate {
    double log_p;
    struct term_key key;
};

struct screening {
    const struct covariate_set *set;
    const struct screen_data *data;
    const struct term_key *known;
    size_t n_known;
    bool *is_feature; /* covariates that are main effects */
    bool *blocked;    /* parents of a derived covariate taken in this round */
    GArray *candidate;
    struct screen_gate *gate; /* taken */
    size_t n_gates;
    double *both;     /* n × 2: residual and weight of each row side by side */
    uint8_t **coarse; /* by covariate: each row's group as a parent; NULL until asked for */
};

/* Residuals and weights in the cells of a table of two or three covariates' groups. */
struct screen_cells {
    size_t n, axes, size[TERM_AXES];
    double *g, *h;
};

/* False when there are too many cells; g and h are the caller's to free. */
bool screen_count_cells(const struct screening *s, const struct term_key *key,
                        enum covariate_groups grouping, struct screen_cells *out);

/*
 * Eliminate the columns of the symmetric m (n × n, destroyed) in order: the explained sum of
 * squares g'm^-g and the rank of those from `first` on, beyond those before. Columns that depend on
 * earlier ones are skipped.
 */
double screen_eliminate(double *m, double *g, size_t n, size_t first, size_t *rank);

/* Benjamini-Hochberg: how many of the candidates, sorted here, are discoveries. */
size_t screen_discoveries(struct screening *s);

/* log p of a smooth product of two covariates beyond their margins, from their cells: of the
 * product of two lines or of two parabolas, whichever says more, doubled for the choice. */
double screen_smooth_log_p(const struct screening *s, const struct term_key *key,
                           const struct screen_cells *cells);

/* The same of a derived covariate whose groups are the columns from `first` on, beyond those
 * before: a line or a parabola over the groups. m is symmetric, its upper triangle is read. */
double screen_smooth_derived(const double *m, const double *g, size_t n, size_t first);

/* Gates of the covariates that the candidate pairs have; of the main effects; of triples. They go
 * to s->gate. */
void screen_choose_pairs(struct screening *s);
void screen_choose_jumps(struct screening *s);
void screen_choose_triples(struct screening *s, const GArray *key);

/* Is there a gate of exactly these covariates? */
bool screen_choose_has(const struct screening *s, const struct term_key *key);

/* Does a gate of two parents of a derived covariate say more than that? A gate that says less is
 * taken back. */
bool screen_choose_beats(struct screening *s, const struct screen_candidate *derived);
