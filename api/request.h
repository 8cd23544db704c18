/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request as handlers see it: decoded once, checked, borrowed from its arena. */
#pragma once

#include "api/auth.h"
#include "api/field.h"
#include "api/guard.h"
#include "core/arena.h"

struct route;
struct zone;

enum { REQUEST_ID_SIZE = 16 };

struct request_param {
    const char *name, *value; /* decoded, valid UTF-8 without NUL */
};

struct request {
    struct arena *arena;
    char id[REQUEST_ID_SIZE + 1];
    const char *method, *target; /* target as it came */
    const char *path;            /* decoded, without query */
    const struct request_param *params;
    size_t n_params;
    const struct guard_header *headers;
    size_t n_headers;
    struct address address; /* the caller's */
    bool loopback;          /* the peer's address is this machine */
    bool trusted;           /* came by the socket that only a trusted proxy can reach */
    const struct route *route;
    const char *const *path_values; /* what {…} of the pattern stand for, in its order */
    struct field_set asked;         /* parameters of path and query */
    struct field_set told;          /* members of the body */
    json_t *body_json;
    struct principal principal;
    const struct zone *zone; /* that instants are wanted in; NULL: UTC */
    int64_t now_us;          /* CLOCK_MONOTONIC */

    struct slice body; /* where the route takes one; see request_decode */
    size_t body_size;  /* as it came; more than body.n when it was too large to be kept */
    bool is_decoded;

    /* For answers that wait: suspend the connection, leave its resumption to somebody, and set
     * response.then. */
    void *connection;
    void (*suspend)(void *connection);
    void (*resume)(void *connection);
    void *waiting; /* what the handler keeps meanwhile */
};

/* Fill path and params from the target, which has passed guard_target.
 * False: an escape is not UTF-8, or a parameter stands twice */
MUST_USE bool request_parse(struct request *request, struct guard_fault *fault);

/* Undo the body's Content-Encoding, once. `max` bounds it before and after.
 * False: too large, or not whole gzip */
MUST_USE bool request_decode(struct request *request, size_t max, struct guard_fault *fault);

/* Value of a header by name, whatever its case, in the arena; NULL when absent. */
const char *request_header(const struct request *request, const char *name);

/* Value of a query parameter; NULL when absent. */
const char *request_param(const struct request *request, const char *name);

/*
 * Parse path_values and the query into request->asked by the endpoint's fields.
 *
 * open  names that begin so are left alone; NULL: none
 *
 * NULL on success, else every fault: of the wrong ones, and of those that do not exist.
 */
const struct field_fault *request_ask(struct request *request, const struct field *fields,
                                      const char *open) MUST_USE;

/* Give back what the request holds beside its arena. */
void request_clear(struct request *request);

/*
 * Does a person sit at this machine's browser? The peer is loopback, no proxy stands between (it
 * would add a header), and Host names this machine, so that a page of another site whose name
 * points here cannot read along.
 */
bool request_is_local(const struct request *request);

/* Does a proxy say that the caller speaks TLS? Believed from anybody: whoever claims it gains
 * nothing but cookies that a browser does not send back in the clear. */
bool request_is_secure(const struct request *request);
