/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of source_postgres share. */
#pragma once

#include "ingest/source.h"
#include "sql/ingest.h"

/* How a table is read, as configured. */
struct source_postgres_table {
    const char *peer; /* the database, in messages */
    const char *dsn;  /* a secret */
    const char *name; /* schema.table */
    const char *cursor, *key;
    bool is_full; /* whole, each time */
};

/* Take the options of one stream.
 * Errors  KENKO_ERROR_CONFIG, those of target_pin */
MUST_USE bool source_postgres_configure(struct arena *arena, const struct source_run *run,
                                        const struct mapping *mapping,
                                        struct source_postgres_table *out, GError **err);

/* Connect. Caller closes. */
MUST_USE struct db *source_postgres_open(const struct source_postgres_table *table, GError **err);

/*
 * Look the table up, and see that it can be read.
 *
 * columns  that are read, cursor and key among them
 *
 * Errors  KENKO_ERROR_CONFIG, KENKO_ERROR_DENIED  say what is missing
 */
MUST_USE bool source_postgres_find(struct arena *arena, struct db *foreign,
                                   const struct source_postgres_table *table,
                                   const struct db_texts *columns, struct q_foreign_table_row *out,
                                   GError **err);

/*
 * How far a table was read. Numbers are of transactions, 0 for none; texts are NULL for none.
 *
 * by         cursor and key; another one begins anew
 * on         the server's identity; with another one versions of rows mean nothing
 * settled    no row below will come any more
 * reached    the greatest cursor that was read, with a snapshot whose oldest transaction was known
 * candidate  is settled once all transactions below candidate_next have ended
 * done_*     of a run that was broken off: up to this cursor and key rows are known as of done
 */
struct source_postgres_mark {
    const char *by, *on, *settled, *reached, *candidate, *done_cursor, *done_key;
    int64_t known, candidate_next, done;
};

/* Errors  KENKO_ERROR_CHECK  it is no mark */
MUST_USE bool source_postgres_mark_parse(struct arena *arena, const char *text,
                                         struct source_postgres_mark *out, GError **err);
char *source_postgres_mark_format(const struct source_postgres_mark *mark) MUST_USE;

/* What is to be read behind it, for the statement that composes the reading. Caller frees. */
char *source_postgres_mark_bounds(const struct source_postgres_mark *mark, const char *cursor_type,
                                  int64_t next) MUST_USE;

/* After a run to the end with a snapshot: `position` is where nothing older can be missing,
 * NULL when nothing was read. */
void source_postgres_mark_finish(struct source_postgres_mark *mark,
                                 const struct q_foreign_snapshot_row *snapshot,
                                 const char *position);
