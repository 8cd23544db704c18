/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/key.h"

#include <sodium.h>
#include <string.h>

#include "api/auth.h"
#include "sql/api.h"

static bool check(const struct key_request *request, GError **err)
{
    if (!request->owner || !*request->owner)
        return err_set(err, KENKO_ERROR_USAGE, "a key needs an owner who answers for it");
    if (auth_role_scopes(request->role) == 0)
        return err_set(err, KENKO_ERROR_USAGE,
                       "role %s is unknown, want ingest, csm, lead, analyst, admin or auditor",
                       request->role);
    bool csm = strcmp(request->role, "csm") == 0;
    if (csm && !request->staff_email)
        return err_set(err, KENKO_ERROR_USAGE, "a csm key needs the address of its person");
    if (!csm && request->staff_email)
        return err_set(err, KENKO_ERROR_USAGE, "only a csm key belongs to a person");
    if (request->days < 0 || request->days > 3650)
        return err_set(err, KENKO_ERROR_USAGE, "days is %d, want 0 to 3650", request->days);
    return true;
}

static bool notify(struct arena *arena, struct db *db, GError **err)
{
    struct q_key_notify_row row;
    return q_key_notify(arena, db, &row, err);
}

static bool find_staff(struct arena *arena, struct db *db, const char *email, int64_t *staff_id,
                       GError **err)
{
    struct q_staff_by_email_row row;
    bool found;
    if (!q_staff_by_email(arena, db, email, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "nobody of the staff has the address %s", email);
    *staff_id = row.staff_id;
    return true;
}

bool key_create(struct arena *arena, struct db *db, const struct key_request *request,
                const char **token, GError **err)
{
    struct auth_key key;
    struct q_key_insert_row row;
    int64_t staff_id = 0;
    if (!check(request, err))
        return false;
    if (request->staff_email && !find_staff(arena, db, request->staff_email, &staff_id, err))
        return false;
    if (sodium_init() < 0)
        return err_set(err, KENKO_ERROR_BUG, "libsodium does not start");
    char *made = arena_alloc(arena, AUTH_TOKEN_SIZE + 1);
    auth_make(made, &key);
    struct slice hash = {(const char *)key.hash, sizeof key.hash};
    if (!q_key_insert(arena, db, key.id, hash, request->owner, request->role,
                      request->staff_email ? &staff_id : NULL,
                      request->days > 0 ? &request->days : NULL, &row, err))
        return false;
    if (!notify(arena, db, err))
        return false;
    *token = made;
    return true;
}

bool key_list(struct arena *arena, struct db *db, struct key_rows *out, GError **err)
{
    struct q_key_list_rows rows;
    if (!q_key_list(arena, db, &rows, err))
        return false;
    struct key_row *made = arena_many(arena, rows.n, struct key_row);
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_key_list_row *r = &rows.row[i];
        made[i] =
            (struct key_row){.key_id = r->key_id,
                             .owner = r->owner,
                             .role = r->role,
                             .staff_email = r->staff_email_is_null ? NULL : r->staff_email,
                             .created_at = r->created_at,
                             .expires_at = r->expires_at_is_null ? INT64_MIN : r->expires_at,
                             .revoked_at = r->revoked_at_is_null ? INT64_MIN : r->revoked_at,
                             .last_used_at = r->last_used_at_is_null ? INT64_MIN : r->last_used_at,
                             .valid = r->valid};
    }
    *out = (struct key_rows){rows.n, made};
    return true;
}

bool key_revoke(struct arena *arena, struct db *db, const char *key_id, GError **err)
{
    int64_t affected;
    bool whole = strlen(key_id) == AUTH_TOKEN_SIZE && g_str_has_prefix(key_id, "knk_");
    const char *id = whole ? arena_strndup(arena, key_id + 4, AUTH_ID_SIZE) : key_id;
    if (!q_key_revoke(db, id, &affected, err))
        return false;
    if (affected == 0)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "no valid key has the id %s", id);
    return notify(arena, db, err);
}
