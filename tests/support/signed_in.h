/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People who sign in at a server of a test. */
#pragma once

#include "support/served.h"

extern const char signed_in_password[];

/* A person of the role, with signed_in_password; email for a csm. */
void signed_in_add(struct db *db, const char *name, const char *role, const char *email);

/* What the server says to name and password; more header lines, or "". */
struct raw_http_answer *signed_in_try(int port, const char *name, const char *password,
                                      const char *headers);

/* Sign in, and give the header lines that a page of the server would send: the cookie alone, or
 * with the CSRF token. Caller frees. */
char *signed_in_cookie(int port, const char *name);
char *signed_in_page(int port, const char *name);

/* The status of GET /api/v1/me, asked until it is `wanted`, a second at most. */
int signed_in_status(int port, const char *headers, int wanted);
