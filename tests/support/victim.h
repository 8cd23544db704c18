/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An ingest that fault tests kill, cut off and stop: the same sources each time, what one
 * undisturbed run makes of them, and runs in processes of their own. */
#pragma once

#include <sys/types.h>

#include "core/db.h"

enum { VICTIM_FAILED = 100 };

/* Group set-up and tear-down: write the sources, remember a clean run's digest. */
int victim_prepare(void **state);
int victim_forget(void **state);

/* Load what the sources held at first, in this process. */
void victim_load_before(struct db *db);

/* Ingest what they hold later in a process of its own, over the connection `dsn` names; it ends
 * with 0, or VICTIM_FAILED + the kind of its error. `fault` is for KENKO_FAULT, or NULL. */
pid_t victim_start(const char *dsn, const char *fault);
/* Wait for it; its wait status. */
int victim_finish(pid_t pid);

/* Run once more to the end: is the warehouse now what an undisturbed run makes? */
bool victim_is_clean(struct db *db);
