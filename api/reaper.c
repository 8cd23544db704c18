/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/reaper.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>

#include "core/error.h"

struct reaper_socket {
    struct reaper_socket *before, *after;
    int fd;
    bool reaped;
    int64_t deadline_us;
};

struct reaper {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    struct reaper_socket *first;
    int period_ms;
    bool stopping;
    atomic_int_least64_t watched, reaped;
};

/* What is on its way to a slow reader is thrown away with its connection: otherwise the kernel
 * would keep it for as long as the reader likes. */
static const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

/* Under the lock a watched descriptor is open: its owner removes it here before closing it. */
static void reap(struct reaper *reaper, int64_t now_us)
{
    for (struct reaper_socket *s = reaper->first; s; s = s->after) {
        if (s->reaped || now_us < s->deadline_us)
            continue;
        s->reaped = true;
        setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        shutdown(s->fd, SHUT_RDWR);
        atomic_fetch_add(&reaper->reaped, 1);
    }
}

static void *run(void *argument)
{
    struct reaper *reaper = argument;
    pthread_mutex_lock(&reaper->lock);
    while (!reaper->stopping) {
        int64_t next_us = g_get_monotonic_time() + reaper->period_ms * 1000LL;
        struct timespec until = {next_us / 1000000, next_us % 1000000 * 1000};
        pthread_cond_timedwait(&reaper->wake, &reaper->lock, &until);
        reap(reaper, g_get_monotonic_time());
    }
    pthread_mutex_unlock(&reaper->lock);
    return NULL;
}

struct reaper *reaper_new(int period_ms)
{
    pthread_condattr_t monotonic;
    struct reaper *reaper = g_new0(struct reaper, 1);
    reaper->period_ms = period_ms;
    pthread_mutex_init(&reaper->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&reaper->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&reaper->thread, NULL, run, reaper) != 0)
        BUG("pthread_create failed");
    return reaper;
}

void reaper_free(struct reaper *reaper)
{
    if (!reaper)
        return;
    pthread_mutex_lock(&reaper->lock);
    reaper->stopping = true;
    pthread_cond_signal(&reaper->wake);
    pthread_mutex_unlock(&reaper->lock);
    pthread_join(reaper->thread, NULL);
    while (reaper->first)
        reaper_remove(reaper, reaper->first);
    pthread_cond_destroy(&reaper->wake);
    pthread_mutex_destroy(&reaper->lock);
    g_free(reaper);
}

struct reaper_socket *reaper_add(struct reaper *reaper, int fd, int64_t deadline_us)
{
    struct reaper_socket *socket = g_new0(struct reaper_socket, 1);
    socket->fd = fd;
    socket->deadline_us = deadline_us;
    pthread_mutex_lock(&reaper->lock);
    socket->after = reaper->first;
    if (reaper->first)
        reaper->first->before = socket;
    reaper->first = socket;
    pthread_mutex_unlock(&reaper->lock);
    atomic_fetch_add(&reaper->watched, 1);
    return socket;
}

void reaper_set(struct reaper *reaper, struct reaper_socket *socket, int64_t deadline_us)
{
    pthread_mutex_lock(&reaper->lock);
    socket->deadline_us = deadline_us;
    pthread_mutex_unlock(&reaper->lock);
}

void reaper_remove(struct reaper *reaper, struct reaper_socket *socket)
{
    pthread_mutex_lock(&reaper->lock);
    if (socket->before)
        socket->before->after = socket->after;
    else
        reaper->first = socket->after;
    if (socket->after)
        socket->after->before = socket->before;
    pthread_mutex_unlock(&reaper->lock);
    g_free(socket);
    atomic_fetch_sub(&reaper->watched, 1);
}

int64_t reaper_watched(const struct reaper *reaper)
{
    return atomic_load(&reaper->watched);
}

int64_t reaper_reaped(const struct reaper *reaper)
{
    return atomic_load(&reaper->reaped);
}
