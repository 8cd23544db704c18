/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every command needs: its options, the configuration, the warehouse. */
#pragma once

#include "core/config.h"
#include "core/db.h"
#include "core/progress.h"
#include "core/zone.h"

enum { CONTEXT_DEADLINE_MS = 600000 };

struct context {
    char *config_dir;
    gboolean json, quiet;
    struct config *config; /* after context_open */
    struct db *db;
    struct zone *zone;
    char *dsn;
    struct progress *progress; /* after context_progress */
};

/* One command of the command line. */
struct command {
    const char *name, *args, *summary, *help;
    bool (*run)(struct context *context, int argc, char **argv, GError **err);
};

/*
 * Parse a command's own options, and -C/--config, --json, -q/--quiet with it. `own` may be NULL.
 * What is left in argv are its arguments.
 */
MUST_USE bool context_options(struct context *context, const struct command *command,
                              const GOptionEntry *own, int *argc, char ***argv, GError **err);

/* Read the configuration only, unless that was done. */
MUST_USE bool context_load(struct context *context, GError **err);

/* Open configuration and warehouse: the configured one, or the private cluster, made, started and
 * migrated. The business zone and currency are fixed at the first time. Again after a lost
 * connection: the configuration stays as it was read. */
MUST_USE bool context_open(struct context *context, GError **err);
void context_close(struct context *context);

/* A day option: YYYY-MM-DD, or "today" of the business zone, which opens the configuration. */
MUST_USE bool context_day(struct context *context, const char *option, const char *text,
                          int32_t *out, GError **err);

/* One hint on what to do next, on standard error. */
void context_next(const struct context *context, const char *hint);

/* A progress for the command's work, until context_close: on standard error when that is a terminal
 * that can take a line back. Else NULL: --quiet, --json, NO_COLOR, TERM=dumb. */
struct progress *context_progress(struct context *context);
