/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account's churn risk over several spans, from what its run stored and the model that spoke. */
#pragma once

#include "cli/context.h"
#include "scoring/hazard.h"
#include "sql/scoring.h"

enum { RISK_WORDS_SPANS = 4 }; /* 30, 90 and 180 days; the last is by the next renewal */

struct risk_words {
    bool is_known; /* false: no model spoke, or it no longer fits metrics.yaml */
    struct hazard_risk risk[RISK_WORDS_SPANS];
};

/* Errors  of the warehouse and the configuration */
MUST_USE bool risk_words_load(struct arena *arena, struct context *context,
                              const struct q_change_account_row *account, struct risk_words *out,
                              GError **err);

/* One line on standard output; nothing when it is not known. */
void risk_words_print(const struct risk_words *risk);

/* `, "risk": {"30": [p, low, high], …, "renewal": …}`; null where there is none. */
void risk_words_json(GString *out, const struct risk_words *risk);
