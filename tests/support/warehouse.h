/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A throw-away cluster for one test program: made at first use, stopped and removed at exit,
 * also when the program is killed. */
#pragma once

#include "core/db.h"

/* The program's cluster, migrated; a fresh database each call. Caller closes. Fails the test when
 * PostgreSQL is missing. */
struct db *warehouse_open(void);

/* The same without a schema, for tests of migrations. */
struct db *warehouse_open_empty(void);

/* Connection string of the database the last warehouse_open made. */
const char *warehouse_dsn(void);

/* Home directory of the cluster, for stopping and starting it in a test. */
const char *warehouse_home(void);

/* Run SQL of a fixture; fails the test with the server's message. */
void warehouse_sql(struct db *db, const char *text);

/* One text value of a query, for assertions; caller frees. NULL for SQL NULL or no row. */
char *warehouse_value(struct db *db, const char *text);

/* A directory of the program's own, removed at exit. */
const char *warehouse_scratch(void);

/* Folder of the external test data, or NULL after printing why a test is skipped. */
const char *warehouse_test_data(const char *what);
