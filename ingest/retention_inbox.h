/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of events that were pushed with a key no source reads. */
#pragma once

#include "core/config.h"
#include "core/job.h"
#include "core/zone.h"

/*
 * Events received before an instant whose key no source of the configuration names: counted when
 * `job` is NULL, else removed, a portion per transaction. What a source had read while it named the
 * key goes without a word; the others become rejects, reason no_source, of a load of source inbox
 * and stream pushed.
 *
 * events  how many become rejects; when they are counted only, how many would be removed
 */
MUST_USE bool retention_inbox_expire(struct db *db, const struct job *job, struct config *config,
                                     const struct zone *zone, int64_t before_us, int64_t *events,
                                     GError **err);
