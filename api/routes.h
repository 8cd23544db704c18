/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every endpoint in one table: what it is, who may use it, who answers. */
#pragma once

#include "api/response.h"
#include "api/store.h"
#include "core/page.h"

struct inbox;
struct pool;
struct pages;

/* What handlers may use. */
struct site {
    struct store *store;
    struct pool *pool;
    struct inbox *inbox;
    struct pages *pages; /* NULL: no pages */
    bool pages_local;    /* pages need no key from this machine's browser */
};

typedef void (*route_handler)(const struct site *site, struct request *request,
                              struct response *response);

struct route {
    const char *name;    /* for logs and metrics */
    const char *method;  /* GET stands for HEAD too */
    const char *pattern; /* {key} is one segment */
    unsigned scope;      /* of enum auth_scope; never 0 */
    size_t body_max;     /* 0: takes no body */
    route_handler handler;
    const char *what;
};

extern const struct route routes[];
extern const size_t routes_count;

/* How much of the body to keep for the request, whose head is complete: nothing when it will be
 * refused anyway. */
size_t routes_body_max(const struct site *site, struct request *request);

/* Find the route, check the caller, answer. The response is complete afterwards, or waits: then
 * this is called again. */
void routes_answer(const struct site *site, struct request *request, struct response *response);
