/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/erasure.h"

#include <string.h>

#include "core/audit.h"
#include "core/keyed_hash.h"
#include "sql/core.h"

enum { SHORTEST = 3, HEX = 64 };

/* The key of the tombstones is there from the first hash on. */
static bool ensure_key(struct db *db, GError **err)
{
    uint8_t key[KEYED_HASH_SIZE];
    return keyed_hash_load(db, key, err);
}

static bool apply(struct db *db, const struct audit_event *event, int64_t *rows, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_erasure_apply_row row;
    if (!q_erasure_apply(arena, db, &row, err) || !audit_add(db, event, err))
        return false;
    *rows = row.rows;
    return true;
}

static bool end(struct db *db, bool ok, GError **err)
{
    if (ok)
        return db_commit(db, err);
    db_rollback(db);
    return false;
}

static bool check(const char *identifier, GError **err)
{
    if (strlen(identifier) >= SHORTEST && !strpbrk(identifier, " \t\r\n"))
        return true;
    return err_set(err, KENKO_ERROR_USAGE,
                   "want the address or id of one person, 3 bytes or more, without blanks");
}

static bool show(struct db *db, const struct audit_event *event, const char *identifier,
                 GString *out, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_erasure_show_rows rows;
    if (!q_erasure_show(arena, db, identifier, &rows, err) || !audit_add(db, event, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        g_string_append_printf(out, "{\"place\": \"%s\", \"record\": %s}\n", rows.row[i].place,
                               rows.row[i].record);
    return true;
}

bool erasure_show(struct db *db, const char *by, const char *identifier, GString *out, GError **err)
{
    const struct audit_event event = {by, "person.show", NULL, identifier, NULL};
    if (!check(identifier, err) || !db_begin(db, err))
        return false;
    return end(db, show(db, &event, identifier, out, err), err);
}

bool erasure_do(struct db *db, const char *by, const char *identifier, int64_t *rows, GError **err)
{
    const struct audit_event event = {by, "person.erase", NULL, identifier, NULL};
    if (!check(identifier, err) || !ensure_key(db, err) || !db_begin(db, err))
        return false;
    return end(db, q_erasure_put(db, identifier, NULL, err) && apply(db, &event, rows, err), err);
}

bool erasure_save(struct db *db, GString *out, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_erasure_list_rows rows;
    if (!q_erasure_list(arena, db, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        g_string_append_printf(out, "%s %s\n", rows.row[i].kind, rows.row[i].hash);
    return true;
}

static bool take_line(struct db *db, const char *line, size_t number, GError **err)
{
    g_auto(GStrv) word = g_strsplit(line, " ", 2);
    bool ok = g_strv_length(word) == 2 && strlen(word[1]) == HEX &&
              strspn(word[1], "0123456789abcdef") == HEX &&
              (strcmp(word[0], "person") == 0 || strcmp(word[0], "contact") == 0);
    if (!ok)
        return err_set(err, KENKO_ERROR_INPUT, "line %zu: want person or contact and 64 hex digits",
                       number);
    return q_erasure_replay(db, word[0], word[1], NULL, err);
}

bool erasure_replay(struct db *db, const char *by, const char *lines, int64_t *rows, GError **err)
{
    const struct audit_event event = {by, "person.erase-again", NULL, NULL, NULL};
    g_auto(GStrv) line = g_strsplit(lines, "\n", -1);
    if (!ensure_key(db, err) || !db_begin(db, err))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && line[i]; i++)
        ok = *line[i] == '\0' || take_line(db, line[i], i + 1, err);
    return end(db, ok && apply(db, &event, rows, err), err);
}
