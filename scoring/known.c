/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/known.h"

#include "sql/scoring.h"

bool known_ask(struct db *db, int64_t asked, struct known *out, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_known_take_row newest;
    if (!db_begin(db, err) || !q_known_take(arena, db, &newest, err) || !db_commit(db, err)) {
        db_rollback(db);
        return false;
    }
    *out = (struct known){asked >= 0 ? asked : newest.commit_no, newest.at};
    return out->commit_no <= newest.commit_no ||
           err_set(err, KENKO_ERROR_USAGE,
                   "--known-at is %" G_GINT64_FORMAT
                   ", beyond the newest commit number %" G_GINT64_FORMAT,
                   out->commit_no, newest.commit_no);
}
