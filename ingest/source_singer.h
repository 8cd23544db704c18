/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Singer taps: SCHEMA, RECORD, STATE, ACTIVATE_VERSION and BATCH messages on standard input; states
 * come back once what stood before them is committed. */
#pragma once

#include "ingest/source.h"

/*
 * type: singer. Takes messages to their end. The last state committed is the source's watermark.
 *
 * Errors  KENKO_ERROR_INPUT        a message is not one, with its line; what was not delivered is
 * not kept KENKO_ERROR_INTERRUPTED  after a stop, delivery and answers
 */
extern const struct source_kind source_singer;

/*
 * The last state committed for a source, for its tap to go on from: JSON in the arena, "{}" when
 * there is none yet.
 *
 * Errors  KENKO_ERROR_BUSY  a run is under way, or one that was killed still commits: what is read
 * now would soon be wrong
 */
MUST_USE bool source_singer_state(struct arena *arena, struct db *db, const char *source,
                                  const char **state, GError **err);
