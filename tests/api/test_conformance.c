/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/routes.h"
#include "cli/engine.h"
#include "support/company.h"
#include "support/raw_cases.h"
#include "support/scored.h"
#include "support/served.h"
#include "support/warehouse.h"
#include "support/worked.h"

struct fixture {
    struct db *db;
    struct engine *engine;
    struct server *server;
    int port;
    char *key, *ingest;
    json_t *naughty;
};

static char *folder(void)
{
    const char *data = warehouse_test_data("conformance of the API");
    return data ? g_build_filename(data, "data", "conformance", NULL) : NULL;
}

static json_t *load(const char *name)
{
    g_autofree char *where = folder(), *path = where ? g_build_filename(where, name, NULL) : NULL;
    json_error_t error;
    if (!path)
        return NULL;
    json_t *json = json_load_file(path, JSON_ALLOW_NUL, &error);
    if (!json)
        fail_msg("%s: %s", path, error.text);
    return json;
}

static bool storable(const char *text)
{
    return *text && g_utf8_validate(text, -1, NULL);
}

static int set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    g_autoptr(arena_t) arena = arena_new();
    f->db = warehouse_open();
    scored_accounts(f->db, 20);
    f->naughty = load("blns.json");
    for (size_t i = 0; f->naughty && i < json_array_size(f->naughty); i++) {
        const char *text = json_string_value(json_array_get(f->naughty, i));
        g_autofree char *account = g_strdup_printf("blns-%03zu", i);
        if (storable(text))
            scored_account(f->db, account, text, NULL);
    }
    scored_publish(f->db, "2026-11-01");
    f->key = served_key(arena, f->db, "lead", NULL, NULL);
    f->ingest = served_key(arena, f->db, "ingest", NULL, NULL);
    f->engine = engine_new(company_directory(), warehouse_dsn());
    f->server =
        served_start((struct server_options){.engine = f->engine, .api = {.request_ms = 2000}});
    f->port = server_port(f->server);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    server_stop(f->server);
    engine_free(f->engine);
    db_close(f->db);
    json_decref(f->naughty);
    g_free(f->key);
    g_free(f->ingest);
    g_free(f);
    return 0;
}

static bool alive(const struct fixture *f)
{
    g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, "/api/v1/accounts?limit=1", f->key);
    return answer->status == 200;
}

static void the_raw_requests_end_as_expected(void **state)
{
    const struct fixture *f = *state;
    if (!f->naughty)
        skip();
    assert_int_equal(raw_cases_run(f->port, NULL), 31);
    assert_true(alive(f));
}

static void smuggled_requests_are_never_run(void **state)
{
    const struct fixture *f = *state;
    static const char *const heads[] = {
        "Content-Length: 3\r\nContent-Length: %zu\r\n",
        "Content-Length: %zu\r\nContent-Length: 3\r\n",
        "Content-Length: %zu\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\nX-N: %zu\r\n",
        "Transfer-Encoding : chunked\r\nContent-Length: %zu\r\n",
        "Transfer-Encoding: gzip\r\nContent-Length: 3\r\nX-N: %zu\r\n"};
    g_autofree char *inner =
        g_strdup_printf("GET /docs/errors HTTP/1.1\r\nHost: a\r\n%s\r\n", f->key);
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
        g_auto(GStrv) parts = g_strsplit(heads[i], "%zu", 2);
        g_autofree char *text =
            g_strdup_printf("POST /api/v1/accounts HTTP/1.1\r\nHost: a\r\n%s%zu%s\r\nabc%s",
                            parts[0], strlen(inner) + 3, parts[1], inner);
        g_autoptr(GString) all = raw_http_exchange(f->port, text, strlen(text), 400);
        assert_int_equal(raw_http_status(all), 400);
        assert_int_equal(raw_http_count(all), 1);
    }
}

/* Call `judge` with each file of the suite. */
static void each_json(const struct fixture *f,
                      void (*judge)(const struct fixture *f, const char *name, const char *body,
                                    gsize size))
{
    g_autofree char *where = folder();
    if (!where)
        skip();
    g_autofree char *command =
        g_strdup_printf("tar -xzf '%s/JSONTestSuite.tar.gz' -C '%s'", where, warehouse_scratch());
    assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
    g_autofree char *cases =
        g_build_filename(warehouse_scratch(), "JSONTestSuite", "test_parsing", NULL);
    GDir *dir = g_dir_open(cases, 0, NULL);
    assert_non_null(dir);
    const char *name;
    int n = 0;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(cases, name, NULL), *body = NULL;
        gsize size;
        assert_true(g_file_get_contents(path, &body, &size, NULL));
        judge(f, name, body, size);
        n++;
    }
    g_dir_close(dir);
    assert_true(n > 300);
    assert_true(alive(f));
}

/* As the body of a write, and as a part of one: JSON is taken or found to be of another shape, what
 * is no JSON is 400. The suite says nothing sure of files named i_. */
static void want_taken_or_refused(const struct fixture *f, const char *name, const char *body,
                                  gsize size)
{
    g_autofree char *headers = g_strconcat(f->key, "Content-Type: application/json\r\n", NULL);
    g_autoptr(raw_http_answer_t) whole =
        raw_http_send(f->port, "POST", "/api/v1/views", headers, body, size);
    g_autoptr(GString) view = g_string_new("{\"name\":\"v\",\"query\":{\"q\":");
    g_string_append_len(view, body, (gssize)size);
    g_string_append(view, "}}");
    g_autoptr(raw_http_answer_t) part =
        raw_http_send(f->port, "POST", "/api/v1/views", headers, view->str, view->len);
    bool fits = part->status != 413 || view->len > 64 << 10;
    bool ok =
        whole->status == 400 || whole->status == 413 || (*name != 'n' && whole->status == 422);
    ok =
        ok && (part->status == 400 || part->status == 413 || (*name != 'n' && part->status == 201));
    if (!ok || !fits)
        fail_msg("%s: %d as a body, %d inside: %s", name, whole->status, part->status, part->body);
}

static void any_body_is_taken_or_answered_with_4xx(void **state)
{
    each_json(*state, want_taken_or_refused);
}

/* As a body: JSON is looked into, other bytes are refused whole. As a part of an event: JSON is
 * kept byte for byte. */
static void want_its_verdict(const struct fixture *f, const char *name, const char *body,
                             gsize size)
{
    g_autoptr(raw_http_answer_t) whole =
        raw_http_send(f->port, "POST", "/api/v1/events", f->ingest, body, size);
    g_autoptr(GString) event = g_string_new("{\"userId\":\"u\",\"event\":\"e\",\"properties\":");
    g_string_append_len(event, body, (gssize)size);
    g_string_append_c(event, '}');
    g_autoptr(raw_http_answer_t) part =
        raw_http_send(f->port, "POST", "/v1/track", f->ingest, event->str, event->len);
    bool ok = whole->status == 400 || (whole->status == 200 && *name != 'n');
    if (!ok || (part->status != 200 && (part->status != 400 || *name == 'y')) ||
        (part->status == 200 && *name == 'n'))
        fail_msg("%s: %d as a body, %d inside", name, whole->status, part->status);
    if (part->status != 200)
        return;
    g_autofree char *hex = g_malloc0(event->len * 2 + 1);
    for (gsize i = 0; i < event->len; i++)
        g_snprintf(hex + i * 2, 3, "%02x", (guchar)event->str[i]);
    g_autofree char *kept = warehouse_value(
        f->db, "SELECT encode(body, 'hex') FROM ops.inbox ORDER BY seq DESC LIMIT 1");
    assert_string_equal(kept, hex);
}

static void events_are_json_to_the_letter_and_kept_byte_for_byte(void **state)
{
    each_json(*state, want_its_verdict);
}

static void naughty_events_are_kept_as_they_came(void **state)
{
    const struct fixture *f = *state;
    size_t taken = 0;
    if (!f->naughty)
        skip();
    warehouse_sql(f->db, "TRUNCATE ops.inbox");
    json_t *events = json_array();
    for (size_t i = 0; i < json_array_size(f->naughty); i++) {
        const char *text = json_string_value(json_array_get(f->naughty, i));
        taken += *text && g_utf8_strlen(text, -1) <= 100;
        json_array_append_new(events, json_pack("{s:s, s:s, s:s, s:i}", "userId", text, "event",
                                                text, "messageId", text, "index", (int)i));
    }
    g_autofree char *body = json_dumps(events, JSON_COMPACT);
    g_autoptr(raw_http_answer_t) answer =
        raw_http_send(f->port, "POST", "/api/v1/events", f->ingest, body, strlen(body));
    json_t *json = json_loadb(answer->body, answer->body_size, 0, NULL);
    assert_int_equal(answer->status, 200);
    assert_int_equal(json_integer_value(json_object_get(json, "accepted")), taken);
    g_autofree char *same = warehouse_value(
        f->db, "SELECT count(*) FROM ops.inbox, LATERAL (SELECT convert_from(body, 'UTF8')::jsonb) "
               "AS e (json) WHERE json ->> 'messageId' = message_id AND "
               "json ->> 'event' = message_id AND json ->> 'userId' = message_id");
    assert_int_equal(g_ascii_strtoll(same, NULL, 10), taken);
    json_decref(json);
    json_decref(events);
}

static void naughty_names_come_back_as_they_went(void **state)
{
    const struct fixture *f = *state;
    if (!f->naughty)
        skip();
    int n = 0;
    for (size_t i = 0; i < json_array_size(f->naughty); i++) {
        const char *text = json_string_value(json_array_get(f->naughty, i));
        g_autofree char *target = g_strdup_printf("/api/v1/accounts/blns-%03zu", i);
        if (!storable(text))
            continue;
        g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, target, f->key);
        json_t *json = json_loadb(answer->body, answer->body_size, JSON_REJECT_DUPLICATES, NULL);
        json_t *data = json_object_get(json, "data");
        if (!data)
            fail_msg("%zu: %d %s", i, answer->status, answer->body);
        assert_string_equal(json_string_value(json_object_get(data, "name")), text);
        assert_null(strpbrk(answer->body, "<>&"));
        json_decref(json);
        n++;
    }
    assert_true(n > 500);
}

/* The naughty strings, one to a line, from *next on, as many as `most` characters hold. */
static char *naughty_text(const struct fixture *f, size_t *next, int64_t most)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (; *next < json_array_size(f->naughty); ++*next) {
        const char *one = json_string_value(json_array_get(f->naughty, *next));
        g_autofree char *start = g_utf8_substring(one, 0, MIN(g_utf8_strlen(one, -1), most / 2));
        if (!storable(one))
            continue;
        if (text->len > 0 && g_utf8_strlen(text->str, -1) + g_utf8_strlen(start, -1) + 2 > most)
            break;
        g_string_append_printf(text, "%s%s", text->len > 0 ? "\r\n" : "", start);
    }
    return g_strdup(text->str);
}

static int64_t shortest_text(const struct route *route)
{
    int64_t most = INT64_MAX;
    for (const struct field *field = route->endpoint->body; field->name; field++) {
        if (field->kind == FIELD_TEXT)
            most = MIN(most, field->most ? field->most : FIELD_TEXT_MAX);
    }
    return most;
}

/* Every text of the body is `text`, and so is every member within an object. */
static json_t *body_of(const struct route *route, const char *text)
{
    json_t *body = json_object();
    for (const struct field *field = route->endpoint->body; field->name; field++) {
        json_t *value = NULL;
        if (field->kind == FIELD_TEXT)
            value = json_string(text);
        else if (field->kind == FIELD_OBJECT)
            value = json_pack("{s:[s]}", text, text);
        else if (field->required)
            value = field->kind == FIELD_DAY      ? json_string("2027-09-01")
                    : field->kind == FIELD_CHOICE ? json_string(field->choices[0])
                                                  : json_integer(1);
        if (value)
            json_object_set_new(body, field->name, value);
    }
    return body;
}

/* What was written is in `row` as it went. */
static void want_same(const struct route *route, json_t *body, json_t *row)
{
    for (const struct field *field = route->endpoint->body; field->name; field++) {
        bool text = field->kind == FIELD_TEXT || field->kind == FIELD_OBJECT;
        if (text &&
            !json_equal(json_object_get(body, field->name), json_object_get(row, field->name)))
            fail_msg("%s: %s is not what it was", route->name, field->name);
    }
}

/* One write, its answer, and what the list beside it says. */
static void write_and_read(const struct fixture *f, const struct route *route, const char *path,
                           json_t *body)
{
    g_autofree char *headers = g_strconcat(f->key, "Content-Type: application/json\r\n", NULL);
    g_autofree char *text = json_dumps(body, JSON_COMPACT);
    g_autofree char *many = g_strconcat(path, "?limit=200", NULL);
    g_autoptr(raw_http_answer_t) made =
        raw_http_send(f->port, route->method, path, headers, text, strlen(text));
    json_t *answer = json_loadb(made->body, made->body_size, JSON_REJECT_DUPLICATES, NULL);
    json_t *data = json_object_get(answer, "data");
    if (made->status > 201 || !data)
        fail_msg("%s: %d %s", route->name, made->status, made->body);
    want_same(route, body, data);
    g_autoptr(raw_http_answer_t) read =
        raw_http_get(f->port, strcmp(route->method, "POST") == 0 ? many : path, f->key);
    json_t *listed = json_loadb(read->body, read->body_size, JSON_REJECT_DUPLICATES, NULL);
    json_t *rows = json_object_get(listed, "data"), *row, *found = NULL;
    size_t i;
    if (json_is_object(rows))
        found = rows;
    json_array_foreach(rows, i, row)
    {
        if (json_equal(row, data))
            found = row;
    }
    /* A task is changed where no list stands, and mutes have theirs elsewhere. */
    if (read->status == 200 && !found)
        fail_msg("%s: the list lacks what was written: %.300s", route->name, read->body);
    json_decref(listed);
    json_decref(answer);
}

static void naughty_texts_come_back_from_every_field(void **state)
{
    const struct fixture *f = *state;
    int fields = 0;
    if (!f->naughty)
        skip();
    for (const struct route *route = routes; route < routes + routes_count; route++) {
        if (!route->endpoint->body || !route->endpoint->ask)
            continue;
        g_autofree char *task = g_strdup_printf("%" G_GINT64_FORMAT, worked_task(f->db, "a0000"));
        g_autofree char *alert = g_strdup_printf("%" G_GINT64_FORMAT, worked_alert(f->db, "a0000"));
        g_autoptr(GString) path = g_string_new(route->pattern);
        g_string_replace(path, "{key}", "a0000", 0);
        g_string_replace(path, "{task_id}", task, 0);
        g_string_replace(path, "{alert_id}", alert, 0);
        for (size_t next = 0; next < json_array_size(f->naughty);) {
            g_autofree char *text = naughty_text(f, &next, MIN(shortest_text(route), 1500));
            json_t *body = body_of(route, text);
            if (*text)
                write_and_read(f, route, path->str, body);
            json_decref(body);
        }
        fields++;
    }
    assert_true(fields >= 8);
    assert_true(alive(f));
}

static void naughty_values_are_searched_for_not_run(void **state)
{
    const struct fixture *f = *state;
    static const char *const names[] = {"q", "owner", "segment", "band", "cursor", "sort", "limit"};
    if (!f->naughty)
        skip();
    for (size_t i = 0; i < json_array_size(f->naughty); i++) {
        const char *text = json_string_value(json_array_get(f->naughty, i));
        const char *name = names[i % G_N_ELEMENTS(names)];
        g_autofree char *value = g_uri_escape_string(text, NULL, FALSE);
        for (int k = 0; k < 2; k++) {
            g_autofree char *target =
                g_strdup_printf("/api/v1/accounts?limit=%d&%s=%s", k + 1, k ? name : "q", value);
            g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, target, f->key);
            if (answer->status != 200 && answer->status != 400 && answer->status != 414)
                fail_msg("%s: %d", target, answer->status);
            json_t *json = json_loadb(answer->body, answer->body_size, 0, NULL);
            assert_non_null(json);
            /* What was searched for is found: the account is called so. */
            if (k == 0 && storable(text) && answer->status == 200)
                assert_true(json_array_size(json_object_get(json, "data")) >= 1);
            json_decref(json);
        }
    }
    assert_true(alive(f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_raw_requests_end_as_expected),
        cmocka_unit_test(smuggled_requests_are_never_run),
        cmocka_unit_test(any_body_is_taken_or_answered_with_4xx),
        cmocka_unit_test(events_are_json_to_the_letter_and_kept_byte_for_byte),
        cmocka_unit_test(naughty_events_are_kept_as_they_came),
        cmocka_unit_test(naughty_names_come_back_as_they_went),
        cmocka_unit_test(naughty_texts_come_back_from_every_field),
        cmocka_unit_test(naughty_values_are_searched_for_not_run),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
