/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/stop.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int requested;
static int wake[2] = {-1, -1};

static void on_signal(int number)
{
    if (atomic_fetch_add(&requested, 1) > 0)
        _exit(128 + number);
    ssize_t written = write(wake[1], "x", 1);
    (void)written;
}

void stop_install(void)
{
    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
        wake[0] = wake[1] = -1;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool stop_requested(void)
{
    return atomic_load(&requested) > 0;
}

void stop_request(void)
{
    atomic_store(&requested, 1);
    ssize_t written = write(wake[1], "x", 1);
    (void)written;
}

int stop_fd(void)
{
    return wake[0];
}
