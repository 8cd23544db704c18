/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rehearsals: everything is done, nothing is kept. */
#pragma once

#include "core/db.h"

/*
 * From here on every transaction of the connection is a part of one that rehearsal_end rolls back:
 * later ones see what earlier ones did, nobody else does. Locks that they take are kept until then.
 * A part that fails is rolled back by itself. A snapshot is a part like others: it sees what is
 * committed meanwhile.
 */
MUST_USE bool rehearsal_begin(struct db *db, GError **err);
void rehearsal_end(struct db *db);

/* Keep what was done after all: it is committed at once. Whatever a part took for granted because
 * nothing would be kept, the caller has put right before. */
MUST_USE bool rehearsal_keep(struct db *db, GError **err);
bool rehearsal_is_on(const struct db *db);
