/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "api/account_json.h"
#include "api/account_query.h"
#include "api/handle.h"

/* How an account stands to the last row shown: < 0 before or that row itself. */
static int after(const struct account_query *query, const struct snapshot_account *account,
                 const struct cursor *cursor)
{
    char name[CURSOR_TEXT_MAX + 1];
    int64_t number = snapshot_number(account, query->sort, query->descending);
    int order = (number > cursor->number) - (number < cursor->number);
    bool down = query->descending && number != INT64_MAX;
    if (query->sort == SNAPSHOT_BY_NAME) {
        snapshot_order(account, name);
        order = strcmp(name, cursor->text ? cursor->text : "");
        order = down ? -order : order;
    }
    if (order != 0)
        return order;
    if (account->account_id == cursor->account_id)
        return -1;
    return (account->account_id > cursor->account_id) != down ? 1 : -1;
}

/* Position in the order of the first account after the cursor's. */
static size_t start_of_page(const struct snapshot *snapshot, const struct account_query *query,
                            const struct cursor *cursor)
{
    size_t low = 0, high = snapshot->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct snapshot_account *account =
            snapshot_at(snapshot, query->sort, query->descending, middle);
        if (after(query, account, cursor) > 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static const char *next_cursor(const struct site *site, const struct request *request,
                               const struct snapshot *snapshot, const struct account_query *query,
                               const struct snapshot_account *last)
{
    unsigned char key[CURSOR_KEY_SIZE];
    bool by_name = query->sort == SNAPSHOT_BY_NAME;
    char name[CURSOR_TEXT_MAX + 1];
    snapshot_order(last, name);
    struct cursor cursor = {.run_id = snapshot->run_id,
                            .query = account_query_hash(query, &request->principal),
                            .account_id = last->account_id,
                            .number = snapshot_number(last, query->sort, query->descending),
                            .text = by_name ? name : NULL};
    store_cursor_key(site->store, key);
    return cursor_format(request->arena, &cursor, key);
}

static void write_page(const struct site *site, const struct request *request,
                       const struct snapshot *snapshot, const struct account_query *query,
                       size_t at, struct response_meta *meta, struct response *response)
{
    const struct snapshot_account *last = NULL;
    size_t limit = (size_t)field_get(&request->asked, "limit")->number, shown = 0;
    struct writer writer = handle_list(request, response);
    for (; at < snapshot->n && !meta->next; at++) {
        const struct snapshot_account *account =
            snapshot_at(snapshot, query->sort, query->descending, at);
        if (!account_query_matches(query, account) ||
            !handle_sees_now(site, request, snapshot, account))
            continue;
        if (last && shown == limit) {
            meta->next = next_cursor(site, request, snapshot, query, last);
            break;
        }
        writer_object(&writer, NULL);
        account_json_write(&writer, snapshot, account);
        writer_object_end(&writer);
        last = account;
        shown++;
    }
    handle_list_end(response, &writer, meta);
    if (meta->next)
        handle_next_link(request, response, meta->next);
}

/* The run and place a cursor names. NULL after answering. */
static const struct snapshot *follow(const struct site *site, struct request *request,
                                     const struct account_query *query, const char *text,
                                     size_t *at, struct response *response)
{
    unsigned char key[CURSOR_KEY_SIZE];
    struct cursor cursor;
    store_cursor_key(site->store, key);
    if (!cursor_parse(request->arena, text, key, &cursor)) {
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

static void answer(const struct site *site, struct request *request, struct response *response)
{
    struct account_query query;
    size_t at = 0;
    account_query_read(request, true, &query);
    const char *cursor = field_text(&request->asked, "cursor");
    const struct snapshot *snapshot = cursor ? follow(site, request, &query, cursor, &at, response)
                                             : handle_run(site, request, response);
    if (!snapshot)
        return;
    struct response_meta meta = handle_meta(site, request, snapshot);
    if (!response_is_known(response, request, &meta))
        write_page(site, request, snapshot, &query, at, &meta, response);
    snapshot_unref(snapshot);
}

static const struct field params[] = {ACCOUNT_QUERY_FIELDS, ACCOUNT_QUERY_SORT, HANDLE_PAGE, {0}};
const struct endpoint handle_accounts = {
    .handler = answer, .params = params, .answer = ROUTE_LIST, .shape = &account_json_row};
