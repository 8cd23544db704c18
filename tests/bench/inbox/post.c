/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Post batches of events over kept connections and count what is acknowledged:
 *
 *     post PORT KEY CONNECTIONS EVENTS-A-BATCH SECONDS PID…
 *
 * Prints events a second, batches a second, milliseconds to the answer (median and 99th
 * percentile), requests that were not answered with 200, and for each PID the CPU microseconds an
 * event. A PID with + before it stands for its children. */
#include <arpa/inet.h>
#include <dirent.h>
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *key;
static int port, batch;
static atomic_bool over;

struct client {
    pthread_t thread;
    int id;
    gint64 events, failed;
    GArray *took_us;
};

static int open_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return -1;
    return fd;
}

static void put_body(GString *body, int client, gint64 first)
{
    g_string_assign(body, "{\"sentAt\":\"2026-11-24T09:30:01.000Z\",\"batch\":[");
    for (int i = 0; i < batch; i++)
        g_string_append_printf(
            body,
            "%s{\"type\":\"track\",\"messageId\":\"c%03d-%012" G_GINT64_FORMAT
            "\",\"userId\":\"u-%05d\",\"event\":\"Job Run\",\"timestamp\":"
            "\"2026-11-24T09:30:00.123Z\",\"context\":{\"ip\":\"203.0.113.7\",\"library\":{"
            "\"name\":"
            "\"analytics-node\",\"version\":\"2.1.3\"}},\"properties\":{\"account\":\"acc-%04d\","
            "\"connector\":\"postgresql\",\"rows\":%d,\"seconds\":12.75}}",
            i ? "," : "", client, first + i, (int)((first + i) % 20000), (int)(first % 5000),
            i * 37);
    g_string_append(body, "]}");
}

static bool send_all(int fd, const GString *text)
{
    for (gsize at = 0; at < text->len;) {
        ssize_t sent = send(fd, text->str + at, text->len - at, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += (gsize)sent;
    }
    return true;
}

/* The whole answer is read: its body has the length it says. */
static bool read_answer(int fd)
{
    char text[65536];
    size_t n = 0;
    for (;;) {
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        text[n] = '\0';
        const char *end = strstr(text, "\r\n\r\n"), *length = strstr(text, "Content-Length: ");
        if (end && length &&
            n >= (size_t)(end + 4 - text) + g_ascii_strtoull(length + 16, NULL, 10))
            return g_str_has_prefix(text, "HTTP/1.1 200");
    }
}

static void *run(void *argument)
{
    struct client *client = argument;
    g_autoptr(GString) body = g_string_new(NULL), text = g_string_new(NULL);
    int fd = open_socket();
    for (gint64 first = 0; !atomic_load(&over); first += batch) {
        put_body(body, client->id, first);
        g_string_printf(text,
                        "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                        key, body->len);
        g_string_append_len(text, body->str, (gssize)body->len);
        gint64 began = g_get_monotonic_time();
        if (fd >= 0 && send_all(fd, text) && read_answer(fd)) {
            gint64 took = g_get_monotonic_time() - began;
            g_array_append_val(client->took_us, took);
            client->events += batch;
            continue;
        }
        client->failed++;
        if (fd >= 0)
            close(fd);
        fd = open_socket();
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

/* CPU seconds of a process, and of its children that ended; *parent is its parent. */
static double cpu_of(const char *pid, bool ended, char *parent, gsize parent_size)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/stat", pid), *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    g_auto(GStrv) field = g_strsplit(strrchr(text, ')') + 2, " ", 20);
    g_strlcpy(parent, field[1], parent_size);
    double ticks = 0;
    for (int i = 11; i < (ended ? 15 : 13); i++)
        ticks += g_ascii_strtod(field[i], NULL);
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

static double cpu(const char *who)
{
    char parent[32];
    if (*who != '+')
        return cpu_of(who, false, parent, sizeof parent);
    double sum = cpu_of(who + 1, true, parent, sizeof parent);
    GDir *dir = g_dir_open("/proc", 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        double own = g_ascii_isdigit(*name) ? cpu_of(name, true, parent, sizeof parent) : 0;
        if (own > 0 && strcmp(parent, who + 1) == 0)
            sum += own;
    }
    if (dir)
        g_dir_close(dir);
    return sum;
}

static int compare(const void *a, const void *b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    port = (int)g_ascii_strtoll(argv[1], NULL, 10);
    key = argv[2];
    batch = (int)g_ascii_strtoll(argv[4], NULL, 10);
    int n = (int)g_ascii_strtoll(argv[3], NULL, 10), n_pids = argc - 6;
    g_autofree struct client *client = g_new0(struct client, n);
    g_autofree double *before = g_new0(double, n_pids + 1);
    for (int i = 0; i < n_pids; i++)
        before[i] = cpu(argv[6 + i]);
    gint64 began = g_get_monotonic_time();
    for (int i = 0; i < n; i++) {
        client[i].id = i;
        client[i].took_us = g_array_new(FALSE, FALSE, sizeof(gint64));
        pthread_create(&client[i].thread, NULL, run, &client[i]);
    }
    g_usleep((gulong)(g_ascii_strtod(argv[5], NULL) * 1e6));
    atomic_store(&over, true);
    gint64 events = 0, failed = 0;
    g_autoptr(GArray) took = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (int i = 0; i < n; i++) {
        pthread_join(client[i].thread, NULL);
        events += client[i].events;
        failed += client[i].failed;
        g_array_append_vals(took, client[i].took_us->data, client[i].took_us->len);
        g_array_free(client[i].took_us, TRUE);
    }
    double seconds = (double)(g_get_monotonic_time() - began) / 1e6;
    qsort(took->data, took->len, sizeof(gint64), compare);
    guint last = took->len ? took->len - 1 : 0;
    if (took->len == 0)
        return 1;
    printf("%.0f %.0f %.1f %.1f %" G_GINT64_FORMAT, (double)events / seconds, took->len / seconds,
           (double)g_array_index(took, gint64, last / 2) / 1e3,
           (double)g_array_index(took, gint64, last * 99 / 100) / 1e3, failed);
    for (int i = 0; i < n_pids; i++)
        printf(" %.2f", (cpu(argv[6 + i]) - before[i]) * 1e6 / (double)events);
    printf("\n");
    return 0;
}
