/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slo.yaml over the warehouse as it was known at a commit number: for commands and for the run that
 * stores results. */
#pragma once

#include "core/db.h"
#include "core/zone.h"
#include "scoring/slo.h"

struct slo_scene {
    struct arena *arena;
    const struct slo_set *set;
    struct zone *zone;
    const char *currency;
    struct facts *facts;
    struct slo_lens *lens; /* looks at t */
    int64_t known_no;
};

/*
 * Read what is needed to count from `from` (or the longest window before t) to t. A transaction of
 * its own. `known_no` -1: the newest.
 *
 * Errors  KENKO_ERROR_CONFIG    slo.yaml is wrong, or declares nothing
 *         KENKO_ERROR_CONFLICT  known_no lies below the known floor, or usage of the window was
 *                               dropped by retention
 */
MUST_USE bool slo_scene_open(struct slo_scene *scene, struct db *db, struct config *config,
                             int64_t known_no, int64_t from, int64_t t, GError **err);
void slo_scene_close(struct slo_scene *scene);

/* Index of an account by its key; the error says that there is none. */
MUST_USE bool slo_scene_account(const struct slo_scene *scene, const char *key, size_t *out,
                                GError **err);
