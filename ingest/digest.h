/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The content digest of the warehouse: what counts now, without surrogate ids and times of loading.
 * Two warehouses with equal content have equal digests, however each was loaded. */
#pragma once

#include "core/error.h"

struct db;

enum digest_scope {
    DIGEST_FACTS, /* usage by day, record versions, membership, streams without a mapping as known
                     now: the same for any order, split or repetition of the input */
    DIGEST_ALL    /* and what became of each file's records */
};

/* A SHA-256 in hex; caller frees. Cost: reads the whole warehouse. */
MUST_USE bool digest_content(struct db *db, enum digest_scope scope, char **hex, GError **err);
