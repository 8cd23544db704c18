/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts as messages: who is told, what goes together, and how it reads. */
#pragma once

#include "reports/alert_state.h"

/* One thing that is told. */
struct alert_tell {
    const struct alert_rule *rule;
    enum alert_kind kind; /* ALERT_OPENED, ALERT_TOLD, ALERT_ESCALATED or ALERT_RESOLVED */
    const struct q_alert_accounts_row *account;
    const char *severity, *sentence[LANGUAGE_COUNT];
    int32_t opened_on;
    int64_t arr_minor;
};

/*
 * Queue messages for all channels, in their owners' languages. Rules of a group share one; others
 * are told one by one, up to the set's storm for a receiver, above it all together. A channel
 * that writes one file gets one message.
 */
MUST_USE bool alert_message_queue(const struct report *report, const struct alert_set *set,
                                  const struct alert_tell *tell, size_t n, int64_t *queued,
                                  GError **err);
