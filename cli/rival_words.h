/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The churn model beside its rivals, as people and programs read it. */
#pragma once

#include "scoring/rival.h"

enum { RIVAL_WORDS_CELL = 32 };

/* A number by a printf format, a dash for none. */
const char *rival_words_cell(char text[RIVAL_WORDS_CELL], const char *format, double v);

/* A table on standard output, one line a rival; a dash where there is no number. */
void rival_words_print(const struct rival_table *table);

/* The same by ARR; nothing where no ARR is known. */
void rival_words_print_arr(const struct rival_table *table);

/* The engine's calibration: groups with Wilson's intervals, in the large, over time, and the parts
 * of Brier's score; nothing for a model stored before these were. */
void rival_words_print_calibration(const struct rival_table *table);
