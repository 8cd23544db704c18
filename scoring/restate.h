/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published days with what is known now, and why that is another number. What was published stays.
 */
#pragma once

#include "core/config.h"
#include "core/db.h"

struct progress;

struct restate_options {
    int32_t from, to;          /* published days of [from, to] */
    struct progress *progress; /* NULL: nobody looks */
};

struct restate_summary {
    size_t days, skipped; /* restated; scored before configurations were kept */
    int64_t accounts, different, known_no;
};

/*
 * Compute every published day of a stretch twice with what is known now: under the configuration
 * that spoke then, and, where that is another, under that of now. Accounts whose number or band is
 * another go into score.restated with their reasons.
 *
 * Errors  KENKO_ERROR_BUSY      another restatement runs
 *         KENKO_ERROR_CONFLICT  retention dropped usage that a day looks at
 * Cost    a reading of the facts for each configuration and one for the reasons
 */
MUST_USE bool restate_run(struct db *db, const char *dsn, struct config *config,
                          const struct restate_options *options, struct restate_summary *out,
                          GError **err);
