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
    bool is_full;               /* whole, each time */
    int64_t reconcile_every_us; /* records whose keys are gone are ended as often; 0: never */
    bool may_empty;             /* even when none is left */
};

/* Take the options of one stream.
 * Errors  KENKO_ERROR_CONFIG, those of target_pin */
MUST_USE bool source_postgres_configure(struct arena *arena, const struct source_run *run,
                                        const struct mapping *mapping,
                                        struct source_postgres_table *out, GError **err);

/* How the source's server is reached: dsn and peer of `out`, nothing of a table.
 * Errors  KENKO_ERROR_CONFIG, those of target_pin */
MUST_USE bool source_postgres_reach(struct arena *arena, const struct source_run *run,
                                    struct source_postgres_table *out, GError **err);

/* The schema.table that a stream names. */
const char *source_postgres_name(struct arena *arena, const struct mapping *mapping);

/* Connect. Caller closes. */
MUST_USE struct db *source_postgres_open(const struct source_postgres_table *table, GError **err);

/* The columns that are read: those of the mapping, the key and the cursor. */
struct db_texts source_postgres_columns(struct arena *arena,
                                        const struct source_postgres_table *table,
                                        const struct mapping_reader *reader);

/* "a, b". Caller frees. */
char *source_postgres_list(const struct db_texts *columns) MUST_USE;

/*
 * Look the table up, and see that it can be read.
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
 * reconciled when keys were compared last, by the server's clock
 */
struct source_postgres_mark {
    const char *by, *on, *settled, *reached, *candidate, *done_cursor, *done_key;
    int64_t known, candidate_next, done, reconciled;
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

/* All keys of a table. 20 to 32 bytes of memory each. */
struct source_postgres_keys;
struct source_postgres_keys *source_postgres_keys_new(const struct batch *batch, const char *key)
    MUST_USE;
void source_postgres_keys_free(struct source_postgres_keys *keys);

/* Add the key of a row's JSON. Errors  KENKO_ERROR_INPUT  it is none */
MUST_USE bool source_postgres_keys_add(struct source_postgres_keys *keys, const char *row,
                                       GError **err);
bool source_postgres_keys_has(const struct source_postgres_keys *keys, struct slice text);

/* Do the stream's records know the table's key, so that they can be ended?
 * Errors  KENKO_ERROR_CONFIG */
MUST_USE bool source_postgres_can_end(const struct mapping *mapping, const char *key, GError **err);

/*
 * Records that the source said there are and whose keys the table has no more, each as its last
 * version, deleted.
 *
 * at_us  when that was seen
 * gone   of struct stream_record, at most SOURCE_POSTGRES_GONE_MAX; texts live in the arena
 *
 * Errors  KENKO_ERROR_CHECK  all of them, and !may_empty
 */
enum { SOURCE_POSTGRES_GONE_MAX = 10000 };
MUST_USE bool source_postgres_gone(struct arena *arena, struct db *db, const char *source,
                                   const struct mapping *mapping, struct source_postgres_keys *keys,
                                   int64_t at_us, bool may_empty, GArray *gone, GError **err);

/* Can each table be reached and read by its cursor? One finding for each. */
void source_postgres_check(const struct source_run *run, struct source_findings *out);

/* The tables and views there are, and how each could be read. */
bool source_postgres_discover(const struct source_run *run, struct source_offers *out,
                              GError **err);

/* The first rows of a table. */
bool source_postgres_preview(struct arena *arena, const struct source_run *run,
                             const struct mapping *mapping, size_t max, const char **name,
                             struct preview *out, GError **err);
