/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retention: dropping what the configuration says is old enough. Without a section `retention`
 * everything is kept for ever. What was dropped is noted, so that nobody takes it for what never
 * was: an event whose id may be gone is rejected, a score whose window reaches back is refused. */
#pragma once

#include <stdint.h>

#include "core/config.h"
#include "core/zone.h"

struct db;

struct retention_options {
    int64_t now_us;
    bool dry_run; /* count only */
};

struct retention_summary {
    int64_t months, rejects, ids; /* dropped */
    int64_t versions;             /* of records in tables of their own, replaced long ago */
    int64_t pushed;               /* events that no source reads, become rejects */
    int32_t usage_from;           /* first day kept; INT32_MIN: all */
};

/*
 * Drop whole months of usage, rejects, ids and replaced versions, a portion per transaction; may be
 * killed anywhere, the next run goes on.
 *
 * dsn  for the heartbeat
 *
 * Errors  KENKO_ERROR_CONFIG  a number below 0;  KENKO_ERROR_BUSY  another run, or a reader that
 * holds a month for too long;  KENKO_ERROR_INTERRUPTED  after a portion
 */
MUST_USE bool retention_run(struct db *db, const char *dsn, struct config *config,
                            const struct zone *zone, const struct retention_options *options,
                            struct retention_summary *summary, GError **err);
