/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What additive.c and its sisters additive_*.c share. */
#pragma once

#include "scoring/additive.h"
#include "scoring/boost.h"
#include "scoring/reml.h"
#include "scoring/screen.h"

enum {
    ADDITIVE_PATHS = 5,
    ADDITIVE_ROUNDS = 4,
    ADDITIVE_TREES_MAX = 600,
    ADDITIVE_TREES_STEP = 10,
    ADDITIVE_TREES_PATIENCE = 30 /* trees without a gain, in a smooth mean of five paths */
};

/* What stood after one round. */
struct additive_stage {
    size_t n_terms, p;
    double *beta, *covariance, *edf; /* p; p × p; n_terms */
    double *information, *reference; /* p × p; n_terms: what tests of terms need */
    double *eta, *held_eta;
};

/* One fold held out: a fit on the others. */
struct additive_path {
    size_t n, n_held;
    size_t *row, *held_row; /* of the dataset */
    double *y, *held_y;
    uint16_t **code; /* of its rows, by covariate; NULL of those that no term has */
    struct reml_data data;
    struct reml *fit;
    GArray *key; /* struct term_key of its terms */
    /* By round; empty before the chosen one. */
    struct additive_stage stage[ADDITIVE_ROUNDS + 1];
    size_t n_wanted;
    struct term_key *wanted; /* terms for the next round */
    const struct term **wanted_term;
    size_t n_gates;
    struct screen_gate gate[SCREEN_GATES_MAX]; /* found by the screen, terms not made yet */
};

/* All paths over one dataset. */
struct additive_paths {
    struct arena *arena;
    struct covariate_set *set;
    const struct dataset *data;
    const double *y;
    size_t n, n_paths;
    int threads;
    struct additive_path *path;
    GArray *term; /* struct additive_known: every term that some path has */
    size_t round; /* chosen */
    size_t n_rounds;
    double loss[ADDITIVE_ROUNDS + 1]; /* held-out mean by round */
};

struct additive_known {
    struct term_key key;
    const struct term *term;
};

/* Run all rounds and choose one by held-out loss. A single path is fitted on all rows and has main
 * effects only. */
struct additive_paths *additive_paths_new(struct arena *arena, struct covariate_set *set,
                                          const struct dataset *data, const double *y,
                                          size_t n_paths, const struct additive_options *options);
void additive_paths_free(struct additive_paths *paths);
const struct additive_stage *additive_paths_stage(const struct additive_paths *paths, size_t path);
const struct term *additive_paths_term(struct additive_paths *paths, const struct term_key *key);
/* Where a term's coefficients begin in the chosen round of a path; SIZE_MAX when it has none. */
size_t additive_paths_start(const struct additive_paths *paths, size_t path,
                            const struct term_key *key);

/* Trees of all paths from one start. */
struct additive_forest {
    size_t n_trees; /* kept, of each path */
    const struct boost_tree *tree[ADDITIVE_PATHS];
    double start[ADDITIVE_PATHS]; /* intercepts; 0 when they begin at the terms */
    double *held_eta;             /* of every row, by the path that held it out */
};

/* Covariates that trees may use: the mains of the paths' chosen round. */
struct additive_features {
    size_t d;
    size_t *covariate, *size;
    bool *is_factor;
};
void additive_features(struct arena *arena, const struct additive_paths *paths,
                       struct additive_features *out);
void additive_forest_grow(struct arena *arena, const struct additive_paths *paths,
                          const struct additive_features *features, bool from_terms,
                          unsigned long seed, struct additive_forest *out);

/* Non-negative weights of the candidates on held-out log-odds (n rows, k columns, row-major),
 * shrunk towards equal shares; w has k places. */
void additive_stack(const double *candidates, const double *y, size_t n, size_t k,
                    double *intercept, double *w);

struct additive {
    struct covariate_set *set;
    size_t n_terms, n_paths, p; /* p: of all terms together */
    const struct term **term;
    size_t *start;           /* of each term in beta */
    double *beta, intercept; /* means over paths */
    struct additive_features features;
    struct additive_forest forest[2]; /* from nothing, from the terms */
    double weight[3], shift;
    size_t rank;  /* of intervals: columns of the covariance's root */
    double *root; /* (p + 1) × rank; NULL: it keeps no intervals */
    double *rest; /* p + 1: what the root leaves of the variances */
    double scale; /* what the posterior variance is multiplied by */
    struct additive_summary summary;
};

/* What intervals need, while the paths are there and when the trees have their weights. */
void additive_interval_prepare(struct arena *arena, const struct additive_paths *paths,
                               struct additive *model);

/* Each row in the columns of the covariance's root: the posterior variance of its log-odds is their
 * sum of squares. u  n × model->rank; of a model that keeps intervals. */
void additive_interval_roots(const struct additive *model, const struct dataset *data, double *u);

/* Standard errors of a covariate's own table by bin, of a model without trees; NULL where it has
 * none. In the arena. */
const double *additive_interval_bins(struct arena *arena, const struct additive *model,
                                     size_t covariate);

/* Codes of the covariates that the model uses, NULL for the others. */
uint16_t **additive_codes(struct arena *arena, const struct additive *model,
                          const struct dataset *data);
/* The coarse codes of a row, for trees: features.d places. */
void additive_coarse(const struct additive *model, uint16_t *const *code, size_t row,
                     uint16_t *out);
/* Sum of a path's trees for one row of coarse codes. */
double additive_forest_sum(const struct additive *model, const struct additive_forest *forest,
                           size_t path, const uint16_t *coarse);
