/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handlers of the routes, and what they share. */
#pragma once

#include "api/routes.h"

void handle_accounts(const struct site *site, struct request *request, struct response *response);
void handle_account(const struct site *site, struct request *request, struct response *response);
void handle_history(const struct site *site, struct request *request, struct response *response);
void handle_events(const struct site *site, struct request *request, struct response *response);
void handle_explain(const struct site *site, struct request *request, struct response *response);
void handle_weekly_page(const struct site *site, struct request *request,
                        struct response *response);
void handle_account_page(const struct site *site, struct request *request,
                         struct response *response);
void handle_errors_page(const struct site *site, struct request *request,
                        struct response *response);
void handle_docs_page(const struct site *site, struct request *request, struct response *response);

/* The newest run, or NULL after answering no_run. Give it back with snapshot_unref. */
const struct snapshot *handle_run(const struct site *site, const struct request *request,
                                  struct response *response);

/* Refuse parameters that are none of `names`: false after answering. */
bool handle_params(const struct request *request, const char *const *names,
                   struct response *response);

/* The account of the path, or NULL after answering not_found: the same words whether it does not
 * exist or belongs to somebody else. */
const struct snapshot_account *handle_find(const struct snapshot *snapshot,
                                           const struct request *request,
                                           struct response *response);

/* May this caller see the account? */
bool handle_sees(const struct principal *principal, const struct snapshot_account *account);

/* Members that the list and the single account have in common. */
void handle_write_account(struct writer *writer, const struct snapshot *snapshot,
                          const struct snapshot_account *account);

/* An amount of minor units of the reporting currency, in units. */
void handle_write_money(struct writer *writer, const struct snapshot *snapshot, const char *name,
                        int64_t minor);

/* "contributions": every measure, adding up to health. With raw values and sentences for explain.
 */
void handle_write_contributions(struct writer *writer, const struct snapshot *snapshot,
                                const struct snapshot_account *account, bool explain);

/* "risk_contributions": log-odds per feature, intercept last; null without a model. */
void handle_write_risk(struct writer *writer, const struct snapshot *snapshot,
                       const struct snapshot_account *account);
