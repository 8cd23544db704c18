/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account's churn risk over several spans, as its run stored it. */
#pragma once

#include "sql/scoring.h"

/* Two lines on standard output; nothing when no model spoke. */
void risk_words_print(struct arena *arena, const char *currency,
                      const struct q_change_account_row *account);

/* `, "risk": {"30": [p, low, high], "90": …, "180": …, "renewal": …}, "remaining_arr_365d": [arr,
 * low, high]`; null where there is none. */
void risk_words_json(GString *out, const char *currency,
                     const struct q_change_account_row *account);
