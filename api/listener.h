/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One listening socket with the HTTP library behind it: guard, body limit, total deadlines, request
 * ids, answers that wait, and the access log. The only file that knows the library. */
#pragma once

#include "api/reaper.h"
#include "api/response.h"

struct listener;

struct listener_options {
    const char *address; /* "127.0.0.1:8080" or "[::1]:0"; port 0: any free one */
    int fd;              /* a socket that was handed over, instead of the address; 0: none */
    const char *name;    /* for the log */
    bool remote;         /* addresses that are not loopback are allowed */
    int threads;
    int connections; /* in all */
    int per_ip;      /* of one address; 0: as many as in all */
    int request_ms;  /* total time of a request's head and body */
    int reply_ms;    /* total time of an answer */
    int idle_ms;     /* between requests of a connection */
    bool quiet;      /* no access log */
    bool trusted;    /* `fd` is a proxy_socket */
    struct reaper *reaper;

    /* How much of the body to keep of a request whose head the guard let through; NULL: nothing. */
    size_t (*body_max)(void *context, struct request *request);
    /* Answer a request that the guard let through. Called on any of the threads; again, after the
     * request's resume(), when response.then is set. */
    void (*answer)(void *context, struct request *request, struct response *response);
    /* After each answer, whoever gave it; may be NULL. */
    void (*answered)(void *context, const struct request *request, int status, int64_t took_us);
    void *context;
};

/* Errors  KENKO_ERROR_CONFIG  wrong address, or not loopback;  KENKO_ERROR_IO  cannot listen */
MUST_USE struct listener *listener_start(const struct listener_options *options, GError **err);
int listener_port(const struct listener *listener);

/* Accept no more and wait until no request is under way, at most drain_ms. */
void listener_drain(struct listener *listener, int drain_ms);

/* Stop and free. Nobody may hold a suspended request any more. */
void listener_stop(struct listener *listener);
