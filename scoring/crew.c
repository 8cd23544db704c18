/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/crew.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>

struct crew {
    crew_work_fn work;
    void *context;
    size_t n;
    atomic_size_t next;
};

static void *member(void *context)
{
    struct crew *crew = context;
    for (;;) {
        size_t i = atomic_fetch_add(&crew->next, 1);
        if (i >= crew->n)
            return NULL;
        crew->work(crew->context, i);
    }
}

void crew_each(size_t n, int threads, crew_work_fn work, void *context)
{
    struct crew crew = {.work = work, .context = context, .n = n};
    pthread_t helper[16];
    int started = 0;
    while (started + 1 < MIN(threads, (int)G_N_ELEMENTS(helper)) &&
           pthread_create(&helper[started], NULL, member, &crew) == 0)
        started++;
    member(&crew);
    for (int i = 0; i < started; i++)
        pthread_join(helper[i], NULL);
}

int crew_threads(void)
{
    return (int)g_get_num_processors();
}

void crew_slice(size_t rows, size_t slice, size_t *from, size_t *to)
{
    *from = rows * slice / CREW_SLICES;
    *to = rows * (slice + 1) / CREW_SLICES;
}
