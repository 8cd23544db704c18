/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/user.h"

#include <sodium.h>
#include <string.h>

#include "api/auth.h"
#include "api/user_password.h"
#include "core/audit.h"
#include "sql/api.h"

enum { NAME_MAX_SIZE = 100 };

const char *user_name(struct arena *arena, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    if (n == 0 || n > NAME_MAX_SIZE)
        return NULL;
    char *name = arena_strndup(arena, text, n);
    for (size_t i = 0; i < n; i++) {
        name[i] = g_ascii_tolower(name[i]);
        if (!g_ascii_isalnum(name[i]) && !strchr("._@+-", name[i]))
            return NULL;
    }
    return name;
}

static bool check(const struct user_request *request, const char *name, GError **err)
{
    const struct auth_role *role = auth_role_find(request->role);
    if (!name)
        return err_set(err, KENKO_ERROR_USAGE,
                       "want a name of 1 to %d characters of a to z, 0 to 9 and . _ @ + -",
                       NAME_MAX_SIZE);
    if (!role || !auth_role_may(role, AUTH_SESSION))
        return err_set(err, KENKO_ERROR_USAGE,
                       "role %s is none of a person's, want csm, lead, analyst, admin or auditor",
                       request->role);
    if (role->own_only && !request->staff_email)
        return err_set(err, KENKO_ERROR_USAGE, "a csm needs the address of the person (--staff)");
    if (!role->own_only && request->staff_email)
        return err_set(err, KENKO_ERROR_USAGE, "only a csm belongs to a person of the staff");
    return !request->password || user_password_check(name, request->password, err);
}

static bool end(struct db *db, bool ok, GError **err)
{
    if (ok)
        return db_commit(db, err);
    db_rollback(db);
    return false;
}

/* The audit's word on it, and word to the servers. */
static bool tell(struct arena *arena, struct db *db, const struct audit_event *event, GError **err)
{
    struct q_key_notify_row row;
    return audit_add(db, event, err) && q_key_notify(arena, db, &row, err);
}

static bool insert(struct arena *arena, struct db *db, const struct user_request *request,
                   const char *name, const char *hash, GError **err)
{
    char id[AUTH_ID_SIZE + 1];
    struct q_staff_by_email_row staff = {0};
    struct q_user_insert_row row;
    bool found = true;
    auth_make_id(id);
    const struct audit_event event = {request->by, "user.add", id, request->staff_email,
                                      request->role};
    if (request->staff_email &&
        !q_staff_by_email(arena, db, request->staff_email, &staff, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "nobody of the staff has the address %s",
                       request->staff_email);
    if (!q_user_insert(arena, db, id, name, hash, request->role,
                       request->staff_email ? &staff.staff_id : NULL, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_CONFLICT, "the name %s is taken", name);
    return tell(arena, db, &event, err);
}

bool user_add(struct arena *arena, struct db *db, const struct user_request *request, GError **err)
{
    char hash[USER_PASSWORD_HASH_SIZE];
    const char *name = user_name(arena, request->name);
    if (sodium_init() < 0)
        BUG("libsodium does not start");
    if (!check(request, name, err) ||
        (request->password && !user_password_hash(request->password, hash, err)))
        return false;
    return db_begin(db, err) &&
           end(db, insert(arena, db, request, name, request->password ? hash : NULL, err), err);
}

bool user_list(struct arena *arena, struct db *db, struct user_rows *out, GError **err)
{
    struct q_user_list_rows rows;
    if (!q_user_list(arena, db, &rows, err))
        return false;
    struct user_row *made = arena_many(arena, rows.n, struct user_row);
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_user_list_row *r = &rows.row[i];
        made[i] =
            (struct user_row){.user_id = r->user_id,
                              .name = r->name,
                              .role = r->role,
                              .staff_email = r->staff_email_is_null ? NULL : r->staff_email,
                              .created_at = r->created_at,
                              .disabled_at = r->disabled_at_is_null ? INT64_MIN : r->disabled_at,
                              .signed_in_at = r->signed_in_at_is_null ? INT64_MIN : r->signed_in_at,
                              .has_password = r->has_password,
                              .sessions = r->sessions};
    }
    *out = (struct user_rows){rows.n, made};
    return true;
}

/* What happened to whom: nobody of the name, or what comes with it. */
static bool settle(struct arena *arena, struct db *db, const struct audit_event *event, bool found,
                   const char *name, GError **err)
{
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "%s is nobody's name, or is so already", name);
    return q_session_end_all(db, event->object, NULL, err) && tell(arena, db, event, err);
}

bool user_disable(struct arena *arena, struct db *db, const char *by, const char *name,
                  GError **err)
{
    struct q_user_disable_row row = {0};
    bool found;
    const char *known = user_name(arena, name);
    if (!db_begin(db, err))
        return false;
    bool ok = q_user_disable(arena, db, known ? known : "", &row, &found, err);
    const struct audit_event event = {by, "user.disable", row.user_id, NULL, NULL};
    return end(db, ok && settle(arena, db, &event, found, name, err), err);
}

bool user_enable(struct arena *arena, struct db *db, const char *by, const char *name, GError **err)
{
    struct q_user_enable_row row = {0};
    bool found;
    const char *known = user_name(arena, name);
    if (!db_begin(db, err))
        return false;
    bool ok = q_user_enable(arena, db, known ? known : "", &row, &found, err);
    const struct audit_event event = {by, "user.enable", row.user_id, NULL, NULL};
    return end(db, ok && settle(arena, db, &event, found, name, err), err);
}

bool user_remove(struct arena *arena, struct db *db, const char *by, const char *name, GError **err)
{
    struct q_user_remove_row row = {0};
    bool found;
    const char *known = user_name(arena, name);
    if (!db_begin(db, err))
        return false;
    bool ok = q_user_remove(arena, db, known ? known : "", &row, &found, err);
    const struct audit_event event = {by, "user.remove", row.user_id, NULL, NULL};
    return end(db, ok && settle(arena, db, &event, found, name, err), err);
}

bool user_set_password(struct arena *arena, struct db *db, const char *by, const char *name,
                       const char *password, GError **err)
{
    struct q_user_password_row row = {0};
    char hash[USER_PASSWORD_HASH_SIZE];
    bool found;
    const char *known = user_name(arena, name);
    if (sodium_init() < 0)
        BUG("libsodium does not start");
    if (!user_password_check(known ? known : "", password, err) ||
        !user_password_hash(password, hash, err) || !db_begin(db, err))
        return false;
    bool ok = q_user_password(arena, db, known ? known : "", hash, &row, &found, err);
    const struct audit_event event = {by, "user.password", row.user_id, NULL, NULL};
    return end(db, ok && settle(arena, db, &event, found, name, err), err);
}
