/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What scoring and ingest do for the API, over real files and scores of a small company. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/engine.h"
#include "support/company.h"
#include "support/served.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char card[] =
    "name: default\nauthor: Mori\nnote: first cuts\n"
    "bands: [{name: Red, below: 40}, {name: Yellow, below: 70}, {name: Green}]\n"
    "groups:\n"
    "  - name: all\n"
    "    measures:\n"
    "      - {name: runs, metric: runs_7d, weight: 2, anchors: [{at: 0, score: 0}, {at: 140, "
    "score: 100}]}\n"
    "      - {name: open, metric: open, bands: [{below: 1, score: 100}, {score: 20}]}\n";

struct company {
    struct db *db;
    struct arena *arena;
    const char *dir;
    struct engine *engine;
    struct server *server;
    int port;
    char *lead;
};

static int set_up(void **state)
{
    struct company *c = g_new0(struct company, 1);
    c->db = warehouse_open();
    c->arena = arena_new();
    c->dir = company_directory();
    sources_write(c->dir, "scorecards/default.yaml", card);
    sources_ingest(c->db, c->dir, NULL);
    company_score(c->db, c->dir, "2026-05-25", -1, true);
    company_score(c->db, c->dir, "2026-06-01", -1, true);
    c->engine = engine_new(c->dir, warehouse_dsn());
    c->lead = served_key(c->arena, c->db, "lead", NULL, NULL);
    c->server = served_start((struct server_options){.engine = c->engine, .poll_ms = 200});
    c->port = server_port(c->server);
    *state = c;
    return 0;
}

static int tear_down(void **state)
{
    struct company *c = *state;
    server_stop(c->server);
    engine_free(c->engine);
    db_close(c->db);
    arena_free(c->arena);
    g_free(c->lead);
    g_free(c);
    return 0;
}

static json_t *ask(const struct company *c, const char *method, const char *target,
                   const char *body, int status)
{
    g_autofree char *headers =
        g_strconcat(c->lead, *body ? "Content-Type: application/json\r\n" : "", NULL);
    g_autoptr(raw_http_answer_t) answer =
        raw_http_send(c->port, method, target, headers, body, strlen(body));
    if (answer->status != status)
        fail_msg("%s: %d, want %d: %.400s", target, answer->status, status, answer->body);
    return served_json_of(answer);
}

static double number(json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

static int64_t bp(json_t *object, const char *name)
{
    double points = number(object, name) * 100;
    return (int64_t)(points < 0 ? points - 0.5 : points + 0.5);
}

static void a_change_has_no_rest(void **state)
{
    const struct company *c = *state;
    json_t *json =
        ask(c, "GET", "/api/v1/accounts/b/change?from=2026-05-25&to=2026-06-01", "", 200);
    json_t *data = json_object_get(json, "data"), *measures = json_object_get(data, "measures");
    int64_t parts = bp(data, "behaviour") + bp(data, "availability") + bp(data, "configuration") +
                    bp(data, "override");
    int64_t behaviour = 0;
    assert_string_equal(served_text(data, "from"), "2026-05-25");
    assert_string_equal(served_text(data, "to"), "2026-06-01");
    assert_int_equal(parts, bp(data, "after") - bp(data, "before"));
    for (size_t i = 0; i < json_array_size(measures); i++)
        behaviour += bp(json_array_get(measures, i), "behaviour");
    assert_int_equal(behaviour, bp(data, "behaviour"));
    json_decref(json);
    json_decref(ask(c, "GET", "/api/v1/accounts/b/change?from=2020-01-01&to=2020-02-01", "", 404));
    json_decref(ask(c, "GET", "/api/v1/accounts/none/change", "", 404));
}

/* a has 70 runs and an open ticket: (2 * 50 + 20) / 3. */
static void what_if_is_judged_by_the_same_engine(void **state)
{
    const struct company *c = *state;
    static const char target[] = "/api/v1/accounts/a/what-if";
    json_t *json = ask(c, "POST", target, "{\"values\": {\"open\": 0}}", 200);
    json_t *data = json_object_get(json, "data");
    json_t *now = json_object_get(data, "now"), *then = json_object_get(data, "then");
    assert_int_equal(bp(now, "health"), 4000);
    assert_string_equal(served_text(now, "band"), "Yellow");
    assert_int_equal(bp(then, "health"), 6667);
    json_t *lift = json_array_get(json_object_get(data, "lifts"), 0);
    assert_string_equal(served_text(lift, "metric"), "runs_7d");
    assert_string_equal(served_text(lift, "band"), "Green");
    assert_true(number(lift, "value") > number(lift, "now"));
    json_decref(json);
    json = ask(c, "POST", target, "{\"values\": {\"opne\": 0}}", 422);
    assert_non_null(strstr(served_text(json, "detail"), "did you mean 'open'"));
    json_decref(json);
    json_decref(ask(c, "POST", target, "{\"values\": {\"open\": \"0\"}}", 422));
    json_decref(ask(c, "POST", "/api/v1/accounts/none/what-if", "{\"values\": {}}", 404));
}

static json_t *verdict(const struct company *c, const char *name, const char *text)
{
    json_t *body = json_pack("{s:s, s:s}", "name", name, "text", text);
    g_autofree char *sent = json_dumps(body, 0);
    json_t *json = ask(c, "POST", "/api/v1/scorecards/validate", sent, 200);
    json_decref(body);
    return json;
}

static void a_scorecard_is_judged_before_it_is_used(void **state)
{
    const struct company *c = *state;
    g_auto(GStrv) parts = g_strsplit(card, "metric: open", 2);
    g_autofree char *wrong = g_strjoinv("metric: opne", parts);
    json_t *right = verdict(c, "default", card), *typo = verdict(c, "default", wrong);
    json_t *nonsense = verdict(c, "default", "a: [");
    const char *fault = served_text(json_object_get(typo, "data"), "fault");
    assert_true(json_is_true(json_object_get(json_object_get(right, "data"), "is_valid")));
    assert_true(json_is_false(json_object_get(json_object_get(typo, "data"), "is_valid")));
    assert_true(g_str_has_prefix(fault, "scorecards/default.yaml:"));
    assert_non_null(strstr(fault, "did you mean 'open'"));
    assert_true(json_is_false(json_object_get(json_object_get(nonsense, "data"), "is_valid")));
    json_decref(right);
    json_decref(typo);
    json_decref(nonsense);
    json_decref(ask(c, "POST", "/api/v1/scorecards/validate",
                    "{\"name\": \"../kenko\", \"text\": \"x\"}", 422));
}

static void an_override_binds_the_next_score_and_can_be_undone(void **state)
{
    const struct company *c = *state;
    static const char target[] = "/api/v1/accounts/a/overrides";
    json_t *json = ask(c, "POST", target,
                       "{\"kind\": \"cap\", \"value\": 12.5, \"reason\": \"They said so\", "
                       "\"expires_on\": \"2026-07-01\"}",
                       201);
    json_t *data = json_object_get(json, "data");
    assert_int_equal(bp(data, "value"), 1250);
    assert_string_equal(served_text(data, "author"), "test");
    assert_string_equal(served_text(data, "valid_from"), "2026-06-01");
    json_decref(json);
    company_score(c->db, c->dir, "2026-06-02", -1, true);
    g_autofree char *health = warehouse_value(
        c->db, "SELECT effective_bp FROM score.account_published AS s JOIN identity.account AS a "
               "USING (account_id) WHERE a.key = 'a' AND s.as_of = '2026-06-02'");
    assert_string_equal(health, "1250");
    json = ask(c, "GET", target, "", 200);
    assert_int_equal(json_array_size(json_object_get(json, "data")), 1);
    json_decref(json);
    json = ask(c, "POST", target,
               "{\"kind\": \"cap\", \"value\": 1, \"reason\": \"x\", \"expires_on\": "
               "\"2026-01-01\"}",
               422);
    assert_non_null(strstr(served_text(json, "detail"), "want a day after"));
    json_decref(json);
}

static void sentiment_is_a_fact_that_loads_can_undo(void **state)
{
    const struct company *c = *state;
    static const char target[] = "/api/v1/accounts/a/sentiment";
    json_t *json = ask(c, "POST", target, "{\"value\": 2, \"reason\": \"Silent\"}", 201);
    json_t *data = json_object_get(json, "data");
    int64_t load_id = json_integer_value(json_object_get(data, "load_id"));
    assert_int_equal(json_integer_value(json_object_get(data, "value")), 2);
    json_decref(json);
    json_decref(ask(c, "POST", target, "{\"value\": 6}", 422));
    g_autofree char *counts = g_strdup_printf(
        "SELECT read_count || ' ' || loaded || ' ' || (commit_no IS NOT NULL) FROM ops.load WHERE "
        "load_id = %" G_GINT64_FORMAT,
        load_id);
    g_autofree char *load = warehouse_value(c->db, counts);
    assert_string_equal(load, "1 1 true");
    json = ask(c, "GET", target, "", 200);
    assert_int_equal(json_array_size(json_object_get(json, "data")), 1);
    json_decref(json);
    g_autofree char *broken =
        warehouse_value(c->db, "SELECT coalesce(sum(violations), 0) FROM ops.invariant");
    assert_string_equal(broken, "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_has_no_rest),
        cmocka_unit_test(what_if_is_judged_by_the_same_engine),
        cmocka_unit_test(a_scorecard_is_judged_before_it_is_used),
        cmocka_unit_test(an_override_binds_the_next_score_and_can_be_undone),
        cmocka_unit_test(sentiment_is_a_fact_that_loads_can_undo),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
