/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signing in and out at a browser. */
#include <sodium.h>
#include <string.h>

#include "api/handle.h"
#include "api/pool.h"
#include "api/session.h"
#include "api/tally.h"
#include "api/user.h"
#include "api/user_password.h"
#include "core/audit.h"
#include "sql/api.h"

enum { KEEP = 9, NAME_LENGTH_MAX = 100 }; /* a person's other sessions; they were the newest */

static void refuse_site(const struct request *request, struct response *response)
{
    response_problem(response, request, PROBLEM_CROSS_SITE, "the request comes from another site");
}

/* Who guesses: addresses that say something, and names. */
struct guess {
    const char *address; /* NULL: this machine's, which a proxy may have, or none */
    const char *name;
};

static struct guess guess_of(const struct request *request, const char *name)
{
    static const struct address nowhere = {0};
    bool says = !request->loopback && memcmp(&request->address, &nowhere, sizeof nowhere) != 0;
    g_autofree char *caller = address_caller(&request->address);
    return (struct guess){says ? arena_printf(request->arena, "address:%s", caller) : NULL,
                          arena_printf(request->arena, "name:%s", name)};
}

/* False after answering: too many of them failed. */
static bool may_guess(const struct site *site, const struct request *request,
                      struct response *response, const struct guess *guess)
{
    struct rate_state state = {0};
    if (rate_has(site->guesses, guess->name, request->now_us, &state) &&
        (!guess->address || rate_has(site->guesses, guess->address, request->now_us, &state)))
        return true;
    response_problem(response, request, PROBLEM_RATE_LIMITED,
                     "too many sign-ins failed within a minute");
    response->retry_after_s = state.retry_s;
    return false;
}

static void note_guess(const struct site *site, const struct request *request,
                       const struct guess *guess, const char *user_id)
{
    struct rate_state state;
    rate_take(site->guesses, guess->name, request->now_us, &state);
    if (guess->address)
        rate_take(site->guesses, guess->address, request->now_us, &state);
    g_autofree char *caller = address_caller(&request->address);
    const char *actor = arena_printf(request->arena, "address:%s", caller);
    const char *object = user_id ? arena_printf(request->arena, "user:%s", user_id) : NULL;
    tally_count(site->tally, "session.refused", actor, object);
}

/* The person whose name and password these are. *found false: nobody's; takes as long. */
static bool check_password(struct request *request, struct db *db, const char *name,
                           struct q_user_by_name_row *row, bool *found, GError **err)
{
    bool known;
    const char *password = field_text(&request->told, "password");
    if (!q_user_by_name(request->arena, db, name ? name : "", row, &known, err))
        return false;
    bool has = known && !row->password_hash_is_null;
    *found = user_password_fits(has ? row->password_hash : NULL, password) && has;
    if (!known)
        row->user_id = NULL;
    return true;
}

static bool notify(struct arena *arena, struct db *db, GError **err)
{
    struct q_key_notify_row row;
    return q_key_notify(arena, db, &row, err);
}

/* Within the transaction. *made false: the person may sign in no more by now. */
static bool keep_session(const struct site *site, struct request *request, struct db *db,
                         const char *user_id, struct slice hash, bool *made, GError **err)
{
    struct q_session_insert_row row;
    unsigned char old[SESSION_HASH_SIZE];
    const struct audit_event event = {arena_printf(request->arena, "user:%s", user_id),
                                      "session.open", user_id, NULL, NULL};
    if (session_hash(session_token(request), old) &&
        !q_session_end(db, (struct slice){(const char *)old, sizeof old}, NULL, err))
        return false;
    return q_session_purge(db, user_id, KEEP, NULL, err) &&
           q_session_insert(request->arena, db, hash, user_id, site->session_minutes, &row, made,
                            err) &&
           q_user_signed_in(db, user_id, NULL, err) && audit_add(db, &event, err) &&
           notify(request->arena, db, err);
}

static void write_session(const struct site *site, struct request *request,
                          struct response *response, const char *name)
{
    char csrf[SESSION_CSRF_TEXT + 1];
    const struct principal *who = &request->principal;
    const struct snapshot *snapshot = store_current(site->store);
    const struct response_meta meta = handle_meta(site, request, snapshot);
    struct writer writer = response_json(response, request);
    session_csrf_format(who->csrf, csrf);
    writer_object(&writer, "data");
    writer_text(&writer, "user", name);
    writer_text(&writer, "role", who->role ? who->role->name : NULL);
    writer_bool(&writer, "own_accounts_only", who->own_only);
    handle_scopes(&writer, who->scopes);
    writer_text(&writer, "csrf_token", csrf);
    writer_integer(&writer, "idle_minutes", site->idle_minutes);
    writer_object_end(&writer);
    response_end(response, &writer, &meta);
    snapshot_unref(snapshot);
}

/* The session is good here at once; other servers are told by the warehouse. */
static void show_opened(const struct site *site, struct request *request, struct response *response,
                        const struct q_user_by_name_row *user, const char *token,
                        const struct session_entry *entry)
{
    unsigned char old[SESSION_HASH_SIZE];
    struct session_book *book = store_sessions(site->store);
    struct session_user person = {.name = user->name,
                                  .role = auth_role_find(user->role),
                                  .staff_id = user->staff_id_is_null ? 0 : user->staff_id};
    memcpy(person.id, user->user_id, AUTH_ID_SIZE);
    if (session_hash(session_token(request), old))
        session_book_drop(book, old);
    session_book_add(book, &person, entry);
    if (!session_book_check(book, token, request->now_us, &request->principal))
        BUG("a session that was just opened is not there");
    response->cookie = session_set_cookie(request, token);
    write_session(site, request, response, user->name);
    response->status = 201;
}

static void open_session(const struct site *site, struct request *request,
                         struct response *response, struct db *db, const struct guess *guess)
{
    char token[SESSION_TOKEN_SIZE + 1];
    struct q_user_by_name_row user;
    struct session_entry entry = {0};
    g_autoptr(GError) err = NULL;
    bool found = false, made = false;
    const char *name = user_name(request->arena, field_text(&request->told, "name"));
    bool ok = check_password(request, db, name, &user, &found, &err);
    if (ok && found) {
        session_make(token, entry.hash);
        const struct slice hash = {(const char *)entry.hash, sizeof entry.hash};
        ok = db_begin(db, &err) &&
             keep_session(site, request, db, user.user_id, hash, &made, &err) &&
             (!made || db_commit(db, &err));
        if (!ok || !made)
            db_rollback(db);
    }
    if (!ok) {
        response_failure(response, request, err, "the warehouse could not be asked");
        return;
    }
    if (!made) {
        note_guess(site, request, guess, user.user_id);
        response_problem(response, request, PROBLEM_SIGN_IN_REFUSED,
                         "name and password do not fit");
        return;
    }
    memcpy(entry.user_id, user.user_id, AUTH_ID_SIZE);
    entry.seen_us = request->now_us;
    entry.until_us = request->now_us + site->session_minutes * INT64_C(60000000);
    show_opened(site, request, response, &user, token, &entry);
    sodium_memzero(token, sizeof token);
}

static void answer_open(const struct site *site, struct request *request, struct response *response)
{
    g_autoptr(GError) err = NULL;
    const char *said = field_text(&request->told, "name");
    const char *name = user_name(request->arena, said);
    const struct guess guess = guess_of(request, name ? name : said);
    if (!session_is_same_site(request)) {
        refuse_site(request, response);
        return;
    }
    if (!session_cookie_name(request)) {
        response_problem(response, request, PROBLEM_CLEAR_TEXT,
                         "the request came neither over TLS nor from this machine's browser");
        return;
    }
    if (!may_guess(site, request, response, &guess))
        return;
    struct db *db = pool_take(site->pool, &err);
    if (!db) {
        response_failure(response, request, err, "the warehouse could not be asked");
        return;
    }
    open_session(site, request, response, db, &guess);
    pool_give(site->pool, db);
}

static void answer_session(const struct site *site, struct request *request,
                           struct response *response)
{
    struct session_book *book = store_sessions(site->store);
    const char *name = session_book_name(book, request->arena, request->principal.key_id);
    write_session(site, request, response, name ? name : "");
}

static bool end_session(struct request *request, struct db *db, bool all, GError **err)
{
    unsigned char hash[SESSION_HASH_SIZE];
    const struct slice slice = {(const char *)hash, sizeof hash};
    const char *user_id = request->principal.key_id;
    const struct audit_event event = {auth_actor(request->arena, &request->principal),
                                      "session.end", user_id, NULL, all ? "all" : NULL};
    if (!session_hash(session_token(request), hash))
        return true;
    return (all ? q_session_end_all(db, user_id, NULL, err)
                : q_session_end(db, slice, NULL, err)) &&
           audit_add(db, &event, err) && notify(request->arena, db, err);
}

static void answer_end(const struct site *site, struct request *request, struct response *response)
{
    unsigned char hash[SESSION_HASH_SIZE];
    g_autoptr(GError) err = NULL;
    bool all = field_get(&request->asked, "all")->number != 0;
    struct db *db = pool_take(site->pool, &err);
    bool ok = db && db_begin(db, &err);
    if (ok) {
        ok = end_session(request, db, all, &err) && db_commit(db, &err);
        if (!ok)
            db_rollback(db);
    }
    if (db)
        pool_give(site->pool, db);
    if (!ok) {
        response_failure(response, request, err, "the warehouse could not be asked");
        return;
    }
    if (session_hash(session_token(request), hash))
        session_book_drop(store_sessions(site->store), hash);
    response->status = 204;
    if (request->principal.by == AUTH_BY_SESSION)
        response->cookie = session_set_cookie(request, NULL);
    response->signed_out = true;
}

/* Within a borrowed connection. */
static void set_password(const struct site *site, struct request *request,
                         struct response *response, struct db *db, const struct guess *guess)
{
    struct q_user_by_name_row user;
    g_autoptr(GError) err = NULL;
    bool found = false;
    const char *name = guess->name + strlen("name:");
    if (!check_password(request, db, name, &user, &found, &err)) {
        response_failure(response, request, err, "the warehouse could not be asked");
        return;
    }
    if (!found) {
        note_guess(site, request, guess, request->principal.key_id);
        response_problem(response, request, PROBLEM_SIGN_IN_REFUSED, "the password does not fit");
        return;
    }
    if (user_set_password(request->arena, db, auth_actor(request->arena, &request->principal), name,
                          field_text(&request->told, "new_password"), &err)) {
        response->status = 204;
        if (request->principal.by == AUTH_BY_SESSION)
            response->cookie = session_set_cookie(request, NULL);
        response->signed_out = true;
    } else if (err_is(err, KENKO_ERROR_INPUT)) {
        response_problem(response, request, PROBLEM_INVALID, "%s", err->message);
    } else {
        response_failure(response, request, err, "the password could not be kept");
    }
}

static void answer_password(const struct site *site, struct request *request,
                            struct response *response)
{
    g_autoptr(GError) err = NULL;
    struct session_book *book = store_sessions(site->store);
    const char *name = session_book_name(book, request->arena, request->principal.key_id);
    const struct guess guess = guess_of(request, name ? name : "");
    if (!may_guess(site, request, response, &guess))
        return;
    struct db *db = pool_take(site->pool, &err);
    if (!db) {
        response_failure(response, request, err, "the warehouse could not be asked");
        return;
    }
    set_password(site, request, response, db, &guess);
    pool_give(site->pool, db);
}

static const struct shape_member session_members[] = {
    {"user", SHAPE_TEXT, .what = "Name the person signed in with."},
    {"role", SHAPE_TEXT, true, .what = "What the person may do."},
    {"own_accounts_only", SHAPE_BOOL, .what = "Sees the accounts of one's own only?"},
    {"scopes", SHAPE_TEXTS, .what = "What the role holds."},
    {"csrf_token", SHAPE_TEXT, .what = "To be sent as X-CSRF-Token with every write."},
    {"idle_minutes", SHAPE_INTEGER, .what = "A session that rests for so long ends."},
    {0}};
static const struct shape session_shape = {"Session", session_members, NULL};
static const struct field open_body[] = {{.name = "name",
                                          .kind = FIELD_TEXT,
                                          .required = true,
                                          .least = 1,
                                          .most = NAME_LENGTH_MAX,
                                          .what = "As it was given to kenko user add."},
                                         {.name = "password",
                                          .kind = FIELD_TEXT,
                                          .required = true,
                                          .least = 1,
                                          .most = USER_PASSWORD_MOST,
                                          .what = "The password."},
                                         {0}};
static const struct field password_body[] = {{.name = "password",
                                              .kind = FIELD_TEXT,
                                              .required = true,
                                              .least = 1,
                                              .most = USER_PASSWORD_MOST,
                                              .what = "The present one."},
                                             {.name = "new_password",
                                              .kind = FIELD_TEXT,
                                              .required = true,
                                              .least = 1,
                                              .most = USER_PASSWORD_MOST,
                                              .what = "The next one; at least 12 characters."},
                                             {0}};
static const struct field end_params[] = {{.name = "all",
                                           .kind = FIELD_BOOL,
                                           .fallback = "false",
                                           .what = "Ends all sessions of the person."},
                                          {0}};

const struct endpoint handle_session_open = {.handler = answer_open,
                                             .body = open_body,
                                             .shape = &session_shape,
                                             .status = 201,
                                             .warehouse = true,
                                             .hashes = true};
const struct endpoint handle_session = {.handler = answer_session, .shape = &session_shape};
const struct endpoint handle_session_end = {
    .handler = answer_end, .params = end_params, .answer = ROUTE_NOTHING, .warehouse = true};
const struct endpoint handle_session_password = {.handler = answer_password,
                                                 .body = password_body,
                                                 .answer = ROUTE_NOTHING,
                                                 .warehouse = true,
                                                 .hashes = true};
