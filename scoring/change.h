/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change of a health between two days, without a rest. */
#pragma once

#include "core/change.h"

struct scorecard;

/* The name of what is no measure of a scorecard that does more than average: its start, limits and
 * rounding. */
#define CHANGE_REST "rest"

/*
 * As change_split_fn says. Four states, each one step from the one before, each rounded as health
 * is: (1) the day before; (2) the same scorecard and usable measures, measures with data on both
 * days with their new scores; (3) the same scorecard, all of the day after; (4) the day after.
 * Behaviour is 2 - 1 and linear in the scores, so each measure's part of it is exact; availability
 * is 3 - 2, configuration 4 - 3. Where nothing but values changed the parts are the differences of
 * the contributions people saw.
 */
MUST_USE bool change_split(const struct change_day *before, const struct change_day *bridge,
                           const struct change_day *after, struct change *out, GError **err);

/* The same with the scorecard of `before` itself, for one that does more than average. Where it
 * does, measures take their new scores one after another, in its order. */
MUST_USE bool change_split_card(const struct scorecard *card, const struct change_day *before,
                                const struct change_day *bridge, const struct change_day *after,
                                struct change *out, GError **err);
