/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/served.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/key.h"
#include "support/scored.h"
#include "support/warehouse.h"

static bool page_weekly(void *context, struct db *db, GString *html, GError **err)
{
    (void)context;
    (void)db;
    (void)err;
    g_string_append(html, "<!doctype html><style>p{}</style><p>weekly</p>");
    return true;
}

static bool page_brief(void *context, struct db *db, const char *key, GString *html, GError **err)
{
    (void)context;
    (void)db;
    (void)err;
    g_string_append_printf(html, "<!doctype html><p>brief %s</p>", key);
    return true;
}

const struct page_renderer served_pages = {NULL, page_weekly, page_brief};

struct server *served_start(struct server_options options)
{
    static char listen_on[] = "127.0.0.1:0";
    g_autoptr(GError) err = NULL;
    const struct api_config asked = options.api;
    options.dsn = warehouse_dsn();
    options.quiet = true;
    if (!api_config_load(NULL, &options.api, &err))
        fail_msg("%s", err->message);
    options.api.listen = options.api.admin = listen_on;
    if (asked.pages)
        options.api.pages = asked.pages;
    options.api.burst = asked.burst ? asked.burst : 1000000;
    options.api.refusals = asked.refusals ? asked.refusals : 1000000;
    options.api.guesses = asked.guesses ? asked.guesses : 1000000;
    options.api.proxy_socket = asked.proxy_socket;
    options.api.proxy_user_header = asked.proxy_user_header;
    if (asked.drain_ms)
        options.api.drain_ms = asked.drain_ms;
    if (asked.request_ms)
        options.api.request_ms = asked.request_ms;
    struct server *server = server_start(&options, &err);
    if (!server)
        fail_msg("%s", err->message);
    return server;
}

char *served_key(struct arena *arena, struct db *db, const char *role, const char *email,
                 const char **token)
{
    const char *made;
    g_autoptr(GError) err = NULL;
    struct key_request request = {"test", role, email, 0};
    if (!key_create(arena, db, &request, &made, &err))
        fail_msg("%s", err->message);
    if (token)
        *token = made;
    return g_strdup_printf("Authorization: Bearer %s\r\n", made);
}

int served_set_up(void **state)
{
    struct served *f = g_new0(struct served, 1);
    f->db = warehouse_open();
    f->arena = arena_new();
    scored_accounts(f->db, SERVED_ACCOUNTS);
    scored_account(f->db, "sakura", "サクラ商事", "a.sato@example.com");
    scored_account(f->db, "script", "<script>alert('1')</script> & \"Co\"", NULL);
    scored_publish(f->db, "2026-10-01");
    scored_publish(f->db, "2026-10-08");
    scored_publish(f->db, "2026-11-01");
    f->lead = served_key(f->arena, f->db, "lead", NULL, NULL);
    f->csm = served_key(f->arena, f->db, "csm", "a.sato@example.com", &f->csm_token);
    f->ingest = served_key(f->arena, f->db, "ingest", NULL, NULL);
    static char local[] = "local";
    f->server = served_start((struct server_options){.pages = &served_pages,
                                                     .poll_ms = 200,
                                                     .stale_ms = 2000,
                                                     .api = {.pages = local, .request_ms = 1500}});
    f->port = server_port(f->server);
    f->admin = server_admin_port(f->server);
    *state = f;
    return 0;
}

int served_tear_down(void **state)
{
    struct served *f = *state;
    server_stop(f->server);
    db_close(f->db);
    arena_free(f->arena);
    g_free(f->lead);
    g_free(f->csm);
    g_free(f->ingest);
    g_free(f);
    return 0;
}

struct raw_http_answer *served_get(const struct served *f, const char *target)
{
    return raw_http_get(f->port, target, f->lead);
}

json_t *served_json_of(const struct raw_http_answer *answer)
{
    json_error_t error;
    json_t *json = json_loadb(answer->body, answer->body_size, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s in %.200s", error.text, answer->body);
    return json;
}

json_t *served_get_json(const struct served *f, const char *target, int status)
{
    g_autoptr(raw_http_answer_t) answer = served_get(f, target);
    if (answer->status != status)
        fail_msg("%s: %d, want %d: %.300s", target, answer->status, status, answer->body);
    return served_json_of(answer);
}

const char *served_text(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

int64_t served_in_warehouse(const struct served *f, const char *condition)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT count(*) FROM bi.account_current WHERE %s", condition);
    g_autofree char *value = warehouse_value(f->db, sql);
    return g_ascii_strtoll(value, NULL, 10);
}

size_t served_history(const struct served *f, const char *query)
{
    g_autofree char *target = g_strconcat("/api/v1/accounts/a0001/history", query, NULL);
    json_t *json = served_get_json(f, target, 200);
    size_t n = json_array_size(json_object_get(json, "data"));
    json_decref(json);
    return n;
}
