/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/migrate.h"

#include <string.h>

#include "core/db_internal.h"
#include "sql/core.h"
#include "sql/schema.h"

enum { VIEWS_NUMBER = -1 };

static const struct q_migration_list_row *find(const struct q_migration_list_rows *rows, int number)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->row[i].number == number)
            return &rows->row[i];
    }
    return NULL;
}

static bool apply(struct db *db, int number, const char *name, const char *sha256, const char *text,
                  GError **err)
{
    if (db_begin(db, err) && db_script(db, name, text, err) &&
        q_migration_record(db, number, name, sha256, NULL, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return err_context(err, "migration %s", name);
}

static bool check_known(const struct q_migration_list_rows *rows, GError **err)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_migration_list_row *row = &rows->row[i];
        if (row->number < 0)
            continue;
        const struct schema_file *file = schema_migrations;
        while (file->name && file->number != row->number)
            file++;
        if (!file->name)
            return err_set(
                err, KENKO_ERROR_CONFLICT,
                "the warehouse has migration %s, which this version does not know: it was "
                "made by a newer kenko",
                row->name);
        if (strcmp(file->sha256, row->sha256) != 0)
            return err_set(
                err, KENKO_ERROR_CONFLICT,
                "migration %s was applied with another content; applied files never change",
                row->name);
    }
    return true;
}

static bool apply_missing(struct db *db, const struct q_migration_list_rows *rows, int *applied,
                          GError **err)
{
    for (const struct schema_file *file = schema_migrations; file->name; file++) {
        if (find(rows, file->number))
            continue;
        if (!apply(db, file->number, file->name, file->sha256, file->text, err))
            return false;
        ++*applied;
    }
    return true;
}

static bool apply_views(struct db *db, const struct q_migration_list_rows *rows, GError **err)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (const struct schema_file *file = schema_views; file->name; file++)
        g_string_append_printf(all, "%s\n", file->text);
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all->str, -1);
    const struct q_migration_list_row *row = find(rows, VIEWS_NUMBER);
    if (row && strcmp(row->sha256, sha) == 0)
        return true;
    return apply(db, VIEWS_NUMBER, "views", sha, all->str, err);
}

static bool run_locked(struct db *db, int *applied, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_migration_ready_row ready;
    struct q_migration_list_rows rows = {0};
    if (!q_migration_ready(arena, db, &ready, err))
        return false;
    if (ready.ready && !q_migration_list(arena, db, &rows, err))
        return false;
    return check_known(&rows, err) && apply_missing(db, &rows, applied, err) &&
           apply_views(db, &rows, err);
}

static bool take_lock(struct db *db, GError **err)
{
    for (int i = 0; i < 600; i++) {
        bool taken;
        if (!db_try_lock(db, "kenko migrate", &taken, err))
            return false;
        if (taken)
            return true;
        g_usleep(100000);
    }
    return err_set(err, KENKO_ERROR_BUSY, "another migration has been running for a minute");
}

bool migrate_run(struct db *db, int *applied, GError **err)
{
    int count = 0;
    if (!take_lock(db, err))
        return false;
    bool ok = run_locked(db, &count, err);
    if (db_is_alive(db))
        ok = db_unlock(db, "kenko migrate", ok ? err : NULL) && ok;
    if (ok && applied)
        *applied = count;
    return ok;
}

bool migrate_partitions(struct db *db, const char *parent, int32_t from, int32_t to, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_partition_ensure_row row;
    return q_partition_ensure(arena, db, parent, from, to, &row, err);
}
