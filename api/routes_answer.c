/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/routes.h"

#include <string.h>

#include "api/access.h"
#include "api/body.h"
#include "api/handle.h"
#include "api/workers.h"
#include "api/zones.h"
#include "core/text.h"

enum { PATH_VALUES_MAX = 4 };

/* Does the path fit the pattern? values gets the segments that {…} stand for. */
static bool fits(struct arena *arena, const char *pattern, const char *path, const char **values)
{
    while (*pattern && *path) {
        size_t wanted = strcspn(pattern + 1, "/"), given = strcspn(path + 1, "/");
        if (*pattern != '/' || *path != '/')
            return false;
        if (pattern[1] == '{') {
            if (given == 0)
                return false;
            *values++ = arena_strndup(arena, path + 1, given);
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
    const char **values = arena_many(request->arena, PATH_VALUES_MAX, const char *);
    *path_exists = false;
    for (size_t i = 0; i < routes_count; i++) {
        if (!fits(request->arena, routes[i].pattern, request->path, values))
            continue;
        *path_exists = true;
        if (strcmp(routes[i].method, served_method(request)) != 0)
            continue;
        request->path_values = values;
        return &routes[i];
    }
    return NULL;
}

static const char *allowed_methods(struct request *request)
{
    const char *values[PATH_VALUES_MAX];
    GString *list = g_string_new("OPTIONS");
    for (size_t i = 0; i < routes_count; i++) {
        if (!fits(request->arena, routes[i].pattern, request->path, values))
            continue;
        bool get = strcmp(routes[i].method, "GET") == 0;
        g_string_append_printf(list, ", %s%s", routes[i].method, get ? ", HEAD" : "");
    }
    const char *text = arena_strdup(request->arena, list->str);
    g_string_free(list, TRUE);
    return text;
}

size_t routes_body_max(const struct site *site, struct request *request)
{
    bool path_exists;
    request->route = find(request, &path_exists);
    if (!request->route || request->route->body_max == 0)
        return 0;
    return access_may_send(site, request) ? request->route->body_max : 0;
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

/* A word of fields= that is no member of what is listed. */
static const struct field_fault *unknown_member(struct request *request)
{
    const struct endpoint *endpoint = request->route->endpoint;
    if (endpoint->answer != ROUTE_LIST)
        return NULL;
    const char *const *words = field_get(&request->asked, "fields")->words;
    const char *const *names = shape_names(request->arena, endpoint->shape);
    for (; words && *words; words++) {
        if (g_strv_contains(names, *words))
            continue;
        g_autofree char *hint = text_hint(*words, names);
        struct field_fault *fault = arena_one(request->arena, struct field_fault);
        fault->name = "fields";
        fault->detail = arena_printf(request->arena, "there is no member '%s'%s", *words, hint);
        return fault;
    }
    return NULL;
}

/* What the route takes, parsed in one place. False after answering. */
static bool take_params(struct request *request, struct response *response)
{
    const struct endpoint *endpoint = request->route->endpoint;
    const struct field_fault *faults =
        request_ask(request, endpoint->params, endpoint->open_params);
    if (!faults)
        faults = unknown_member(request);
    if (faults) {
        response_faults(response, request, PROBLEM_BAD_PARAMETER, faults);
        return false;
    }
    return true;
}

static bool is_json(const struct request *request)
{
    const char *type = request_header(request, "Content-Type");
    size_t n = strlen("application/json");
    return type && g_ascii_strncasecmp(type, "application/json", n) == 0 &&
           strchr("; \t", type[n]) != NULL;
}

/* Writes say that they are JSON, which a form of another site cannot. */
static bool take_body(struct request *request, struct response *response)
{
    const struct endpoint *endpoint = request->route->endpoint;
    if (!endpoint->body)
        return true;
    if (!is_json(request)) {
        response_problem(response, request, PROBLEM_MEDIA_TYPE,
                         "the Content-Type is not application/json");
        return false;
    }
    request->told = field_set_new(request->arena, endpoint->body);
    const struct field_fault *faults =
        body_parse(request->arena, request->body, &request->told, &request->body_json);
    if (faults && faults->not_json)
        response_problem(response, request, PROBLEM_BAD_BODY, "%s", faults->detail);
    else if (faults)
        response_faults(response, request, PROBLEM_INVALID, faults);
    return !faults;
}

/* "Prefer: timezone=Asia/Tokyo" (as PostgREST has it). One that does not exist is not applied. */
static void take_preference(const struct site *site, struct request *request)
{
    const char *prefer = request_header(request, "Prefer");
    g_auto(GStrv) parts = g_strsplit_set(prefer ? prefer : "", ",;", 20);
    for (size_t i = 0; parts[i] && site->zones; i++) {
        const char *part = g_strstrip(parts[i]);
        if (g_ascii_strncasecmp(part, "timezone=", 9) != 0 || !part[9])
            continue;
        g_auto(GStrv) words = g_strsplit(part + 9, "\"", 3);
        request->zone = zones_get(site->zones, *words[0] || !words[1] ? words[0] : words[1]);
    }
}

/* CSV is for lists, when it is asked for by format= or preferred by Accept. */
static bool wants_csv(const struct request *request)
{
    if (request->route->endpoint->answer != ROUTE_LIST)
        return false;
    const char *format = request_param(request, "format");
    const char *accept = request_header(request, "Accept");
    if (format)
        return strcmp(format, "csv") == 0;
    const char *csv = accept ? strstr(accept, "text/csv") : NULL;
    const char *json = accept ? strstr(accept, "application/json") : NULL;
    return csv && (!json || csv < json);
}

/* By key; what needs none, by address. */
static bool is_within_rate(const struct site *site, struct request *request,
                           struct response *response)
{
    const char *key = request->principal.key_id;
    g_autofree char *caller = *key ? NULL : address_caller(&request->address);
    /* Events have a limit of their own: what the inbox can commit. */
    if (!site->rate || request->route->scope & AUTH_EVENTS ||
        rate_take(site->rate, *key ? key : caller, request->now_us, &response->rate))
        return true;
    response_problem(response, request, PROBLEM_RATE_LIMITED,
                     "the %s has made %d requests at once, its bucket is empty",
                     *key ? "key" : "address", response->rate.limit);
    response->retry_after_s = response->rate.retry_s;
    return false;
}

/* A request that waits for a worker. */
struct errand {
    struct work work; /* first */
    const struct site *site;
    struct request *request;
    struct response *response;
};

static void run_errand(struct work *work, bool in_time)
{
    struct errand *errand = (struct errand *)work;
    struct request *request = errand->request;
    if (in_time)
        request->route->endpoint->handler(errand->site, request, errand->response);
    else
        response_problem(errand->response, request, PROBLEM_BUSY,
                         "the request waited too long for its turn");
    request->resume(request->connection);
}

static void finish(const struct site *site, struct request *request, struct response *response)
{
    access_count(site, request, response);
    response_encode(response, request);
}

/* Leave the request to a worker; without room it is refused. */
static void send_away(const struct site *site, struct request *request, struct response *response)
{
    struct errand *errand = arena_one(request->arena, struct errand);
    *errand = (struct errand){{.run = run_errand}, site, request, response};
    response->then = finish;
    request->suspend(request->connection);
    bool hashes = request->route->endpoint->hashes;
    if (!workers_submit(hashes ? site->hashers : site->workers, &errand->work))
        run_errand(&errand->work, false);
}

static void answer_route(const struct site *site, struct request *request,
                         struct response *response)
{
    const struct endpoint *endpoint = request->route->endpoint;
    response->deprecation = request->route->deprecation;
    if (!access_takes_names(site, request, response) || !access_allows(site, request, response) ||
        !is_within_rate(site, request, response) || !access_is_own_page(request, response) ||
        !take_params(request, response) || !read_body(request, response) ||
        !take_body(request, response))
        return;
    take_preference(site, request);
    response->csv = wants_csv(request);
    if (endpoint->warehouse)
        send_away(site, request, response);
    else
        endpoint->handler(site, request, response);
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
    answer_route(site, request, response);
}

void routes_answer(const struct site *site, struct request *request, struct response *response)
{
    if (!response->then) {
        answer_anew(site, request, response);
        if (!response->then)
            finish(site, request, response);
        return;
    }
    route_handler then = response->then;
    response->then = NULL;
    then(site, request, response);
}
