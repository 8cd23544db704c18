/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Versions in tables of their own that a newer one of their key replaced long ago. */
#pragma once

#include "core/job.h"

/*
 * Drop what was replaced before `before_us`, the keys of one load at a time; a load up to there can
 * no longer be retracted. Goes through what came in since the last time only. Without a job count
 * only, which reads the tables whole.
 *
 * versions  how many went, or would
 *
 * Errors  KENKO_ERROR_INTERRUPTED  after a load
 */
MUST_USE bool retention_raw_drop(struct db *db, const struct job *job, int64_t before_us,
                                 int64_t *versions, GError **err);
