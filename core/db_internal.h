/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What db.c, db_codec.c and db_copy.c share. */
#pragma once

#include <libpq-fe.h>
#include <string.h>

#include "core/db.h"

struct db {
    PGconn *conn;
    const char *peer; /* "the warehouse", for messages */
    bool is_foreign;  /* somebody else's server: a statement that does not fit it is no bug */
    int deadline_ms;
    bool dead;
    bool rehearsing;      /* transactions are parts of one that will be rolled back */
    GHashTable *prepared; /* struct db_statement * → itself */
};

/* Wait for the next result within the deadline; NULL when the command is over (*ok = true) or the
 * connection or deadline failed (*ok = false, err set). */
PGresult *db_next_result(struct db *db, int64_t deadline_us, bool *ok, GError **err);

/* Microseconds of CLOCK_MONOTONIC at which a call that starts now must have ended. */
int64_t db_deadline(const struct db *db);

/* Wait until the socket can be read or written (POLLIN | POLLOUT); false with err after the
 * deadline. */
bool db_wait(struct db *db, short events, int64_t deadline_us, GError **err);

/* Set err from a failed result or, with result NULL, from the connection; `what` was asked, NULL
 * when the caller's context says it. Returns false. */
bool db_fail(struct db *db, const PGresult *result, const char *what, GError **err);

/* Ask the server to stop what runs on the connection, so that its locks are not held for the rest
 * of a long statement. Returns within about a second whatever the server does. */
void db_cancel(struct db *db);

/* Read results to the end; the first failure is reported. */
bool db_drain(struct db *db, const char *what, GError **err);

unsigned db_type_oid(enum db_type type);

/* Write a number of the binary form; returns the byte behind it. */
static inline char *db_put_u32(char *p, uint32_t value)
{
    uint32_t be = GUINT32_TO_BE(value);
    return (char *)memcpy(p, &be, sizeof be) + sizeof be;
}

/* Bytes of a value's binary form without its length; arrays too. And write them. */
size_t db_encoded_size(enum db_type type, const struct db_value *value);
void db_encode(char *p, enum db_type type, const struct db_value *value);

/* Decode `size` bytes into `out`; arrays and texts are copied into the arena. */
bool db_decode(struct arena *arena, enum db_type type, const char *data, int size,
               struct db_value *out);

/* Run a script of several statements (migrations and views only). */
bool db_script(struct db *db, const char *name, const char *text, GError **err);
