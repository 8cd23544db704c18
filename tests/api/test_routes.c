/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of routes, and the document made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/openapi.h"
#include "api/routes.h"
#include "support/json_schema.h"

static void handler(const struct site *site, struct request *request, struct response *response)
{
    (void)site;
    (void)request;
    (void)response;
}

static const struct field in_path[] = {
    {.name = "key", .kind = FIELD_KEY, .in_path = true, .what = "Which."}, {0}};
static const struct endpoint plain = {.handler = handler, .media = "text/plain"};
static const struct endpoint keyed = {.handler = handler, .media = "text/plain", .params = in_path};
static const struct endpoint silent = {.handler = handler};
static const struct endpoint nobody = {.media = "text/plain"};

static bool holds(struct route route)
{
    return routes_check(&route, 1, NULL);
}

static void a_route_without_a_scope_cannot_be_registered(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    struct route route = {"r", "GET", "/r", AUTH_ACCOUNTS, 0, &plain, "What.", NULL};
    assert_true(holds(route));
    route.scope = 0;
    assert_false(routes_check(&route, 1, &err));
    assert_string_equal(err->message, "route r: it has no scope, or one that does not exist");
    route.scope = AUTH_ACCOUNTS | AUTH_SCORES; /* one name says what a caller lacks */
    assert_false(holds(route));
    route.scope = 1u << 30;
    assert_false(holds(route));
}

static void a_route_is_whole_or_refused(void **state)
{
    (void)state;
    assert_true(holds((struct route){"r", "GET", "/{key}", AUTH_ACCOUNTS, 0, &keyed, "W.", NULL}));
    const struct route broken[] = {
        {NULL, "GET", "/r", AUTH_ACCOUNTS, 0, &plain, "What.", NULL},
        {"r", "GET", "r", AUTH_ACCOUNTS, 0, &plain, "What.", NULL},
        {"r", "GET", "/r", AUTH_ACCOUNTS, 0, &plain, "", NULL},
        {"r", "GET", "/r", AUTH_ACCOUNTS, 0, &nobody, "What.", NULL},
        {"r", "GET", "/r", AUTH_ACCOUNTS, 0, &silent, "What.", NULL},
        {"r", "GET", "/{key}", AUTH_ACCOUNTS, 0, &plain, "What.", NULL},
        {"r", "GET", "/{other}", AUTH_ACCOUNTS, 0, &keyed, "What.", NULL},
        {"r", "GET", "/r", AUTH_ACCOUNTS, 0, &keyed, "What.", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++)
        assert_false(holds(broken[i]));
    const struct route twice[] = {{"a", "GET", "/r", AUTH_ACCOUNTS, 0, &plain, "What.", NULL},
                                  {"b", "GET", "/r", AUTH_ACCOUNTS, 0, &plain, "What.", NULL}};
    assert_false(routes_check(twice, 2, NULL));
}

static void every_route_there_is_passes(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    if (!routes_check(routes, routes_count, &err))
        fail_msg("%s", err->message);
}

static json_t *document(void)
{
    json_error_t error;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GString) text = g_string_new(NULL);
    openapi_write(arena, text);
    json_t *json = json_loadb(text->str, text->len, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s at %d", error.text, error.position);
    return json;
}

static void the_openapi_document_is_valid(void **state)
{
    (void)state;
    json_t *json = document();
    g_autofree char *fault = json_schema_openapi_fault(json);
    if (fault)
        fail_msg("%s", fault);
    for (size_t i = 0; i < routes_count; i++) {
        g_autofree char *method = g_ascii_strdown(routes[i].method, -1);
        g_autofree char *path = g_strdup_printf("paths|%s|%s", routes[i].pattern, method);
        json_t *operation = json_schema_at(json, path);
        assert_string_equal(json_string_value(json_object_get(operation, "operationId")),
                            routes[i].name);
    }
    json_decref(json);
}

/* The judge refuses what is wrong, so that its silence says something. */
static void the_linter_refuses_a_broken_document(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "paths|/api/v1/accounts|get|operationId", "paths|/api/v1/accounts|get|summary",
        "paths|/api/v1/accounts/{key}|get|parameters", "components|schemas|Account",
        "paths|/api/v1/accounts|get|responses|200|description"};
    for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
        json_t *json = document();
        const char *last = strrchr(broken[i], '|') + 1;
        g_autofree char *parent = g_strndup(broken[i], (size_t)(last - broken[i] - 1));
        assert_int_equal(json_object_del(json_schema_at(json, parent), last), 0);
        g_autofree char *fault = json_schema_openapi_fault(json);
        assert_non_null(fault);
        json_decref(json);
    }
}

static void the_validator_refuses_what_a_schema_does_not_say(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *value;
        bool ok;
    } cases[] = {
        {"{\"type\":\"integer\"}", "[1]", false},
        {"{\"type\":[\"integer\",\"null\"]}", "null", true},
        {"{\"type\":\"integer\"}", "1.5", false},
        {"{\"type\":\"string\",\"format\":\"date\"}", "\"2026-02-30\"", false},
        {"{\"type\":\"string\",\"format\":\"date-time\"}", "\"2026-02-03T01:02:03Z\"", true},
        {"{\"type\":\"string\",\"format\":\"date-time\"}", "\"yesterday\"", false},
        {"{\"type\":\"object\",\"required\":[\"a\"]}", "{}", false},
        {"{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}", "{\"a\":1}",
         false},
        {"{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", "[\"a\",1]", false},
        {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1", false},
        {"{\"oneOf\":[]}", "1", false},
        {"{\"$ref\":\"#/components/schemas/No\"}", "1", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *schema = json_loads(cases[i].schema, 0, NULL);
        json_t *value = json_loads(cases[i].value, JSON_DECODE_ANY, NULL);
        g_autofree char *fault = json_schema_fault(schema, schema, value);
        if (cases[i].ok != !fault)
            fail_msg("%s on %s: %s", cases[i].value, cases[i].schema, fault ? fault : "passes");
        json_decref(schema);
        json_decref(value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_without_a_scope_cannot_be_registered),
        cmocka_unit_test(a_route_is_whole_or_refused),
        cmocka_unit_test(every_route_there_is_passes),
        cmocka_unit_test(the_openapi_document_is_valid),
        cmocka_unit_test(the_linter_refuses_a_broken_document),
        cmocka_unit_test(the_validator_refuses_what_a_schema_does_not_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
