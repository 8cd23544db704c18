/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few connections for the endpoints that memory cannot answer. Never queues: when all are taken
 * or the warehouse was away a moment ago, the caller answers 503 at once. */
#pragma once

#include "core/db.h"

struct pool;

/* deadline_ms bounds every call, and so how long a request thread can be held. */
struct pool *pool_new(const char *dsn, int size, int deadline_ms);
void pool_free(struct pool *pool);

/* Errors  KENKO_ERROR_UNAVAILABLE  away;  KENKO_ERROR_BUSY  all are taken */
MUST_USE struct db *pool_take(struct pool *pool, GError **err);
void pool_give(struct pool *pool, struct db *db);
