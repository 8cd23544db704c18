/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why an account is on a list, in words. */
#pragma once

#include "reports/report.h"

/*
 * Split the change of health since the run before.
 *
 * out  by measure of the run before
 *
 * Returns false when there is nothing to split (a health is not known on one of the days) or the
 * stored rows do not say it (the scorecard judges otherwise now).
 */
MUST_USE bool reason_split(const struct report *report, const struct q_report_accounts_row *account,
                           struct change *out);

/* What a measure was or is: its value in its unit, or why there is none. */
const char *reason_value(const struct report *report, const struct q_report_measures_row *measure,
                         const struct db_doubles *value, const struct db_texts *quality, size_t i);

/* The measure of the run that a measure of the run before is now; -1: it is gone. */
ssize_t reason_now(const struct report *report, size_t before);

/* Data that came and went, "no longer known: NPS, Last session"; "" when none did. */
const char *reason_data(const struct report *report, const struct q_report_accounts_row *account,
                        const struct change *change);

/* In one line: what took health since the run before, measure by measure with what it was, and
 * data, configuration and caps apart; where health did not fall, what it lacks most. Then what the
 * churn risk comes from. */
const char *reason_line(const struct report *report, const struct q_report_accounts_row *account,
                        int max_reasons);
