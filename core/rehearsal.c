/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rehearsal.h"

#include "core/db_internal.h"
#include "sql/core.h"

bool rehearsal_begin(struct db *db, GError **err)
{
    if (!db_begin(db, err))
        return false;
    db->rehearsing = true;
    if (q_tx_unhurried(db, NULL, err))
        return true;
    rehearsal_end(db);
    return false;
}

void rehearsal_end(struct db *db)
{
    db->rehearsing = false;
    db_rollback(db);
}

bool rehearsal_keep(struct db *db, GError **err)
{
    db->rehearsing = false;
    if (db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

bool rehearsal_is_on(const struct db *db)
{
    return db->rehearsing;
}
