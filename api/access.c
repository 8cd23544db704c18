/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/access.h"

#include <string.h>

#include "api/event.h"
#include "api/session.h"
#include "api/tally.h"

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

static bool is_keyed(const struct site *site, struct request *request)
{
    const char *token = token_of(request);
    struct auth_ring *keys = store_keys(site->store);
    bool ok = auth_check(keys, token, &request->address, request->now_us, &request->principal);
    auth_ring_unref(keys);
    return ok;
}

static bool is_signed_in(const struct site *site, struct request *request)
{
    struct session_book *sessions = store_sessions(site->store);
    const char *name =
        request->trusted && site->user_header ? request_header(request, site->user_header) : NULL;
    if (!name)
        return session_book_check(sessions, session_token(request), request->now_us,
                                  &request->principal);
    unsigned char key[CURSOR_KEY_SIZE];
    store_cursor_key(site->store, key);
    return session_book_named(sessions, name, (struct slice){(const char *)key, sizeof key},
                              &request->principal);
}

/* Find out who asks. A header with a key decides, right or wrong. False: nobody who is known. */
static bool identify(const struct site *site, struct request *request)
{
    if (request_header(request, "Authorization"))
        return is_keyed(site, request);
    return (request->route->scope & AUTH_EVENTS && is_keyed(site, request)) ||
           is_signed_in(site, request);
}

/* A person who opened a page in a browser is shown where to sign in. */
static bool send_to_sign_in(const struct site *site, const struct request *request,
                            struct response *response)
{
    const char *accept = request_header(request, "Accept");
    if (!(request->route->scope & AUTH_LOCAL) || !site->pages || !accept ||
        !strstr(accept, "text/html") || request_header(request, "Authorization") ||
        !session_cookie_name(request))
        return false;
    g_autofree char *next = g_uri_escape_string(request->path, "/", FALSE);
    response->status = 303;
    response->location = arena_printf(request->arena, "/sign-in?next=%s", next);
    return true;
}

/* Who is refused too often from one address is told to wait. A valid key is never in the way of it:
 * those who share an address with a guesser go on. */
static void refuse_stranger(const struct site *site, const struct request *request,
                            struct response *response)
{
    struct rate_state state;
    g_autofree char *caller = address_caller(&request->address);
    if (send_to_sign_in(site, request, response))
        return;
    if (!site->refusals || rate_take(site->refusals, caller, request->now_us, &state)) {
        response_problem(response, request, PROBLEM_UNAUTHENTICATED,
                         "this endpoint needs a valid API key");
        return;
    }
    response_problem(response, request, PROBLEM_RATE_LIMITED,
                     "%d requests from this address had no valid key", state.limit);
    response->rate = state;
    response->retry_after_s = state.retry_s;
}

bool access_takes_names(const struct site *site, struct request *request, struct response *response)
{
    size_t n = 0, size = site->user_header ? strlen(site->user_header) : 0;
    for (size_t i = 0; size > 0 && i < request->n_headers; i++) {
        struct slice name = request->headers[i].name;
        n += name.n == size && g_ascii_strncasecmp(name.p, site->user_header, size) == 0;
    }
    if (n == 0 || (n == 1 && request->trusted))
        return true;
    response_problem(response, request, PROBLEM_BAD_REQUEST,
                     "the header %s is taken from the proxy's socket only, and once",
                     site->user_header);
    return false;
}

bool access_allows(const struct site *site, struct request *request, struct response *response)
{
    unsigned scope = request->route->scope;
    bool has_header = request_header(request, "Authorization") != NULL;
    if (scope & AUTH_PUBLIC)
        return true;
    if (!identify(site, request)) {
        if (!(scope & AUTH_LOCAL) || !site->pages_local || has_header ||
            !request_is_local(request)) {
            refuse_stranger(site, request, response);
            return false;
        }
        request->principal = (struct principal){.scopes = AUTH_LOCAL | AUTH_REPORTS};
    }
    if (request->principal.scopes & scope)
        return true;
    response_problem(response, request, PROBLEM_FORBIDDEN, "the key's role lacks the scope %s",
                     auth_scope_name((enum auth_scope)scope));
    return false;
}

bool access_is_own_page(const struct request *request, struct response *response)
{
    enum auth_by by = request->principal.by;
    bool writes = strcmp(request->route->method, "GET") != 0;
    if (!writes || by == AUTH_BY_KEY || by == AUTH_BY_NOTHING)
        return true;
    if (session_is_same_site(request) && session_has_csrf(request))
        return true;
    response_problem(response, request, PROBLEM_CROSS_SITE,
                     "X-CSRF-Token, Sec-Fetch-Site or Origin do not say that a page of this server "
                     "asks");
    return false;
}

bool access_may_send(const struct site *site, struct request *request)
{
    bool has_header = request_header(request, "Authorization") != NULL;
    if (!has_header && request->route->scope & (AUTH_PUBLIC | AUTH_EVENTS))
        return true;
    return identify(site, request);
}

/* Named queries and lists of lines are what people carry out. */
static const char *export_of(const struct request *request, const struct response *response)
{
    const char *name = request->route->name;
    if (response->status != 200 || (!response->csv && strcmp(name, "query") != 0))
        return NULL;
    return strcmp(name, "query") == 0 ? request->path_values[0] : name;
}

/* What of an answer is counted: an action and its object; NULL: nothing. */
static const char *action_of(const struct request *request, const struct response *response,
                             const char **object)
{
    int status = response->status;
    *object = NULL;
    if (status == 401 || status == 403 || status == 429) {
        *object = arena_printf(request->arena, "%d", status);
        return "api.refused";
    }
    *object = export_of(request, response);
    if (*object)
        return "api.export";
    return request->route->scope & AUTH_EVENTS && status < 300 ? "api.events" : NULL;
}

/* Most answers are not counted: who asked is put into words for the others alone. */
void access_count(const struct site *site, const struct request *request,
                  const struct response *response)
{
    const char *object;
    const char *action =
        site->tally && request->route ? action_of(request, response, &object) : NULL;
    if (!action)
        return;
    const char *actor = auth_actor(request->arena, &request->principal);
    if (!actor) {
        g_autofree char *caller = address_caller(&request->address);
        actor = arena_printf(request->arena, "address:%s", caller);
    }
    tally_count(site->tally, action, actor, object);
}
