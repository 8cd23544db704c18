/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule in the foreground: starts jobs as processes, watches them, starts them again. */
#pragma once

#include "cli/context.h"
#include "core/schedule.h"

/* How a job of the schedule stands. */
struct runner_state {
    const struct schedule_entry *entry;
    const char *state; /* of the last run that counts, "" when there is none */
    int64_t last_us;   /* when it began; INT64_MIN when there is none */
    int64_t next_us;   /* the next slot */
    bool due;          /* a slot has passed since the last run */
};

/* How all jobs stand now, from ops.job_run. The context is open; `out` has schedule->n rows. */
MUST_USE bool runner_states(struct context *context, const struct schedule *schedule,
                            struct runner_state *out, GError **err);

/*
 * Run the schedule until SIGTERM; with `once` what is due now, without the server and without
 * trying again. A job waits for those above it in the list that were due no later. Each failure is
 * logged; jobs that find the warehouse or a peer away are tried again with growing pauses.
 *
 * context  configured, not open: a warehouse that is away is waited for
 *
 * Errors  KENKO_ERROR_CONFIG       kenko.yaml is wrong at the start, or has no schedule
 *         KENKO_ERROR_INTERRUPTED  SIGTERM or SIGINT; every job has ended
 *         the kind of the first job that failed, with `once`
 */
MUST_USE bool runner_run(struct context *context, bool once, GError **err);

/* The schedule of the configuration; jobs are the commands of this program. */
MUST_USE bool runner_schedule(struct arena *arena, struct config *config, struct schedule *out,
                              GError **err);
