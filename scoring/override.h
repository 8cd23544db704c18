/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people said over healths, and what it does to one. The computed health stays as it is. */
#pragma once

#include "core/db.h"
#include "scoring/health.h"

struct q_overrides_read_row;

/* All as known at a commit number. */
struct override_set {
    size_t n;
    const struct q_overrides_read_row *row; /* by account, then as they were said */
};

MUST_USE bool override_load(struct arena *arena, struct db *db, int64_t known_no,
                            struct override_set *out, GError **err);

/* The last that was said of an account and holds on a day; NULL when none does. */
const struct q_overrides_read_row *override_find(const struct override_set *set, int64_t account_id,
                                                 int32_t day);

/*
 * Bind the effective health of a known one by it, after caps, and name its band again. A cap or
 * floor leaves an Unknown band Unknown; a person who sets a health knows it.
 */
void override_apply(const struct q_overrides_read_row *row, struct health_engine *engine,
                    struct health *health);
