/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random scorecards that average: measure i judges value i of 0..1 by a line from 0 to `top`. */
#pragma once

#include "scoring/health.h"

struct plain_card {
    struct scorecard card;
    struct scorecard_input input[SCORECARD_MEASURES_MAX];
    struct scorecard_rule rule[SCORECARD_MEASURES_MAX];
    struct scorecard_piece piece[SCORECARD_MEASURES_MAX][3];
    int top_bp[SCORECARD_MEASURES_MAX];
    char name[SCORECARD_MEASURES_MAX][8];
};

/* Groups g0 … with measures m0 …, weights of 1 or more, bands Red below 40, Yellow below 70, Green.
 * The card points into `out`, which must stay where it is. */
void plain_card_make(GRand *rand, struct plain_card *out, size_t groups, size_t measures);

/* Give measure i another top, in basis points. */
void plain_card_top(struct plain_card *card, size_t i, int top_bp);

/* Its health of values and qualities by measure. */
void plain_card_health(const struct scorecard *card, const double *value, const uint8_t *quality,
                       struct health *out);

/* A scorecard from YAML whose inputs are columns (NULL at the end); fails the test when it is
 * refused. Lives until the program ends. */
const struct scorecard *plain_card_of(const char *yaml, const char *const *columns);

/* The error of one that is refused: caller frees. */
char *plain_card_refusal(const char *yaml, const char *const *columns);
