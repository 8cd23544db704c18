/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reports are made from: a published run, the one before it, and accounts with their reasons.
 */
#pragma once

#include "core/config.h"
#include "core/db.h"
#include "reports/document.h"
#include "sql/reports.h"

enum { REPORT_CHANNELS_MAX = 16, REPORT_NEWEST = INT32_MAX };

struct report_channel {
    const char *name, *type, *path, *url;
    bool allow_private;
};

/* kenko.yaml's section `reports`. */
struct report_config {
    int top;
    const char *base_url, *currency, *organisation, *directory;
    size_t n_channels;
    struct report_channel channel[REPORT_CHANNELS_MAX];
};

MUST_USE bool report_config_load(struct config *config, struct report_config *out, GError **err);

/* A run with its scorecard's measures and the run a week before, when there is one. */
struct report {
    struct db *db;
    struct arena *arena;
    const struct report_config *config;
    struct q_report_run_row run, before;
    bool has_before;
    struct q_report_measures_rows measures;
    struct q_report_features_rows features; /* of the run's model; none without one */
};

/* The newest published run up to a day (REPORT_NEWEST: of all).
 * Errors  KENKO_ERROR_NOT_FOUND  nothing is published yet */
MUST_USE bool report_open(struct report *report, struct arena *arena, struct db *db,
                          const struct report_config *config, int32_t as_of, GError **err);

/* Accounts in an order of report_accounts.sql; `key` "" for all. */
MUST_USE bool report_accounts(const struct report *report, const char *sort, const char *key,
                              int max_rows, struct q_report_accounts_rows *rows, GError **err);

/* Why an account is on a list, in words: what fell most since the run before, else what costs most.
 */
const char *report_reasons(const struct report *report, const struct q_report_accounts_row *account,
                           int max_reasons);

/* What raises an account's churn risk most against the average customer, in words; "" when nothing
 * does or no model speaks. */
const char *report_risk_reasons(const struct report *report,
                                const struct q_report_accounts_row *account, int max_reasons);

/* A metric's quality as people say it: "no data" for no_data. */
const char *report_quality(const struct report *report, const char *quality);

/* "12.3 %", "3 days" …: a metric value in its unit; and money, percent, health as people read them.
 */
const char *report_value(const struct report *report, double value, const char *unit);
const char *report_money(const struct report *report, double minor);
const char *report_risk(const struct report *report, const struct q_report_accounts_row *account);
const char *report_health(const struct report *report, bool is_null, int bp);
/* The page of an account, under the base address. */
const char *report_link(const struct report *report, const char *key);
/* ▲ 3.2 or ▼ 4.1 since the run before, or "". */
const char *report_delta(const struct report *report, const struct q_report_accounts_row *account);

/* ── the reports ─────────────────────────────────────────────────────────────────────────────────
 */

MUST_USE bool weekly_churn_make(const struct report *report, struct document *out, GError **err);
MUST_USE bool digest_make(const struct report *report, struct document *out, GError **err);
MUST_USE bool brief_make(const struct report *report, const char *key, struct document *out,
                         GError **err);
