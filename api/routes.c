/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/routes.h"

#include <string.h>

#include "api/event.h"
#include "api/handle.h"

/* An endpoint that forgets its scope does not compile. */
#define SCOPE(scope) ((scope) + 0 * sizeof(char[(scope) ? 1 : -1]))
#define ROUTE(name, method, pattern, scope, handler, what)                                         \
    {                                                                                              \
        name, method, pattern, SCOPE(scope), 0, handler, what                                      \
    }
#define EVENTS(name, pattern, what)                                                                \
    {                                                                                              \
        name, "POST", pattern, SCOPE(AUTH_EVENTS), EVENT_BODY_MAX, handle_events, what             \
    }

const struct route routes[] = {
    ROUTE("accounts", "GET", "/api/v1/accounts", AUTH_ACCOUNTS, handle_accounts,
          "Accounts of the newest run: filter, sort, page"),
    ROUTE("account", "GET", "/api/v1/accounts/{key}", AUTH_ACCOUNTS, handle_account,
          "One account: score, band, bounds, risk, contributions"),
    ROUTE("history", "GET", "/api/v1/accounts/{key}/history", AUTH_SCORES, handle_history,
          "One account's published scores over time"),
    ROUTE("explain", "GET", "/api/v1/accounts/{key}/explain", AUTH_SCORES, handle_explain,
          "Why: contributions with raw values and sentences"),
    EVENTS("events", "/api/v1/events", "Take in events: one, an array, or a batch"),
    EVENTS("track", "/v1/track", "Take in what somebody did, as Segment's libraries send it"),
    EVENTS("identify", "/v1/identify", "The same for who somebody is"),
    EVENTS("group", "/v1/group", "The same for the account somebody belongs to"),
    EVENTS("page", "/v1/page", "The same for a page that was seen"),
    EVENTS("screen", "/v1/screen", "The same for a screen that was seen"),
    EVENTS("alias", "/v1/alias", "The same for two ids of one person"),
    EVENTS("batch", "/v1/batch", "The same for many events at once"),
    ROUTE("weekly_page", "GET", "/", AUTH_LOCAL, handle_weekly_page, "The newest weekly report"),
    ROUTE("account_page", "GET", "/accounts/{key}", AUTH_LOCAL, handle_account_page,
          "One account as a page"),
    ROUTE("errors_page", "GET", "/docs/errors", AUTH_PUBLIC, handle_errors_page,
          "What each error code means"),
    ROUTE("docs_page", "GET", "/docs", AUTH_PUBLIC, handle_docs_page, "This table of endpoints"),
};
const size_t routes_count = G_N_ELEMENTS(routes);

/* Does the path fit the pattern? *key gets the segment that {key} stands for. */
static bool fits(struct arena *arena, const char *pattern, const char *path, const char **key)
{
    *key = NULL;
    while (*pattern && *path) {
        size_t wanted = strcspn(pattern + 1, "/"), given = strcspn(path + 1, "/");
        if (*pattern != '/' || *path != '/')
            return false;
        if (wanted == 5 && strncmp(pattern + 1, "{key}", 5) == 0) {
            if (given == 0)
                return false;
            *key = arena_strndup(arena, path + 1, given);
        } else if (wanted != given || strncmp(pattern + 1, path + 1, wanted) != 0) {
            return false;
        }
        pattern += wanted + 1;
        path += given + 1;
    }
    return *pattern == *path;
}

static const char *served_method(const struct request *request)
{
    return strcmp(request->method, "HEAD") == 0 ? "GET" : request->method;
}

/* The route of path and method. *path_exists: some route has the path. */
static const struct route *find(struct request *request, bool *path_exists)
{
    const char *key;
    *path_exists = false;
    for (size_t i = 0; i < routes_count; i++) {
        if (!fits(request->arena, routes[i].pattern, request->path, &key))
            continue;
        *path_exists = true;
        if (strcmp(routes[i].method, served_method(request)) != 0)
            continue;
        request->key = key;
        return &routes[i];
    }
    return NULL;
}

static const char *allowed_methods(struct request *request)
{
    const char *key;
    GString *list = g_string_new("OPTIONS");
    for (size_t i = 0; i < routes_count; i++) {
        if (!fits(request->arena, routes[i].pattern, request->path, &key))
            continue;
        bool get = strcmp(routes[i].method, "GET") == 0;
        g_string_append_printf(list, ", %s%s", routes[i].method, get ? ", HEAD" : "");
    }
    const char *text = arena_strdup(request->arena, list->str);
    g_string_free(list, TRUE);
    return text;
}

/* The key, in the arena; NULL when there is none. Libraries that send events have three places for
 * it. */
static const char *token_of(struct request *request)
{
    struct guard_fault fault;
    const char *header = request_header(request, "Authorization");
    const char *bearer = auth_bearer(header);
    if (bearer || !(request->route->scope & AUTH_EVENTS))
        return bearer;
    if (!header)
        return request_decode(request, request->route->body_max, &fault)
                   ? event_write_key(request->arena, request->body)
                   : NULL;
    g_autofree char *user = auth_basic(header);
    return arena_strdup(request->arena, user);
}

/* Find out who asks. False: no valid key. */
static bool authenticate(const struct site *site, struct request *request)
{
    const char *token = token_of(request);
    struct auth_ring *keys = store_keys(site->store);
    bool ok = auth_check(keys, token, request->now_us, &request->principal);
    auth_ring_unref(keys);
    return ok;
}

static bool is_allowed(const struct site *site, struct request *request, struct response *response)
{
    unsigned scope = request->route->scope;
    bool has_header = request_header(request, "Authorization") != NULL;
    if (scope & AUTH_PUBLIC)
        return true;
    if (scope & AUTH_LOCAL && site->pages_local && !has_header && request_is_local(request)) {
        request->principal = (struct principal){.scopes = AUTH_LOCAL | AUTH_REPORTS};
        return true;
    }
    if (!authenticate(site, request)) {
        response_problem(response, request, PROBLEM_UNAUTHENTICATED,
                         "this endpoint needs a valid API key");
        return false;
    }
    if (request->principal.scopes & scope)
        return true;
    response_problem(response, request, PROBLEM_FORBIDDEN, "the key's role lacks the scope %s",
                     auth_scope_name((enum auth_scope)scope));
    return false;
}

size_t routes_body_max(const struct site *site, struct request *request)
{
    bool path_exists;
    request->route = find(request, &path_exists);
    if (!request->route || request->route->body_max == 0)
        return 0;
    if (request_header(request, "Authorization") && !authenticate(site, request))
        return 0;
    return request->route->body_max;
}

/* The body is not there when its key was not valid yet as the head came. */
static bool read_body(struct request *request, struct response *response)
{
    static const struct guard_fault gone = {PROBLEM_BUSY,
                                            "the key became valid while the body came"};
    struct guard_fault fault = gone;
    size_t max = request->route->body_max;
    bool lacks = !request->is_decoded && request->body.n < request->body_size;
    if (max == 0 || (!(lacks && request->body_size <= max) && request_decode(request, max, &fault)))
        return true;
    response_problem(response, request, fault.problem, "%s", fault.detail);
    return false;
}

static bool is_encoded(const struct request *request)
{
    const char *encoding = request_header(request, "Content-Encoding");
    return encoding && g_ascii_strcasecmp(encoding, "identity") != 0;
}

static void answer_anew(const struct site *site, struct request *request, struct response *response)
{
    bool path_exists;
    request->route = find(request, &path_exists);
    if (is_encoded(request) && (!request->route || request->route->body_max == 0)) {
        response_problem(response, request, PROBLEM_ENCODING_REFUSED,
                         "the body has a Content-Encoding");
        return;
    }
    if (!path_exists && guard_method(request->method)) {
        response_problem(response, request, PROBLEM_NOT_FOUND, "nothing is at this path");
        return;
    }
    if (!request->route) {
        response->allow = allowed_methods(request);
        if (path_exists && strcmp(request->method, "OPTIONS") == 0) {
            response->status = 204;
            return;
        }
        response_problem(response, request, PROBLEM_METHOD_NOT_ALLOWED,
                         "the method is not allowed here");
        return;
    }
    if (is_allowed(site, request, response) && read_body(request, response))
        request->route->handler(site, request, response);
}

void routes_answer(const struct site *site, struct request *request, struct response *response)
{
    if (!response->then) {
        answer_anew(site, request, response);
        return;
    }
    route_handler then = response->then;
    response->then = NULL;
    then(site, request, response);
}
