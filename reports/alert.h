/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts: rules of alerts.yaml over what runs published, account by account. */
#pragma once

#include "core/limit.h"
#include "reports/outbox.h"

enum {
    ALERT_NAMES_MAX = 50,
    ALERT_FOREVER_DAYS = 400,
    ALERT_NEVER = INT32_MIN /* no such day */
};

/* A list of names of the configuration. */
struct alert_names {
    const char **name;
    size_t n;
};

/* The place of a name in the list; -1: it is not there. */
int alert_names_find(const struct alert_names *names, const char *name);

/* The value of a metric behind a measure, beyond a limit; `clear` is where it is well again. */
struct alert_limit {
    const char *metric;
    int wanted; /* index in the set's metrics */
    struct limit limit;
    double clear;
};

/* What has to hold, all of it. What is not asked for has no names, no days, a NULL. */
struct alert_when {
    struct alert_names band_to, band_from; /* the band is one of these; it was one of those */
    int band_days;                         /* at most so many days before */
    int drop_bp, drop_clear_bp, drop_days; /* health fell by so much within so many days */
    bool has_risk;
    int64_t risk_1e9, risk_clear_1e9; /* probability of churn above */
    struct alert_limit *limit;        /* metrics */
    size_t n_limits;
    const char *slo;
    int slo_wanted;
    bool slo_burn;                 /* a burn pair fires */
    struct alert_names slo_states; /* or the state is one of these */
    const char *indicator;
    int indicator_wanted;
    int renewal_days; /* a contract ends within so many days while the band is one of these */
    struct alert_names renewal_bands;
};

struct alert_rule {
    const char *name, *severity;
    const char *label[LANGUAGE_COUNT], *sentence[LANGUAGE_COUNT];
    const char *channel; /* NULL: all */
    const char *group;   /* told in one message with others of the group; NULL: by itself */
    struct alert_names segments, owners; /* whom it is about; none: everybody */
    struct alert_when when;
    int for_days, clear_days; /* in a row, by the calendar; 1 and more */
    int cool_days;            /* after one was told, another of the account is not for so long */
    int escalate_days;        /* 0: never */
    const char *escalate_severity, *escalate_channel;
    bool tell_resolved;
};

struct alert_set {
    struct alert_rule *rule;
    size_t n;
    int storm; /* more at once for one receiver become one message */
    struct alert_names metrics, slos, indicators; /* that conditions read */
};

/* What other files of the configuration declare; NULL-terminated. */
struct alert_declared {
    const char *const *slos, *const *indicators;
};

/*
 * Read alerts.yaml. A directory without one has no rules.
 *
 * Errors  KENKO_ERROR_CONFIG  alerts.yaml:12:7: alert turned_red: there is no channel 'css' in
 *                             kenko.yaml's reports, did you mean 'cs'?
 */
MUST_USE bool alert_load(struct arena *arena, struct config *config,
                         const struct report_config *reports, const struct alert_declared *declared,
                         struct alert_set *out, GError **err);

/* The rule of that name; NULL: there is none. */
const struct alert_rule *alert_find(const struct alert_set *set, const char *name);

/* ── checking ─────────────────────────────────────────────────────────────────────────────────────
 */

struct alert_counts {
    int64_t accounts; /* judged */
    int64_t opened, escalated, resolved, no_data;
    int64_t told;   /* openings, escalations and ends that a message tells of */
    int64_t queued; /* messages */
};

/* One thing that happened, for whoever lists them. Texts live until the call returns. */
struct alert_item {
    const char *rule, *label, *account, *name, *owner, *kind, *severity, *silence, *sentence;
    const char *fingerprint;
    bool is_told;
    int32_t as_of;
};
typedef void (*alert_item_fn)(void *context, const struct alert_item *item);

/*
 * Judge what was published since each rule was judged last, and queue what is to be told, in the
 * caller's transaction: a run is judged once. A rule that is new begins with the newest day, told
 * of what holds by then.
 *
 * each  called for each event of the newest day; NULL: nobody lists them
 *
 * Errors  KENKO_ERROR_CONFIG     a metric is behind no measure of the published scorecards
 *         KENKO_ERROR_NOT_FOUND  nothing is published yet
 * Cost    one pass over the accounts of the days that conditions look at
 */
MUST_USE bool alert_check(struct db *db, const struct report_config *reports,
                          const struct alert_set *set, alert_item_fn each, void *context,
                          struct alert_counts *out, GError **err);
