/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The service: the API and its pages on one port, /live /ready /metrics on another. */
#pragma once

#include "api/api_config.h"
#include "core/page.h"

struct server;

struct server_options {
    const char *dsn;
    struct api_config api;
    const struct page_renderer *pages; /* NULL: none */
    const struct engine *engine;       /* NULL: nothing is computed */
    /* Sockets that were handed over, instead of addresses; 0: none. */
    int listen_fd, admin_fd, proxy_fd;
    int poll_ms;  /* ask for news this often; 0: 5 s */
    int stale_ms; /* answers say stale after so long without; 0: 60 s */
    int inbox_ms; /* deadline of a COMMIT of events; 0: 5 s */
    bool quiet;   /* no access log */
};

/*
 * Start: load the published run, then listen.
 *
 * Errors  as db_open and listener_start
 */
MUST_USE struct server *server_start(const struct server_options *options, GError **err);

/* The real ports. */
int server_port(const struct server *server);
int server_admin_port(const struct server *server);

/* Not ready from now on; finish what is under way, then stop and free. */
void server_stop(struct server *server);

/* Start, log where, serve until stop_requested, stop. stop_install has been called. */
MUST_USE bool server_run(const struct server_options *options, GError **err);
