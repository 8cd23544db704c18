/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP by hand over a loopback socket, so that tests can send what no client library would. */
#pragma once

#include <glib.h>
#include <stddef.h>

/* A connected socket; fails the test otherwise. */
int raw_http_connect(int port);

/* Send bytes, then read until the server closes or says nothing for idle_ms. */
GString *raw_http_exchange(int port, const void *bytes, size_t n, int idle_ms);

/* The status of what a server that may be gone says to the bytes; 0: nothing. For any thread. */
int raw_http_try(int port, const void *bytes, size_t n);

struct raw_http_answer {
    int status; /* 0: closed without an answer */
    char *head, *body;
    gsize body_size;
};

/* METHOD target with more header lines ("A: b\r\n…" or "") and a body, on a connection of its own.
 */
struct raw_http_answer *raw_http_send(int port, const char *method, const char *target,
                                      const char *headers, const char *body, size_t body_size);
struct raw_http_answer *raw_http_get(int port, const char *target, const char *headers);
void raw_http_answer_free(struct raw_http_answer *answer);

/* Value of a header, NULL when absent; caller frees. */
char *raw_http_header(const struct raw_http_answer *answer, const char *name);

/* How many status lines an exchange holds, and the first status. */
int raw_http_count(const GString *all);
int raw_http_status(const GString *all);

typedef struct raw_http_answer raw_http_answer_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(raw_http_answer_t, raw_http_answer_free)
