/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records that are kept because they could not be loaded, until their load is written. */
#pragma once

#include "core/arena.h"
#include "core/db.h"
#include "core/slice.h"

struct mapping_reject;

struct reject {
    int64_t line, ordinal, raw_size;
    int column; /* 0: none */
    const char *field, *reason, *message;
    struct slice raw; /* its first MAPPING_RAW_MAX bytes */
};

/* Where the record stands and what it says goes into the arena; `rejects` is of struct reject. */
void reject_add(struct arena *arena, GArray *rejects, int64_t line, int64_t ordinal,
                struct slice raw, const struct mapping_reject *why);

/* COPY them as those of a load. */
MUST_USE bool reject_write(struct db *db, int64_t load_id, const GArray *rejects, GError **err);
