/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit log: who did what, in rows that are only ever added. Each row's hash covers the row and
 * the hash before it, so that nothing can be changed, taken out, put in or moved without a trace.
 * Persons stand in it as keyed hashes. */
#pragma once

#include "core/db.h"

enum { AUDIT_HASH_SIZE = 32 };

struct audit_event {
    const char *actor;  /* "key:ID", "user:ID" or "cli:LOGIN" */
    const char *action; /* "key.create" */
    const char *object; /* an id that is no person's name or address; NULL: none */
    const char *person; /* whom it is about, kept as a keyed hash; NULL: nobody */
    const char *detail; /* NULL: nothing to add; never a secret or a person */
};

/* Add a row, in the transaction that is open, so that what was done and that it was done are kept
 * together. Those who add wait for each other until COMMIT. */
MUST_USE bool audit_add(struct db *db, const struct audit_event *event, GError **err);

/* A place in the log that somebody kept elsewhere. */
struct audit_anchor {
    int64_t number;
    unsigned char hash[AUDIT_HASH_SIZE];
};

/* Read "NUMBER:HEX"; write it (caller frees).
 * Errors  KENKO_ERROR_USAGE  not of that form */
MUST_USE bool audit_anchor_parse(const char *text, struct audit_anchor *out, GError **err);
char *audit_anchor_format(const struct audit_anchor *anchor);

/*
 * Walk the whole log and recompute every hash.
 *
 * kept  where the log once ended; NULL: only what is in the warehouse is compared
 * end   on success where it ends now; keep it elsewhere, and a log that is cut short or written
 *       anew cannot pass
 *
 * Errors  KENKO_ERROR_CHECK  the first row that is not as it was written, or what is missing
 * Cost    the log once, in one COPY
 */
MUST_USE bool audit_verify(struct db *db, const struct audit_anchor *kept, struct audit_anchor *end,
                           GError **err);
