/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over what days published, account by account: rules are judged and stepped on, whoever
 * keeps the states. */
#pragma once

#include "reports/alert_state.h"
#include "reports/alert_text.h"

struct alert_walk_rule {
    const struct alert_rule *rule;
    int32_t first; /* day it is judged from */
    int32_t opens; /* day it may open alerts from; those before only count days in a row */
};

struct alert_walk {
    struct arena *arena;
    struct db *db;
    const struct alert_set *set;
    const char *currency;
    const struct alert_walk_rule *rule;
    size_t n_rules;
    bool has_past;                         /* accounts that are no more are judged too */
    int32_t last, loud_from;               /* newest day judged; from when on happenings are told */
    struct q_alert_accounts_rows accounts; /* sorted by account_id */

    /* An account that is no more (merged, deleted) is not asked about, unless has_past.
     * Where an account stands to the n-th rule; changed in place. NULL: it is not kept, begin. */
    struct alert_state *(*state)(void *context, int64_t account_id, size_t n);
    /* What people said of it; NULL: nothing. */
    const struct alert_silence *(*silence)(void *context, int64_t account_id, size_t n);
    /* Something happened on a day. */
    void (*happened)(void *context, const struct q_alert_accounts_row *account, size_t n,
                     const struct alert_facts *facts, const struct alert_happening *what);
    /* The account was judged by the rule on all days. */
    void (*done)(void *context, int64_t account_id, size_t n, const struct alert_state *before,
                 const struct alert_state *after);
    void *context;

    int64_t opened;   /* counts openings, for their ids */
    int64_t judged;   /* accounts that were there on a day that is loud */
    int32_t from, to; /* first and last loud day; ALERT_NEVER: there was none */
    int64_t days;     /* loud days */
};

/*
 * Walk. The result does not depend on how days are split among walks, but for what is loud.
 *
 * Errors  KENKO_ERROR_CONFIG  a metric is behind no measure of the scorecards of the last day
 * Cost    one pass over the results of the days that are judged or looked back on; bytes of one
 *         account
 */
MUST_USE bool alert_walk(struct alert_walk *walk, GError **err);

/* Does what happened say the rule's sentence? */
bool alert_walk_says(enum alert_kind kind);
/* Count what happened. */
void alert_walk_count(struct alert_counts *counts, const struct alert_happening *what);

/* The account of that id; NULL: it is not judged. */
const struct q_alert_accounts_row *alert_walk_account(const struct alert_walk *walk,
                                                      int64_t account_id);
