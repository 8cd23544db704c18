/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is usual among an account's peers, to read its own values by. */
#pragma once

#include "scoring/change_account.h"

struct peer {
    const char *segment; /* whom it is compared with; NULL: all other customers */
    int64_t n;           /* how many they are */
    size_t n_measures, n_features;
    const double
        *measure; /* medians by measure of the day's scorecard; NaN when none has a value */
    const double *feature; /* medians by feature of the model that spoke */
};

/*
 * Medians on the day of `day` among customers judged by the same scorecard: those of the account's
 * segment, or all where fewer than 20 share it; at most 5,000.
 *
 * Cost  one look-up, and a pass over the peers' values
 */
MUST_USE bool peer_load(struct arena *arena, struct db *db, const char *key,
                        const struct change_account_day *day, struct peer *out, GError **err);
