/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/workers.h"

#include <pthread.h>

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct work *first, *last;
    int waiting, queue_max, n_threads;
    int64_t wait_us, shed;
    bool closed;
    pthread_t *threads;
};

/* The next piece of work; NULL: there will be none. */
static struct work *take(struct workers *workers, bool *in_time)
{
    pthread_mutex_lock(&workers->lock);
    while (!workers->first && !workers->closed)
        pthread_cond_wait(&workers->news, &workers->lock);
    struct work *work = workers->first;
    if (work) {
        workers->first = work->next;
        workers->last = work->next ? workers->last : NULL;
        workers->waiting--;
        *in_time = !workers->closed && g_get_monotonic_time() - work->since_us <= workers->wait_us;
        workers->shed += !*in_time;
    }
    pthread_mutex_unlock(&workers->lock);
    return work;
}

static void *run(void *argument)
{
    bool in_time;
    struct work *work;
    while ((work = take(argument, &in_time)))
        work->run(work, in_time);
    return NULL;
}

struct workers *workers_new(int threads, int queue_max, int wait_ms)
{
    struct workers *workers = g_new0(struct workers, 1);
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->news, NULL);
    workers->queue_max = queue_max;
    workers->wait_us = wait_ms * INT64_C(1000);
    workers->n_threads = threads;
    workers->threads = g_new0(pthread_t, threads);
    for (int i = 0; i < threads; i++) {
        if (pthread_create(&workers->threads[i], NULL, run, workers) != 0)
            BUG("pthread_create failed");
    }
    return workers;
}

bool workers_submit(struct workers *workers, struct work *work)
{
    work->next = NULL;
    work->since_us = g_get_monotonic_time();
    pthread_mutex_lock(&workers->lock);
    bool ok = !workers->closed && workers->waiting < workers->queue_max;
    if (ok) {
        if (workers->last)
            workers->last->next = work;
        else
            workers->first = work;
        workers->last = work;
        workers->waiting++;
        pthread_cond_signal(&workers->news);
    } else {
        workers->shed++;
    }
    pthread_mutex_unlock(&workers->lock);
    return ok;
}

void workers_close(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    bool again = workers->closed;
    workers->closed = true;
    pthread_cond_broadcast(&workers->news);
    pthread_mutex_unlock(&workers->lock);
    for (int i = 0; !again && i < workers->n_threads; i++)
        pthread_join(workers->threads[i], NULL);
}

void workers_free(struct workers *workers)
{
    if (!workers)
        return;
    workers_close(workers);
    pthread_cond_destroy(&workers->news);
    pthread_mutex_destroy(&workers->lock);
    g_free(workers->threads);
    g_free(workers);
}

int workers_waiting(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    int n = workers->waiting;
    pthread_mutex_unlock(&workers->lock);
    return n;
}

int64_t workers_shed(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    int64_t n = workers->shed;
    pthread_mutex_unlock(&workers->lock);
    return n;
}
