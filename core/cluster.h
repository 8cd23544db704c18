/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The private PostgreSQL cluster used when no warehouse.dsn is configured: Unix socket only, in a
 * directory of mode 0700, peer authentication, checksums. As root the server runs as `postgres`. */
#pragma once

#include "core/error.h"

/* Where kenko keeps its data: KENKO_HOME, else /var/lib/kenko (root) or $XDG_DATA_HOME/kenko.
 * Caller frees. */
char *cluster_home(void);

/*
 * Make the cluster under `home` if it is not there, start it if it is not running.
 *
 * dsn  on success the connection string; caller frees
 *
 * Two callers at once make and start one cluster. The server outlives the caller.
 * Errors  KENKO_ERROR_UNAVAILABLE  PostgreSQL is not installed, or does not start (says which log)
 */
MUST_USE bool cluster_ensure(const char *home, char **dsn, GError **err);

/* Stop it; no error when it is not running. `immediate` as after a power cut (for tests). */
MUST_USE bool cluster_stop(const char *home, bool immediate, GError **err);

MUST_USE bool cluster_is_running(const char *home, bool *running, GError **err);

/* The connection string of the cluster under `home`, running or not. Caller frees. */
char *cluster_dsn(const char *home);
