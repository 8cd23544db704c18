/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time that does not count, as declared in slo.yaml: what a month's statement owes an explanation.
 */
#pragma once

#include "scoring/slo.h"

/* A declared span as far as it lies within what was asked. */
struct slo_excluded {
    int64_t from, to;
    const char *reason, *connector; /* connector NULL: all */
};

/* The spans of [from, to) that hold for an account, in the order of slo.yaml. In the arena. */
const struct slo_excluded *slo_exclusion_list(struct arena *arena, const struct slo_lens *lens,
                                              size_t slo, size_t account, int64_t from, int64_t to,
                                              size_t *n);

/* The time they cover, in microseconds; what two share counts once. Those of one connector only
 * where `connectors` says so. */
int64_t slo_exclusion_us(const struct slo_lens *lens, size_t slo, size_t account, int64_t from,
                         int64_t to, bool connectors);
