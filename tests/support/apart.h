/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kenko serve in a process of its own, for tests that kill it, weigh it, or read all that it says.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

struct apart {
    const char *directory; /* its configuration */
    char *log;             /* what it says */
    GPid pid;
    int port, admin;
};

/* Is there a program to start? Says what is skipped otherwise. */
gboolean apart_can(const char *what);

/* A configuration directory over the program's warehouse with a section api ("{rate: 1}"), and the
 * server of it; tried again while the warehouse is not up yet. Its clients are hardly limited where
 * the section does not say so. The access log is left out unless `loud`. */
void apart_start(struct apart *apart, const char *api, gboolean loud);

/* Start it, or start it again, over a directory that is there. */
void apart_start_in(struct apart *apart, const char *directory, gboolean loud);

/* Send it a signal and wait until it is gone. */
void apart_stop(struct apart *apart, int with);
void apart_clear(struct apart *apart);

/* A figure of its memory in kB: "VmRSS" now, "VmHWM" at its highest so far, which
 * apart_forget_peak begins anew. */
int64_t apart_memory(const struct apart *apart, const char *name);
void apart_forget_peak(const struct apart *apart);

/* How many descriptors it holds. */
int apart_descriptors(const struct apart *apart);
