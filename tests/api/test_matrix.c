/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every route × every role × {own, somebody else's, absent, malformed}, made from the table of
 * routes: what is answered, that it is what the document says, and that one cannot tell what
 * belongs to somebody else from what does not exist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/openapi.h"
#include "api/routes.h"
#include "cli/engine.h"
#include "support/company.h"
#include "support/json_schema.h"
#include "support/served.h"
#include "support/signed_in.h"
#include "support/warehouse.h"
#include "support/worked.h"

enum target { OWN, OTHER, ABSENT, MALFORMED, TARGETS };
enum { ROLES = 6 };

/* By what the callers of a sweep come in. */
enum door { BY_KEY, BY_SESSION };

struct matrix {
    enum door door;
    struct served *served;
    struct engine *engine;
    struct server *server;
    int port;
    json_t *document;
    char *keys[ROLES];     /* header lines */
    char *sessions[ROLES]; /* of people at a browser; NULL: the role is none of a person's */
};

static void sign_everybody_in(struct matrix *m)
{
    for (size_t i = 0; i < ROLES; i++) {
        if (!auth_role_may(&auth_roles[i], AUTH_SESSION))
            continue;
        signed_in_add(m->served->db, auth_roles[i].name, auth_roles[i].name,
                      auth_roles[i].own_only ? "a.sato@example.com" : NULL);
        m->sessions[i] = signed_in_page(m->port, auth_roles[i].name);
    }
}

static int set_up(void **state)
{
    struct matrix *m = g_new0(struct matrix, 1);
    void *served;
    g_autoptr(GString) text = g_string_new(NULL);
    served_set_up(&served);
    m->served = served;
    openapi_write(m->served->arena, text);
    m->document = json_loadb(text->str, text->len, 0, NULL);
    for (size_t i = 0; i < ROLES; i++) {
        bool csm = strcmp(auth_roles[i].name, "csm") == 0;
        m->keys[i] = served_key(m->served->arena, m->served->db, auth_roles[i].name,
                                csm ? "a.sato@example.com" : NULL, NULL);
    }
    worked_fill(m->served->db);
    m->engine = engine_new(company_directory(), warehouse_dsn());
    m->server = served_start(
        (struct server_options){.engine = m->engine, .pages = &served_pages, .poll_ms = 200});
    m->port = server_port(m->server);
    sign_everybody_in(m);
    g_usleep(500000); /* the notice of the keys, or the poll */
    *state = m;
    return 0;
}

static int tear_down(void **state)
{
    struct matrix *m = *state;
    void *served = m->served;
    server_stop(m->server);
    engine_free(m->engine);
    json_decref(m->document);
    for (size_t i = 0; i < ROLES; i++)
        g_free(m->keys[i]), g_free(m->sessions[i]);
    served_tear_down(&served);
    g_free(m);
    return 0;
}

/* The same with people at a browser in the place of keys. */
static struct matrix at_browsers(const struct matrix *m)
{
    struct matrix other = *m;
    other.door = BY_SESSION;
    return other;
}

/* Who writes as a role. */
static const char *actor(const struct matrix *m, size_t role)
{
    if (auth_roles[role].own_only)
        return "a.sato@example.com";
    return m->door == BY_KEY ? "test" : auth_roles[role].name;
}

/* The id of something that is new, about the caller's account or somebody else's. */
static int64_t new_id(const struct matrix *m, const char *name, size_t role, enum target target)
{
    const char *account = target == OWN ? "a0000" : "a0001";
    if (target == ABSENT)
        return 999999999;
    if (strcmp(name, "note_id") == 0)
        return worked_note(m->served->db, account, actor(m, role));
    if (strcmp(name, "task_id") == 0)
        return worked_task(m->served->db, account);
    if (strcmp(name, "mute_id") == 0)
        return worked_mute(m->served->db, account);
    if (strcmp(name, "alert_id") == 0)
        return worked_alert(m->served->db, account);
    if (strcmp(name, "view_id") == 0)
        return worked_view(m->served->db, target == OWN ? actor(m, role) : "somebody");
    return 1; /* runs, loads, scorecards, models are nobody's */
}

/* What a name of a path stands for. */
static char *path_value(const struct matrix *m, const char *name, size_t role, enum target target)
{
    static const struct {
        const char *name, *values[3];
    } known[] = {{"key", {"a0000", "a0001", "a9999"}},
                 {"code", {"not_found", "forbidden", "no_such_code"}},
                 {"name", {"top_losses", "owner_load", "no_such_query"}},
                 {"source", {"ops", "ops", "ops"}},
                 {"incident", {"inc-own", "inc-other", "inc-none"}}};
    if (target == MALFORMED)
        return g_strnfill(300, 'x');
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strcmp(name, known[i].name) == 0)
            return g_strdup(known[i].values[target]);
    }
    return g_strdup_printf("%" G_GINT64_FORMAT, new_id(m, name, role, target));
}

static const char *sample(const struct field *field)
{
    switch (field->kind) {
    case FIELD_DAY:
        return strcmp(field->name, "month") == 0 ? "2026-09-01" : "2027-09-01";
    case FIELD_CHOICE:
    case FIELD_SORT:
        return field->choices[0];
    case FIELD_OBJECT:
    case FIELD_NUMBERS:
        return "{}";
    case FIELD_INTEGER:
    case FIELD_POINTS:
        return "1";
    default:
        return "text";
    }
}

static char *path_of(const struct matrix *m, const struct route *route, size_t role,
                     enum target target)
{
    g_autoptr(GString) path = g_string_new(NULL);
    for (const char *p = route->pattern; *p; p++) {
        if (*p != '{') {
            g_string_append_c(path, *p);
            continue;
        }
        g_autofree char *name = g_strndup(p + 1, strcspn(p + 1, "}"));
        g_autofree char *value = path_value(m, name, role, target);
        g_string_append(path, value);
        p += strlen(name) + 1;
    }
    const char *comma = "?";
    for (const struct field *f = route->endpoint->params; f && f->name; f++) {
        if (f->in_path || !f->required)
            continue;
        g_string_append_printf(path, "%s%s=%s", comma, f->name, sample(f));
        comma = "&";
    }
    return g_strdup(path->str);
}

/* What the route needs in its body, and no more. */
static char *body_of(const struct route *route)
{
    if (route->body_max == 0)
        return g_strdup("");
    if (!route->endpoint->body)
        return g_strdup(strcmp(route->name, "batch") == 0
                            ? "{\"batch\":[]}"
                            : "{\"userId\":\"u\",\"event\":\"e\",\"groupId\":\"g\","
                              "\"previousId\":\"p\"}");
    g_autoptr(GString) body = g_string_new("{");
    for (const struct field *f = route->endpoint->body; f->name; f++) {
        bool bare = f->kind == FIELD_OBJECT || f->kind == FIELD_NUMBERS ||
                    f->kind == FIELD_INTEGER || f->kind == FIELD_POINTS;
        const char *quote = bare ? "" : "\"";
        if (f->required)
            g_string_append_printf(body, "%s\"%s\":%s%s%s", body->len > 1 ? "," : "", f->name,
                                   quote, sample(f), quote);
    }
    return g_strdup_printf("%s}", body->str);
}

/* Belongs to an account, so that another person's is not to be seen. */
static bool has_account(const struct route *route)
{
    static const char *const names[] = {"{key}", "{task_id}", "{mute_id}", "{alert_id}"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strstr(route->pattern, names[i]))
            return true;
    }
    return false;
}

/* Lists of what an incident touched are empty for those it did not. */
static bool is_never_absent(const struct route *route)
{
    return strstr(route->pattern, "{incident}") != NULL ||
           strstr(route->pattern, "{load_id}/rejects") != NULL;
}

static bool may(const struct matrix *m, const struct auth_role *role, const struct route *route)
{
    if (m->door == BY_SESSION && route->scope & AUTH_EVENTS)
        return false;
    if (m->door == BY_SESSION && route->scope & AUTH_SESSION)
        return true;
    return (role->scopes | AUTH_PUBLIC) & route->scope;
}

/* Takes a password, and the one of the sweep is wrong. */
static bool asks_password(const struct route *route)
{
    return strcmp(route->name, "session_open") == 0 || strcmp(route->name, "session_password") == 0;
}

/* Without what differs by nature: the request's id and the path that was asked for. */
static char *comparable(const struct raw_http_answer *answer)
{
    g_autoptr(GRegex) own =
        g_regex_new("\"(request_id|instance)\":\"[^\"]*\"|Date: [^\r]*|X-Request-Id: [^\r]*|"
                    "X-RateLimit-[A-Za-z]*: [^\r]*|Content-Length: [^\r]*",
                    0, 0, NULL);
    g_autofree char *all = g_strconcat(answer->head, "\n", answer->body, NULL);
    return g_regex_replace_literal(own, all, -1, 0, "", 0, NULL);
}

static void check_schema(const struct matrix *m, const struct route *route,
                         const struct raw_http_answer *answer)
{
    g_autofree char *method = g_ascii_strdown(route->method, -1);
    g_autofree char *status = g_strdup_printf("%d", answer->status);
    g_autofree char *said = g_strdup_printf("paths|%s|%s|responses|%s", route->pattern, method,
                                            answer->status < 400 ? status : "default");
    const json_t *response = json_schema_at(m->document, said);
    if (!response)
        fail_msg("%s: %d is not documented", route->name, answer->status);
    const char *type = answer->status < 400 ? "application/json" : "application/problem+json";
    g_autofree char *media = g_strdup_printf("content|%s|schema", type);
    const json_t *schema = json_schema_at(response, media);
    if (!schema || answer->body_size == 0)
        return;
    json_t *json = served_json_of(answer);
    g_autofree char *fault = json_schema_fault(m->document, schema, json);
    if (fault)
        fail_msg("%s %s: %s", route->method, route->name, fault);
    json_decref(json);
}

/* The status's first digit for success, else the status; 0: whatever is no mistake. */
static int wanted(const struct matrix *m, const struct route *route, const struct auth_role *role,
                  enum target target)
{
    bool csm = role->own_only;
    if (!may(m, role, route))
        return 403;
    if (asks_password(route))
        return 401;
    if (!strchr(route->pattern, '{'))
        return 0; /* the same for every target */
    if (target == MALFORMED)
        return 400;
    if (is_never_absent(route))
        return 2;
    if (target == ABSENT || (target == OTHER && csm && has_account(route)) ||
        (target == OTHER && strstr(route->pattern, "{view_id}")))
        return 404;
    return 2;
}

static struct raw_http_answer *ask(const struct matrix *m, const struct route *route, size_t role,
                                   enum target target)
{
    g_autofree char *path = path_of(m, route, role, target);
    g_autofree char *body = body_of(route);
    g_autofree char *headers = g_strconcat(m->door == BY_KEY ? m->keys[role] : m->sessions[role],
                                           "Content-Type: application/json\r\n", NULL);
    return raw_http_send(m->port, route->method, path, headers, body, strlen(body));
}

static void check_cell(struct matrix *m, const struct route *route, size_t role, enum target target)
{
    g_autoptr(raw_http_answer_t) answer = ask(m, route, role, target);
    int want = wanted(m, route, &auth_roles[role], target);
    bool as_wanted = want == 0   ? answer->status < 400 || answer->status == 403
                     : want < 10 ? answer->status / 100 == want
                                 : answer->status == want;
    if (!as_wanted)
        fail_msg("%s as %s, target %d: %d, want %d: %.300s", route->name, auth_roles[role].name,
                 target, answer->status, want, answer->body);
    check_schema(m, route, answer);
    if (m->door == BY_SESSION && strcmp(route->name, "session_end") == 0) {
        g_free(m->sessions[role]);
        m->sessions[role] = signed_in_page(m->port, auth_roles[role].name);
    }
}

static void check_every_cell(struct matrix *m)
{
    for (size_t i = 0; i < routes_count; i++) {
        for (size_t role = 0; role < ROLES; role++) {
            for (enum target target = OWN; target < TARGETS; target++) {
                if (m->door == BY_KEY || m->sessions[role])
                    check_cell(m, &routes[i], role, target);
            }
        }
    }
}

static void every_cell_is_answered_as_the_table_says(void **state)
{
    check_every_cell(*state);
}

static void every_cell_is_the_same_for_a_person_at_a_browser(void **state)
{
    struct matrix *m = *state;
    m->door = BY_SESSION;
    check_every_cell(m);
    m->door = BY_KEY;
}

static void no_write_of_a_browser_passes_without_its_token(void **state)
{
    const struct matrix *m = *state;
    size_t checked = 0;
    for (size_t role = 0; role < ROLES; role++) {
        if (!m->sessions[role])
            continue;
        g_autofree char *cookie = g_strndup(m->sessions[role], strcspn(m->sessions[role], "\r"));
        g_autofree char *headers = g_strconcat(cookie, "\r\n", NULL);
        for (size_t i = 0; i < routes_count; i++) {
            if (strcmp(routes[i].method, "GET") == 0 || routes[i].scope & AUTH_PUBLIC)
                continue;
            g_autofree char *path = path_of(m, &routes[i], role, OWN);
            g_autofree char *body = body_of(&routes[i]);
            g_autoptr(raw_http_answer_t) answer =
                raw_http_send(m->port, routes[i].method, path, headers, body, strlen(body));
            assert_int_equal(answer->status, 403);
            checked += strstr(answer->body, "\"cross_site\"") != NULL;
        }
    }
    assert_true(checked > 50);
}

static void check_others(const struct matrix *m)
{
    const size_t csm = 1;
    assert_string_equal(auth_roles[csm].name, "csm");
    for (size_t i = 0; i < routes_count; i++) {
        if (!has_account(&routes[i]) || !may(m, &auth_roles[csm], &routes[i]))
            continue;
        g_autoptr(raw_http_answer_t) other = ask(m, &routes[i], csm, OTHER);
        g_autoptr(raw_http_answer_t) absent = ask(m, &routes[i], csm, ABSENT);
        g_autofree char *a = comparable(other), *b = comparable(absent);
        assert_string_equal(a, b);
    }
}

static void another_ones_account_cannot_be_told_from_none(void **state)
{
    const struct matrix *m = *state;
    const struct matrix browsers = at_browsers(m);
    check_others(m);
    check_others(&browsers);
}

static void without_a_key_only_what_is_public_answers(void **state)
{
    const struct matrix *m = *state;
    for (size_t i = 0; i < routes_count; i++) {
        if (routes[i].scope & (AUTH_PUBLIC | AUTH_LOCAL))
            continue;
        g_autofree char *path = path_of(m, &routes[i], 1, OWN);
        g_autofree char *body = body_of(&routes[i]);
        g_autoptr(raw_http_answer_t) answer =
            raw_http_send(m->port, routes[i].method, path, "", body, strlen(body));
        assert_int_equal(answer->status, 401);
        check_schema(m, &routes[i], answer);
    }
}

/* Sums of a portfolio by the key: accounts, known, ARR in minor units, expected loss. */
static void add_up(const struct matrix *m, const char *key, const char *query, int64_t sums[4])
{
    static const char *const names[] = {"accounts", "known", "arr", "expected_loss"};
    g_autofree char *target = g_strconcat("/api/v1/portfolio", query, NULL);
    g_autoptr(raw_http_answer_t) answer = raw_http_get(m->port, target, key);
    assert_int_equal(answer->status, 200);
    json_t *json = served_json_of(answer), *data = json_object_get(json, "data");
    for (size_t i = 0; i < json_array_size(data); i++) {
        for (size_t k = 0; k < 4; k++)
            sums[k] +=
                (int64_t)(json_number_value(json_object_get(json_array_get(data, i), names[k])) *
                              100 +
                          0.5);
    }
    json_decref(json);
}

static void sums_over_people_are_the_admins(void **state)
{
    const struct matrix *m = *state;
    static const char *const people[] = {"a.sato@example.com", "b.lind@example.com"};
    int64_t all[4] = {0}, parts[4] = {0}, grouped[4] = {0};
    add_up(m, m->keys[4], "", all);
    add_up(m, m->keys[4], "?group_by=owner,band", grouped);
    for (size_t i = 0; i < G_N_ELEMENTS(people); i++) {
        g_autofree char *key = served_key(m->served->arena, m->served->db, "csm", people[i], NULL);
        g_usleep(500000);
        add_up(m, key, "", parts);
    }
    /* One account is nobody's. */
    add_up(m, m->keys[4], "?q=script", parts);
    assert_true(all[0] > 0 && all[2] > 0);
    for (size_t k = 0; k < 4; k++) {
        assert_int_equal(parts[k], all[k]);
        assert_int_equal(grouped[k], all[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_answered_as_the_table_says),
        cmocka_unit_test(every_cell_is_the_same_for_a_person_at_a_browser),
        cmocka_unit_test(no_write_of_a_browser_passes_without_its_token),
        cmocka_unit_test(another_ones_account_cannot_be_told_from_none),
        cmocka_unit_test(without_a_key_only_what_is_public_answers),
        cmocka_unit_test(sums_over_people_are_the_admins),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
