/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of the API as the command line makes, lists and revokes them. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/db.h"

struct key_request {
    const char *owner;       /* who answers for it; not empty */
    const char *role;        /* ingest csm lead analyst admin auditor */
    const char *staff_email; /* whose accounts a csm key sees; NULL for other roles */
    int32_t days;            /* valid for so many days; 0: until revoked */
    const char *by;          /* who makes it, for the audit log; NULL: nobody known */
    struct db_texts nets;    /* it may come from; none: from anywhere */
};

struct key_row {
    const char *key_id, *owner, *role;
    const char *staff_email; /* NULL: none */
    int64_t created_at;      /* µs since 1970 UTC, like the next ones; INT64_MIN: never */
    int64_t expires_at, revoked_at, last_used_at;
    struct db_texts nets; /* it may come from; none: from anywhere */
    bool valid;
};

struct key_rows {
    size_t n;
    struct key_row *row;
};

/*
 * Make a key.
 *
 * token  on success the whole key, in the arena; it is stored nowhere and cannot be shown again
 *
 * Errors  KENKO_ERROR_USAGE      unknown role, a csm key without person, a person without csm role
 *         KENKO_ERROR_NOT_FOUND  nobody has this address
 */
MUST_USE bool key_create(struct arena *arena, struct db *db, const struct key_request *request,
                         const char **token, GError **err);

/* All keys, newest first. */
MUST_USE bool key_list(struct arena *arena, struct db *db, struct key_rows *out, GError **err);

/*
 * Make a key that takes the place of a valid one: same owner, role, person, nets and days. The old
 * one opens for overlap_hours more, so that whoever uses it can change over; 0 ends it at once.
 *
 * Errors  KENKO_ERROR_NOT_FOUND  no valid key has this id
 *         KENKO_ERROR_USAGE      overlap_hours is not 0 to 720
 */
MUST_USE bool key_rotate(struct arena *arena, struct db *db, const char *by, const char *key_id,
                         int32_t overlap_hours, const char **token, GError **err);

/* Revoke by id (or a whole key, of which the id is taken). Servers learn it at once.
 * Errors  KENKO_ERROR_NOT_FOUND  no such key, or it is revoked already */
MUST_USE bool key_revoke(struct arena *arena, struct db *db, const char *by, const char *key_id,
                         GError **err);
