/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door of ops.inbox: events of many requests are committed together by one thread on its own
 * connection. Nobody waits here: a request leaves a ticket and is told what became of it. */
#pragma once

#include <stdint.h>

#include "api/auth.h"
#include "api/event.h"

enum inbox_fate {
    INBOX_WAITING,
    INBOX_COMMITTED, /* on the disk of the warehouse */
    INBOX_SHED,      /* refused: too much waits already */
    INBOX_FAILED     /* refused, or it is not known whether it was committed */
};

/* One request's events. The owner keeps it, and all it points to, until `done` was called. */
struct inbox_ticket {
    char key_id[AUTH_ID_SIZE + 1];
    size_t n;
    const struct event *event;

    /* Called once, on any thread, with the fate set. */
    void (*done)(void *context);
    void *context;
    enum inbox_fate fate;

    struct inbox_ticket *next; /* the inbox's own */
    size_t bytes;
};

struct inbox_options {
    const char *dsn;
    int deadline_ms;  /* of each call to the warehouse */
    size_t queue_max; /* bytes that may wait; what comes then is shed */
};

/* What it did so far, and what waits now. */
struct inbox_numbers {
    int64_t events, commits, shed, failed; /* shed and failed count events too */
    size_t queued;                         /* bytes */
};

struct inbox;

struct inbox *inbox_new(const struct inbox_options *options);

/* Leave a ticket. Its fate may be decided before this returns. */
void inbox_submit(struct inbox *inbox, struct inbox_ticket *ticket);

/* From now on all tickets are shed; those that wait are committed. No ticket waits afterwards. */
void inbox_close(struct inbox *inbox);

/* After inbox_close. */
void inbox_free(struct inbox *inbox);

void inbox_count(struct inbox *inbox, struct inbox_numbers *out);
