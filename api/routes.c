/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/routes.h"

#include <string.h>

#include "api/handle.h"

/* An endpoint that forgets its scope does not compile. */
#define SCOPE(scope) ((scope) + 0 * sizeof(char[(scope) ? 1 : -1]))
#define ROUTE(name, method, pattern, scope, handler, what)                                         \
    {                                                                                              \
        name, method, pattern, SCOPE(scope), handler, what                                         \
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

/* Find out who asks. False: no valid key. */
static bool authenticate(const struct site *site, struct request *request)
{
    const char *token = auth_bearer(request_header(request, "Authorization"));
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

void routes_answer(const struct site *site, struct request *request, struct response *response)
{
    bool path_exists;
    request->route = find(request, &path_exists);
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
    if (is_allowed(site, request, response))
        request->route->handler(site, request, response);
}
