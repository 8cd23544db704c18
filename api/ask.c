/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/ask.h"

#include <string.h>

#include "api/ask_internal.h"
#include "api/handle.h"
#include "api/pool.h"
#include "api/wall.h"
#include "core/currency.h"

bool ask_give(struct ask_rows *out, size_t n, const void *row)
{
    *out = (struct ask_rows){n, row};
    return true;
}

const struct field_value *ask_param(const struct ask *ask, const char *name)
{
    return field_get(&ask->request->asked, name);
}

const struct field_value *ask_member(const struct ask *ask, const char *name)
{
    return field_get(&ask->request->told, name);
}

const int64_t *ask_number(const struct ask *ask, const struct field_value *value)
{
    if (!value->given)
        return NULL;
    int64_t *out = arena_one(ask->arena, int64_t);
    *out = value->number;
    return out;
}

const int32_t *ask_int(const struct ask *ask, const struct field_value *value)
{
    if (!value->given)
        return NULL;
    int32_t *out = arena_one(ask->arena, int32_t);
    *out = (int32_t)value->number;
    return out;
}

/* The accounts of a caller that sees its own only. */
static const struct db_bigints *visible(struct arena *arena, const struct principal *who,
                                        const struct snapshot *snapshot)
{
    struct db_bigints *list = arena_one(arena, struct db_bigints);
    size_t all = snapshot ? snapshot->n : 0, n = 0;
    int64_t *ids = arena_many(arena, all + 1, int64_t);
    if (!who->own_only)
        return NULL;
    for (size_t i = 0; i < all; i++) {
        if (handle_sees(who, &snapshot->accounts[i]))
            ids[n++] = snapshot->accounts[i].account_id;
    }
    *list = (struct db_bigints){.n = n, .v = ids};
    return list;
}

static bool has_field(const struct field *fields, const char *name)
{
    for (; fields && fields->name; fields++) {
        if (strcmp(fields->name, name) == 0)
            return true;
    }
    return false;
}

/* Fill what the request says. False after answering. */
static bool prepare(const struct site *site, struct request *request, struct response *response,
                    struct ask *ask)
{
    const struct field *params = request->route->endpoint->params;
    ask->accounts = visible(request->arena, &request->principal, ask->snapshot);
    if (has_field(params, "key")) {
        if (!ask->snapshot)
            response_problem(response, request, PROBLEM_NO_RUN, "no scoring run is published");
        else
            ask->account = handle_find(ask->snapshot, request, response);
        if (!ask->account)
            return false;
    }
    if (!has_field(params, "limit"))
        return true;
    ask->rows = (int32_t)ask_param(ask, "limit")->number + 1;
    return ask_page_follow(site, request, response, ask);
}

void ask_refuse(const struct request *request, struct response *response, const GError *err)
{
    enum problem problem = problem_of(err);
    bool ours = err_is(err, KENKO_ERROR_INPUT) || err_is(err, KENKO_ERROR_CONFLICT) ||
                err_is(err, KENKO_ERROR_NOT_FOUND) || err_is(err, KENKO_ERROR_REFUSED) ||
                err_is(err, KENKO_ERROR_USAGE);
    bool told = request->told.fields != NULL;
    if (told && (problem == PROBLEM_BAD_PARAMETER || err_is(err, KENKO_ERROR_USAGE)))
        problem = PROBLEM_INVALID;
    if (ours)
        response_problem(response, request, problem, "%s", err->message);
    else
        response_failure(response, request, err, "the warehouse could not be asked");
}

static void write_rows(struct writer *writer, const struct db_table *table,
                       const struct ask_rows *rows, size_t n, int decimals)
{
    const char *row = rows->row;
    for (size_t i = 0; i < n; i++) {
        writer_object(writer, NULL);
        shape_write_row(writer, table, row + i * table->row_size, decimals);
        writer_object_end(writer);
    }
}

static void show_list(const struct site *site, const struct ask *ask, const struct ask_rows *rows,
                      struct response_meta *meta, struct response *response)
{
    const struct request *request = ask->request;
    const struct db_table *table = request->route->endpoint->shape->table;
    int decimals = ask->snapshot ? currency_decimals(slice_of(ask->snapshot->currency)) : 2;
    size_t n = rows->n;
    if (ask->rows > 0 && n >= (size_t)ask->rows) {
        n = (size_t)ask->rows - 1;
        meta->next =
            ask_page_next(site, ask, table, (const char *)rows->row + (n - 1) * table->row_size);
    }
    struct writer writer = handle_list(request, response);
    write_rows(&writer, table, rows, n, decimals);
    handle_list_end(response, &writer, meta);
    if (meta->next)
        handle_next_link(request, response, meta->next);
}

static void show_one(const struct ask *ask, const struct ask_rows *rows,
                     const struct response_meta *meta, struct response *response)
{
    const struct db_table *table = ask->request->route->endpoint->shape->table;
    int decimals = ask->snapshot ? currency_decimals(slice_of(ask->snapshot->currency)) : 2;
    struct writer writer = response_json(response, ask->request);
    writer_object(&writer, "data");
    shape_write_row(&writer, table, rows->row, decimals);
    writer_object_end(&writer);
    response_end(response, &writer, meta);
}

void ask_show(const struct site *site, const struct ask *ask, const struct ask_rows *rows,
              struct response *response)
{
    const struct request *request = ask->request;
    const struct endpoint *endpoint = request->route->endpoint;
    struct response_meta meta = handle_meta(site, request, ask->snapshot);
    if (endpoint->answer == ROUTE_LIST) {
        show_list(site, ask, rows, &meta, response);
    } else if (rows->n == 0) {
        response_problem(response, request, PROBLEM_NOT_FOUND, "there is nothing with this name");
        return;
    } else if (endpoint->answer == ROUTE_NOTHING) {
        response->status = 204;
        return;
    } else {
        show_one(ask, rows, &meta, response);
    }
    if (endpoint->status)
        response->status = endpoint->status;
    if (strcmp(request->route->method, "GET") == 0)
        response_tag(response, request, ask->snapshot ? ask->snapshot->run_id : 0);
}

static void read_rows(const struct site *site, struct ask *ask, struct response *response)
{
    struct ask_rows rows = {0};
    g_autoptr(GError) err = NULL;
    if (ask->request->route->endpoint->ask(ask, &rows, &err))
        ask_show(site, ask, &rows, response);
    else
        ask_refuse(ask->request, response, err);
}

static void run(const struct site *site, struct request *request, struct response *response,
                struct ask *ask)
{
    g_autoptr(GError) err = NULL;
    ask->db = pool_take(site->pool, &err);
    if (!ask->db) {
        ask_refuse(request, response, err);
        return;
    }
    if (strcmp(request->route->method, "GET") != 0) {
        ask_write(site, ask, response);
    } else if (wall_enter(ask->db, &request->principal, &err)) {
        read_rows(site, ask, response);
        wall_leave(ask->db);
    } else {
        ask_refuse(request, response, err);
    }
    pool_give(site->pool, ask->db);
}

void ask_answer(const struct site *site, struct request *request, struct response *response)
{
    const struct snapshot *snapshot = store_current(site->store);
    struct ask ask = {
        .arena = request->arena, .request = request, .snapshot = snapshot, .engine = site->engine};
    if (prepare(site, request, response, &ask))
        run(site, request, response, &ask);
    snapshot_unref(snapshot);
}
