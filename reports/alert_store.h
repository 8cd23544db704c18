/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the warehouse keeps of alerts: states that are not OK, what people said, what happened. */
#pragma once

#include "reports/alert_state.h"

struct alert_kept {
    int64_t account_id;
    const char *account; /* key */
    const char *rule;
    struct alert_state state;
    bool is_seen; /* for whoever walks over them */
};

struct alert_said {
    int64_t account_id;
    const char *rule; /* "" for a mute of all */
    struct alert_silence silence;
};

struct alert_store {
    struct alert_kept *kept; /* by account_id, rule */
    size_t n_kept;
    struct alert_said *said; /* by account_id, rule */
    size_t n_said;
};

/* Of those rules, and of what people said that holds on a day. In the arena. */
MUST_USE bool alert_store_load(struct arena *arena, struct db *db, const struct db_texts *rules,
                               int32_t as_of, struct alert_store *out, GError **err);

struct alert_kept *alert_store_find(const struct alert_store *store, int64_t account_id,
                                    const char *rule);
/* What holds for the account's alert of the rule: a mute of it or of all, an acknowledgement of
 * it. False: nothing. */
bool alert_store_said(const struct alert_store *store, int64_t account_id, const char *rule,
                      struct alert_silence *out);

/* One row of outreach.alert_event. */
struct alert_event {
    int64_t alert_id, account_id; /* alert_id 0: none */
    const char *rule, *kind, *severity, *fingerprint, *silence;
    const char *label[LANGUAGE_COUNT], *sentence[LANGUAGE_COUNT];
    const char *actor, *note; /* of what people said; "" */
    int32_t as_of, told_on;   /* ALERT_NEVER: not told */
};

/* `n` ids for alerts that were opened, in the arena. */
MUST_USE bool alert_store_ids(struct arena *arena, struct db *db, int64_t n, int64_t **out,
                              GError **err);
MUST_USE bool alert_store_events(struct db *db, int64_t run_id, const struct alert_event *event,
                                 size_t n, GError **err);
/* States after a day: those that are OK by then go. */
MUST_USE bool alert_store_states(struct db *db, int32_t as_of, const struct alert_kept *kept,
                                 size_t n, GError **err);
