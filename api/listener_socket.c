/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/listener_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 512 };

static bool parse(const char *text, union listener_socket_address *out, socklen_t *size,
                  GError **err)
{
    guint64 port;
    const char *colon = strrchr(text, ':');
    memset(out, 0, sizeof *out);
    if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
        return err_set(err, KENKO_ERROR_CONFIG, "address %s: want HOST:PORT", text);
    g_autofree char *host = g_strndup(text, (size_t)(colon - text));
    size_t n = strlen(host);
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons((uint16_t)port);
        *size = sizeof out->v6;
        if (inet_pton(AF_INET6, host + 1, &out->v6.sin6_addr) == 1)
            return true;
    } else {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons((uint16_t)port);
        *size = sizeof out->v4;
        if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
                      &out->v4.sin_addr) == 1)
            return true;
    }
    return err_set(err, KENKO_ERROR_CONFIG, "address %s: want an IP address and a port", text);
}

bool listener_socket_is_loopback(const struct sockaddr *address)
{
    const void *raw = address;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = raw;
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = raw;
        return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    }
    return false;
}

char *listener_socket_format(const struct sockaddr *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    const void *raw = address;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = raw;
        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = raw;
        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    }
    return g_strdup(text);
}

static bool bind_and_listen(int fd, const union listener_socket_address *address, socklen_t size,
                            int *port)
{
    int one = 1;
    union listener_socket_address bound = {0};
    socklen_t bound_size = sizeof bound;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, &address->any, size) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, &bound.any, &bound_size) != 0)
        return false;
    *port = ntohs(bound.any.sa_family == AF_INET ? bound.v4.sin_port : bound.v6.sin6_port);
    return true;
}

bool listener_socket_adopt(int fd, bool remote, int *port, GError **err)
{
    union listener_socket_address bound = {0};
    socklen_t size = sizeof bound, option_size = sizeof(int);
    int listens = 0;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &option_size) != 0 || !listens ||
        getsockname(fd, &bound.any, &size) != 0)
        return err_set(err, KENKO_ERROR_CONFIG, "descriptor %d is no socket that listens", fd);
    if (bound.any.sa_family != AF_UNIX && !listener_socket_is_loopback(&bound.any) && !remote)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "the socket that was handed over can be reached by others; bind it to "
                       "127.0.0.1 behind a TLS proxy, or set api.remote: true");
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        return err_set(err, KENKO_ERROR_IO, "descriptor %d: %s", fd, g_strerror(errno));
    *port = 0;
    if (bound.any.sa_family == AF_INET)
        *port = ntohs(bound.v4.sin_port);
    if (bound.any.sa_family == AF_INET6)
        *port = ntohs(bound.v6.sin6_port);
    return true;
}

bool listener_socket_open(const char *text, bool remote, int *fd, int *port, bool *loopback,
                          GError **err)
{
    union listener_socket_address address;
    socklen_t size = 0;
    if (!parse(text, &address, &size, err))
        return false;
    *loopback = listener_socket_is_loopback(&address.any);
    if (!*loopback && !remote)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "address %s: others can reach it and keys would pass in the clear; put a "
                       "TLS proxy in front of 127.0.0.1, or set api.remote: true",
                       text);
    int made = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0 || !bind_and_listen(made, &address, size, port)) {
        err_set(err, KENKO_ERROR_IO, "cannot listen on %s: %s", text, g_strerror(errno));
        if (made >= 0)
            close(made);
        return false;
    }
    *fd = made;
    return true;
}
