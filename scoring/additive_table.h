/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model as tables for people: constant, one table a covariate, one a pair, all centred, and the
 * three-way rest as one number. */
#pragma once

#include "scoring/additive.h"

struct additive_table {
    size_t n; /* covariates: 1 or 2 */
    const struct covariate *covariate[2];
    size_t size[2];   /* bins of one covariate; of a pair its groups, at most 64 or its levels */
    double *value;    /* size[0] × size[1], log-odds */
    double *share[2]; /* of the rows, by bin or group */
    const double *se; /* of the value by bin, of one covariate; NULL where it is not known */
    double spread;    /* standard deviation of the value, covariates taken as independent */
};

struct additive_tables {
    double constant;
    size_t n; /* largest spread first */
    const struct additive_table *table;
    size_t triples; /* sets of three covariates that add something beyond the tables */
};

/*
 * Purify: a leaf of a tree is a value times one indicator a covariate, and an indicator is its
 * share of the rows and what is left of it when that is taken off. Multiplied out, every leaf falls
 * into a constant, tables of one, of two and of three covariates whose margins are zero when
 * covariates are taken as independent; spline terms are centred so already. Constant and tables of
 * one covariate are exact; spline pairs are shown as means of their groups.
 *
 * Source  Lengerich, Tan, Chang, Hooker, Caruana, Purifying interaction effects with the functional
 *         ANOVA, AISTATS 2020; Hoeffding, Ann. Math. Statist. 19 (1948) 293-325
 * Cost    trees · leaves · 3 · 64^2
 */
struct additive_tables *additive_table_all(struct arena *arena, const struct additive *model);

/* What a bin or group stands for: a level, the mean value, "missing" or "other". In the arena. */
const char *additive_table_label(struct arena *arena, const struct additive_table *table,
                                 size_t axis, size_t index);
