/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/wall.h"

#include "sql/api.h"

bool wall_become(struct db *db, const char *role, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_wall_become_row row;
    if (q_wall_become(arena, db, role, &row, err))
        return true;
    return err_context(err, "the API's login has to be a member of %s", role);
}

struct db *wall_open(const char *dsn, int deadline_ms, GError **err)
{
    struct db *db = db_open(dsn, "kenko serve", deadline_ms, err);
    if (db && wall_become(db, "kenko_api", err))
        return db;
    db_close(db);
    return NULL;
}

bool wall_raise(struct db *db, const struct principal *principal, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_wall_raise_row row;
    const char *staff =
        principal->own_only ? arena_printf(arena, "%" G_GINT64_FORMAT, principal->staff_id) : "";
    return q_wall_raise(arena, db, principal->own_only ? "kenko_own" : "kenko_all", staff, &row,
                        err);
}

bool wall_cross(struct db *db, const char *role, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_wall_raise_row row;
    return q_wall_raise(arena, db, role, "", &row, err);
}

bool wall_enter(struct db *db, const struct principal *principal, GError **err)
{
    if (!db_begin(db, err))
        return false;
    if (wall_raise(db, principal, err))
        return true;
    db_rollback(db);
    return false;
}

void wall_leave(struct db *db)
{
    g_autoptr(GError) err = NULL;
    if (!db_commit(db, &err))
        db_rollback(db);
}
