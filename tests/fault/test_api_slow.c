/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients that send and read a byte now and then, hundreds at once: the others do not feel them,
 * and each is closed when its total time is over, however busy it looks. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/apart.h"
#include "support/scored.h"
#include "support/served.h"
#include "support/warehouse.h"

enum {
    SLOW = 400,
    BYTE_MS = 100,
    QUESTIONS = 200,
    P99_US = 100000,
    TOTAL_MS = 2000,
    READ_EACH = 10
};

enum slowness { SLOW_HEAD, SLOW_BODY, SLOW_READ };

struct slow {
    enum slowness how;
    int fd;
    bool closed;
};

static struct {
    struct apart server;
    char *key, *question;
} world;

static int set_up(void **state)
{
    (void)state;
    if (!apart_can("slow clients"))
        return 0;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = MIN(files.rlim_max, 4096);
    setrlimit(RLIMIT_NOFILE, &files);
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    scored_accounts(db, 1000);
    scored_publish(db, "2026-11-01");
    world.key = served_key(arena, db, "lead", NULL, NULL);
    world.question = g_strconcat("GET /api/v1/accounts/a0000 HTTP/1.1\r\nHost: a\r\nConnection: "
                                 "close\r\n",
                                 world.key, "\r\n", NULL);
    g_autofree char *api = g_strdup_printf("{rate: 100000, burst: 1000000, connections: 1000, "
                                           "request_ms: %d, reply_ms: %d}",
                                           TOTAL_MS, TOTAL_MS);
    apart_start(&world.server, api, FALSE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (world.key)
        apart_stop(&world.server, SIGTERM);
    apart_clear(&world.server);
    g_free(world.key);
    g_free(world.question);
    return 0;
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* What 99 of 100 questions of somebody else took at most, each on a connection of its own; one that
 * is not answered fails the test. */
static int64_t others(const char *when)
{
    int64_t took[QUESTIONS];
    for (int i = 0; i < QUESTIONS; i++) {
        int64_t start = g_get_monotonic_time();
        int status = raw_http_try(world.server.port, world.question, strlen(world.question));
        took[i] = g_get_monotonic_time() - start;
        if (status != 200)
            fail_msg("%s: question %d got %d", when, i, status);
        g_usleep(1000);
    }
    qsort(took, QUESTIONS, sizeof *took, by_size);
    printf("%s: half in %.1f ms, 99 of 100 in %.1f ms\n", when, (double)took[QUESTIONS / 2] / 1000,
           (double)took[QUESTIONS * 99 / 100] / 1000);
    return took[QUESTIONS * 99 / 100];
}

static void open_slow(struct slow *slow, enum slowness how)
{
    int small = 1024;
    slow->how = how;
    g_autofree char *head =
        how == SLOW_HEAD   ? g_strdup("GET / HTTP/1.1\r\nHost: a\r\n")
        : how == SLOW_BODY ? g_strconcat("POST /api/v1/views HTTP/1.1\r\nHost: a\r\nContent-Type: "
                                         "application/json\r\nContent-Length: 60000\r\n",
                                         world.key, "\r\n", NULL)
                           : g_strconcat("GET /api/v1/accounts?limit=1000 HTTP/1.1\r\nHost: a\r\n",
                                         world.key, "\r\n", NULL);
    slow->fd = raw_http_connect(world.server.port);
    slow->closed = false;
    setsockopt(slow->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if (send(slow->fd, head, strlen(head), MSG_NOSIGNAL) < 0)
        slow->closed = true;
}

/* One byte more, either way. */
static void crawl(struct slow *slow)
{
    char byte = slow->how == SLOW_HEAD ? 'x' : ' ', got;
    ssize_t n = slow->how == SLOW_READ ? recv(slow->fd, &got, 1, MSG_DONTWAIT)
                                       : send(slow->fd, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        slow->closed = true;
}

struct attack {
    struct slow slow[SLOW];
    atomic_bool over;
};

static void *run_attack(void *argument)
{
    struct attack *attack = argument;
    while (!atomic_load(&attack->over)) {
        for (int i = 0; i < SLOW; i++) {
            if (!attack->slow[i].closed)
                crawl(&attack->slow[i]);
        }
        g_usleep(BYTE_MS * 1000);
    }
    return NULL;
}

/* What the kernel says: a reader finds what is on its way before it finds the end. */
static int still_open(const struct attack *attack)
{
    int n = 0;
    for (int i = 0; i < SLOW; i++) {
        struct tcp_info info;
        socklen_t size = sizeof info;
        assert_int_equal(getsockopt(attack->slow[i].fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
        n += info.tcpi_state == TCP_ESTABLISHED;
    }
    return n;
}

static void slow_clients_are_not_felt_and_end(void **state)
{
    (void)state;
    pthread_t thread;
    if (!world.key)
        skip();
    g_autofree struct attack *attack = g_new0(struct attack, 1);
    int64_t usual = others("alone");
    for (int i = 0; i < SLOW; i++)
        open_slow(&attack->slow[i], i % READ_EACH == 0 ? SLOW_READ : i % 2 ? SLOW_HEAD : SLOW_BODY);
    assert_int_equal(pthread_create(&thread, NULL, run_attack, attack), 0);
    assert_int_equal(raw_http_try(world.server.port, world.question, strlen(world.question)), 200);
    int64_t beside = others("beside slow heads, bodies and readers");
    int open = still_open(attack);
    g_usleep((TOTAL_MS + 1000) * 1000);
    int left = still_open(attack);
    atomic_store(&attack->over, true);
    pthread_join(thread, NULL);
    for (int i = 0; i < SLOW; i++)
        close(attack->slow[i].fd);
    printf("%d of %d were open while others asked, %d when their time was over\n", open, SLOW,
           left);
    assert_true(open > SLOW / 2);
    assert_true(beside < MAX(P99_US, 5 * usual)); /* where the machine itself is slow */
    assert_int_equal(left, 0);
    assert_true(apart_descriptors(&world.server) < SLOW / 4);
}

/* The three modes of slowhttptest, each as its manual has it, for 15 seconds. */
static void slowhttptest_is_not_felt(void **state)
{
    (void)state;
    static const char *const modes[][2] = {{"-H -i 2 -p 2", "slowhttptest, heads"},
                                           {"-B -i 2 -s 8192 -x 10", "slowhttptest, bodies"},
                                           {"-X -w 1 -y 5 -n 1 -z 1 -k 3", "slowhttptest, reads"}};
    g_autofree char *program = g_find_program_in_path("slowhttptest");
    if (!world.key || !g_getenv("KENKO_LONG") || !program) {
        printf("skipped: slowhttptest: behind --long, where it is installed\n");
        skip();
    }
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        GPid pid;
        g_autofree char *command = g_strdup_printf(
            "exec slowhttptest -c 400 -r 200 -l 15 %s -u http://127.0.0.1:%d/api/v1/openapi.json",
            modes[i][0], world.server.port);
        const char *const argv[] = {"sh", "-c", command, NULL};
        assert_true(g_spawn_async(NULL, (char **)(uintptr_t)argv, NULL,
                                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                      G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                                  NULL, NULL, &pid, NULL));
        for (int second = 0; second < 12; second += 3) {
            g_usleep(2000000);
            assert_true(others(modes[i][1]) < P99_US);
        }
        kill(pid, SIGTERM);
        waitpid(pid, NULL, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slow_clients_are_not_felt_and_end),
        cmocka_unit_test(slowhttptest_is_not_felt),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
