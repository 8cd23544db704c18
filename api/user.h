/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People who sign in, as the command line makes, changes and removes them. Every change is written
 * to the audit log in its transaction, and servers learn it at once. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/db.h"

struct user_request {
    const char *name;        /* to sign in with: a to z, 0 to 9, . _ @ + -; case does not matter */
    const char *role;        /* csm lead analyst admin auditor */
    const char *staff_email; /* whose accounts a csm sees; NULL for other roles */
    const char *password;    /* NULL: comes through a trusted proxy only */
    const char *by;          /* who makes it, for the audit log */
};

struct user_row {
    const char *user_id, *name, *role;
    const char *staff_email;                       /* NULL: none */
    int64_t created_at, disabled_at, signed_in_at; /* µs since 1970 UTC; INT64_MIN: never */
    bool has_password;
    int64_t sessions; /* open now */
};

struct user_rows {
    size_t n;
    struct user_row *row;
};

/* A name in lower case, in the arena; NULL when it is none. */
const char *user_name(struct arena *arena, const char *text);

/*
 * Errors  KENKO_ERROR_USAGE      no name, unknown role, a csm without person, a person without csm
 *         KENKO_ERROR_INPUT      the password is not good enough
 *         KENKO_ERROR_NOT_FOUND  nobody of the staff has this address
 *         KENKO_ERROR_CONFLICT   the name is taken
 */
MUST_USE bool user_add(struct arena *arena, struct db *db, const struct user_request *request,
                       GError **err);

/* By name. */
MUST_USE bool user_list(struct arena *arena, struct db *db, struct user_rows *out, GError **err);

/* Ends the sessions. Errors of all four: KENKO_ERROR_NOT_FOUND  nobody has the name, or is so
 * already. */
MUST_USE bool user_disable(struct arena *arena, struct db *db, const char *by, const char *name,
                           GError **err);
MUST_USE bool user_enable(struct arena *arena, struct db *db, const char *by, const char *name,
                          GError **err);
MUST_USE bool user_remove(struct arena *arena, struct db *db, const char *by, const char *name,
                          GError **err);
/* Ends the sessions too. Errors also: KENKO_ERROR_INPUT  the password is not good enough. */
MUST_USE bool user_set_password(struct arena *arena, struct db *db, const char *by,
                                const char *name, const char *password, GError **err);
