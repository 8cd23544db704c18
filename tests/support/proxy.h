/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network between client and server that fails as a test says: a process that passes the bytes of
 * a Unix socket on, until it does not. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * cut_after      all connections are reset when so many bytes have come from clients; 0: never
 * lose_commit    the n-th answer "COMMIT" is not passed on, and all connections are reset; 0: never
 */
struct proxy_plan {
    long cut_after;
    int lose_commit;
};

struct proxy {
    pid_t pid;
    char dsn[256]; /* the connection string by way of the proxy */
};

/* Listen for the server that `dsn` names. Fails the test when it cannot. */
void proxy_start(struct proxy *proxy, const char *dsn, const struct proxy_plan *plan);
/* Stop it; true when it did what the plan says. */
bool proxy_stop(struct proxy *proxy);
