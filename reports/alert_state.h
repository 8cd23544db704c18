/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an account stands to a rule, from day to day. Pure: days, verdicts and what people said come
 * in, the next state and what happened come out. */
#pragma once

#include "reports/alert.h"

enum { ALERT_GAP_DAYS = 7 }; /* a longer gap between judged days breaks a row */

/* What one published day says of an account. */
struct alert_day {
    int32_t as_of;
    bool is_there; /* the account was scored */
    const char *band;
    int32_t effective_bp;
    bool has_health, has_risk, has_renewal;
    int64_t scorecard_id, p_1e9, arr_minor;
    int32_t renewal_on;
    const double *metric;   /* by the set's metrics; NaN: no value */
    const char *does_apply; /* by the set's metrics: does the metric speak of such accounts? */
    const char **slo;       /* state by the set's service levels; NULL: nothing was counted */
    const char *is_burning; /* by the set's service levels */
    const char *indicator;  /* by the set's indicators, one of ALERT_UNSET … */
};
enum { ALERT_UNSET, ALERT_SET, ALERT_UNKNOWN };

enum alert_verdict { ALERT_CLEAR, ALERT_BETWEEN, ALERT_MET, ALERT_NO_DATA };

/* What a rule says of a day; `day` of `days` read, ascending, those before it are looked back on.
 * BETWEEN: it does not hold, but it is not beyond the clear border either. */
enum alert_verdict alert_judge(const struct alert_rule *rule, const struct alert_day *days,
                               size_t day);

/* The health that a rule's drop is measured from; false: none is known, or none is asked for. */
bool alert_judge_before(const struct alert_rule *rule, const struct alert_day *days, size_t day,
                        int32_t *bp, const char **band);

/* As outreach.alert_state keeps it; ALERT_NEVER for days that are not set, 0 for ids. */
struct alert_state {
    int32_t since, seen_on, clear_since, opened_on, told_on, cool_until, escalated_on;
    int32_t no_data_since;
    int64_t alert_id; /* below 0: the n-th that this check opened */
    int64_t acknowledgement_id, mute_id;
    int64_t opened_at; /* when the opening was written, for acknowledgements; INT64_MAX: now */
    const char *severity;
};

void alert_state_clear(struct alert_state *state);
/* Is there anything to keep, after the day? */
bool alert_state_is_ok(const struct alert_state *state, int32_t day);

enum alert_kind {
    ALERT_OPENED,
    ALERT_ESCALATED,
    ALERT_RESOLVED,
    ALERT_ACKNOWLEDGED,
    ALERT_MUTED,
    ALERT_NO_DATA_CAME,
    ALERT_TOLD, /* one that was opened before is told now */
    ALERT_KINDS
};
extern const char *const alert_kind_names[ALERT_KINDS];

/* What people said about an account and a rule, where it holds on the day. */
struct alert_silence {
    int64_t mute_id, acknowledgement_id; /* 0: none */
    int64_t acknowledged_at;
    bool is_dated; /* the acknowledgement holds until a day, whatever happens */
    const char *mute_author, *mute_reason, *author, *note;
};

/* Something that happened. */
struct alert_happening {
    enum alert_kind kind;
    bool is_told;
    const char *silence; /* why not; "" */
    int64_t alert_id;
    int32_t opened_on;
    const char *severity;
};

enum { ALERT_HAPPENINGS_MAX = 6 };

struct alert_step {
    int32_t day;
    bool may_open;                       /* else it only counts days in a row */
    bool is_loud;                        /* it is the day that is told of */
    const struct alert_silence *silence; /* NULL: nobody said anything */
    int64_t *opened;                     /* counts alerts that were opened, for their ids */
    size_t n;
    struct alert_happening happening[ALERT_HAPPENINGS_MAX];
};

/* Go on by a day, whose verdict that is. */
void alert_state_step(const struct alert_rule *rule, enum alert_verdict verdict,
                      struct alert_state *state, struct alert_step *step);

/* The account, or the rule, is no more: an open alert ends untold. */
void alert_state_end(struct alert_state *state, const char *why, struct alert_step *step);
