/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wall in the warehouse. A login of the API may do nothing by itself: the service's own work
 * runs as kenko_api, and what a request asks runs, for one transaction, as kenko_all or kenko_own.
 * So a handler that forgot to ask whose account it is finds no row of others. */
#pragma once

#include "api/auth.h"
#include "core/db.h"

/*
 * Connect as the service.
 *
 * Errors  as db_open;  KENKO_ERROR_DENIED  the login is no member of kenko_api
 */
MUST_USE struct db *wall_open(const char *dsn, int deadline_ms, GError **err);

/* Run the rest of the session as another role of the service, e.g. "kenko_report" for pages. */
MUST_USE bool wall_become(struct db *db, const char *role, GError **err);

/* Within a transaction: the rest of it is the caller's, who sees what the key may see. COMMIT and
 * ROLLBACK take the wall down. Cost: one round trip. */
MUST_USE bool wall_raise(struct db *db, const struct principal *principal, GError **err);

/* Within a transaction: another stage's part of it, in its rights, e.g. "kenko_ingest". Put the
 * wall up again with wall_raise when it is done. */
MUST_USE bool wall_cross(struct db *db, const char *role, GError **err);

/* Begin a transaction with the wall up. End it with wall_leave, whatever came of it. */
MUST_USE bool wall_enter(struct db *db, const struct principal *principal, GError **err);
void wall_leave(struct db *db);
