/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every endpoint in one table: what it is, who may use it, who answers. */
#pragma once

#include "api/response.h"
#include "api/store.h"
#include "core/page.h"

struct pool;
struct pages;

/* What handlers may use. */
struct site {
    struct store *store;
    struct pool *pool;
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
    route_handler handler;
    const char *what;
};

extern const struct route routes[];
extern const size_t routes_count;

/* Find the route, check the caller, answer. The response is complete afterwards. */
void routes_answer(const struct site *site, struct request *request, struct response *response);
