/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule over the past, before it is switched on. */
#pragma once

#include "reports/alert.h"

enum { ALERT_HORIZON_DAYS = 90 }; /* a loss within so many days makes an alert right */

struct alert_replay_account {
    const char *account, *name;
    int64_t opened, told;
    int32_t first_on, last_on; /* days of its first and last opening */
    int32_t churned_on;        /* first loss after the first; ALERT_NEVER: none */
};

/* Medians are NaN where there is nothing to take one of. */
struct alert_replay {
    int32_t from, to; /* first and last published day judged */
    int32_t known_to; /* newest published day: losses are known up to it */
    int64_t days;     /* published days judged */
    struct alert_counts counts;
    int64_t open;          /* alerts that had not ended by then */
    double open_days;      /* median days to the end of those that ended */
    int64_t judged;        /* alerts whose next ALERT_HORIZON_DAYS are over */
    int64_t right;         /* of them, those of accounts that were lost within them */
    double base;           /* the same share of all results of those days */
    int64_t lost;          /* accounts the rule is about that were lost while it could have told */
    int64_t foretold;      /* of them, those with an alert within the days before */
    double lead_days;      /* median days from the first such alert to the loss */
    int64_t owners;        /* of accounts the rule is about */
    double per_owner_week; /* told alerts; NaN without owners */
    struct alert_replay_account *account;
    size_t n_accounts; /* with an alert, most first */
};

/*
 * What a rule would have told, had it been judged on each published day of a time and been new on
 * the first; nothing is written. Acknowledgements and mutes, which are people's, are left out.
 *
 * from, to  REPORT_NEWEST as `to`: up to the newest published day
 * each      called for each event, account by account; NULL: nobody lists them
 *
 * Errors  KENKO_ERROR_NOT_FOUND  nothing is published in that time
 * Cost    one pass over the results of those days
 */
MUST_USE bool alert_replay(struct arena *arena, struct db *db, const struct report_config *reports,
                           const struct alert_set *set, const struct alert_rule *rule, int32_t from,
                           int32_t to, alert_item_fn each, void *context, struct alert_replay *out,
                           GError **err);
