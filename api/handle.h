/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The endpoints of the routes, and what their handlers share. */
#pragma once

#include "api/routes.h"

enum { HANDLE_BODY_MAX = 64 << 10 };

extern const struct endpoint handle_accounts, handle_account, handle_history, handle_explain;
extern const struct endpoint handle_portfolio;
extern const struct endpoint handle_events;
extern const struct endpoint handle_portfolio_history;
extern const struct endpoint handle_change, handle_what_if, handle_scorecard_validate;
extern const struct endpoint handle_overrides, handle_override_add, handle_sentiment;
extern const struct endpoint handle_sentiment_add;
extern const struct endpoint handle_timeline, handle_notes, handle_note_add, handle_note_drop;
extern const struct endpoint handle_tasks, handle_account_tasks, handle_task_add;
extern const struct endpoint handle_task_change, handle_acknowledgements;
extern const struct endpoint handle_acknowledgement_add, handle_mutes, handle_mute_add;
extern const struct endpoint handle_mute_end, handle_views, handle_view_put, handle_view_drop;
extern const struct endpoint handle_alerts, handle_account_alerts, handle_alert;
extern const struct endpoint handle_alert_acknowledge, handle_alert_mute;
extern const struct endpoint handle_preferences, handle_preferences_put;
extern const struct endpoint handle_incidents, handle_incident_accounts, handle_account_incidents;
extern const struct endpoint handle_slo, handle_account_slo, handle_indicators;
extern const struct endpoint handle_account_indicators;
extern const struct endpoint handle_renewals, handle_movements, handle_moved, handle_cohorts;
extern const struct endpoint handle_forecast, handle_churn_reasons, handle_churned;
extern const struct endpoint handle_scorecards, handle_scorecard, handle_models, handle_model;
extern const struct endpoint handle_model_proof;
extern const struct endpoint handle_runs, handle_run_one, handle_jobs, handle_loads, handle_load;
extern const struct endpoint handle_rejects, handle_reject_reasons, handle_unresolved;
extern const struct endpoint handle_freshness, handle_quality;
extern const struct endpoint handle_queries, handle_query;
extern const struct endpoint handle_session_open, handle_session, handle_session_end;
extern const struct endpoint handle_session_password, handle_sign_in, handle_sign_in_script;
extern const struct endpoint handle_me, handle_problems, handle_problem, handle_openapi;
extern const struct endpoint handle_weekly_page, handle_account_page, handle_errors_page;
extern const struct endpoint handle_docs_page;

/* The key of an account in the path. */
#define HANDLE_KEY                                                                                 \
    {                                                                                              \
        .name = "key", .kind = FIELD_KEY, .in_path = true, .what = "Key of the account."           \
    }
/* The number of something in the path. */
#define HANDLE_ID(of, sentence)                                                                    \
    {                                                                                              \
        .name = of, .kind = FIELD_INTEGER, .in_path = true, .least = 1, .most = INT64_MAX,         \
        .what = sentence                                                                           \
    }
/* What lists have in common. */
#define HANDLE_PAGE                                                                                \
    {.name = "limit",                                                                              \
     .kind = FIELD_INTEGER,                                                                        \
     .least = 1,                                                                                   \
     .most = HANDLE_LIMIT_MAX,                                                                     \
     .fallback = "100",                                                                            \
     .what = "Rows of a page."},                                                                   \
        {.name = "cursor", .kind = FIELD_CURSOR, .what = "Where the page before ended."},          \
        HANDLE_LIST
/* Those that come whole. */
#define HANDLE_LIST                                                                                \
    {.name = "fields",                                                                             \
     .kind = FIELD_WORDS,                                                                          \
     .most = 64,                                                                                   \
     .what = "Members to show; all by default."},                                                  \
    {                                                                                              \
        .name = "format", .kind = FIELD_CHOICE, .choices = handle_formats,                         \
        .what = "json or csv; otherwise Accept decides."                                           \
    }
enum { HANDLE_LIMIT_MAX = 1000 };
extern const char *const handle_formats[];

/* The newest run, or NULL after answering no_run. Give it back with snapshot_unref. */
const struct snapshot *handle_run(const struct site *site, const struct request *request,
                                  struct response *response);

/* What the answer says of its run. */
struct response_meta handle_meta(const struct site *site, const struct request *request,
                                 const struct snapshot *snapshot);

/*
 * Begin the list of a ROUTE_LIST: "data": [ with the fields that were asked for, or the header line
 * of CSV. Rows are objects; end with handle_list_end.
 */
struct writer handle_list(const struct request *request, struct response *response);
void handle_list_end(struct response *response, struct writer *writer,
                     const struct response_meta *meta);

/* The Link header to the next page. */
void handle_next_link(const struct request *request, struct response *response, const char *cursor);

/* The account of the path, or NULL after answering not_found: the same words whether it does not
 * exist or belongs to somebody else. */
const struct snapshot_account *handle_find(const struct snapshot *snapshot,
                                           const struct request *request,
                                           struct response *response);

/* Write the member scopes. */
void handle_scopes(struct writer *writer, unsigned scopes);

/* May this caller see the account? */
bool handle_sees(const struct principal *principal, const struct snapshot_account *account);

/* Ownership is what it is now, also on a page of an older run. */
bool handle_sees_now(const struct site *site, const struct request *request,
                     const struct snapshot *snapshot, const struct snapshot_account *account);
