/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log: one line per event on standard error, key=value. Only edges log: cli/, job.c, server.c.
 */
#pragma once

#include <stdint.h>

#include "core/error.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Lines below the level are dropped. Default LOG_INFO. */
void log_set_level(enum log_level level);

/*
 * log_event(LOG_INFO, "job_done", "job", "ingest", "loaded", "12", NULL)
 *
 * Pairs of key and text; values with spaces, quotes or controls are quoted and escaped, so that no
 * value can forge a line. Never pass secrets or record contents.
 */
void log_event(enum log_level level, const char *event, ...) G_GNUC_NULL_TERMINATED;

/* A line of standard error, a terminal, that something else may take the place of: what is logged
 * next, or the next of these; "" takes it away. One line, printable, narrower than the terminal. */
void log_transient(const char *text);
