/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/handle.h"
#include "api/pages.h"
#include "api/pool.h"

#define HTML "text/html; charset=utf-8"

static void finish_page(struct response *response)
{
    response->content_type = HTML;
    response->html = true;
}

static bool has_pages(const struct site *site, const struct request *request,
                      struct response *response)
{
    if (site->pages)
        return true;
    response_problem(response, request, PROBLEM_NOT_FOUND, "pages are not served here");
    return false;
}

static void answer_weekly_page(const struct site *site, struct request *request,
                               struct response *response)
{
    g_autoptr(GError) err = NULL;
    if (!has_pages(site, request, response))
        return;
    if (!(request->principal.scopes & AUTH_REPORTS)) {
        response_problem(response, request, PROBLEM_FORBIDDEN, "the key's role lacks the scope %s",
                         auth_scope_name(AUTH_REPORTS));
        return;
    }
    const struct snapshot *snapshot = handle_run(site, request, response);
    if (!snapshot)
        return;
    if (pages_weekly(site->pages, response->body, &err)) {
        finish_page(response);
        response_tag(response, request, snapshot->run_id);
    } else {
        response_failure(response, request, err, "the report could not be rendered");
    }
    snapshot_unref(snapshot);
}

static void render_account(const struct site *site, struct request *request,
                           const struct snapshot *snapshot, struct response *response)
{
    g_autoptr(GError) err = NULL;
    struct db *db = pool_take(site->pool, &err);
    bool ok = db && pages_brief(site->pages, db, field_text(&request->asked, "key"), response->body,
                                &err);
    if (db)
        pool_give(site->pool, db);
    if (!ok) {
        response_failure(response, request, err, "the page could not be rendered");
        return;
    }
    finish_page(response);
    response_tag(response, request, snapshot->run_id);
}

static void answer_account_page(const struct site *site, struct request *request,
                                struct response *response)
{
    if (!has_pages(site, request, response))
        return;
    const struct snapshot *snapshot = handle_run(site, request, response);
    if (!snapshot)
        return;
    if (handle_find(snapshot, request, response))
        render_account(site, request, snapshot, response);
    snapshot_unref(snapshot);
}

static void answer_errors_page(const struct site *site, struct request *request,
                               struct response *response)
{
    (void)site;
    problem_page(response->body);
    finish_page(response);
    response_tag(response, request, 0);
}

static void answer_docs_page(const struct site *site, struct request *request,
                             struct response *response)
{
    (void)site;
    g_string_append(
        response->body,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><title>kenko: API</title><style>:root{"
        "color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;"
        "max-width:60rem;padding:0 1rem}td,th{text-align:left;vertical-align:top;padding:.2rem "
        ".8rem .2rem 0}code{overflow-wrap:anywhere}@media(max-width:640px){table,tbody,tr,td{"
        "display:block}th{display:none}tr{padding:.5rem 0}td{padding:0}}</style></head><body><h1>"
        "API</h1><p>Keys go into <code>Authorization: Bearer knk_…</code>. <a "
        "href=\"/docs/errors\">Error codes</a>.</p><table><tr><th>Method</th><th>Path</th><th>"
        "Scope</th><th>What</th></tr>\n");
    for (size_t i = 0; i < routes_count; i++) {
        g_autofree char *row = g_markup_printf_escaped(
            "<tr><td>%s</td><td><code>%s</code></td><td>%s</td><td>%s</td></tr>\n",
            routes[i].method, routes[i].pattern, auth_scope_name((enum auth_scope)routes[i].scope),
            routes[i].what);
        g_string_append(response->body, row);
    }
    g_string_append(response->body, "</table></body></html>\n");
    finish_page(response);
    response_tag(response, request, 0);
}

static const struct field account_params[] = {HANDLE_KEY, {0}};
const struct endpoint handle_weekly_page = {.handler = answer_weekly_page, .media = HTML};
const struct endpoint handle_account_page = {
    .handler = answer_account_page, .params = account_params, .media = HTML, .warehouse = true};
const struct endpoint handle_errors_page = {.handler = answer_errors_page, .media = HTML};
const struct endpoint handle_docs_page = {.handler = answer_docs_page, .media = HTML};
