/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs as processes of this program. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * Start `kenko -C directory arguments… -q` in a process group of its own, so that a Ctrl-C on the
 * terminal reaches the starter alone, which hands it on. It gets SIGTERM when its starter dies.
 *
 * argv  NULL-terminated, the command first
 *
 * -1 with errno when no process can be made.
 */
pid_t child_start(const char *directory, char *const *argv);

/* How a process ended: its exit code, or 128 + the signal. */
int child_exit(int wait_status);
