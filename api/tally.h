/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written to the audit log by the minute instead of one by one: refusals, of which a
 * stranger could otherwise fill the disk, exports and events. Safe to use from any thread. */
#pragma once

#include "core/db.h"

enum { TALLY_ROWS_MAX = 128 }; /* a minute; what comes beyond is counted together by action */

struct tally;

struct tally *tally_new(void);
void tally_free(struct tally *tally);

/* actor  "key:ID", "user:ID" or "address:…"; object as in audit.h, NULL: none */
void tally_count(struct tally *tally, const char *action, const char *actor, const char *object);

/*
 * Write what was counted to the audit log in a transaction of its own, once a minute is over.
 *
 * now_us  CLOCK_MONOTONIC; INT64_MAX: write whatever there is
 *
 * Errors  as audit_add; what could not be written stays counted
 */
MUST_USE bool tally_write(struct tally *tally, struct db *db, int64_t now_us, GError **err);
