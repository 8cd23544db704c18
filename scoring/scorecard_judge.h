/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a rule makes of a value. */
#pragma once

#include "scoring/scorecard_value.h"

/* The score of a known value. False: it has none. *level is its name, or NULL. */
bool scorecard_judge_value(const struct scorecard *card, const struct scorecard_rule *rule,
                           struct rational_pool *pool, const struct scorecard_value *value,
                           struct rational *score, const char **level);
