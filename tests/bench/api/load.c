/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ask a server over kept connections as fast as it answers, from one thread:
 *
 *     load PORT CONNECTIONS SECONDS TARGET NUMBERS HEADERS PID…
 *
 * %d in TARGET becomes a random number of NUMBERS, written with seven digits; HEADERS are lines
 * that end with \r\n, or empty. Prints requests a second, milliseconds to the answer (median and
 * 99th percentile), answers that were not 200, and for each PID its CPU microseconds a request. A
 * PID with + before it stands for its children. */
#include <arpa/inet.h>
#include <glib.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 1 << 18, EVENTS = 64 };

struct client {
    int fd;
    gint64 began_us;
    size_t got, wanted; /* wanted 0: the head is not whole */
    char *answer;
};

static struct {
    int port;
    const char *target, *headers;
    guint32 numbers;
    GRand *rand;
    GArray *took_us;
    gint64 wrong;
} world;

static void ask(struct client *client)
{
    const char *hole = strstr(world.target, "%d");
    int before = hole ? (int)(hole - world.target) : (int)strlen(world.target);
    char number[16] = "";
    if (hole)
        g_snprintf(number, sizeof number, "%07u",
                   1 + g_rand_int(world.rand) % MAX(world.numbers, 1));
    g_autofree char *request =
        g_strdup_printf("GET %.*s%s%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", before, world.target,
                        number, hole ? hole + 2 : "", world.headers);
    client->got = client->wanted = 0;
    client->began_us = g_get_monotonic_time();
    if (send(client->fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
        g_error("the server is gone");
}

/* True: the answer is whole. */
static bool take(struct client *client)
{
    ssize_t n = recv(client->fd, client->answer + client->got, ANSWER_MAX - 1 - client->got, 0);
    if (n <= 0)
        g_error("the server closed the connection: %s", client->answer);
    client->got += (size_t)n;
    client->answer[client->got] = '\0';
    const char *end = client->wanted ? NULL : strstr(client->answer, "\r\n\r\n");
    const char *length = end ? strcasestr(client->answer, "content-length:") : NULL;
    if (end)
        client->wanted =
            (size_t)(end + 4 - client->answer) +
            (length && length < end ? (size_t)g_ascii_strtoull(length + 15, NULL, 10) : 0);
    return client->wanted && client->got >= client->wanted;
}

static void open_client(struct client *client)
{
    int one = 1;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)world.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    client->answer = g_malloc0(ANSWER_MAX);
    if (connect(client->fd, (struct sockaddr *)&to, sizeof to) != 0)
        g_error("nothing listens at %d", world.port);
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static void run(struct client *clients, int n, gint64 until_us)
{
    struct epoll_event event = {.events = EPOLLIN}, events[EVENTS];
    int poll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < n; i++) {
        event.data.ptr = &clients[i];
        epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].fd, &event);
        ask(&clients[i]);
    }
    for (gint64 now = 0; now < until_us;) {
        int ready = epoll_wait(poll, events, EVENTS, 1000);
        now = g_get_monotonic_time();
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (!take(client))
                continue;
            gint64 took = now - client->began_us;
            g_array_append_val(world.took_us, took);
            world.wrong += strncmp(client->answer + 9, "200", 3) != 0;
            ask(client);
        }
    }
    close(poll);
}

static gint64 ticks_of(const char *pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid), *text = NULL;
    unsigned long user = 0, system = 0;
    const char *rest = g_file_get_contents(path, &text, NULL, NULL) ? strrchr(text, ')') : NULL;
    if (!rest ||
        sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return 0;
    return (gint64)(user + system);
}

static gint64 ticks(const char *who)
{
    if (*who != '+')
        return ticks_of(who);
    gint64 sum = 0;
    g_autofree char *path = g_strdup_printf("/proc/%s/task/%s/children", who + 1, who + 1);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    g_auto(GStrv) pids = g_strsplit(g_strstrip(text), " ", -1);
    for (size_t i = 0; pids[i]; i++)
        sum += *pids[i] ? ticks_of(pids[i]) : 0;
    return sum;
}

static int compare(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc < 8)
        g_error("usage: load PORT CONNECTIONS SECONDS TARGET NUMBERS HEADERS PID…");
    int n = (int)g_ascii_strtoll(argv[2], NULL, 10);
    double seconds = g_ascii_strtod(argv[3], NULL);
    world.port = (int)g_ascii_strtoll(argv[1], NULL, 10);
    world.target = argv[4];
    world.numbers = (guint32)g_ascii_strtoull(argv[5], NULL, 10);
    world.headers = argv[6];
    world.rand = g_rand_new_with_seed(1);
    world.took_us = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autofree struct client *clients = g_new0(struct client, n);
    g_autofree gint64 *before = g_new0(gint64, argc);
    for (int i = 0; i < n; i++)
        open_client(&clients[i]);
    for (int i = 7; i < argc; i++)
        before[i] = ticks(argv[i]);
    run(clients, n, g_get_monotonic_time() + (gint64)(seconds * 1e6));
    guint done = world.took_us->len;
    if (done == 0)
        g_error("nothing was answered");
    qsort(world.took_us->data, done, sizeof(gint64), compare);
    printf("%.0f %.2f %.2f %" G_GINT64_FORMAT, done / seconds,
           (double)g_array_index(world.took_us, gint64, done / 2) / 1e3,
           (double)g_array_index(world.took_us, gint64, (guint64)done * 99 / 100) / 1e3,
           world.wrong);
    for (int i = 7; i < argc; i++)
        printf(" %.1f",
               (double)(ticks(argv[i]) - before[i]) * 1e6 / (double)sysconf(_SC_CLK_TCK) / done);
    putchar('\n');
    return 0;
}
