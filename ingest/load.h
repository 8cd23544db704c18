/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads: opening, commit numbers, retraction. */
#pragma once

#include "core/job.h"

/* Open a load in the current transaction. */
MUST_USE bool load_open(struct db *db, const struct job *job, const char *kind, const char *source,
                        const char *stream, const char *file, int64_t from_offset, int64_t *load_id,
                        GError **err);

struct batch_counters;

/* Write what the load counted, which must reconcile; `to_offset` is the end of its place. first_day
 * INT32_MAX: it speaks of no days of usage. */
MUST_USE bool load_finish(struct db *db, int64_t load_id, const struct batch_counters *count,
                          int64_t to_offset, int32_t first_day, int32_t last_day, GError **err);

/* Take the commit number; the last thing before COMMIT, because the clock stays locked until then.
 */
MUST_USE bool load_tick(struct db *db, int64_t load_id, int64_t *commit_no, GError **err);

/*
 * Retract all loads of a file's present content, because other content takes its place: a load of
 * its own, which stands open until it is dated, the last thing before the ticks of other loads.
 *
 * Errors  KENKO_ERROR_CONFLICT  the content was merged with that of other loads since
 */
MUST_USE bool load_retract_file(struct db *db, const struct job *job, const char *source,
                                const char *stream, const char *file, int64_t *load_id,
                                GError **err);
MUST_USE bool load_date_retraction(struct db *db, int64_t load_id, GError **err);

/*
 * Retract a load: its facts and statements no longer count from a new commit number on.
 *
 * by  who and why, kept
 *
 * Errors  KENKO_ERROR_NOT_FOUND;  KENKO_ERROR_CONFLICT  already retracted, not retractable,
 * or at or below the known floor
 */
MUST_USE bool load_undo(struct db *db, int64_t load_id, const char *by, GError **err);

/* Commit a rehearsal: its loads are seen together, and not before, with commit numbers that follow
 * each other. Errors  KENKO_ERROR_CONFLICT  another run of the job took over; the rehearsal goes on
 */
MUST_USE bool load_keep_rehearsal(struct db *db, const struct job *job, GError **err);
