/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The churn model beside its rivals, as people and programs read it. */
#pragma once

#include "scoring/rival.h"

/* A table on standard output, one line a rival; a dash where there is no number. */
void rival_words_print(const struct rival_table *table);
