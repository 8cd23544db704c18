/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an incident touched: whom, for how long, what they paid, what failed for it. */
#pragma once

#include "scoring/slo.h"

struct exposure {
    uint32_t account;
    const struct facts_incident *incident;
    int64_t minutes; /* up to the lens's t; time told twice counts once */
    int64_t arr_minor;
    int64_t failed_runs;
};

/*
 * Exposure to the incidents that began since `from`, by incident and account: declared touches, and
 * accounts with a failed run that an incident is blamed for. ARR is that of the day it began, as
 * known on `as_of`. In the arena.
 *
 * Errors  as ledger_arr
 */
MUST_USE bool exposure_make(struct arena *arena, struct slo_lens *lens, int32_t as_of, int64_t from,
                            struct exposure **out, size_t *n, GError **err);
