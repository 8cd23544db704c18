/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread that keeps the store fresh: it listens for published runs and changed keys on a
 * connection of its own and asks every few seconds all the same, so that a lost notice costs
 * seconds, not the day. */
#pragma once

#include "api/store.h"

struct tally;
struct watch;

struct watch_options {
    const char *dsn;
    int poll_ms;         /* ask this often without a notice */
    int deadline_ms;     /* of small queries */
    int load_ms;         /* of loading a snapshot */
    struct tally *tally; /* written to the audit log by the minute; NULL: none */
    int refresh_ms; /* account facts (owner, name) are read again this long after a newer load */
    /* Called on the thread after a run was put into the store; may be NULL. */
    void (*published)(void *context, struct db *db, const struct snapshot *snapshot);
    void *context;
};

/* Start. The first look at the warehouse is made before this returns.
 * Errors  as db_open: a service that starts without its warehouse says so at once */
MUST_USE struct watch *watch_start(struct store *store, const struct watch_options *options,
                                   GError **err);
void watch_stop(struct watch *watch);

/* What came of computing published days again the last time; at_us 0: nothing yet. */
struct watch_recompute {
    int64_t accounts, different, at_us;
};
struct watch_recompute watch_recompute(const struct watch *watch);

/* Loads of snapshots so far, for metrics. */
int64_t watch_loads(const struct watch *watch);
int64_t watch_failures(const struct watch *watch);
