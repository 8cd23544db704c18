/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions of people at a browser: a random token in a cookie, of which only a hash is stored, and
 * a second one made of it that a page of ours has to show when it writes. */
#pragma once

#include "api/request.h"

enum { SESSION_TOKEN_SIZE = 43, SESSION_HASH_SIZE = 32, SESSION_CSRF_TEXT = 43 };

/* A new random token, and the hash of it. */
void session_make(char token[SESSION_TOKEN_SIZE + 1], unsigned char hash[SESSION_HASH_SIZE]);

/* The hash of a token. False: it is none by its shape. */
MUST_USE bool session_hash(const char *token, unsigned char hash[SESSION_HASH_SIZE]);

/* The CSRF token of a secret: of a session's token, or what stands for a person behind a trusted
 * proxy. It does not lead back. */
void session_csrf(const unsigned char *secret, size_t n, unsigned char csrf[AUTH_CSRF_SIZE]);

/* As text, for X-CSRF-Token. */
void session_csrf_format(const unsigned char csrf[AUTH_CSRF_SIZE], char out[SESSION_CSRF_TEXT + 1]);

/* The value of a cookie in a Cookie header; NULL when it is not there, or there twice. In the
 * arena.
 */
const char *session_cookie(struct arena *arena, const char *header, const char *name);

/* How the request came decides on the cookie: __Host-kenko, with Secure, over TLS; kenko-local
 * without for a browser at this machine. NULL: neither, so there are no sessions. */
const char *session_cookie_name(const struct request *request);

/* The token of the request; NULL when there is none of the right shape. */
const char *session_token(const struct request *request);

/* A Set-Cookie header that gives the token, or with NULL takes it away. In the arena. */
const char *session_set_cookie(const struct request *request, const char *token);

/* Does the request come from a page of this server, as far as the browser says? Sec-Fetch-Site
 * decides, or else Origin; a client that says neither is no browser of today. */
bool session_is_same_site(const struct request *request);

/* Does the request carry the caller's CSRF token in X-CSRF-Token? */
bool session_has_csrf(const struct request *request);
