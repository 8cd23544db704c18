/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest for a channel: at most ten accounts, each with why; who left, who is no longer known.
 */
#pragma once

#include "reports/report.h"

/* What it tells of. */
struct digest {
    struct q_report_accounts_rows worse, unknown;
    struct q_report_left_rows left;
};

/* Of all accounts, one owner's, or each owner's (REPORT_EACH): three statements, however many they
 * are. */
MUST_USE bool digest_load(const struct report *report, int64_t staff_id, struct digest *out,
                          GError **err);

/* One owner's part of each owner's. */
struct digest digest_of(const struct report *report, const struct digest *each, int64_t staff_id);

/* Is somebody worse, gone or no longer known? */
bool digest_has_news(const struct digest *digest);

/* How an account stands: "Red 20 ▼ 30.0, USD 5,000, churn in 90 days 2 % → 58 %". */
const char *digest_state(const struct report *report, const struct q_report_accounts_row *account);

void digest_make(const struct report *report, const struct digest *digest, struct document *out);
