/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every endpoint in one table: what it is, who may use it, what it takes and gives, who answers. */
#pragma once

#include "api/response.h"
#include "api/shape.h"
#include "api/store.h"
#include "core/page.h"

struct engine;
struct inbox;
struct pool;
struct pages;
struct rate;
struct tally;
struct workers;
struct zones;

/* What handlers may use. */
struct site {
    struct store *store;
    struct pool *pool;
    struct pool *slow_pool;  /* one connection for what is computed anew, with more time */
    struct workers *workers; /* answer what needs the warehouse */
    struct workers *hashers; /* the few that hash passwords, which takes memory */
    struct rate *guesses;    /* sign-ins that failed, of one name or address */
    struct tally *tally;     /* NULL: nothing is counted for the audit log */
    struct inbox *inbox;
    struct pages *pages;     /* NULL: no pages */
    struct rate *rate;       /* NULL: keys are not limited */
    struct rate *refusals;   /* of addresses without a valid key; NULL: not limited */
    const char *user_header; /* a trusted proxy names the user in it; NULL: none does */
    int session_minutes, idle_minutes;
    struct zones *zones;
    const struct engine *engine; /* what other stages do for the API; NULL: nothing */
    GString *openapi;            /* the document, which nobody needs a key for */
    bool pages_local;            /* pages need no key from this machine's browser */
};

struct ask;
struct ask_rows;

typedef void (*route_handler)(const struct site *site, struct request *request,
                              struct response *response);

/* What one answers with. */
enum route_answer {
    ROUTE_ONE,        /* {"data": {…}, "meta": {…}} */
    ROUTE_LIST,       /* {"data": [{…}, …], "meta": {…}}, or CSV */
    ROUTE_WHOLE_LIST, /* the same without pages, fields and CSV */
    ROUTE_BARE,       /* the shape itself */
    ROUTE_BARE_LIST,
    ROUTE_NOTHING /* 204 */
};

/* The part of an endpoint that stands with its handler. */
struct endpoint {
    route_handler handler;
    const struct field *params; /* of path and query; NULL: none */
    const struct field *body;   /* members of the body; NULL: takes none that is JSON of ours */
    enum route_answer answer;
    const struct shape *shape; /* NULL: `media` says what it is */
    const char *media;         /* NULL: application/json */
    const char *open_params;   /* parameters that begin so are the handler's; NULL: none */
    int status;                /* of success; 0: 200 */
    bool warehouse;            /* asks the warehouse: answered by a worker */
    bool hashes;               /* and hashes a password: by one of the few that do */
    bool of_run;               /* a list of the published run: its cursors end with the run */
    bool (*ask)(struct ask *ask, struct ask_rows *out, GError **err); /* see ask_answer */
};

/* An endpoint that will go. */
struct deprecation {
    int64_t since_s, sunset_s; /* seconds since 1970 UTC */
    const char *successor;     /* path of what to use instead */
};

struct route {
    const char *name;    /* for logs and metrics, and operationId */
    const char *method;  /* GET stands for HEAD too */
    const char *pattern; /* {name} is one segment, a parameter of the endpoint */
    unsigned scope;      /* of enum auth_scope; never 0 */
    size_t body_max;     /* 0: takes no body */
    const struct endpoint *endpoint;
    const char *what;
    const struct deprecation *deprecation;
};

extern const struct route routes[];
extern const size_t routes_count;

/*
 * Is a table as it has to be: every route with a scope that exists and a handler, names and
 * (method, pattern) once, each {name} of a pattern a parameter in the path and no other, sentences
 * present?
 *
 * Errors  KENKO_ERROR_CHECK  names the route and what it lacks
 */
MUST_USE bool routes_check(const struct route *table, size_t n, GError **err);

/* How much of the body to keep for the request, whose head is complete: nothing when it will be
 * refused anyway. */
size_t routes_body_max(const struct site *site, struct request *request);

/* Find the route, check the caller, answer. The response is complete afterwards, or waits: then
 * this is called again. */
void routes_answer(const struct site *site, struct request *request, struct response *response);
