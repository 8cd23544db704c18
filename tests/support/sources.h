/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration directory for tests: write files, run the ingest job on them. */
#pragma once

#include "core/db.h"
#include "ingest/ingest.h"

/* A fresh directory with kenko.yaml made of `sources` (the text below the key sources, indented)
 * and a metrics.yaml with the usage metrics runs (sum), peak (max), low (min), level (latest) and
 * by_user (sum, by user). Lives until the program ends. */
const char *sources_directory(const char *sources);

/* Write, append to, or remove a file of the directory; folders are made. */
void sources_write(const char *directory, const char *name, const char *text);
void sources_append(const char *directory, const char *name, const char *text);
void sources_remove(const char *directory, const char *name);

/* Run ingest and fail the test when it fails; `summary` may be NULL. */
void sources_ingest(struct db *db, const char *directory, struct ingest_summary *summary);
/* Run it with batches of `batch_bytes` (0: the default) and give its error back. */
MUST_USE bool sources_try(struct db *db, const char *directory, size_t batch_bytes,
                          struct ingest_summary *summary, GError **err);

/* The content digest; caller frees. Facts: without the ledger of what files brought. */
char *sources_digest(struct db *db);
char *sources_facts(struct db *db);

/* Assert one text value of a query. */
void sources_expect(struct db *db, const char *query, const char *value);
