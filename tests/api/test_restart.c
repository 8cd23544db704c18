/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A socket that is handed over, as systemd does, outlives the server: over restarts nobody who
 * connects is refused, and nobody who was let in is cut off. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "api/listener_socket.h"
#include "support/served.h"
#include "support/warehouse.h"

enum { CLIENTS = 3, RESTARTS = 12 };

struct crowd {
    int port;
    atomic_bool over;
    atomic_int answered, failed;
};

static void *ask_again_and_again(void *argument)
{
    struct crowd *crowd = argument;
    static const char request[] = "GET /api/v1/problems HTTP/1.1\r\nHost: localhost\r\n"
                                  "Connection: close\r\n\r\n";
    while (!atomic_load(&crowd->over)) {
        g_autoptr(GString) answer = raw_http_exchange(crowd->port, request, strlen(request), 20000);
        bool ok = raw_http_status(answer) == 200;
        atomic_fetch_add(ok ? &crowd->answered : &crowd->failed, 1);
    }
    return NULL;
}

static int listen_somewhere(int *port)
{
    int fd;
    bool loopback;
    g_autoptr(GError) err = NULL;
    if (!listener_socket_open("127.0.0.1:0", false, &fd, port, &loopback, &err))
        fail_msg("%s", err->message);
    return fd;
}

static void nobody_is_refused_over_restarts(void **state)
{
    (void)state;
    pthread_t client[CLIENTS];
    struct crowd crowd = {0};
    int fd = listen_somewhere(&crowd.port);
    g_autoptr(db_t) db = warehouse_open();
    assert_non_null(db);
    for (int i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&client[i], NULL, ask_again_and_again, &crowd), 0);
    for (int i = 0; i < RESTARTS; i++) {
        struct server *server =
            served_start((struct server_options){.listen_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)});
        assert_int_equal(server_port(server), crowd.port);
        g_usleep(50000);
        server_stop(server);
    }
    struct server *last =
        served_start((struct server_options){.listen_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)});
    atomic_store(&crowd.over, true);
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(client[i], NULL);
    server_stop(last);
    close(fd);
    printf("%d answers over %d restarts\n", atomic_load(&crowd.answered), RESTARTS);
    assert_int_equal(atomic_load(&crowd.failed), 0);
    assert_true(atomic_load(&crowd.answered) >= RESTARTS);
}

static void a_descriptor_that_does_not_listen_is_refused(void **state)
{
    (void)state;
    int port, plain = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_false(listener_socket_adopt(plain, false, &port, NULL));
    assert_false(listener_socket_adopt(file, false, &port, NULL));
    close(plain);
    close(file);
}

static void a_socket_that_others_can_reach_is_refused(void **state)
{
    (void)state;
    int fd, port;
    bool loopback;
    assert_true(listener_socket_open("0.0.0.0:0", true, &fd, &port, &loopback, NULL));
    assert_false(listener_socket_adopt(fd, false, &port, NULL));
    assert_true(listener_socket_adopt(fd, true, &port, NULL));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_refused_over_restarts),
        cmocka_unit_test(a_descriptor_that_does_not_listen_is_refused),
        cmocka_unit_test(a_socket_that_others_can_reach_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
