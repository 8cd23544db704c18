/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reports are made from: a published run, the one before it, and accounts. */
#pragma once

#include "core/change.h"
#include "core/config.h"
#include "core/db.h"
#include "reports/document.h"
#include "reports/message.h"
#include "sql/reports.h"

enum {
    REPORT_CHANNELS_MAX = 16,
    REPORT_NEWEST = INT32_MAX,
    REPORT_ALL = 0,       /* for a staff_id: whoever owns them, */
    REPORT_EACH = -1,     /* and of each owner as many, owner by owner */
    REPORT_RISK_DAYS = 90 /* what p_churn is the probability of churn within */
};

/* owner: "" for everybody's messages, "each" for one to each owner about their accounts, or the
 * address of one owner. A path may hold {owner}. */
struct report_channel {
    const char *name, *type, *path, *url, *owner;
    bool allow_private;
    const char *secret, *secret_before; /* references; NULL: not signed */
    const char *only;                   /* digest or alerts; NULL: both */
};

/* What kenko.yaml says of an owner beside their row of staff; NULL for what it does not. */
struct report_owner {
    char *email, *slack_id, *language;
};

/* kenko.yaml's section `reports`, and how a change of health is split. */
struct report_config {
    int top;
    const char *base_url, *currency, *organisation, *directory;
    enum language language;
    change_split_fn split;
    size_t n_channels;
    struct report_channel channel[REPORT_CHANNELS_MAX];
    size_t n_owners;
    const struct report_owner *owners;
};

/* Does a channel take messages of a kind, digest or alerts? */
bool report_channel_takes(const struct report_channel *channel, const char *kind);

MUST_USE bool report_config_load(struct config *config, change_split_fn split,
                                 struct report_config *out, GError **err);

/* A run with its scorecard's measures and the run a week before, when there is one. */
struct report {
    struct db *db;
    struct arena *arena;
    const struct report_config *config;
    enum language language;
    struct q_report_run_row run, before;
    bool has_before;
    struct q_report_measures_rows measures, before_measures;
    struct q_report_features_rows features; /* of the run's model; none without one */
    struct q_report_words_rows words;       /* of metrics.yaml in other languages, sorted */
    const struct q_report_staff_row *owner; /* who is spoken to; NULL: everybody */
};

/* The newest published run up to a day (REPORT_NEWEST: of all).
 * Errors  KENKO_ERROR_NOT_FOUND  nothing is published yet */
MUST_USE bool report_open(struct report *report, struct arena *arena, struct db *db,
                          const struct report_config *config, int32_t as_of, GError **err);

/* The owners of accounts of the run and the one before; `email` "" for all. */
MUST_USE bool report_staff(const struct report *report, const char *email,
                           struct q_report_staff_rows *rows, GError **err);
/* Speak to an owner, in their language; what is told is the caller's. `staff` must live as long. */
void report_narrow(struct report *report, const struct q_report_staff_row *staff);
/* Their Slack id, to be mentioned; "" when none is known. */
const char *report_mention(const struct report *report);

/* Accounts in an order of report_accounts.sql; `key` "" for all. */
MUST_USE bool report_accounts(const struct report *report, const char *sort, const char *key,
                              int64_t staff_id, int max_rows, struct q_report_accounts_rows *rows,
                              GError **err);

/* Who left since the run before; none without one. */
MUST_USE bool report_left(const struct report *report, int64_t staff_id, int max_rows,
                          struct q_report_left_rows *rows, GError **err);

/* A message in the report's language, as message_say and message_count. {before} is the day of the
 * run before, {days} the days that risk looks ahead: they need not be given. */
const char *report_say(const struct report *report, enum message message,
                       ...) G_GNUC_NULL_TERMINATED;
const char *report_count(const struct report *report, enum message message, int64_t n,
                         ...) G_GNUC_NULL_TERMINATED;

/* What a column tells of; report_tells whether there is any: else it is left out, cells too. */
enum report_topic { TOPIC_ANY, TOPIC_MONEY, TOPIC_RISK };

bool report_tells(const struct report *report, enum report_topic topic);

/* One column of a table in the making. */
struct report_column {
    enum message head;
    enum document_column_kind kind;
    enum report_topic topic;
};

/* Begin a table; `caption` "" for none. Cells follow. */
void report_table(const struct report *report, struct document *document, const char *caption,
                  const struct report_column *columns, size_t n);

/* Numbers, days, money, healths and bands as people read them. */
const char *report_day(const struct report *report, bool is_null, int32_t day);
const char *report_stamp(const struct report *report, int64_t at_us); /* UTC */
const char *report_number(const struct report *report, int64_t n);
const char *report_money(const struct report *report, double minor);
const char *report_percent(const struct report *report, int64_t p_1e9);
const char *report_risk(const struct report *report, const struct q_report_accounts_row *account);
const char *report_band(const struct report *report, const char *band);
/* A label or sentence of the configuration in the report's language: as metrics.yaml says it, else
 * the catalogue, else as it is. */
const char *report_words(const struct report *report, const char *words);
/* "–" for an Unknown one: what little is known makes no health. */
const char *report_health(const struct report *report, const char *band, bool is_null, int bp);
/* ▲ 3.2 or ▼ 4.1 since the run before, or "". */
const char *report_delta(const struct report *report, const struct q_report_accounts_row *account);
/* The page of an account, under the base address. */
const char *report_link(const struct report *report, const char *key);

/* ── the reports ─────────────────────────────────────────────────────────────────────────────────
 */

MUST_USE bool weekly_churn_make(const struct report *report, struct document *out, GError **err);
MUST_USE bool brief_make(const struct report *report, const char *key, struct document *out,
                         GError **err);
