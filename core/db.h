/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection to the warehouse. SQL text never passes here from hand-written C: the functions with
 * a statement argument are called by the code that sqlgen makes. Every call has a deadline. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/slice.h"

struct db;

/*
 * Connect. Session settings are fixed: UTC, ISO dates, UTF-8, terse errors, search_path pg_catalog,
 * keep-alives, client_connection_check_interval, the statement timeout below the call deadline.
 * dsn         a libpq connection string or URI
 * application shown in pg_stat_activity, e.g. "kenko ingest"
 * deadline_ms for this and every later call on the connection; > 0
 * Errors  KENKO_ERROR_UNAVAILABLE  cannot connect (retry);  KENKO_ERROR_CONFIG  wrong dsn
 */
MUST_USE struct db *db_open(const char *dsn, const char *application, int deadline_ms,
                            GError **err);
void db_close(struct db *db);

/* The same to a server of others (PostgreSQL 13 or newer), to read only; messages call it `peer`,
 * which outlives the connection. A statement that does not fit it is KENKO_ERROR_CONFIG. */
MUST_USE struct db *db_open_foreign(const char *dsn, const char *application, const char *peer,
                                    int deadline_ms, GError **err);

/* The deadline of later calls (a long COPY or scoring query). */
void db_set_deadline(struct db *db, int deadline_ms);

/* False after a lost server: close the connection and open another. */
bool db_is_alive(const struct db *db);

/* The socket, for poll(), and pending notifications (LISTEN): db_notified drains one channel name
 * per call into `channel` (caller's, 64 bytes), false when there is none. */
int db_socket(const struct db *db);
bool db_notified(struct db *db, char channel[64]);

MUST_USE bool db_begin(struct db *db, GError **err);
MUST_USE bool db_begin_snapshot(struct db *db, GError **err); /* REPEATABLE READ READ ONLY */
MUST_USE bool db_commit(struct db *db, GError **err);
void db_rollback(struct db *db); /* never fails; a lost connection is already rolled back */

/*
 * Run `body` in a transaction, again from its start when the server says so (40001, 40P01); at most
 * `tries` times with growing pauses. A lost connection is KENKO_ERROR_UNAVAILABLE and not tried
 * again: the session's locks went with it, and a COMMIT whose answer was lost may have counted.
 */
typedef bool (*db_body_fn)(struct db *db, void *context, GError **err);
MUST_USE bool db_transact(struct db *db, int tries, db_body_fn body, void *context, GError **err);

/* Advisory lock of the session by name; *taken is false when another holds it. */
MUST_USE bool db_try_lock(struct db *db, const char *name, bool *taken, GError **err);
MUST_USE bool db_unlock(struct db *db, const char *name, GError **err);

/* ── called by generated code only ── */
enum db_type {
    DB_BOOL,        /* bool */
    DB_INT,         /* int32_t, SQL integer */
    DB_BIGINT,      /* int64_t */
    DB_DOUBLE,      /* double, SQL double precision */
    DB_TEXT,        /* const char *, NUL-terminated valid UTF-8 without NUL inside */
    DB_BYTEA,       /* struct slice */
    DB_DATE,        /* int32_t days since 1970-01-01; ±infinity are INT32_MAX and INT32_MIN */
    DB_TIMESTAMPTZ, /* int64_t microseconds since 1970 UTC; ±infinity are INT64_MAX and INT64_MIN */
    DB_JSONB,       /* const char *, JSON text */
    DB_UUID,        /* not used yet */
    DB_INT_ARRAY,
    DB_BIGINT_ARRAY,
    DB_DOUBLE_ARRAY,
    DB_TEXT_ARRAY,
    DB_DATE_ARRAY,
    DB_TYPE_COUNT
};

/* Arrays have one dimension. NULL elements: `is_null[i]`; is_null is NULL when there are none. */
struct db_ints {
    size_t n;
    const int32_t *v;
    const bool *is_null;
};
struct db_bigints {
    size_t n;
    const int64_t *v;
    const bool *is_null;
};
struct db_doubles {
    size_t n;
    const double *v;
    const bool *is_null;
};
struct db_texts {
    size_t n;
    const char *const *v;
    const bool *is_null;
};
struct db_dates {
    size_t n;
    const int32_t *v;
    const bool *is_null;
};
/* What sqlgen knows of one statement. */
struct db_statement {
    const char *name; /* "ingest.account_merge" */
    const char *text;
    size_t n_params, n_columns;
    const enum db_type *params, *columns;
};

/* A parameter on its way to the server; generated code fills it. */
struct db_value {
    bool is_null;
    union {
        bool b;
        int32_t i;
        int64_t n;
        double d;
        const char *text;
        struct slice bytes;
        struct db_ints ints;
        struct db_bigints bigints;
        struct db_doubles doubles;
        struct db_texts texts;
        struct db_dates dates;
    } as;
};

/* Receives one decoded row. */
typedef void (*db_row_fn)(void *context, struct arena *arena, const struct db_value *columns);

/* Prepare once per connection, run, decode each row into the arena and hand it to `row` (NULL for
 * none). `affected` may be NULL. */
MUST_USE bool db_run(struct arena *arena, struct db *db, const struct db_statement *statement,
                     const struct db_value *params, db_row_fn row, void *context, int64_t *affected,
                     GError **err);

struct db_copy; /* COPY … FROM STDIN (FORMAT binary): encoded and sent in blocks */
MUST_USE struct db_copy *db_copy_in(struct db *db, const struct db_statement *statement,
                                    GError **err);
MUST_USE bool db_copy_row(struct db_copy *copy, const struct db_value *columns, GError **err);
/* Sends what is left and ends the COPY. Frees `copy`. */
MUST_USE bool db_copy_end(struct db_copy *copy, int64_t *rows, GError **err);
void db_copy_abort(struct db_copy *copy);

/* COPY … TO STDOUT (FORMAT binary): each row is decoded (arrays and texts point into a buffer that
 * lives until the next row) and handed to `row`, which returns false to stop with *err set. */
typedef bool (*db_copy_row_fn)(void *context, const struct db_value *columns, GError **err);
MUST_USE bool db_copy_out(struct db *db, const struct db_statement *statement,
                          const struct db_value *params, db_copy_row_fn row, void *context,
                          GError **err);

/* The same with a statement that the server composed; its columns, 8 at most, are texts. */
MUST_USE bool db_copy_composed(struct db *db, const char *name, const char *text, size_t n_columns,
                               db_copy_row_fn row, void *context, GError **err);

typedef struct db db_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(db_t, db_close)
