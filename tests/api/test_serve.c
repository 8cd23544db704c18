/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the server answers, whatever is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/cluster.h"
#include "support/served.h"
#include "support/warehouse.h"

static void the_same_answer_has_the_same_tag_and_304_follows(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) first = served_get(f, "/api/v1/accounts?limit=3");
    g_autofree char *tag = raw_http_header(first, "ETag");
    g_autofree char *cache = raw_http_header(first, "Cache-Control");
    g_autofree char *link = raw_http_header(first, "Link");
    g_autofree char *headers = g_strdup_printf("%sIf-None-Match: %s\r\n", f->lead, tag);
    g_autoptr(raw_http_answer_t) second =
        raw_http_get(f->port, "/api/v1/accounts?limit=3", headers);
    g_autoptr(raw_http_answer_t) other = raw_http_get(f->port, "/api/v1/accounts?limit=4", headers);
    assert_true(g_str_has_prefix(tag, "\"r"));
    assert_string_equal(cache, "private, no-cache");
    assert_non_null(strstr(link, "rel=\"next\""));
    assert_int_equal(second->status, 304);
    assert_int_equal(second->body_size, 0);
    assert_int_equal(other->status, 200);
}

static void head_is_get_without_a_body(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) whole = served_get(f, "/api/v1/accounts/a0000");
    g_autoptr(raw_http_answer_t) head =
        raw_http_send(f->port, "HEAD", "/api/v1/accounts/a0000", f->lead, NULL, 0);
    g_autofree char *a = raw_http_header(whole, "Content-Length");
    g_autofree char *b = raw_http_header(head, "Content-Length");
    g_autofree char *c = raw_http_header(head, "ETag");
    assert_int_equal(head->status, 200);
    assert_int_equal(head->body_size, 0);
    assert_string_equal(a, b);
    assert_non_null(c);
}

static void unknown_paths_and_methods_answer_as_documented(void **state)
{
    const struct served *f = *state;
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "FOO"};
    json_t *json = served_get_json(f, "/api/v1/nothing", 404);
    assert_string_equal(served_text(json, "code"), "not_found");
    json_decref(json);
    json_decref(served_get_json(f, "/api/v1/accounts/", 404));
    json_decref(served_get_json(f, "/api/v1/accounts/a0000/", 404));
    json_decref(served_get_json(f, "/api/v1/accounts/a0000/history/x", 404));
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autoptr(raw_http_answer_t) answer =
            raw_http_send(f->port, methods[i], "/api/v1/accounts", f->lead, NULL, 0);
        g_autofree char *allow = raw_http_header(answer, "Allow");
        g_autofree char *type = raw_http_header(answer, "Content-Type");
        assert_int_equal(answer->status, 405);
        assert_string_equal(allow, "OPTIONS, GET, HEAD");
        assert_true(g_str_has_prefix(type, "application/problem+json"));
    }
    g_autoptr(raw_http_answer_t) options =
        raw_http_send(f->port, "OPTIONS", "/api/v1/accounts", "", NULL, 0);
    g_autofree char *allow = raw_http_header(options, "Allow");
    g_autofree char *cors = raw_http_header(options, "Access-Control-Allow-Origin");
    assert_int_equal(options->status, 204);
    assert_string_equal(allow, "OPTIONS, GET, HEAD");
    assert_null(cors);
}

static void every_answer_carries_the_security_headers(void **state)
{
    const struct served *f = *state;
    static const char *const targets[] = {"/api/v1/accounts", "/nothing", "/", "/docs/errors"};
    static const char *const names[] = {
        "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
        "Cache-Control",           "X-Request-Id",           "Cross-Origin-Resource-Policy"};
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(raw_http_answer_t) answer = served_get(f, targets[i]);
        for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
            g_autofree char *value = raw_http_header(answer, names[k]);
            if (!value)
                fail_msg("%s lacks %s", targets[i], names[k]);
        }
    }
}

static void names_with_markup_never_leave_unescaped(void **state)
{
    g_autoptr(raw_http_answer_t) answer = served_get(*state, "/api/v1/accounts/script");
    assert_int_equal(answer->status, 200);
    assert_null(strstr(answer->body, "<"));
    json_t *json = served_json_of(answer);
    assert_string_equal(served_text(json_object_get(json, "data"), "name"),
                        "<script>alert('1')</script> & \"Co\"");
    json_decref(json);
}

static void a_body_over_the_limit_is_refused(void **state)
{
    const struct served *f = *state;
    g_autofree char *body = g_strnfill(1 << 21, 'x');
    g_autoptr(raw_http_answer_t) said =
        raw_http_send(f->port, "POST", "/api/v1/accounts", f->lead, body, 1 << 21);
    assert_true(said->status == 413 || said->status == 0);
    g_autoptr(raw_http_answer_t) small =
        raw_http_send(f->port, "POST", "/api/v1/accounts", f->lead, body, 1 << 20);
    assert_int_equal(small->status, 405);
    g_autoptr(GString) chunked = g_string_new(
        "POST /api/v1/accounts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: "
        "close\r\n\r\n");
    for (int i = 0; i < 2; i++)
        g_string_append_printf(chunked, "100000\r\n%.*s\r\n", 1 << 20, body);
    g_string_append(chunked, "0\r\n\r\n");
    g_autoptr(GString) all = raw_http_exchange(f->port, chunked->str, chunked->len, 5000);
    assert_int_equal(raw_http_status(all), 413);
}

static void a_slow_request_is_closed_at_its_deadline(void **state)
{
    const struct served *f = *state;
    int slow[20];
    gint64 start = g_get_monotonic_time();
    for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
        slow[i] = raw_http_connect(f->port);
        assert_int_equal(send(slow[i], "GET / HTTP/1.1\r\nHost: a\r\n", 25, MSG_NOSIGNAL), 25);
    }
    size_t open = G_N_ELEMENTS(slow);
    while (open > 0 && g_get_monotonic_time() - start < 8000000) {
        g_usleep(100000);
        g_autoptr(raw_http_answer_t) other = served_get(f, "/api/v1/accounts?limit=1");
        assert_int_equal(other->status, 200); /* nobody else waits */
        for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
            char byte;
            if (slow[i] < 0)
                continue;
            ssize_t sent = send(slow[i], "X: y\r\n", 6, MSG_NOSIGNAL);
            if (sent < 0 || recv(slow[i], &byte, 1, MSG_DONTWAIT) == 0) {
                close(slow[i]);
                slow[i] = -1;
                open--;
            }
        }
    }
    gint64 took = g_get_monotonic_time() - start;
    assert_int_equal(open, 0);
    assert_true(took > 1200000 && took < 5000000);
}

static void the_admin_port_says_live_ready_and_metrics(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) live = raw_http_get(f->admin, "/live", "");
    g_autoptr(raw_http_answer_t) ready = raw_http_get(f->admin, "/ready", "");
    g_autoptr(raw_http_answer_t) none = raw_http_get(f->admin, "/", "");
    g_autoptr(raw_http_answer_t) api = raw_http_get(f->port, "/metrics", f->lead);
    g_autoptr(raw_http_answer_t) metrics = raw_http_get(f->admin, "/metrics", "");
    assert_int_equal(live->status, 200);
    assert_int_equal(ready->status, 200);
    assert_int_equal(none->status, 404);
    assert_int_equal(api->status, 404);
    g_autofree char *type = raw_http_header(metrics, "Content-Type");
    assert_string_equal(type, "text/plain; version=0.0.4; charset=utf-8");
    g_auto(GStrv) lines = g_strsplit(metrics->body, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (**line &&
            !g_regex_match_simple("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{[a-z]+=\"[^\"]*\""
                                  "(,[a-z]+=\"[^\"]*\")*\\})? [-+.0-9e]+)$",
                                  *line, 0, 0))
            fail_msg("not Prometheus: %s", *line);
    }
    assert_non_null(strstr(metrics->body, "kenko_accounts{band=\"Unknown\"} 30\n"));
    assert_non_null(
        strstr(metrics->body, "kenko_api_requests_total{route=\"accounts\",code=\"200\"}"));
    assert_non_null(strstr(metrics->body, "kenko_api_request_duration_seconds_bucket{route="
                                          "\"accounts\",le=\"+Inf\"}"));
    assert_null(strstr(metrics->body, "a0001"));
}

static void what_came_of_computing_the_past_again_is_a_metric(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) before = raw_http_get(f->admin, "/metrics", "");
    assert_null(strstr(before->body, "kenko_recompute"));
    warehouse_sql(f->db,
                  "INSERT INTO score.recompute (job_run_id, drawn_on, as_of, run_id, state, "
                  "accounts, different, account_keys, message) SELECT 1, as_of, as_of, "
                  "run_id, 'different', 30, 0, '{}', 'a digest' FROM score.published LIMIT 1");
    for (int i = 0; i < 300; i++) {
        g_autoptr(raw_http_answer_t) metrics = raw_http_get(f->admin, "/metrics", "");
        if (strstr(metrics->body, "kenko_recompute_accounts 30\n") &&
            strstr(metrics->body, "kenko_recompute_different 1\n"))
            return;
        g_usleep(100000);
    }
    fail_msg("%s", "the metrics do not say it");
}

static int history_status(const struct served *f)
{
    g_autoptr(raw_http_answer_t) answer = served_get(f, "/api/v1/accounts/a0000/history");
    return answer->status;
}

/* Last: the warehouse stops under the running service. */
static void without_its_warehouse_it_serves_what_it_has_and_says_so(void **state)
{
    struct served *f = *state;
    g_autoptr(GError) err = NULL;
    bool stale = false;
    assert_true(cluster_stop(warehouse_home(), true, &err));
    for (int i = 0; i < 100 && !stale; i++) {
        json_t *json = served_get_json(f, "/api/v1/accounts?limit=2", 200);
        stale = json_is_true(json_object_get(json_object_get(json, "meta"), "stale"));
        assert_int_equal(json_array_size(json_object_get(json, "data")), 2);
        json_decref(json);
        g_usleep(100000);
    }
    assert_true(stale);
    g_autoptr(raw_http_answer_t) history = served_get(f, "/api/v1/accounts/a0000/history");
    g_autofree char *retry = raw_http_header(history, "Retry-After");
    assert_int_equal(history->status, 503);
    assert_non_null(retry);
    assert_null(strstr(history->body, "socket")); /* nothing of libpq's words */
    g_autoptr(raw_http_answer_t) ready = raw_http_get(f->admin, "/ready", "");
    assert_int_equal(ready->status, 200);
    g_autofree char *first = NULL;
    assert_true(cluster_ensure(warehouse_home(), &first, &err));
    for (int i = 0; i < 100 && stale; i++) {
        json_t *json = served_get_json(f, "/api/v1/accounts?limit=2", 200);
        stale = json_is_true(json_object_get(json_object_get(json, "meta"), "stale"));
        json_decref(json);
        g_usleep(100000);
    }
    assert_false(stale);
    g_usleep(1100000); /* the pool's rest after a failed connect */
    assert_int_equal(history_status(f), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_answer_has_the_same_tag_and_304_follows),
        cmocka_unit_test(head_is_get_without_a_body),
        cmocka_unit_test(unknown_paths_and_methods_answer_as_documented),
        cmocka_unit_test(every_answer_carries_the_security_headers),
        cmocka_unit_test(names_with_markup_never_leave_unescaped),
        cmocka_unit_test(a_body_over_the_limit_is_refused),
        cmocka_unit_test(a_slow_request_is_closed_at_its_deadline),
        cmocka_unit_test(the_admin_port_says_live_ready_and_metrics),
        cmocka_unit_test(what_came_of_computing_the_past_again_is_a_metric),
        cmocka_unit_test(without_its_warehouse_it_serves_what_it_has_and_says_so),
    };
    return cmocka_run_group_tests(tests, served_set_up, served_tear_down);
}
