/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a statement as data, for those who write them as they are; sqlgen makes a table of each
 * statement that is "shown". */
#pragma once

#include "core/db.h"

struct db_column {
    const char *name;
    enum db_type type;
    size_t at, null_at; /* bytes into the row struct; null_at SIZE_MAX: never null */
    const char *words;  /* what the statement's header says of it */
};

struct db_table {
    const char *name; /* of the statement */
    size_t n, row_size;
    const struct db_column *column;
};

/* A shown statement that may be run by its name. */
struct db_query {
    const char *what; /* NULL ends a list */
    const struct db_statement *statement;
    const struct db_table *table;
    size_t n_params;
    const struct db_column *param; /* null_at SIZE_MAX: has to be given */
};
