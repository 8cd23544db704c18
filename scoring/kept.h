/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration that a run was computed with, kept by content, and opened again as it was. */
#pragma once

#include "core/config.h"
#include "core/db.h"

/* A scorecard under the name that it is asked for by. */
struct kept_card {
    const char *name, *text;
};

/* Read the files beside kenko.yaml and the scorecards that scoring reads, so that what is computed
 * and what is kept are one text however files change meanwhile. One that is not there is for its
 * reader to miss. */
MUST_USE bool kept_pin(struct config *config, GError **err);

/*
 * Keep them, of kenko.yaml the keys that scoring reads. In a transaction.
 *
 * ids     on success ops.config's ids, in the arena
 * sha256  on success of all names and texts together
 *
 * Cost  two round trips a file
 */
MUST_USE bool kept_put(struct arena *arena, struct db *db, struct config *config,
                       const struct kept_card *cards, size_t n_cards, int64_t known_no,
                       struct db_bigints *ids, char sha256[65], GError **err);

/* Does scoring by `card` read the same of both, and is that the scorecard `now` is configured for?
 */
bool kept_equals(struct config *then, struct config *now, const char *card);

/*
 * The configuration of a run. Caller closes it.
 *
 * Errors  KENKO_ERROR_CONFLICT  the run is from before it was kept
 */
MUST_USE struct config *kept_open(struct db *db, int64_t run_id, GError **err);
