/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the API shows beside scores, for a warehouse of scored_accounts: incidents, service levels,
 * flags, renewals, losses, tickets, rejects, and what people wrote. */
#pragma once

#include "core/db.h"

/* Two incidents, ops/inc-own of a0000 and ops/inc-other of a0001; and of the rest something for
 * both. The newest published day must be 2026-11-01. */
void worked_fill(struct db *db);

/* A new row of outreach.note, task or mute about an account, or a view; its id. */
int64_t worked_note(struct db *db, const char *account, const char *author);
int64_t worked_task(struct db *db, const char *account);
int64_t worked_mute(struct db *db, const char *account);
/* A new open alert about an account, of a rule of its own. */
int64_t worked_alert(struct db *db, const char *account);
int64_t worked_view(struct db *db, const char *owner);
