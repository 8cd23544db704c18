/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Totals of scores that are known already, and whole parts that add up to them. */
#pragma once

#include "scoring/scorecard.h"

/* Whole numbers near n parts that add up to `target`, which is less than one away from their exact
 * sum: by largest remainder, ties to the earlier. */
void health_total_share(struct rational_pool *pool, const struct rational *part, size_t n,
                        int target, int *out);

/* The total of the measures that count, in basis points, rounded as health is; -1 when none with a
 * weight does. */
int health_total_bp(const struct scorecard *card, const bool *counts, const int *score_bp);

/*
 * What a change of each score (delta_bp, of measures that count) does to that total where scores
 * are averaged: whole parts that add up to `target`, the difference of the rounded totals.
 */
void health_total_parts(const struct scorecard *card, const bool *counts, const int *delta_bp,
                        int target, int *out);
