/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/openapi.h"

#include <string.h>

#include "api/routes.h"

static const struct shape_member freshness_members[] = {
    {"newest_load_at", SHAPE_INSTANT, .what = "When data came in last."},
    {"oldest_load_at", SHAPE_INSTANT, .what = "When the stream that lags most delivered last."},
    {"oldest_stream", SHAPE_TEXT, .what = "That stream, as source/stream."},
    {0}};
static const struct shape freshness = {"Freshness", freshness_members, NULL};

static const struct shape_member meta_members[] = {
    {"as_of", SHAPE_DAY, true, .what = "Day of the published run: facts before it."},
    {"run_id", SHAPE_INTEGER, true, .what = "The published run; null when there is none."},
    {"known_at", SHAPE_INSTANT, true, .what = "What had been loaded by then counts."},
    {"freshness", SHAPE_OBJECT, true, .of = &freshness, .what = "Null before anything was loaded."},
    {"stale", SHAPE_BOOL, .what = "The warehouse cannot be asked for news at present."},
    {"currency", SHAPE_TEXT, true, .what = "Of every amount (ISO 4217)."},
    {"model_message", SHAPE_TEXT, true, .what = "Why there is no churn risk, when there is none."},
    {"next_cursor", SHAPE_TEXT, true, .what = "Of the next page; null on the last."},
    {0}};
static const struct shape meta_shape = {"Meta", meta_members, NULL};

static const struct shape_member fault_members[] = {
    {"parameter", SHAPE_TEXT, .optional = true, .what = "Which parameter."},
    {"pointer", SHAPE_TEXT, .optional = true, .what = "JSON pointer into the body."},
    {"detail", SHAPE_TEXT, .what = "What was wanted."},
    {0}};
static const struct shape fault = {"Fault", fault_members, NULL};

static const struct shape_member problem_members[] = {
    {"type", SHAPE_TEXT, .what = "Where the code is explained."},
    {"title", SHAPE_TEXT, .what = "In a few words."},
    {"status", SHAPE_INTEGER, .what = "HTTP status."},
    {"code", SHAPE_TEXT, .what = "Stable code."},
    {"detail", SHAPE_TEXT, .what = "What is wrong here."},
    {"hint", SHAPE_TEXT, .what = "What to do."},
    {"errors", SHAPE_OBJECTS, .optional = true, .of = &fault, .what = "Each fault."},
    {"instance", SHAPE_TEXT, .optional = true, .what = "Path of the request."},
    {"request_id", SHAPE_TEXT, .what = "As in the log."},
    {0}};
static const struct shape problem_shape = {"Problem", problem_members, NULL};

static void put_parameter(struct writer *writer, const struct field *field)
{
    writer_object(writer, NULL);
    writer_text(writer, "name", field->name);
    writer_text(writer, "in", field->in_path ? "path" : "query");
    writer_bool(writer, "required", field->in_path || field->required);
    writer_text(writer, "description", field->what);
    if (field->kind == FIELD_WORDS) {
        writer_text(writer, "style", "form");
        writer_bool(writer, "explode", false);
    }
    openapi_field(writer, "schema", field);
    writer_object_end(writer);
}

static void put_content(struct writer *writer, const char *media)
{
    writer_object(writer, "content");
    writer_object(writer, media);
}

static void put_content_end(struct writer *writer)
{
    writer_object_end(writer);
    writer_object_end(writer);
}

static void put_list_schema(struct writer *writer, const char *name, const struct shape *shape)
{
    writer_object(writer, name);
    writer_text(writer, "type", "array");
    openapi_reference(writer, "items", shape);
    writer_object_end(writer);
}

static void put_answer_schema(struct writer *writer, const struct endpoint *endpoint)
{
    if (endpoint->answer == ROUTE_BARE) {
        openapi_reference(writer, "schema", endpoint->shape);
        return;
    }
    if (endpoint->answer == ROUTE_BARE_LIST) {
        put_list_schema(writer, "schema", endpoint->shape);
        return;
    }
    writer_object(writer, "schema");
    writer_text(writer, "type", "object");
    writer_object(writer, "properties");
    if (endpoint->answer == ROUTE_LIST || endpoint->answer == ROUTE_WHOLE_LIST)
        put_list_schema(writer, "data", endpoint->shape);
    else
        openapi_reference(writer, "data", endpoint->shape);
    openapi_reference(writer, "meta", &meta_shape);
    writer_object_end(writer);
    writer_array(writer, "required");
    writer_text(writer, NULL, "data");
    writer_text(writer, NULL, "meta");
    writer_array_end(writer);
    writer_bool(writer, "additionalProperties", false);
    writer_object_end(writer);
}

static void put_success(struct writer *writer, const struct endpoint *endpoint)
{
    int status = endpoint->answer == ROUTE_NOTHING ? 204
                 : endpoint->status                ? endpoint->status
                                                   : 200;
    g_autofree char *name = g_strdup_printf("%d", status);
    writer_object(writer, name);
    writer_text(writer, "description", status == 204 ? "Done." : "The answer.");
    if (endpoint->shape) {
        writer_object(writer, "content");
        writer_object(writer, "application/json");
        put_answer_schema(writer, endpoint);
        writer_object_end(writer);
        if (endpoint->answer == ROUTE_LIST) {
            writer_object(writer, "text/csv");
            writer_object_end(writer);
        }
        writer_object_end(writer);
    } else if (endpoint->media) {
        put_content(writer, endpoint->media);
        put_content_end(writer);
    }
    writer_object_end(writer);
}

static void put_responses(struct writer *writer, const struct route *route)
{
    writer_object(writer, "responses");
    put_success(writer, route->endpoint);
    if (strcmp(route->method, "GET") == 0) {
        writer_object(writer, "304");
        writer_text(writer, "description", "The client has it: If-None-Match names its ETag.");
        writer_object_end(writer);
    }
    writer_object(writer, "default");
    writer_text(writer, "description", "A problem (RFC 9457).");
    put_content(writer, "application/problem+json");
    openapi_reference(writer, "schema", &problem_shape);
    put_content_end(writer);
    writer_object_end(writer);
    writer_object_end(writer);
}

static void put_scheme(struct writer *writer, const char *name)
{
    writer_object(writer, NULL);
    writer_array(writer, name);
    writer_array_end(writer);
    writer_object_end(writer);
}

static void put_security(struct writer *writer, const struct route *route)
{
    bool open = route->scope & AUTH_PUBLIC;
    writer_array(writer, "security");
    if (!open && route->scope != AUTH_SESSION)
        put_scheme(writer, "key");
    if (!open && route->scope != AUTH_EVENTS)
        put_scheme(writer, "session");
    writer_array_end(writer);
    writer_text(writer, "x-kenko-scope", auth_scope_name((enum auth_scope)route->scope));
    writer_array(writer, "x-kenko-roles");
    for (const struct auth_role *role = auth_roles; role->name && !open; role++) {
        if (auth_role_may(role, route->scope))
            writer_text(writer, NULL, role->name);
    }
    writer_array_end(writer);
}

static void put_body(struct writer *writer, const struct route *route)
{
    if (route->body_max == 0)
        return;
    writer_object(writer, "requestBody");
    writer_bool(writer, "required", true);
    put_content(writer, "application/json");
    if (route->endpoint->body)
        openapi_body(writer, "schema", route->endpoint->body);
    put_content_end(writer);
    writer_object_end(writer);
}

/* The first word of the path after the version. */
static void put_tag(struct writer *writer, const struct route *route)
{
    const char *path = route->pattern;
    if (g_str_has_prefix(path, "/api/v1/"))
        path += strlen("/api/v1");
    g_autofree char *tag = g_strndup(path + 1, strcspn(path + 1, "/"));
    writer_array(writer, "tags");
    writer_text(writer, NULL, *tag ? tag : "pages");
    writer_array_end(writer);
}

static void put_operation(struct writer *writer, const struct route *route)
{
    g_autofree char *method = g_ascii_strdown(route->method, -1);
    writer_object(writer, method);
    writer_text(writer, "operationId", route->name);
    writer_text(writer, "summary", route->what);
    put_tag(writer, route);
    if (route->deprecation)
        writer_bool(writer, "deprecated", true);
    put_security(writer, route);
    writer_array(writer, "parameters");
    for (const struct field *field = route->endpoint->params; field && field->name; field++)
        put_parameter(writer, field);
    writer_array_end(writer);
    put_body(writer, route);
    put_responses(writer, route);
    writer_object_end(writer);
}

static void put_paths(struct writer *writer)
{
    g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
    writer_object(writer, "paths");
    for (size_t i = 0; i < routes_count; i++) {
        if (!g_hash_table_add(done, (gpointer)(uintptr_t)routes[i].pattern))
            continue;
        writer_object(writer, routes[i].pattern);
        for (size_t k = i; k < routes_count; k++) {
            if (strcmp(routes[k].pattern, routes[i].pattern) == 0)
                put_operation(writer, &routes[k]);
        }
        writer_object_end(writer);
    }
    writer_object_end(writer);
}

static void put_components(struct arena *arena, struct writer *writer)
{
    g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
    writer_object(writer, "components");
    writer_object(writer, "schemas");
    openapi_shape(arena, writer, &meta_shape, false, done);
    openapi_shape(arena, writer, &problem_shape, false, done);
    for (size_t i = 0; i < routes_count; i++) {
        const struct endpoint *endpoint = routes[i].endpoint;
        if (endpoint->shape)
            openapi_shape(arena, writer, endpoint->shape, endpoint->answer == ROUTE_LIST, done);
    }
    writer_object_end(writer);
    writer_object(writer, "securitySchemes");
    writer_object(writer, "key");
    writer_text(writer, "type", "http");
    writer_text(writer, "scheme", "bearer");
    writer_text(writer, "bearerFormat", "knk_…");
    writer_object_end(writer);
    writer_object(writer, "session");
    writer_text(writer, "type", "apiKey");
    writer_text(writer, "in", "cookie");
    writer_text(writer, "name", "__Host-kenko");
    writer_text(writer, "description",
                "Given by POST /api/v1/session; kenko-local without TLS at this machine. Writes "
                "also send X-CSRF-Token.");
    writer_object_end(writer);
    writer_object_end(writer);
    writer_object_end(writer);
}

void openapi_write(struct arena *arena, GString *out)
{
    struct writer writer = {.out = out};
    writer_object(&writer, NULL);
    writer_text(&writer, "openapi", "3.1.0");
    writer_object(&writer, "info");
    writer_text(&writer, "title", "kenko");
    writer_text(&writer, "version", KENKO_VERSION);
    writer_text(&writer, "summary", "Health and churn risk of customers, explained");
    writer_object(&writer, "license");
    writer_text(&writer, "name", "GPL-3.0-or-later");
    writer_text(&writer, "identifier", "GPL-3.0-or-later");
    writer_object_end(&writer);
    writer_object_end(&writer);
    put_paths(&writer);
    put_components(arena, &writer);
    writer_object_end(&writer);
    g_string_append_c(out, '\n');
}
