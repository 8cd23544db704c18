/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queries of sql/dashboard, which people and dashboards run by name. They read schema bi and say of
 * each parameter and column what it is. */
#pragma once

#include "core/db_table.h"

/* All of them, the last with what NULL; and one by name, NULL when there is none. */
const struct db_query *named_query_all(void);
const struct db_query *named_query_find(const char *name);

/* Its name: that of its file. */
const char *named_query_name(const struct db_query *query);

/* A parameter's value as text; NULL: not given. */
typedef const char *(*named_query_param_fn)(void *context, const char *name);

/* Rows come one by one; see db_row_fn. */
struct named_query_sink {
    void (*row)(void *context, struct arena *arena, const struct db_value *columns);
    void *context;
};

/*
 * Run a query in a transaction of its own, read only, as kenko_bi: whatever the login may do, it
 * reads what dashboards read and nothing else. The connection must be in no transaction.
 *
 * Errors  KENKO_ERROR_USAGE  a parameter is missing or not of its type; the message names it
 *         as db_run; the login is no member of kenko_bi
 */
MUST_USE bool named_query_run(struct arena *arena, struct db *db, const struct db_query *query,
                              named_query_param_fn param, void *context,
                              const struct named_query_sink *sink, GError **err);

/* A value as text: days and instants in ISO 8601, numbers in digits that come back to the same
 * bits; NULL when it is blank. In the arena. */
const char *named_query_text(struct arena *arena, enum db_type type, const struct db_value *value);

/* integer, float, string, boolean, date or datetime: what a dashboard calls a type. */
const char *named_query_type(enum db_type type);
