/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Somebody's database with tables, and a warehouse that reads them by a source of type postgres. */
#pragma once

#include "support/sources.h"
#include "support/warehouse.h"

struct tables {
    struct db *app, *db; /* the database that is read, the warehouse */
    char *dsn;           /* of app */
    const char *directory;
};

/* `streams` is the text below the key streams, `schema` SQL for the tables. */
void tables_open(struct tables *t, const char *streams, const char *schema);
/* The same warehouse with other streams. */
void tables_configure(struct tables *t, const char *streams);
void tables_close(struct tables *t);

/* Run ingest and fail the test when it fails; `summary` may be NULL. */
void tables_ingest(struct tables *t, struct ingest_summary *summary);
