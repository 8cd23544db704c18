/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorecard's word on one account, in exact numbers, for people and as JSON. */
#pragma once

#include "scoring/health.h"

/* One object, without a line end. `engine` still holds the account. */
void card_words_json(GString *out, struct health_engine *engine, const char *account,
                     const struct health *health);

/* A line for the account and one for each measure. */
void card_words_text(GString *out, struct health_engine *engine, const char *account,
                     const struct health *health);
