/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/key.h"

#include <sodium.h>
#include <string.h>

#include "api/auth.h"
#include "core/audit.h"
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
    struct auth_nets nets;
    if (!auth_nets_parse(request->nets.v, request->nets.n, &nets, err))
        return false;
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

/* The audit's word on it, and word to the servers, in the transaction that changes the key. */
static bool tell(struct arena *arena, struct db *db, const struct audit_event *event, GError **err)
{
    return audit_add(db, event, err) && notify(arena, db, err);
}

static bool end(struct db *db, bool ok, GError **err)
{
    if (ok)
        return db_commit(db, err);
    db_rollback(db);
    return false;
}

static char *make_token(struct arena *arena, struct auth_key *key)
{
    if (sodium_init() < 0)
        BUG("libsodium does not start");
    char *made = arena_alloc(arena, AUTH_TOKEN_SIZE + 1);
    auth_make(made, key);
    return made;
}

static bool insert(struct arena *arena, struct db *db, const struct key_request *request,
                   const struct auth_key *key, GError **err)
{
    struct q_key_insert_row row;
    int64_t staff_id = 0;
    const struct slice hash = {(const char *)key->hash, sizeof key->hash};
    const struct audit_event event = {request->by ? request->by : "", "key.create", key->id,
                                      request->staff_email, request->role};
    if (request->staff_email && !find_staff(arena, db, request->staff_email, &staff_id, err))
        return false;
    return q_key_insert(arena, db, key->id, hash, request->owner, request->role,
                        request->staff_email ? &staff_id : NULL,
                        request->days > 0 ? &request->days : NULL, &request->nets, &row, err) &&
           tell(arena, db, &event, err);
}

bool key_create(struct arena *arena, struct db *db, const struct key_request *request,
                const char **token, GError **err)
{
    struct auth_key key;
    if (!check(request, err))
        return false;
    char *made = make_token(arena, &key);
    if (!db_begin(db, err) || !end(db, insert(arena, db, request, &key, err), err))
        return false;
    *token = made;
    return true;
}

/* The id of a key, which may be given whole. */
static const char *id_of(struct arena *arena, const char *key_id)
{
    bool whole = strlen(key_id) == AUTH_TOKEN_SIZE && g_str_has_prefix(key_id, "knk_");
    return whole ? arena_strndup(arena, key_id + 4, AUTH_ID_SIZE) : key_id;
}

static bool replace(struct arena *arena, struct db *db, const char *by, const char *id,
                    int32_t overlap_hours, const struct auth_key *key, GError **err)
{
    struct q_key_rotate_row row;
    bool found;
    const struct slice hash = {(const char *)key->hash, sizeof key->hash};
    const struct audit_event event = {
        by, "key.rotate", id, NULL,
        arena_printf(arena, "%s takes its place, which it keeps for %d hours", key->id,
                     overlap_hours)};
    if (!q_key_rotate(arena, db, id, key->id, hash, overlap_hours, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "no valid key has the id %s", id);
    return tell(arena, db, &event, err);
}

bool key_rotate(struct arena *arena, struct db *db, const char *by, const char *key_id,
                int32_t overlap_hours, const char **token, GError **err)
{
    struct auth_key key;
    if (overlap_hours < 0 || overlap_hours > 720)
        return err_set(err, KENKO_ERROR_USAGE, "overlap is %d hours, want 0 to 720", overlap_hours);
    char *made = make_token(arena, &key);
    const char *id = id_of(arena, key_id);
    if (!db_begin(db, err) || !end(db, replace(arena, db, by, id, overlap_hours, &key, err), err))
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
                             .nets = r->addresses,
                             .valid = r->valid};
    }
    *out = (struct key_rows){rows.n, made};
    return true;
}

static bool end_key(struct arena *arena, struct db *db, const char *by, const char *id,
                    GError **err)
{
    int64_t affected;
    const struct audit_event event = {by, "key.revoke", id, NULL, NULL};
    if (!q_key_revoke(db, id, &affected, err))
        return false;
    if (affected == 0)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "no valid key has the id %s", id);
    return tell(arena, db, &event, err);
}

bool key_revoke(struct arena *arena, struct db *db, const char *by, const char *key_id,
                GError **err)
{
    return db_begin(db, err) && end(db, end_key(arena, db, by, id_of(arena, key_id), err), err);
}
