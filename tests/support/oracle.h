/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of the test data, whose figures by other programs stand in the tests. */
#pragma once

#include "cli/csv_table.h"

/* Skips the test, with a printed line, where the test data is not at hand. */
void oracle_or_skip(void);

/* A table by its path in the test data. */
void oracle_read(struct arena *arena, const char *path, struct csv_table *out);

/* A column's values (n of the table; a text column's are the numbers of its levels); the number of
 * a level by its text. */
const double *oracle_column(const struct csv_table *table, const char *name);
double oracle_level(const struct csv_table *table, const char *name, const char *level);
