/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords of people: what is good enough, and argon2id by libsodium. */
#pragma once

#include "core/error.h"

enum { USER_PASSWORD_LEAST = 12, USER_PASSWORD_MOST = 128, USER_PASSWORD_HASH_SIZE = 128 };

/*
 * Is a password good enough? 12 to 128 characters of any kind; not made of one part over and over
 * or of letters and digits in their order, not one of the well-known ones, not around the name.
 *
 * Errors  KENKO_ERROR_INPUT  says which of these it is not, never the password
 */
MUST_USE bool user_password_check(const char *name, const char *password, GError **err);

/* Hash with a new salt: 64 MiB of memory, about a tenth of a second. Out is text that holds its
 * parameters.
 * Errors  KENKO_ERROR_UNAVAILABLE  no memory for it */
MUST_USE bool user_password_hash(const char *password, char out[USER_PASSWORD_HASH_SIZE],
                                 GError **err);

/* Does it fit the hash? NULL hash: no, at the same cost. */
bool user_password_fits(const char *hash, const char *password);
