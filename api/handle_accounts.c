/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "api/account_query.h"
#include "api/handle.h"

/* How an account stands to the last row shown: < 0 before or that row itself. */
static int after(const struct account_query *query, const struct snapshot_account *account,
                 const struct cursor *cursor)
{
    int order;
    if (query->sort == SNAPSHOT_BY_NAME) {
        order = strcmp(account->order, cursor->text ? cursor->text : "");
        order = query->descending ? -order : order;
    } else {
        int64_t number = snapshot_number(account, query->sort, query->descending);
        order = (number > cursor->number) - (number < cursor->number);
    }
    if (order == 0)
        order = account->account_id > cursor->account_id ? 1 : -1;
    return order;
}

/* Position in the order of the first account after the cursor's. */
static size_t start_of_page(const struct snapshot *snapshot, const struct account_query *query,
                            const struct cursor *cursor)
{
    const uint32_t *order = snapshot->orders[query->sort][query->descending];
    size_t low = 0, high = snapshot->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (after(query, &snapshot->accounts[order[middle]], cursor) > 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Ownership is what it is now, also on a page of an older run. */
static bool sees(const struct site *site, const struct request *request,
                 const struct snapshot *snapshot, const struct snapshot_account *account)
{
    if (!request->principal.own_only)
        return true;
    const struct snapshot *current = store_current(site->store);
    const struct snapshot_account *now =
        current && current != snapshot ? snapshot_find(current, account->key) : account;
    bool ok = handle_sees(&request->principal, now);
    snapshot_unref(current);
    return ok;
}

static const char *next_cursor(const struct site *site, const struct request *request,
                               const struct snapshot *snapshot, const struct account_query *query,
                               const struct snapshot_account *last)
{
    unsigned char key[CURSOR_KEY_SIZE];
    bool by_name = query->sort == SNAPSHOT_BY_NAME;
    struct cursor cursor = {.run_id = snapshot->run_id,
                            .query = account_query_hash(query, &request->principal),
                            .account_id = last->account_id,
                            .number = snapshot_number(last, query->sort, query->descending),
                            .text = by_name ? last->order : NULL};
    store_cursor_key(site->store, key);
    return cursor_format(request->arena, &cursor, key);
}

static const char *next_link(const struct request *request, const char *cursor)
{
    g_autoptr(GString) link = g_string_new("</api/v1/accounts?");
    for (size_t i = 0; i < request->n_params; i++) {
        if (strcmp(request->params[i].name, "cursor") == 0)
            continue;
        g_autofree char *value = g_uri_escape_string(request->params[i].value, NULL, FALSE);
        g_string_append_printf(link, "%s=%s&", request->params[i].name, value);
    }
    g_string_append_printf(link, "cursor=%s>; rel=\"next\"", cursor);
    return arena_strdup(request->arena, link->str);
}

static void write_page(const struct site *site, const struct request *request,
                       const struct snapshot *snapshot, const struct account_query *query,
                       size_t at, struct response *response)
{
    const uint32_t *order = snapshot->orders[query->sort][query->descending];
    const struct snapshot_account *last = NULL;
    const char *next = NULL;
    size_t shown = 0;
    struct writer writer = response_json(response);
    writer_array(&writer, "data");
    for (; at < snapshot->n && !next; at++) {
        const struct snapshot_account *account = &snapshot->accounts[order[at]];
        if (!account_query_matches(query, account) || !sees(site, request, snapshot, account))
            continue;
        if (last && shown == query->limit) {
            next = next_cursor(site, request, snapshot, query, last);
            break;
        }
        writer_object(&writer, NULL);
        handle_write_account(&writer, snapshot, account);
        writer_object_end(&writer);
        last = account;
        shown++;
    }
    writer_array_end(&writer);
    response_end(response, &writer, snapshot, store_is_stale(site->store, request->now_us), next);
    if (next)
        response->link = next_link(request, next);
    response_tag(response, request, snapshot->run_id);
}

/* The run and place a cursor names. NULL after answering. */
static const struct snapshot *follow(const struct site *site, struct request *request,
                                     const struct account_query *query, size_t *at,
                                     struct response *response)
{
    unsigned char key[CURSOR_KEY_SIZE];
    struct cursor cursor;
    store_cursor_key(site->store, key);
    if (!cursor_parse(request->arena, query->cursor, key, &cursor)) {
        response_problem(response, request, PROBLEM_BAD_CURSOR,
                         "the cursor was not given by this service");
        return NULL;
    }
    if (cursor.query != account_query_hash(query, &request->principal)) {
        response_problem(response, request, PROBLEM_BAD_CURSOR,
                         "the cursor belongs to other filters, another sort or another key");
        return NULL;
    }
    const struct snapshot *snapshot = store_run(site->store, cursor.run_id);
    if (!snapshot) {
        response_problem(response, request, PROBLEM_CURSOR_EXPIRED,
                         "run %" G_GINT64_FORMAT " is no longer served", cursor.run_id);
        return NULL;
    }
    *at = start_of_page(snapshot, query, &cursor);
    return snapshot;
}

void handle_accounts(const struct site *site, struct request *request, struct response *response)
{
    struct account_query query;
    const char *wrong;
    size_t at = 0;
    if (!handle_params(request, account_query_names, response))
        return;
    if (!account_query_parse(request, &query, &wrong)) {
        response_problem(response, request, PROBLEM_BAD_PARAMETER, "%s", wrong);
        return;
    }
    const struct snapshot *snapshot = query.cursor ? follow(site, request, &query, &at, response)
                                                   : handle_run(site, request, response);
    if (!snapshot)
        return;
    write_page(site, request, snapshot, &query, at, response);
    snapshot_unref(snapshot);
}
