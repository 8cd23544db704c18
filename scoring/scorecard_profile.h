/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles: other weights for accounts of a stage or a segment. The first whose conditions hold
 * applies; where none does, the card as it is, which is called default. */
#pragma once

#include "scoring/scorecard_loading.h"

/* The `profiles` as written; groups and measures are loaded. */
MUST_USE bool scorecard_profile_load(struct scorecard_loading *l, GError **err);

/* The card with the weights of profile i of it. */
void scorecard_profile_apply(const struct scorecard *card, size_t i, struct scorecard *out);

/* Index of a profile by name; -1 for default and names it has not. */
int scorecard_profile_find(const struct scorecard *card, const char *name);
