/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server over a scored warehouse of SERVED_ACCOUNTS accounts and two more ("sakura" of a.sato@,
 * "script" with markup in its name), published three times, and keys for it. */
#pragma once

#include <jansson.h>

#include "api/server.h"
#include "core/db.h"
#include "support/raw_http.h"

enum { SERVED_ACCOUNTS = 300 };

struct served {
    struct db *db;
    struct arena *arena;
    struct server *server;
    int port, admin;
    char *lead, *csm, *ingest; /* header lines with keys */
    const char *csm_token;
};

/* Of a group of tests; the state is a struct served. */
int served_set_up(void **state);
int served_tear_down(void **state);

/* Pages that say which they are. */
extern const struct page_renderer served_pages;

/* A header line with a new key; its token, in the arena, too unless `token` is NULL. Caller frees
 * the line. */
char *served_key(struct arena *arena, struct db *db, const char *role, const char *email,
                 const char **token);

/* A server of the test's own on the program's warehouse, on any free ports; of options.api only
 * pages, request_ms, drain_ms, proxy_*, burst, refusals and guesses are heard; without the last
 * three hardly anybody is limited. The caller stops it. */
struct server *served_start(struct server_options options);

/* GET with the lead's key; the JSON is the caller's, and of the status asked for. */
struct raw_http_answer *served_get(const struct served *f, const char *target);
json_t *served_get_json(const struct served *f, const char *target, int status);
json_t *served_json_of(const struct raw_http_answer *answer);
const char *served_text(json_t *object, const char *name);

/* Rows of an account's history. */
size_t served_history(const struct served *f, const char *query);

/* Accounts of bi.account_current that fit a condition. */
int64_t served_in_warehouse(const struct served *f, const char *condition);
