/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/receiver.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void note(const char *notes)
{
    FILE *file = g_fopen(notes, "a");
    if (!file || fputc('x', file) == EOF || fclose(file) != 0)
        _exit(1);
}

static void serve(const struct receiver *how, int fd)
{
    for (;;) {
        char buffer[65536];
        int client = accept(fd, NULL, NULL);
        bool there = !how->reads_first || read(client, buffer, sizeof buffer) > 0;
        if (there && how->notes)
            note(how->notes);
        usleep(how->waits_us);
        if (there && how->answer && write(client, how->answer, strlen(how->answer)) < 0)
            _exit(1);
        close(client);
    }
}

pid_t receiver_start(const struct receiver *how, int *port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    assert_true(bind(fd, (void *)&address, size) == 0 && listen(fd, 64) == 0 &&
                getsockname(fd, (void *)&address, &size) == 0);
    *port = ntohs(address.sin_port);
    pid_t child = fork();
    if (child == 0)
        serve(how, fd);
    close(fd);
    return child;
}

void receiver_stop(pid_t child)
{
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}
