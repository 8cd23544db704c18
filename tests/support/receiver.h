/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A receiver of messages in a child process that treats every connection alike. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct receiver {
    const char *answer; /* NULL closes unanswered */
    bool reads_first;   /* who sends nothing gets no answer */
    unsigned waits_us;  /* before it answers */
    const char *notes;  /* a file that gets a byte for each message; NULL: none */
};

/* On a port of loopback; gives the child's process. */
pid_t receiver_start(const struct receiver *how, int *port);
void receiver_stop(pid_t child);
