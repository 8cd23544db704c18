/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run of a job: one at a time by advisory lock, a fence that a stale runner cannot pass, a
 * heartbeat on a connection of its own, a row in ops.job_run, one closing log line. */
#pragma once

#include "core/db.h"

struct job;

/*
 * Begin a run.
 *
 * db   the connection that holds the lock; must live as long as the job
 * dsn  for the heartbeat's own connection
 *
 * Errors  KENKO_ERROR_BUSY  another run holds it (says which, where, since when)
 */
MUST_USE struct job *job_begin(struct db *db, const char *dsn, const char *name, GError **err);

/* In a batch's transaction: does this run still hold the newest fence? Keeps it until COMMIT.
 * Errors  KENKO_ERROR_CONFLICT  another run took over */
MUST_USE bool job_fence_check(struct db *db, const struct job *job, GError **err);

/* Does any run hold the job, be it one whose process was killed and whose COMMIT is still under
 * way? Two round trips. */
MUST_USE bool job_is_held(struct db *db, const char *name, bool *held, GError **err);

int64_t job_run_id(const struct job *job);
const char *job_name(const struct job *job);

/* End the run: row, log line, lock. `failure` NULL = done; `counters` is a JSON object or NULL.
 * Frees the job. A connection that was lost leaves the row to the next run, which marks it lost. */
void job_end(struct job *job, const GError *failure, const char *counters);
