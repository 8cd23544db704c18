/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Boosted tables: Newton trees on coarse bins whose paths use at most three covariates, so that
 * their sum is a set of tables of at most three covariates. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"

enum { BOOST_DEPTH = 4, BOOST_NODES = 15, BOOST_LEAVES = 16, BOOST_FEATURES = 3 };

/* A split sends a row right when its code of the feature is above the bin, or, of a factor, equal.
 */
struct boost_tree {
    int16_t
        feature[BOOST_NODES]; /* -1: no split, all rows go left; nodes by level, left to right */
    uint8_t bin[BOOST_NODES];
    double leaf[BOOST_LEAVES];
};

/* What is boosted. Codes are row-major, d a row. */
struct boost_data {
    size_t d;
    const size_t *size;    /* d: bins of each feature, at most 256 */
    const bool *is_factor; /* d */
    size_t n, n_held;
    const uint8_t *code, *held_code;
    const double *y, *held_y;
    const double *eta, *held_eta; /* where the trees begin */
    unsigned long seed;
};

struct boost;

/* `data` must live as long. */
struct boost *boost_new(const struct boost_data *data);
void boost_free(struct boost *boost);

/*
 * Grow `count` more trees: 70 % of the rows and 90 % of the features each, learning rate 0.1, l2 2,
 * at least 1 of Hessian in a leaf.
 *
 * loss  count: the held-out rows' summed logistic loss after each tree
 *
 * Source  Friedman, Greedy function approximation, Ann. Statist. 29 (2001); Chen, Guestrin,
 * XGBoost, KDD 2016, eq. 5-7 Cost    a tree: 2.5 · rows · features additions
 */
void boost_grow(struct boost *boost, size_t count, double *loss);

/* The first `count` trees; the held-out eta after them (n_held). */
const struct boost_tree *boost_trees(const struct boost *boost);
void boost_held_eta(const struct boost *boost, size_t count, double *eta);

/* The leaf of a tree for one row's codes (d of them); code 256 and more were never seen. */
static inline size_t boost_leaf(const struct boost_tree *tree, const bool *is_factor,
                                const uint16_t *code)
{
    size_t node = 0;
    for (int level = 0; level < BOOST_DEPTH; level++) {
        size_t at = ((size_t)1 << level) - 1 + node;
        int feature = tree->feature[at];
        bool right = false;
        if (feature >= 0 && code[feature] <= UINT8_MAX)
            right =
                is_factor[feature] ? code[feature] == tree->bin[at] : code[feature] > tree->bin[at];
        node = 2 * node + right;
    }
    return node;
}
