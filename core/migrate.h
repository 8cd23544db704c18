/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Migrations: numbered files, applied once and in order, each in a transaction; then the views. */
#pragma once

#include "core/db.h"

/*
 * Bring the warehouse to this binary's schema. Two at once: the second waits and finds it done.
 *
 * applied  how many migrations were applied; may be NULL
 *
 * Errors  KENKO_ERROR_CONFLICT  an applied file changed, or the warehouse is newer than this binary
 */
MUST_USE bool migrate_run(struct db *db, int *applied, GError **err);

/* Make the monthly partitions of `parent` for the days from … to, both included. */
MUST_USE bool migrate_partitions(struct db *db, const char *parent, int32_t from, int32_t to,
                                 GError **err);
