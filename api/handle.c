/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/handle.h"

#include <string.h>

const char *const handle_formats[] = {"json", "csv", NULL};

const struct snapshot *handle_run(const struct site *site, const struct request *request,
                                  struct response *response)
{
    const struct snapshot *snapshot = store_current(site->store);
    if (!snapshot)
        response_problem(response, request, PROBLEM_NO_RUN, "no scoring run is published");
    return snapshot;
}

struct response_meta handle_meta(const struct site *site, const struct request *request,
                                 const struct snapshot *snapshot)
{
    return (struct response_meta){.snapshot = snapshot,
                                  .freshness = store_freshness(site->store, request->arena),
                                  .stale = store_is_stale(site->store, request->now_us)};
}

struct writer handle_list(const struct request *request, struct response *response)
{
    const struct shape *shape = request->route->endpoint->shape;
    const char *const *only = field_get(&request->asked, "fields")->words;
    struct writer writer = response_json(response, request);
    if (response->csv)
        shape_write_header(request->arena, shape, only, response->body);
    else
        writer_array(&writer, "data");
    writer_only(&writer, only);
    return writer;
}

void handle_list_end(struct response *response, struct writer *writer,
                     const struct response_meta *meta)
{
    writer_only(writer, NULL);
    if (!response->csv)
        writer_array_end(writer);
    response_end(response, writer, meta);
}

void handle_next_link(const struct request *request, struct response *response, const char *cursor)
{
    g_autofree char *path = g_uri_escape_string(request->path, "/", FALSE);
    g_autoptr(GString) link = g_string_new(NULL);
    g_string_append_printf(link, "<%s?", path);
    for (size_t i = 0; i < request->n_params; i++) {
        if (strcmp(request->params[i].name, "cursor") == 0)
            continue;
        g_autofree char *value = g_uri_escape_string(request->params[i].value, NULL, FALSE);
        g_string_append_printf(link, "%s=%s&", request->params[i].name, value);
    }
    g_string_append_printf(link, "cursor=%s>; rel=\"next\"", cursor);
    response->link = arena_strdup(request->arena, link->str);
}

bool handle_sees(const struct principal *principal, const struct snapshot_account *account)
{
    return account && (!principal->own_only || account->owner->staff_id == principal->staff_id);
}

bool handle_sees_now(const struct site *site, const struct request *request,
                     const struct snapshot *snapshot, const struct snapshot_account *account)
{
    if (!request->principal.own_only)
        return true;
    const struct snapshot *current = store_current(site->store);
    const struct snapshot_account *now =
        current && current != snapshot ? snapshot_find(current, snapshot_key(account)) : account;
    bool ok = handle_sees(&request->principal, now);
    snapshot_unref(current);
    return ok;
}

const struct snapshot_account *handle_find(const struct snapshot *snapshot,
                                           const struct request *request, struct response *response)
{
    const char *key = field_text(&request->asked, "key");
    const struct snapshot_account *account = snapshot_find(snapshot, key);
    if (handle_sees(&request->principal, account))
        return account;
    response_problem(response, request, PROBLEM_NOT_FOUND, "there is no such account");
    return NULL;
}
