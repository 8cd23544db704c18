/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The measures of a group as they are written. */
#pragma once

#include "scoring/scorecard_loading.h"

/* Load those of group g. Their weights become whole numbers of the same proportions. */
MUST_USE bool scorecard_measure_load(struct scorecard_loading *l,
                                     const struct scorecard_text_group *text, size_t g,
                                     GError **err);

/* A weight as written: 0 to 10000, absent is 1. */
MUST_USE bool scorecard_measure_weight(const struct scorecard_loading *l, const char *text,
                                       struct rational *out, GError **err);

/* n weights × their common denominator. Errors beyond 64 bits. */
MUST_USE bool scorecard_measure_scale(const struct scorecard_loading *l,
                                      const struct rational *weight, size_t n, int64_t *out,
                                      GError **err);
