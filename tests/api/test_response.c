/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/response.h"

static void text_is_escaped_for_json_and_html(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);
    struct writer writer = {.out = out};
    writer_text(&writer, NULL, "</script>&\"\\\n\x01 \xe2\x80\xa8\xe2\x80\xa9 サクラ");
    assert_string_equal(out->str, "\"\\u003c/script\\u003e\\u0026\\\"\\\\\\n\\u0001 "
                                  "\\u2028\\u2029 サクラ\"");
}

static void numbers_are_exact(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);
    struct writer writer = {.out = out};
    writer_array(&writer, NULL);
    writer_fixed(&writer, NULL, 7105, 2);
    writer_fixed(&writer, NULL, -5, 2);
    writer_fixed(&writer, NULL, INT64_MIN, 2);
    writer_fixed(&writer, NULL, 1, 9);
    writer_fixed(&writer, NULL, 42, 0);
    writer_integer(&writer, NULL, INT64_MIN);
    writer_double(&writer, NULL, 0.1);
    writer_double(&writer, NULL, 1.0 / 3);
    writer_double(&writer, NULL, (double)NAN);
    writer_double(&writer, NULL, (double)INFINITY);
    writer_array_end(&writer);
    assert_string_equal(out->str, "[71.05,-0.05,-92233720368547758.08,0.000000001,42,"
                                  "-9223372036854775808,0.1,0.33333333333333331,null,null]");
}

static void days_and_instants_are_iso_8601(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);
    struct writer writer = {.out = out};
    writer_array(&writer, NULL);
    writer_day(&writer, NULL, 0, false);
    writer_day(&writer, NULL, INT32_MIN, false);
    writer_day(&writer, NULL, 5, true);
    writer_instant(&writer, NULL, 0);
    writer_instant(&writer, NULL, -1);
    writer_instant(&writer, NULL, INT64_MAX);
    writer_array_end(&writer);
    assert_string_equal(out->str, "[\"1970-01-01\",null,null,\"1970-01-01T00:00:00.000000Z\","
                                  "\"1969-12-31T23:59:59.999999Z\",null]");
}

static void a_problem_document_says_what_how_and_which(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct request request = {.arena = arena, .id = "0123456789abcdef", .path = "/a<b"};
    struct response response;
    response_init(&response);
    response_problem(&response, &request, PROBLEM_BAD_PARAMETER, "there is no parameter '%s'",
                     "\xff<q>");
    assert_int_equal(response.status, 400);
    json_t *json = json_loads(response.body->str, 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "code")), "bad_parameter");
    assert_string_equal(json_string_value(json_object_get(json, "type")),
                        "/api/v1/problems/bad_parameter");
    assert_int_equal(json_integer_value(json_object_get(json, "status")), 400);
    assert_string_equal(json_string_value(json_object_get(json, "request_id")), "0123456789abcdef");
    assert_string_equal(json_string_value(json_object_get(json, "instance")), "/a<b");
    assert_non_null(json_object_get(json, "hint"));
    assert_null(strchr(response.body->str, '<'));
    json_decref(json);
    response_clear(&response);
}

static void a_failure_tells_its_cause_to_the_log_alone(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct request request = {.arena = arena, .path = "/api/v1/runs"};
    struct response response;
    response_init(&response);
    assert_null(response.cause);
    assert_false(err_set(&err, KENKO_ERROR_BUG, "permission denied for table run"));
    response_failure(&response, &request, err, "the warehouse could not be asked");
    assert_int_equal(response.status, 500);
    assert_non_null(strstr(response.body->str, "the warehouse could not be asked"));
    assert_null(strstr(response.body->str, "permission"));
    assert_string_equal(response.cause, "permission denied for table run");
    response_clear(&response);
}

static void every_code_is_documented_once(void **state)
{
    (void)state;
    g_autoptr(GString) page = g_string_new(NULL);
    g_autoptr(GHashTable) codes = g_hash_table_new(g_str_hash, g_str_equal);
    problem_page(page);
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        const struct problem_kind *kind = problem_kind((enum problem)i);
        g_autofree char *anchor = g_strdup_printf("id=\"%s\"", kind->code);
        assert_non_null(strstr(page->str, anchor));
        assert_true(kind->status >= 400 && kind->status < 600);
        assert_true(*kind->hint && *kind->title && *kind->meaning);
        assert_true(g_hash_table_add(codes, (gpointer)(uintptr_t)kind->code));
    }
}

static int status_with(const char *header)
{
    g_autoptr(arena_t) arena = arena_new();
    struct guard_header list[] = {{SLICE("If-None-Match"), slice_of(header)}};
    struct request request = {.arena = arena, .headers = list, .n_headers = 1};
    struct response response;
    response_init(&response);
    g_string_append(response.body, "{}");
    response_tag(&response, &request, 7);
    int status = response.status;
    if (status == 304)
        assert_int_equal(response.body->len, 0);
    response_clear(&response);
    return status;
}

static void a_known_tag_answers_304(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct request request = {.arena = arena};
    struct response response;
    response_init(&response);
    g_string_append(response.body, "{}");
    response_tag(&response, &request, 7);
    assert_true(g_regex_match_simple("^\"r7-[0-9a-f]{16}\"$", response.etag, 0, 0));
    g_autofree char *list = g_strdup_printf("\"a\", W/%s", response.etag);
    g_autofree char *longer = g_strdup_printf("%sx", response.etag);
    assert_int_equal(status_with(response.etag), 304);
    assert_int_equal(status_with(list), 304);
    assert_int_equal(status_with("*"), 304);
    assert_int_equal(status_with(longer), 200);
    assert_int_equal(status_with("\"r7-0000000000000000\""), 200);
    assert_int_equal(status_with("\""), 200);
    assert_int_equal(status_with(""), 200);
    response_clear(&response);
}

static bool parse(struct arena *arena, const char *target, struct request *request)
{
    struct guard_fault fault;
    *request = (struct request){.arena = arena, .target = target};
    return request_parse(request, &fault);
}

static void queries_are_decoded_once_and_strictly(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct request r;
    assert_true(parse(arena, "/a%20b?q=a+b%2B%3D&e&x=%E3%82%B5&&y=", &r));
    assert_string_equal(r.path, "/a b");
    assert_string_equal(request_param(&r, "q"), "a b+=");
    assert_string_equal(request_param(&r, "e"), "");
    assert_string_equal(request_param(&r, "x"), "サ");
    assert_string_equal(request_param(&r, "y"), "");
    assert_null(request_param(&r, "z"));
    assert_true(parse(arena, "/a%2525", &r));
    assert_string_equal(r.path, "/a%25");
    assert_false(parse(arena, "/a?q=1&q=2", &r));
    assert_false(parse(arena, "/a?q=%ff", &r));
    assert_false(parse(arena, "/%c0%af", &r));
}

static bool local(const char *host, const char *other)
{
    g_autoptr(arena_t) arena = arena_new();
    struct guard_header list[] = {{SLICE("Host"), slice_of(host)}, {slice_of(other), SLICE("x")}};
    struct request request = {.arena = arena, .headers = list, .n_headers = 2, .loopback = true};
    return request_is_local(&request);
}

static void a_proxy_or_a_foreign_host_is_not_local(void **state)
{
    (void)state;
    assert_true(local("127.0.0.1:8080", "Accept"));
    assert_true(local("localhost", "Accept"));
    assert_true(local("[::1]:80", "Accept"));
    assert_false(local("evil.example", "Accept"));
    assert_false(local("127.0.0.1.evil.example", "Accept"));
    assert_false(local("localhost", "X-Forwarded-For"));
    assert_false(local("localhost", "via"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_escaped_for_json_and_html),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(days_and_instants_are_iso_8601),
        cmocka_unit_test(a_problem_document_says_what_how_and_which),
        cmocka_unit_test(a_failure_tells_its_cause_to_the_log_alone),
        cmocka_unit_test(every_code_is_documented_once),
        cmocka_unit_test(a_known_tag_answers_304),
        cmocka_unit_test(queries_are_decoded_once_and_strictly),
        cmocka_unit_test(a_proxy_or_a_foreign_host_is_not_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
