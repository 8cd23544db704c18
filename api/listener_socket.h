/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses and sockets of listeners. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "core/error.h"

union listener_socket_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Open a listening socket. *loopback tells whether others can reach it; *port is the real one. */
MUST_USE bool listener_socket_open(const char *text, bool remote, int *fd, int *port,
                                   bool *loopback, GError **err);

/* Take a socket that somebody else opened and listens on, e.g. systemd, which keeps it over our
 * restarts, so that none of those who connect meanwhile is refused. The caller's until this
 * succeeds.
 * Errors  KENKO_ERROR_CONFIG  it does not listen, or others can reach it and `remote` is not set */
MUST_USE bool listener_socket_adopt(int fd, bool remote, int *port, GError **err);

bool listener_socket_is_loopback(const struct sockaddr *address);

/* "127.0.0.1"; caller frees. */
char *listener_socket_format(const struct sockaddr *address);
