/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A receiver of webhooks on loopback that answers, hangs or resets as a test says. */
#pragma once

#include <glib.h>

struct stub_http;

/* What it does with each request: sends `answer` (a whole HTTP response), or, when that is NULL,
 * hangs until it is stopped; "" resets the connection after reading the request. */
struct stub_http *stub_http_start(const char *answer);
void stub_http_answer(struct stub_http *stub, const char *answer);
int stub_http_port(const struct stub_http *stub);
int stub_http_requests(struct stub_http *stub);
/* The last request with its body; caller frees. */
char *stub_http_last(struct stub_http *stub);
void stub_http_stop(struct stub_http *stub);
