/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quality checks of usage: metrics.yaml says what is promised of a metric, each check is a
 * statement of sql/quality/ that finds the days on which it is not kept. What is found is stated in
 * the warehouse like any fact, so that scoring at a commit number knows what was known then;
 * scoring leaves the metrics of a day in doubt out, and says so. */
#pragma once

#include "core/job.h"
#include "ingest/mapping.h"

enum { QUALITY_DAYS = 14 };          /* days looked at again after each ingest */
enum { QUALITY_BASELINE_DAYS = 56 }; /* before a day: what it is held against */

/*
 * Run the checks of every usage metric that wants them, over the last days before the newest load.
 * States what is new: a day that fails, a failed day that is well again. A day that was accepted by
 * hand stays accepted.
 *
 * failing  days in doubt among those looked at
 *
 * One transaction, one load of kind quality when there is something to say.
 */
MUST_USE bool quality_run(struct db *db, const struct job *job, const struct mapping_set *set,
                          const struct zone *zone, int64_t *failing, GError **err);

/*
 * Accept a day as it is, by hand.
 *
 * said_by  who and why, kept
 *
 * Errors  KENKO_ERROR_NOT_FOUND  no check failed on that day of that metric
 */
MUST_USE bool quality_accept(struct db *db, const char *metric, int32_t day, const char *said_by,
                             GError **err);
