/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section api of kenko.yaml. */
#pragma once

#include "core/config.h"

struct api_config {
    char *listen; /* default 127.0.0.1:8080 */
    char *admin;  /* default 127.0.0.1:9464 */
    char *pages;  /* local: no key needed from this machine's browser (default); key; off */
    bool remote;  /* listen on addresses that others can reach */
    int threads;  /* default 2 */
    int connections;
    int per_ip;     /* 0: as many as connections; behind a proxy all clients share one address */
    int request_ms; /* total time of a request */
    int reply_ms;   /* total time of an answer */
    int query_ms;   /* deadline of a query of history and pages */
    int workers;    /* threads that wait for the warehouse, each with a connection; default 4 */
    int queue;      /* requests that may wait for one; default 64 */
    int queue_ms;   /* how long they may wait; default 2000 */
    int rate;       /* requests a key may make a second; default 50 */
    int burst;      /* and at once; default 100 */
    int refusals;   /* of one address without a valid key, a minute; default 60 */
    int guesses;    /* sign-ins that may fail a minute, of one name or address; default 10 */
    int session_idle_minutes; /* a session that rests for so long ends; default 30 */
    int session_minutes;      /* and any session after so long; default 720 */
    char *proxy_socket;       /* path of a Unix socket that a trusted proxy asks; NULL: none */
    char *proxy_user_header;  /* in which it names the user; NULL: it names nobody */
    int drain_ms;             /* how long a stop waits for requests under way */
};

/* Read the section or, where keys are absent, the defaults. Texts live as long as `config`; NULL
 * config gives defaults only.
 * Errors  KENKO_ERROR_CONFIG  unknown key, value out of range */
MUST_USE bool api_config_load(struct config *config, struct api_config *out, GError **err);
