/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audit bundles: one file with everything that one account's published score was made of, from
 * which it can be computed again without a warehouse. */
#pragma once

#include "core/db.h"

struct bundle_options {
    const char *account;
    int32_t as_of;    /* the newest published day up to it; INT32_MAX: of all */
    int64_t known_no; /* by the newest run of the day that knew no more; INT64_MAX: by the last */
    bool persons;     /* also who answered surveys and who said overrides, and why */
};

struct bundle_summary {
    int32_t as_of;
    int64_t run_id;
    size_t lines;
    char seal[65]; /* hash of the last line */
};

/*
 * Append the bundle to `out`.
 *
 * Errors  KENKO_ERROR_NOT_FOUND  the account has no result there
 *         KENKO_ERROR_CONFLICT   what it was made of is no longer there: compacted, dropped, or
 *                                scored before configurations were kept
 * Cost    a day's scoring, twice the reading of its facts
 */
MUST_USE bool bundle_make(struct db *db, const struct bundle_options *options, GString *out,
                          struct bundle_summary *summary, GError **err);

enum bundle_verdict { BUNDLE_AGREES, BUNDLE_TAKEN, BUNDLE_DIFFERS };

struct bundle_finding {
    enum bundle_verdict verdict;
    const char *what; /* "metric runs_7d" */
    const char *text; /* "70, from the facts" */
};

struct bundle_report {
    const char *account, *version; /* of the kenko that scored */
    int32_t as_of;
    int64_t run_id, known_no;
    size_t n;
    const struct bundle_finding *finding;
    size_t count[3]; /* by verdict */
    char seal[65];
};

/*
 * Compute again what a bundle says, from itself alone. What agrees, what is taken on trust and what
 * differs is in the report, line by line; that something differs is no error. In the arena.
 *
 * Errors  KENKO_ERROR_CHECK  a line is not as it was written, or lines are missing: names it
 *         KENKO_ERROR_INPUT  it is no bundle: names the line and what was wanted
 *         KENKO_ERROR_CONFIG a file in it is wrong
 */
MUST_USE bool bundle_verify(struct arena *arena, struct slice text, struct bundle_report *out,
                            GError **err);
