/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named queries, as JSON, CSV, or the columns and rows that Redash reads. */
#include <string.h>

#include "api/handle.h"
#include "api/pool.h"
#include "core/currency.h"
#include "core/named_query.h"

enum { FORMAT_JSON, FORMAT_CSV, FORMAT_REDASH };

static const char *const formats[] = {"json", "csv", "redash", NULL};

static void write_described(struct writer *writer, const char *name,
                            const struct db_column *columns, size_t n)
{
    writer_array(writer, name);
    for (size_t i = 0; i < n; i++) {
        writer_object(writer, NULL);
        writer_text(writer, "name", columns[i].name);
        writer_text(writer, "type", named_query_type(columns[i].type));
        writer_bool(writer, "nullable", columns[i].null_at != SIZE_MAX);
        writer_text(writer, "description", columns[i].words);
        writer_object_end(writer);
    }
    writer_array_end(writer);
}

static void answer_queries(const struct site *site, struct request *request,
                           struct response *response)
{
    const struct snapshot *snapshot = store_current(site->store);
    const struct response_meta meta = handle_meta(site, request, snapshot);
    struct writer writer = response_json(response, request);
    writer_array(&writer, "data");
    for (const struct db_query *query = named_query_all(); query->what; query++) {
        writer_object(&writer, NULL);
        writer_text(&writer, "name", named_query_name(query));
        writer_text(&writer, "what", query->what);
        write_described(&writer, "parameters", query->param, query->n_params);
        write_described(&writer, "columns", query->table->column, query->table->n);
        writer_object_end(&writer);
    }
    writer_array_end(&writer);
    response_end(response, &writer, &meta);
    response_tag(response, request, snapshot ? snapshot->run_id : 0);
    snapshot_unref(snapshot);
}

/* p_NAME of the address, as Redash has it. */
static const char *param(void *context, const char *name)
{
    const struct request *request = context;
    g_autofree char *key = g_strconcat("p_", name, NULL);
    const char *text = request_param(request, key);
    return text && *text ? text : NULL;
}

/* Refuse a p_… that the query has not. */
static const struct field_fault *unknown(const struct request *request,
                                         const struct db_query *query)
{
    for (size_t i = 0; i < request->n_params; i++) {
        const char *name = request->params[i].name;
        size_t k = 0;
        if (!g_str_has_prefix(name, "p_"))
            continue;
        while (k < query->n_params && strcmp(query->param[k].name, name + 2) != 0)
            k++;
        if (k < query->n_params)
            continue;
        struct field_fault *fault = arena_one(request->arena, struct field_fault);
        *fault = (struct field_fault){.name = name, .detail = "the query has no such parameter"};
        return fault;
    }
    return NULL;
}

/* Rows on their way into the answer. */
struct rows {
    struct writer *writer;
    const struct db_table *table;
    int decimals;
};

static void write_row(void *context, struct arena *arena, const struct db_value *columns)
{
    const struct rows *rows = context;
    (void)arena;
    writer_object(rows->writer, NULL);
    shape_write_columns(rows->writer, rows->table, columns, rows->decimals);
    writer_object_end(rows->writer);
}

static void begin(const struct request *request, struct response *response,
                  const struct db_query *query, int format, struct writer *writer)
{
    const struct shape shape = {query->table->name, NULL, query->table};
    response->csv = format == FORMAT_CSV;
    *writer = response_json(response, request);
    if (response->csv) {
        shape_write_header(request->arena, &shape, NULL, response->body);
    } else if (format == FORMAT_REDASH) {
        writer_array(writer, "columns");
        for (size_t i = 0; i < query->table->n; i++) {
            writer_object(writer, NULL);
            writer_text(writer, "name", query->table->column[i].name);
            writer_text(writer, "friendly_name", query->table->column[i].name);
            writer_text(writer, "type", named_query_type(query->table->column[i].type));
            writer_object_end(writer);
        }
        writer_array_end(writer);
        writer_array(writer, "rows");
    } else {
        writer_array(writer, "data");
    }
}

static void run(const struct site *site, struct request *request, struct response *response,
                const struct db_query *query, const struct snapshot *snapshot)
{
    struct writer writer;
    g_autoptr(GError) err = NULL;
    const struct response_meta meta = handle_meta(site, request, snapshot);
    int format = (int)field_get(&request->asked, "format")->number;
    struct rows rows = {&writer, query->table,
                        snapshot ? currency_decimals(slice_of(snapshot->currency)) : 2};
    const struct named_query_sink sink = {write_row, &rows};
    struct db *db = pool_take(site->pool, &err);
    begin(request, response, query, format, &writer);
    bool ok = db && named_query_run(request->arena, db, query, param, request, &sink, &err);
    if (db)
        pool_give(site->pool, db);
    if (!ok) {
        if (err_is(err, KENKO_ERROR_USAGE))
            response_problem(response, request, PROBLEM_BAD_PARAMETER, "%s", err->message);
        else
            response_failure(response, request, err, "the query could not be run");
        return;
    }
    if (!response->csv)
        writer_array_end(&writer);
    response_end(response, &writer, &meta);
    response_tag(response, request, snapshot ? snapshot->run_id : 0);
}

static void answer_query(const struct site *site, struct request *request,
                         struct response *response)
{
    const struct db_query *query = named_query_find(field_text(&request->asked, "name"));
    if (!query) {
        response_problem(response, request, PROBLEM_NOT_FOUND, "there is no such query");
        return;
    }
    const struct field_fault *fault = unknown(request, query);
    if (fault) {
        response_faults(response, request, PROBLEM_BAD_PARAMETER, fault);
        return;
    }
    const struct snapshot *snapshot = store_current(site->store);
    run(site, request, response, query, snapshot);
    snapshot_unref(snapshot);
}

static const struct shape_member described_members[] = {
    {"name", SHAPE_TEXT, .what = "Its name."},
    {"type", SHAPE_TEXT, .what = "string, integer, float, boolean, date or datetime."},
    {"nullable", SHAPE_BOOL, .what = "It may be left out, or null."},
    {"description", SHAPE_TEXT, .what = "What it is."},
    {0}};
static const struct shape described = {"QueryField", described_members, NULL};
static const struct shape_member query_members[] = {
    {"name", SHAPE_TEXT, .what = "Its name in the address."},
    {"what", SHAPE_TEXT, .what = "What it answers."},
    {"parameters", SHAPE_OBJECTS, .of = &described, .what = "Given as p_NAME."},
    {"columns", SHAPE_OBJECTS, .of = &described, .what = "Of its rows."},
    {0}};
static const struct shape query_shape = {"NamedQuery", query_members, NULL};
static const struct field query_params[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .in_path = true,
     .least = 1,
     .most = 60,
     .what = "Name of the query; its own parameters are p_NAME."},
    {.name = "format",
     .kind = FIELD_CHOICE,
     .choices = formats,
     .fallback = "json",
     .what = "json: rows as objects; redash: columns and rows."},
    {0}};
const struct endpoint handle_queries = {
    .handler = answer_queries, .answer = ROUTE_WHOLE_LIST, .shape = &query_shape};
const struct endpoint handle_query = {.handler = answer_query,
                                      .params = query_params,
                                      .media = "application/json",
                                      .warehouse = true,
                                      .open_params = "p_"};
