/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGTERM and SIGINT ask a job to finish its batch and end; a second one ends it at once. */
#pragma once

#include <stdbool.h>

/* Install the handlers, ignore SIGPIPE. Once, in main. */
void stop_install(void);
bool stop_requested(void);
/* As if the signal had come (tests, drains). */
void stop_request(void);
/* Readable once a stop is requested, for poll(). -1 before stop_install. */
int stop_fd(void);
