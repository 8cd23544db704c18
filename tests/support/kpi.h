/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The subscription ledger of the golden tables in a warehouse, and what was expected of it. */
#pragma once

#include "core/db.h"

/* Skips the test, with a printed line, where the test data is not at hand; else a warehouse into
 * which the ledger was ingested, in JPY, a dollar at 150. `definition` is churn.definition; the
 * directory is the warehouse's configuration. */
struct db *kpi_load_or_skip(const char *definition, const char **directory);

/* A file of the golden tables without its first line, which says what it is. Caller frees. */
char *kpi_text(const char *name);

/* Fail at the first line in which a text differs from such a file. */
void kpi_expect(const char *name, const char *text);
