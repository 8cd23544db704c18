/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/proxy.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/warehouse.h"

enum { PAIRS_MAX = 16, DID_IT = 42 };

/* CommandComplete of a COMMIT, as the server says it (protocol 3.0, "C", length, tag). */
static const char committed[] = "C\0\0\0\013COMMIT";

struct pair {
    int client, server;
    char tail[sizeof committed - 2]; /* of what the server said last: an answer may come in parts */
};

struct state {
    struct proxy_plan plan;
    struct sockaddr_un server;
    struct pair pair[PAIRS_MAX];
    int n;
    long passed;
    int commits;
};

static int listen_at(const char *directory)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", directory);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 8) != 0)
        fail_msg("the proxy cannot listen at %s", address.sun_path);
    return fd;
}

static void take_connection(struct state *s, int listener)
{
    int client = accept(listener, NULL, NULL);
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client < 0 || s->n == PAIRS_MAX ||
        connect(server, (struct sockaddr *)&s->server, sizeof s->server) != 0) {
        close(client);
        close(server);
        return;
    }
    s->pair[s->n++] = (struct pair){.client = client, .server = server};
}

static bool send_all(int fd, const char *bytes, ssize_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, (size_t)n, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        n -= sent;
    }
    return true;
}

static _Noreturn void reset_all(const struct state *s)
{
    struct linger now = {1, 0};
    signal(SIGTERM, SIG_IGN); /* proxy_stop may come between the first close and the exit */
    for (int i = 0; i < s->n; i++) {
        setsockopt(s->pair[i].client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(s->pair[i].client);
        close(s->pair[i].server);
    }
    _exit(DID_IT);
}

/* Does a COMMIT's answer end in these bytes, or in them after those before? */
static bool answers_commit(struct pair *pair, const char *bytes, size_t n)
{
    char all[sizeof pair->tail + 8192];
    memcpy(all, pair->tail, sizeof pair->tail);
    memcpy(all + sizeof pair->tail, bytes, n);
    size_t size = sizeof pair->tail + n;
    memcpy(pair->tail, all + size - sizeof pair->tail, sizeof pair->tail);
    return memmem(all, size, committed, sizeof committed - 1) != NULL;
}

/* Pass on what has come; false when one side has ended. */
static bool pass(struct state *s, struct pair *pair, bool from_client)
{
    char bytes[8192];
    ssize_t n = recv(from_client ? pair->client : pair->server, bytes, sizeof bytes, 0);
    if (n <= 0)
        return false;
    if (from_client && s->plan.cut_after && (s->passed += n) > s->plan.cut_after)
        reset_all(s);
    if (!from_client && s->plan.lose_commit && answers_commit(pair, bytes, (size_t)n) &&
        ++s->commits == s->plan.lose_commit)
        reset_all(s);
    return send_all(from_client ? pair->server : pair->client, bytes, n);
}

static _Noreturn void serve(struct state *s, int listener)
{
    for (;;) {
        struct pollfd fd[1 + 2 * PAIRS_MAX] = {{listener, POLLIN, 0}};
        for (int i = 0; i < s->n; i++) {
            fd[1 + 2 * i] = (struct pollfd){s->pair[i].client, POLLIN, 0};
            fd[2 + 2 * i] = (struct pollfd){s->pair[i].server, POLLIN, 0};
        }
        int n = s->n;
        if (poll(fd, (nfds_t)(1 + 2 * n), -1) < 0)
            _exit(1);
        for (int i = n; i-- > 0;) {
            struct pair *pair = &s->pair[i];
            if ((!fd[1 + 2 * i].revents || pass(s, pair, true)) &&
                (!fd[2 + 2 * i].revents || pass(s, pair, false)))
                continue;
            close(pair->client);
            close(pair->server);
            *pair = s->pair[--s->n];
        }
        if (fd[0].revents)
            take_connection(s, listener);
    }
}

void proxy_start(struct proxy *proxy, const char *dsn, const struct proxy_plan *plan)
{
    static int count;
    g_autofree char *name = g_strdup_printf("proxy%d", ++count);
    g_autofree char *directory = g_build_filename(warehouse_scratch(), name, NULL);
    struct state s = {.plan = *plan, .server = {.sun_family = AF_UNIX}};
    char host[108];
    const char *rest = strstr(dsn, "user="); /* the peer is the proxy now, not the server */
    if (sscanf(dsn, "host=%107s", host) != 1 || !rest)
        fail_msg("the connection string has not the form that is known here: %s", dsn);
    g_snprintf(s.server.sun_path, sizeof s.server.sun_path, "%s/.s.PGSQL.5432", host);
    if (g_mkdir(directory, 0700) != 0)
        fail_msg("cannot make %s", directory);
    int listener = listen_at(directory);
    fflush(NULL);
    proxy->pid = fork();
    if (proxy->pid == 0)
        serve(&s, listener);
    close(listener);
    g_snprintf(proxy->dsn, sizeof proxy->dsn, "host=%s %s", directory, rest);
}

bool proxy_stop(struct proxy *proxy)
{
    int status;
    kill(proxy->pid, SIGTERM);
    return waitpid(proxy->pid, &status, 0) == proxy->pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == DID_IT;
}
