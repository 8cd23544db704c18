/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/stub_http.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct stub_http {
    int listener, port, requests, held[16], n_held;
    char *answer, *last;
    bool hangs;
    pthread_mutex_t lock;
    pthread_t thread;
};

static size_t body_length(const char *head)
{
    const char *at = strcasestr(head, "content-length:");
    return at ? (size_t)g_ascii_strtoull(at + 15, NULL, 10) : 0;
}

static GString *read_request(int peer)
{
    GString *all = g_string_new(NULL);
    char part[4096];
    for (;;) {
        const char *end = strstr(all->str, "\r\n\r\n");
        if (end && all->len >= (size_t)(end + 4 - all->str) + body_length(all->str))
            return all;
        ssize_t n = recv(peer, part, sizeof part, 0);
        if (n <= 0)
            return all;
        g_string_append_len(all, part, n);
    }
}

static void reset(int peer)
{
    struct linger now = {1, 0};
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(peer);
}

static void serve(struct stub_http *stub, int peer)
{
    g_autoptr(GString) request = read_request(peer);
    pthread_mutex_lock(&stub->lock);
    stub->requests++;
    g_free(stub->last);
    stub->last = g_strdup(request->str);
    bool hold = stub->hangs && stub->n_held < 16;
    g_autofree char *answer = g_strdup(stub->answer);
    if (hold)
        stub->held[stub->n_held++] = peer;
    pthread_mutex_unlock(&stub->lock);
    if (hold)
        return;
    if (!answer || *answer == '\0') {
        reset(peer);
        return;
    }
    if (send(peer, answer, strlen(answer), MSG_NOSIGNAL) < 0)
        g_warning("the stub could not answer");
    close(peer);
}

static void *run(void *context)
{
    struct stub_http *stub = context;
    for (;;) {
        int peer = accept(stub->listener, NULL, NULL);
        if (peer < 0)
            return NULL;
        serve(stub, peer);
    }
}

struct stub_http *stub_http_start(const char *answer)
{
    struct stub_http *stub = g_new0(struct stub_http, 1);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    pthread_mutex_init(&stub->lock, NULL);
    stub_http_answer(stub, answer);
    stub->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(stub->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(stub->listener, 16) != 0 ||
        getsockname(stub->listener, (struct sockaddr *)&at, &size) != 0)
        g_error("the stub cannot listen");
    stub->port = ntohs(at.sin_port);
    if (pthread_create(&stub->thread, NULL, run, stub) != 0)
        g_error("the stub cannot run");
    return stub;
}

void stub_http_answer(struct stub_http *stub, const char *answer)
{
    pthread_mutex_lock(&stub->lock);
    g_free(stub->answer);
    stub->answer = g_strdup(answer);
    stub->hangs = !answer;
    pthread_mutex_unlock(&stub->lock);
}

int stub_http_port(const struct stub_http *stub)
{
    return stub->port;
}

int stub_http_requests(struct stub_http *stub)
{
    pthread_mutex_lock(&stub->lock);
    int n = stub->requests;
    pthread_mutex_unlock(&stub->lock);
    return n;
}

char *stub_http_last(struct stub_http *stub)
{
    pthread_mutex_lock(&stub->lock);
    char *last = g_strdup(stub->last);
    pthread_mutex_unlock(&stub->lock);
    return last;
}

void stub_http_stop(struct stub_http *stub)
{
    shutdown(stub->listener, SHUT_RDWR);
    pthread_join(stub->thread, NULL);
    close(stub->listener);
    for (int i = 0; i < stub->n_held; i++)
        close(stub->held[i]);
    pthread_mutex_destroy(&stub->lock);
    g_free(stub->answer);
    g_free(stub->last);
    g_free(stub);
}
