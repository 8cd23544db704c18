/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of docs/api.md is made from the table of routes; KENKO_UPDATE=yes writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/routes.h"

static const char mark[] = "<!-- From here on made from the table of routes; do not edit. -->\n";

static void put_roles(const struct route *route, GString *out)
{
    if (route->scope & AUTH_PUBLIC) {
        g_string_append(out, "No key needed.\n");
        return;
    }
    g_string_append_printf(out, "Scope `%s`: ", auth_scope_name((enum auth_scope)route->scope));
    const char *comma = "";
    for (const struct auth_role *role = auth_roles; role->name; role++) {
        if (auth_role_may(role, route->scope))
            g_string_append_printf(out, "%s%s", comma, role->name);
        comma = auth_role_may(role, route->scope) ? ", " : comma;
    }
    g_string_append(out, ".\n");
}

static void put_fields(struct arena *arena, const char *what, const struct field *fields,
                       GString *out)
{
    if (!fields || !fields->name)
        return;
    g_string_append_printf(out, "\n| %s | wants | meaning |\n|---|---|---|\n", what);
    for (const struct field *field = fields; field->name; field++) {
        const char *fallback =
            field->fallback ? arena_printf(arena, " (`%s`)", field->fallback) : "";
        g_string_append_printf(out, "| %s%s | %s%s | %s |\n", field->name,
                               field->required ? ", required" : "", field_wanted(arena, field),
                               fallback, field->what);
    }
}

static void put_answer(const struct endpoint *endpoint, GString *out)
{
    bool list = endpoint->answer == ROUTE_LIST || endpoint->answer == ROUTE_BARE_LIST ||
                endpoint->answer == ROUTE_WHOLE_LIST;
    if (endpoint->answer == ROUTE_NOTHING)
        g_string_append(out, "\nAnswers 204.\n");
    else if (endpoint->shape)
        g_string_append_printf(out, "\nAnswers %s%s`%s`.\n", endpoint->status ? "201 with " : "",
                               list ? "a list of " : "", endpoint->shape->name);
    else
        g_string_append_printf(out, "\nAnswers `%s`.\n", endpoint->media);
}

static void put_shape(struct arena *arena, const struct shape *shape, GHashTable *done,
                      GString *out)
{
    static const char *const types[] = {
        [SHAPE_TEXT] = "text",   [SHAPE_INTEGER] = "integer", [SHAPE_NUMBER] = "number",
        [SHAPE_BOOL] = "bool",   [SHAPE_DAY] = "day",         [SHAPE_INSTANT] = "instant",
        [SHAPE_TEXTS] = "texts", [SHAPE_OBJECT] = "",         [SHAPE_OBJECTS] = "list of ",
        [SHAPE_ANY] = "any"};
    struct shape_member member;
    if (!g_hash_table_add(done, (gpointer)(uintptr_t)shape->name))
        return;
    g_string_append_printf(out, "\n### %s\n\n| member | type | meaning |\n|---|---|---|\n",
                           shape->name);
    for (size_t i = 0; i < shape_count(shape); i++) {
        if (!shape_member_at(arena, shape, i, &member))
            continue;
        g_autofree char *of = member.of ? g_strdup_printf("`%s`", member.of->name) : g_strdup("");
        if (!member.what || !*member.what)
            fail_msg("%s.%s has no sentence", shape->name, member.name);
        g_string_append_printf(out, "| %s | %s%s%s | %s |\n", member.name, types[member.kind], of,
                               member.nullable ? " or null" : "", member.what);
    }
    for (size_t i = 0; i < shape_count(shape); i++) {
        if (shape_member_at(arena, shape, i, &member) && member.of)
            put_shape(arena, member.of, done, out);
    }
}

static void put_all(struct arena *arena, GString *out)
{
    g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
    g_string_append(out, "\n## Endpoints\n");
    for (size_t i = 0; i < routes_count; i++) {
        g_string_append_printf(out, "\n### %s %s\n\n%s. ", routes[i].method, routes[i].pattern,
                               routes[i].what);
        put_roles(&routes[i], out);
        if (routes[i].deprecation)
            g_string_append_printf(out, "Deprecated: use `%s`.\n",
                                   routes[i].deprecation->successor);
        put_fields(arena, "parameter", routes[i].endpoint->params, out);
        put_fields(arena, "member of the body", routes[i].endpoint->body, out);
        put_answer(routes[i].endpoint, out);
    }
    g_string_append(out, "\n## Shapes\n");
    for (size_t i = 0; i < routes_count; i++) {
        if (routes[i].endpoint->shape)
            put_shape(arena, routes[i].endpoint->shape, done, out);
    }
    g_string_append(out, "\n## Problems\n\n| code | status | meaning | what to do |\n|---|---|---|"
                         "---|\n");
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        const struct problem_kind *kind = problem_kind((enum problem)i);
        g_string_append_printf(out, "| `%s` | %d | %s | %s |\n", kind->code, kind->status,
                               kind->meaning, kind->hint);
    }
}

static void the_reference_is_that_of_the_table(void **state)
{
    (void)state;
    g_autofree char *path = g_build_filename(g_getenv("KENKO_SOURCE"), "docs", "api.md", NULL);
    g_autofree char *text = NULL;
    g_autoptr(arena_t) arena = arena_new();
    if (!g_file_get_contents(path, &text, NULL, NULL) || !strstr(text, mark))
        fail_msg("docs/api.md is not there or has lost its mark");
    g_autoptr(GString) wanted = g_string_new_len(text, strstr(text, mark) - text);
    g_string_append(wanted, mark);
    put_all(arena, wanted);
    if (g_strcmp0(g_getenv("KENKO_UPDATE"), "yes") == 0)
        assert_true(g_file_set_contents(path, wanted->str, (gssize)wanted->len, NULL));
    else if (strcmp(text, wanted->str) != 0)
        fail_msg("docs/api.md is out of date: run this test with KENKO_UPDATE=yes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_reference_is_that_of_the_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
