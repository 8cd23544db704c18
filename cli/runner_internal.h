/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runner.c and runner_job.c share. */
#pragma once

#include <sys/types.h>

#include "cli/runner.h"

/* One job of the schedule, or one that left it while it runs. */
struct runner_job {
    const struct schedule_entry *entry;
    bool left;
    pid_t pid;          /* 0: does not run */
    int64_t due_us;     /* since when it is due, until it has ended; 0: it is not */
    int64_t started_us; /* of its process */
    int64_t last_us;    /* newest run that counts: as ops.job_run says, or as seen here */
    bool failed;        /* that run */
    int64_t again_us;   /* not before this moment */
    int tries;          /* failed in a row because something was away */
};

struct runner {
    struct context *context;
    struct arena *arena; /* schedules as they were read; jobs that run may still point into one */
    struct schedule schedule;
    GPtrArray *jobs; /* struct runner_job, in the order of the schedule, then those that left */
    struct runner_job server;
    bool once;
    int64_t skew_us; /* the warehouse's clock minus ours: its clock dates the runs */
    int n_ran, n_failed;
    int first_kind; /* of the failures */
    char *first_failure;
};

/* The time by the warehouse's clock. */
int64_t runner_now(const struct runner *r);

/* Is there a slot that no run has served? */
bool runner_job_is_due(const struct runner *r, const struct runner_job *job, int64_t now_us);

/* Ask the warehouse which jobs ran, by hand or by another runner. */
bool runner_jobs_refresh(struct runner *r, GError **err);

/* Start every job that is due and may start. */
void runner_jobs_start(struct runner *r);

/* The process of `job` ended: keep it, log it, decide when it runs again. */
void runner_job_end(struct runner *r, struct runner_job *job, int wait_status);

/* The moment at which something may have to start; INT64_MAX when a process must end first. */
int64_t runner_jobs_next(const struct runner *r, int64_t now_us);

/* The server: start it unless it runs or pauses; it ended. */
void runner_server_start(struct runner *r);
void runner_server_end(struct runner *r, int wait_status);
