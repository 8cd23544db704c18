/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a value becomes a score: bands with literal edges, anchors, points that add up, percentiles.
 */
#pragma once

#include "scoring/scorecard_loading.h"

/*
 * One rule as written under `key` ("" or ".cases[1]").
 *
 * type    of the input it judges
 * points  its scores add up instead of being averaged: they need not lie on the scale
 *
 * Errors  KENKO_ERROR_CONFIG  bands that overlap, leave a gap or are never reached, anchors that do
 * not ascend, scores off the scale
 */
MUST_USE bool scorecard_rule_load(struct scorecard_loading *l, const char *key,
                                  const struct scorecard_text_rule *text, enum scorecard_type type,
                                  bool points, struct scorecard_rule *out, GError **err);

/* How the scores lead from the lowest to the highest value: 1 rise, -1 fall, 0 neither. */
int scorecard_rule_direction(struct rational_pool *pool, const struct scorecard_rule *rule);
