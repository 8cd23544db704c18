/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads that wait for the warehouse, so that those that answer from memory never do. What they
 * have not come to yet waits in a queue of a fixed length; what comes when it is full is refused at
 * once, and what waited too long when its turn comes. */
#pragma once

#include <stdint.h>

#include "core/error.h"

struct workers;

/* One piece of work; the owner keeps it until `run` was called. */
struct work {
    /* Called once, on one of the threads. in_time: false when it waited too long or the threads are
     * stopping; then only a refusal is in order. */
    void (*run)(struct work *work, bool in_time);
    struct work *next; /* the queue's own */
    int64_t since_us;
};

struct workers *workers_new(int threads, int queue_max, int wait_ms);

/* False: the queue is full or closed. */
MUST_USE bool workers_submit(struct workers *workers, struct work *work);

/* Take no more; what waits is run as late. Nothing waits or runs afterwards. */
void workers_close(struct workers *workers);
void workers_free(struct workers *workers); /* closes first */

/* What waits now, and what was refused so far for want of room or time. */
int workers_waiting(struct workers *workers);
int64_t workers_shed(struct workers *workers);
