/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <string.h>

#include "api/ask_internal.h"
#include "api/wall.h"
#include "core/audit.h"
#include "sql/api.h"

enum { KEY_MAX = 200 };

/* The Idempotency-Key as it came; *ok false: it is not one to 200 visible characters. */
static const char *wanted_key(const struct request *request, bool *ok)
{
    const char *key = request_header(request, "Idempotency-Key");
    size_t n = key ? strlen(key) : 0;
    *ok = !key || (n > 0 && n <= KEY_MAX);
    for (size_t i = 0; i < n; i++)
        *ok = *ok && key[i] > 0x20 && key[i] < 0x7f;
    return key;
}

/* Of what makes two requests the same one. */
static struct slice hash_of(const struct request *request)
{
    crypto_hash_sha256_state state;
    unsigned char *hash = arena_alloc(request->arena, crypto_hash_sha256_BYTES);
    const char *const parts[] = {request->method, request->target};
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        crypto_hash_sha256_update(&state, (const unsigned char *)parts[i], strlen(parts[i]) + 1);
    if (request->body.n > 0)
        crypto_hash_sha256_update(&state, (const unsigned char *)request->body.p, request->body.n);
    crypto_hash_sha256_final(&state, hash);
    return (struct slice){(const char *)hash, crypto_hash_sha256_BYTES};
}

static void replay(const struct ask *ask, struct slice hash,
                   const struct q_key_idempotent_get_row *row, struct response *response)
{
    if (!slice_equals(hash, row->request_sha256)) {
        response_problem(response, ask->request, PROBLEM_KEY_REUSED,
                         "the key was used with another method, path or body");
        return;
    }
    response->status = row->status;
    response->replayed = true;
    g_string_append_len(response->body, row->body.p, (gssize)row->body.n);
}

/* Take the key for this request. False: it was answered before, or there is an error. */
static bool take_key(const struct ask *ask, const char *key, struct slice hash,
                     struct response *response, bool *fresh, GError **err)
{
    struct q_key_idempotent_get_row row;
    const char *who = ask->request->principal.key_id;
    int64_t taken;
    bool found;
    *fresh = false;
    if (!q_key_idempotent_purge(ask->db, NULL, err))
        return false;
    if (!q_key_idempotent_take(ask->db, who, key, hash, &taken, err)) {
        if (!err_is(*err, KENKO_ERROR_TIMEOUT))
            return false;
        g_clear_error(err);
        response_problem(response, ask->request, PROBLEM_KEY_IN_USE,
                         "the first request with this key is not answered yet");
        return true;
    }
    *fresh = taken == 1;
    if (*fresh)
        return true;
    if (!q_key_idempotent_get(ask->arena, ask->db, who, key, &row, &found, err))
        return false;
    if (found && row.status > 0)
        replay(ask, hash, &row, response);
    else
        response_problem(response, ask->request, PROBLEM_KEY_IN_USE,
                         "the first request with this key is not answered yet");
    return true;
}

static bool keep_answer(const struct ask *ask, const char *key, const struct response *response,
                        GError **err)
{
    const struct slice body = {response->body->str, response->body->len};
    return q_key_idempotent_done(ask->db, ask->request->principal.key_id, key, response->status,
                                 body, NULL, err);
}

/* Who wrote what where, in the transaction that writes it. The path holds keys and numbers only. */
static bool write_down(const struct ask *ask, GError **err)
{
    const struct request *request = ask->request;
    const struct audit_event event = {auth_actor(ask->arena, &request->principal),
                                      arena_printf(ask->arena, "api.%s", request->route->name),
                                      request->path, NULL, NULL};
    return audit_add(ask->db, &event, err);
}

/* Within the transaction. *keep: it is to be committed. */
static bool run(const struct site *site, struct ask *ask, const char *key,
                struct response *response, bool *keep, GError **err)
{
    struct ask_rows rows = {0};
    bool fresh = true;
    if (key && !take_key(ask, key, hash_of(ask->request), response, &fresh, err))
        return false;
    if (!fresh)
        return true;
    if (!ask->request->route->endpoint->ask(ask, &rows, err))
        return false;
    ask_show(site, ask, &rows, response);
    *keep = response->status < 400;
    return !*keep || ((!key || keep_answer(ask, key, response, err)) && write_down(ask, err));
}

void ask_write(const struct site *site, struct ask *ask, struct response *response)
{
    g_autoptr(GError) err = NULL;
    bool keep = false, is_key;
    const char *key = wanted_key(ask->request, &is_key);
    if (!is_key) {
        static const struct field_fault fault = {.name = "Idempotency-Key",
                                                 .detail = "want 1 to 200 visible characters"};
        response_faults(response, ask->request, PROBLEM_BAD_PARAMETER, &fault);
        return;
    }
    bool ok = wall_enter(ask->db, &ask->request->principal, &err) &&
              run(site, ask, key, response, &keep, &err);
    if (ok && keep)
        ok = db_commit(ask->db, &err);
    if (!ok || !keep)
        db_rollback(ask->db);
    if (!ok)
        ask_refuse(ask->request, response, err);
}
