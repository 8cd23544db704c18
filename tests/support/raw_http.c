/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/raw_http.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* -1 when nobody is there. */
static int try_connect(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

int raw_http_connect(int port)
{
    int fd = try_connect(port);
    if (fd < 0)
        fail_msg("cannot connect to port %d", port);
    return fd;
}

static GString *exchange(int fd, const void *bytes, size_t n, int idle_ms)
{
    char block[65536];
    const char *p = bytes;
    GString *all = g_string_new(NULL);
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0)
            break; /* the server had enough; what it said is still there */
        p += sent;
        n -= (size_t)sent;
    }
    for (;;) {
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        if (poll(&waiting, 1, idle_ms) <= 0)
            break;
        ssize_t got = recv(fd, block, sizeof block, 0);
        if (got <= 0)
            break;
        g_string_append_len(all, block, got);
    }
    close(fd);
    return all;
}

GString *raw_http_exchange(int port, const void *bytes, size_t n, int idle_ms)
{
    return exchange(raw_http_connect(port), bytes, n, idle_ms);
}

int raw_http_try(int port, const void *bytes, size_t n)
{
    int fd = try_connect(port);
    if (fd < 0)
        return 0;
    g_autoptr(GString) all = exchange(fd, bytes, n, 10000);
    return raw_http_status(all);
}

struct raw_http_answer *raw_http_send(int port, const char *method, const char *target,
                                      const char *headers, const char *body, size_t body_size)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s",
                           method, target, headers);
    if (body)
        g_string_append_printf(text, "Content-Length: %zu\r\n", body_size);
    g_string_append(text, "\r\n");
    if (body)
        g_string_append_len(text, body, (gssize)body_size);
    GString *all = raw_http_exchange(port, text->str, text->len, 10000);
    struct raw_http_answer *answer = g_new0(struct raw_http_answer, 1);
    const char *end = g_strstr_len(all->str, (gssize)all->len, "\r\n\r\n");
    size_t head = end ? (size_t)(end - all->str) + 4 : all->len;
    answer->status = raw_http_status(all);
    answer->head = g_strndup(all->str, head);
    answer->body_size = all->len - head;
    answer->body = g_memdup2(all->str + head, answer->body_size + 1);
    g_string_free(all, TRUE);
    return answer;
}

struct raw_http_answer *raw_http_get(int port, const char *target, const char *headers)
{
    return raw_http_send(port, "GET", target, headers, NULL, 0);
}

void raw_http_answer_free(struct raw_http_answer *answer)
{
    g_free(answer->head);
    g_free(answer->body);
    g_free(answer);
}

char *raw_http_header(const struct raw_http_answer *answer, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(answer->head, "\r\n", -1);
    size_t n = strlen(name);
    for (char **line = lines; *line; line++) {
        if (g_ascii_strncasecmp(*line, name, n) == 0 && (*line)[n] == ':')
            return g_strdup(g_strstrip(*line + n + 1));
    }
    return NULL;
}

int raw_http_count(const GString *all)
{
    int n = 0;
    const char *end = all->str + all->len;
    for (const char *p = all->str; (p = g_strstr_len(p, end - p, "HTTP/1.1 "));
         p += strlen("HTTP/1.1 "))
        n++;
    return n;
}

int raw_http_status(const GString *all)
{
    if (!g_str_has_prefix(all->str, "HTTP/1."))
        return 0;
    const char *space = strchr(all->str, ' ');
    return space ? (int)g_ascii_strtoll(space + 1, NULL, 10) : 0;
}
