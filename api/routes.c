/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/routes.h"

#include <string.h>

#include "api/event.h"
#include "api/handle.h"

/* An endpoint that forgets its scope does not compile. */
#define SCOPE(scope) ((scope) + 0 * sizeof(char[(scope) ? 1 : -1]))
#define READ(name, pattern, scope, endpoint, what)                                                 \
    {                                                                                              \
        name, "GET", pattern, SCOPE(scope), 0, &(endpoint), what, NULL                             \
    }
#define WRITE(name, method, pattern, scope, endpoint, what)                                        \
    {                                                                                              \
        name, method, pattern, SCOPE(scope), HANDLE_BODY_MAX, &(endpoint), what, NULL              \
    }
#define END(name, pattern, scope, endpoint, what)                                                  \
    {                                                                                              \
        name, "DELETE", pattern, SCOPE(scope), 0, &(endpoint), what, NULL                          \
    }
#define EVENTS(name, pattern, what)                                                                \
    {                                                                                              \
        name, "POST", pattern, SCOPE(AUTH_EVENTS), EVENT_BODY_MAX, &handle_events, what, NULL      \
    }

/* 2026-12-01 and 2027-06-01. */
static const struct deprecation errors_page = {1796083200, 1811808000, "/api/v1/problems"};

const struct route routes[] = {
    READ("accounts", "/api/v1/accounts", AUTH_ACCOUNTS, handle_accounts,
         "Accounts of the newest run: filter, search, sort, page"),
    READ("account", "/api/v1/accounts/{key}", AUTH_ACCOUNTS, handle_account,
         "One account: score, band, bounds, risk, contributions"),
    READ("history", "/api/v1/accounts/{key}/history", AUTH_SCORES, handle_history,
         "One account's published scores over time"),
    READ("explain", "/api/v1/accounts/{key}/explain", AUTH_SCORES, handle_explain,
         "Why: contributions with raw values and sentences"),
    READ("change", "/api/v1/accounts/{key}/change", AUTH_SCORES, handle_change,
         "How a health changed between two days, without a rest"),
    WRITE("what_if", "POST", "/api/v1/accounts/{key}/what-if", AUTH_SCORES, handle_what_if,
          "What a health would be with other values, and what would lift it"),
    READ("overrides", "/api/v1/accounts/{key}/overrides", AUTH_SCORES, handle_overrides,
         "What people said over a health"),
    WRITE("override_add", "POST", "/api/v1/accounts/{key}/overrides", AUTH_WORK,
          handle_override_add, "Say a cap, a floor or a health over the computed one"),
    READ("sentiment", "/api/v1/accounts/{key}/sentiment", AUTH_ACCOUNTS, handle_sentiment,
         "How people said that an account stands"),
    WRITE("sentiment_add", "POST", "/api/v1/accounts/{key}/sentiment", AUTH_WORK,
          handle_sentiment_add, "Say how an account stands"),
    READ("timeline", "/api/v1/accounts/{key}/timeline", AUTH_ACCOUNTS, handle_timeline,
         "What happened to an account, newest first, in one feed"),
    READ("account_incidents", "/api/v1/accounts/{key}/incidents", AUTH_ACCOUNTS,
         handle_account_incidents, "The incidents that touched an account"),
    READ("account_slo", "/api/v1/accounts/{key}/slo", AUTH_ACCOUNTS, handle_account_slo,
         "What an account was promised and got"),
    READ("account_indicators", "/api/v1/accounts/{key}/indicators", AUTH_ACCOUNTS,
         handle_account_indicators, "Flags of an account, since when and until when"),
    READ("notes", "/api/v1/accounts/{key}/notes", AUTH_ACCOUNTS, handle_notes,
         "Notes about an account"),
    WRITE("note_add", "POST", "/api/v1/accounts/{key}/notes", AUTH_WORK, handle_note_add,
          "Write a note about an account"),
    END("note_drop", "/api/v1/accounts/{key}/notes/{note_id}", AUTH_WORK, handle_note_drop,
        "Take back a note of one's own"),
    READ("account_tasks", "/api/v1/accounts/{key}/tasks", AUTH_ACCOUNTS, handle_account_tasks,
         "Tasks about an account"),
    WRITE("task_add", "POST", "/api/v1/accounts/{key}/tasks", AUTH_WORK, handle_task_add,
          "Ask for something to be done about an account"),
    READ("acknowledgements", "/api/v1/accounts/{key}/acknowledgements", AUTH_ACCOUNTS,
         handle_acknowledgements, "What people said they have seen about an account"),
    WRITE("acknowledgement_add", "POST", "/api/v1/accounts/{key}/acknowledgements", AUTH_WORK,
          handle_acknowledgement_add, "Say that something about an account was seen"),
    WRITE("mute_add", "POST", "/api/v1/accounts/{key}/mutes", AUTH_WORK, handle_mute_add,
          "Send nothing about an account for a while"),
    READ("tasks", "/api/v1/tasks", AUTH_ACCOUNTS, handle_tasks,
         "Tasks about all accounts one sees"),
    WRITE("task_change", "PATCH", "/api/v1/tasks/{task_id}", AUTH_WORK, handle_task_change,
          "Change a task, or close it"),
    READ("mutes", "/api/v1/mutes", AUTH_ACCOUNTS, handle_mutes,
         "Accounts that nothing is sent about"),
    END("mute_end", "/api/v1/mutes/{mute_id}", AUTH_WORK, handle_mute_end, "End a mute early"),
    READ("alerts", "/api/v1/alerts", AUTH_ACCOUNTS, handle_alerts,
         "Alerts about the accounts one sees, open ones and those that are over"),
    READ("alert", "/api/v1/alerts/{alert_id}", AUTH_ACCOUNTS, handle_alert,
         "One alert, and what happened to it"),
    WRITE("alert_acknowledge", "POST", "/api/v1/alerts/{alert_id}/acknowledge", AUTH_WORK,
          handle_alert_acknowledge, "Take up an open alert: it is not escalated"),
    WRITE("alert_mute", "POST", "/api/v1/alerts/{alert_id}/mute", AUTH_WORK, handle_alert_mute,
          "Send nothing of an open alert's rule about its account for a while"),
    READ("account_alerts", "/api/v1/accounts/{key}/alerts", AUTH_ACCOUNTS, handle_account_alerts,
         "Alerts about an account"),
    READ("incidents", "/api/v1/incidents", AUTH_ACCOUNTS, handle_incidents,
         "Incidents, with what they touched"),
    READ("incident_accounts", "/api/v1/incidents/{source}/{incident}/accounts", AUTH_ACCOUNTS,
         handle_incident_accounts, "The accounts that an incident touched"),
    READ("slo", "/api/v1/slo", AUTH_ACCOUNTS, handle_slo,
         "What accounts were promised and got, on the day of the run"),
    READ("indicators", "/api/v1/indicators", AUTH_ACCOUNTS, handle_indicators,
         "Flags that are set on the day of the run"),
    READ("renewals", "/api/v1/renewals", AUTH_ACCOUNTS, handle_renewals,
         "Contracts that end, with what they may cost"),
    READ("movements", "/api/v1/movements", AUTH_REPORTS, handle_movements,
         "What revenue did in each month, quarter or year"),
    READ("movement_accounts", "/api/v1/movements/accounts", AUTH_REPORTS, handle_moved,
         "Whose revenue moved in a month"),
    READ("cohorts", "/api/v1/cohorts", AUTH_REPORTS, handle_cohorts,
         "What is left of the customers won in each month"),
    READ("forecast", "/api/v1/forecast", AUTH_REPORTS, handle_forecast,
         "What renewals of each quarter may cost, and what they did"),
    READ("churned", "/api/v1/churned", AUTH_REPORTS, handle_churned,
         "Customers who left, and whether it was seen coming"),
    READ("churn_reasons", "/api/v1/churn-reasons", AUTH_REPORTS, handle_churn_reasons,
         "Why customers left, by month"),
    READ("scorecards", "/api/v1/scorecards", AUTH_SCORES, handle_scorecards,
         "Versions of scorecards"),
    READ("scorecard", "/api/v1/scorecards/{scorecard_id}", AUTH_SCORES, handle_scorecard,
         "One version with its text and measures"),
    WRITE("scorecard_validate", "POST", "/api/v1/scorecards/validate", AUTH_OPS,
          handle_scorecard_validate, "Is this text a scorecard that kenko would take?"),
    READ("models", "/api/v1/models", AUTH_REPORTS, handle_models, "Churn models, newest first"),
    READ("model", "/api/v1/models/{model_id}", AUTH_REPORTS, handle_model, "One churn model"),
    READ("model_proof", "/api/v1/models/{model_id}/proof", AUTH_REPORTS, handle_model_proof,
         "How good a model was on time it had not seen"),
    READ("runs", "/api/v1/runs", AUTH_OPS, handle_runs, "Scoring runs, newest first"),
    READ("run", "/api/v1/runs/{run_id}", AUTH_OPS, handle_run_one, "One scoring run"),
    READ("jobs", "/api/v1/jobs", AUTH_OPS, handle_jobs, "Runs of jobs, newest first"),
    READ("loads", "/api/v1/loads", AUTH_OPS, handle_loads, "What was loaded, newest first"),
    READ("load", "/api/v1/loads/{load_id}", AUTH_OPS, handle_load, "One load"),
    READ("load_rejects", "/api/v1/loads/{load_id}/rejects", AUTH_OPS, handle_rejects,
         "Records of a load that could not become facts"),
    READ("rejects", "/api/v1/rejects", AUTH_OPS, handle_reject_reasons,
         "Why records were rejected, counted"),
    READ("unresolved", "/api/v1/unresolved", AUTH_OPS, handle_unresolved,
         "Parties that belong to no account"),
    READ("freshness", "/api/v1/freshness", AUTH_OPS, handle_freshness,
         "How far each stream has come"),
    READ("quality", "/api/v1/quality", AUTH_OPS, handle_quality,
         "What the checks of usage said of each day"),
    READ("portfolio_history", "/api/v1/portfolio/history", AUTH_ACCOUNTS, handle_portfolio_history,
         "The accounts one sees added up on each published day, by band"),
    READ("views", "/api/v1/views", AUTH_ACCOUNTS, handle_views, "Saved views"),
    WRITE("view_put", "POST", "/api/v1/views", AUTH_ACCOUNTS, handle_view_put,
          "Keep filters under a name"),
    END("view_drop", "/api/v1/views/{view_id}", AUTH_ACCOUNTS, handle_view_drop,
        "Forget a view of one's own"),
    READ("preferences", "/api/v1/me/preferences", AUTH_ACCOUNTS, handle_preferences,
         "How one likes to see things"),
    WRITE("preferences_put", "PUT", "/api/v1/me/preferences", AUTH_ACCOUNTS, handle_preferences_put,
          "Say how one likes to see things"),
    READ("portfolio", "/api/v1/portfolio", AUTH_ACCOUNTS, handle_portfolio,
         "Accounts that the caller sees added up, in groups if asked for"),
    EVENTS("events", "/api/v1/events", "Take in events: one, an array, or a batch"),
    EVENTS("track", "/v1/track", "Take in what somebody did, as Segment's libraries send it"),
    EVENTS("identify", "/v1/identify", "The same for who somebody is"),
    EVENTS("group", "/v1/group", "The same for the account somebody belongs to"),
    EVENTS("page", "/v1/page", "The same for a page that was seen"),
    EVENTS("screen", "/v1/screen", "The same for a screen that was seen"),
    EVENTS("alias", "/v1/alias", "The same for two ids of one person"),
    EVENTS("batch", "/v1/batch", "The same for many events at once"),
    READ("queries", "/api/v1/queries", AUTH_REPORTS, handle_queries,
         "Named queries with their parameters and columns"),
    READ("query", "/api/v1/queries/{name}", AUTH_REPORTS, handle_query,
         "The rows of a named query, as JSON, CSV, or as Redash reads them"),
    READ("me", "/api/v1/me", AUTH_KEY, handle_me, "Who the key is: role, scopes, person"),
    WRITE("session_open", "POST", "/api/v1/session", AUTH_PUBLIC, handle_session_open,
          "Sign in with name and password; the session comes as a cookie"),
    READ("session", "/api/v1/session", AUTH_SESSION, handle_session,
         "Who is signed in, and what writes have to show"),
    END("session_end", "/api/v1/session", AUTH_SESSION, handle_session_end, "Sign out"),
    WRITE("session_password", "PUT", "/api/v1/session/password", AUTH_SESSION,
          handle_session_password, "Set another password; ends all sessions of the person"),
    READ("problems", "/api/v1/problems", AUTH_PUBLIC, handle_problems,
         "Every error code with its meaning and what to do"),
    READ("problem", "/api/v1/problems/{code}", AUTH_PUBLIC, handle_problem, "One error code"),
    READ("openapi", "/api/v1/openapi.json", AUTH_PUBLIC, handle_openapi,
         "This interface as OpenAPI 3.1"),
    READ("weekly_page", "/", AUTH_LOCAL, handle_weekly_page, "The newest weekly report"),
    READ("account_page", "/accounts/{key}", AUTH_LOCAL, handle_account_page,
         "One account as a page"),
    {"errors_page", "GET", "/docs/errors", SCOPE(AUTH_PUBLIC), 0, &handle_errors_page,
     "What each error code means, as a page", &errors_page},
    READ("sign_in", "/sign-in", AUTH_PUBLIC, handle_sign_in, "Where people sign in and out"),
    READ("sign_in_script", "/sign-in.js", AUTH_PUBLIC, handle_sign_in_script,
         "What that page runs"),
    READ("docs_page", "/docs", AUTH_PUBLIC, handle_docs_page, "This table of endpoints"),
};
const size_t routes_count = G_N_ELEMENTS(routes);

enum { SCOPES = 2 * AUTH_SESSION - 1 };

static bool lacks(const struct route *route, const char *what, GError **err)
{
    return err_set(err, KENKO_ERROR_CHECK, "route %s: %s",
                   route->name ? route->name : "without a name", what);
}

/* The names in the pattern are the parameters in the path, in order. */
static bool check_path(const struct route *route, GError **err)
{
    const struct field *field = route->endpoint->params;
    for (const char *at = strchr(route->pattern, '{'); at; at = strchr(at + 1, '{')) {
        size_t n = strcspn(at + 1, "}");
        while (field && field->name && !field->in_path)
            field++;
        if (!field || !field->name || strlen(field->name) != n ||
            strncmp(field->name, at + 1, n) != 0)
            return lacks(route, "a name of the pattern is not the next parameter in the path", err);
        field++;
    }
    for (; field && field->name; field++) {
        if (field->in_path)
            return lacks(route, "a parameter in the path is not in the pattern", err);
    }
    return true;
}

static bool check_fields(const struct route *route, const struct field *fields, GError **err)
{
    for (const struct field *field = fields; field && field->name; field++) {
        if (!field->what)
            return lacks(route, "a parameter has no sentence", err);
        if ((field->kind == FIELD_CHOICE || field->kind == FIELD_SORT) && !field->choices)
            return lacks(route, "a choice has no choices", err);
    }
    return true;
}

static bool check_route(const struct route *route, GError **err)
{
    const struct endpoint *endpoint = route->endpoint;
    if (route->scope == 0 || (route->scope & ~(unsigned)SCOPES) != 0 ||
        strcmp(auth_scope_name((enum auth_scope)route->scope), "unknown") == 0)
        return lacks(route, "it has no scope, or one that does not exist", err);
    if (!endpoint || !endpoint->handler || !route->what || !*route->what)
        return lacks(route, "it has no handler or no sentence", err);
    if (!endpoint->shape && !endpoint->media && endpoint->answer != ROUTE_NOTHING)
        return lacks(route, "nothing says what it answers with", err);
    if (endpoint->body && route->body_max == 0)
        return lacks(route, "it has members of a body, but takes none", err);
    return check_path(route, err) && check_fields(route, endpoint->params, err) &&
           check_fields(route, endpoint->body, err);
}

bool routes_check(const struct route *table, size_t n, GError **err)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < n; i++) {
        const struct route *route = &table[i];
        if (!route->name || !route->method || !route->pattern || *route->pattern != '/')
            return lacks(route, "it has no name, method or path", err);
        if (!check_route(route, err))
            return false;
        if (!g_hash_table_add(seen, g_strdup(route->name)) ||
            !g_hash_table_add(seen, g_strdup_printf("%s %s", route->method, route->pattern)))
            return lacks(route, "its name, or its method and path, is there twice", err);
    }
    return true;
}
