/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The least a server can do: epoll, keep-alive, one thread, and the same 1,024 bytes for every
 * request that has come to its empty line.
 *
 *     bare PORT */
#include <arpa/inet.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY = 1024, READ_MAX = 16384, EVENTS = 64 };

static int listen_at(int port)
{
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 512) != 0)
        g_error("port %d is not free", port);
    return fd;
}

/* Loopback hands over whole requests. */
static bool answer(int fd, const GString *text)
{
    char request[READ_MAX];
    ssize_t n = recv(fd, request, sizeof request - 1, 0);
    if (n <= 0)
        return false;
    request[n] = '\0';
    return !strstr(request, "\r\n\r\n") ||
           send(fd, text->str, text->len, MSG_NOSIGNAL) == (ssize_t)text->len;
}

int main(int argc, char **argv)
{
    int listening = listen_at(argc > 1 ? (int)g_ascii_strtoll(argv[1], NULL, 10) : 8000);
    int poll = epoll_create1(EPOLL_CLOEXEC), one = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listening}, events[EVENTS];
    g_autofree char *body = g_strnfill(BODY, 'x');
    GString *text = g_string_new(NULL);
    g_string_printf(text,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                    "\r\n%s",
                    BODY, body);
    epoll_ctl(poll, EPOLL_CTL_ADD, listening, &event);
    for (;;) {
        int n = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listening) {
                event.data.fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
                setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
            } else if (!answer(fd, text)) {
                close(fd);
            }
        }
    }
}
