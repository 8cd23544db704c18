/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Total deadlines of connections. The HTTP library only knows idle timeouts, which a slow attacker
 * feeds with a byte now and then; the reaper shuts a socket down when its time is over, whatever
 * moves on it. */
#pragma once

#include <stdint.h>

struct reaper;
struct reaper_socket;

/* Starts its thread; it looks every period_ms. */
struct reaper *reaper_new(int period_ms);
void reaper_free(struct reaper *reaper);

/* Watch a socket. deadline_us is CLOCK_MONOTONIC. */
struct reaper_socket *reaper_add(struct reaper *reaper, int fd, int64_t deadline_us);
void reaper_set(struct reaper *reaper, struct reaper_socket *socket, int64_t deadline_us);

/* Stop watching; call before the descriptor is closed. Frees `socket`. */
void reaper_remove(struct reaper *reaper, struct reaper_socket *socket);

/* How many sockets are watched, and how many were shut down so far. */
int64_t reaper_watched(const struct reaper *reaper);
int64_t reaper_reaped(const struct reaper *reaper);
