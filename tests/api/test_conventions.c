/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all endpoints have in common: tags, compression, CSV, fields, preferences, limits,
 * deprecation, problems. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "api/problem.h"
#include "support/served.h"

static struct raw_http_answer *get_with(const struct served *f, const char *target,
                                        const char *header)
{
    g_autofree char *headers = g_strconcat(f->lead, header, NULL);
    return raw_http_get(f->port, target, headers);
}

static char *inflated(const struct raw_http_answer *answer)
{
    z_stream stream = {.next_in = (unsigned char *)answer->body,
                       .avail_in = (unsigned)answer->body_size};
    char *out = g_malloc0(4 << 20);
    stream.next_out = (unsigned char *)out;
    stream.avail_out = (4 << 20) - 1;
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    inflateEnd(&stream);
    return out;
}

static void gzip_is_the_same_content_with_a_tag_of_its_own(void **state)
{
    const struct served *f = *state;
    static const char target[] = "/api/v1/accounts?limit=100";
    g_autoptr(raw_http_answer_t) plain = get_with(f, target, "");
    g_autoptr(raw_http_answer_t) packed =
        get_with(f, target, "Accept-Encoding: br, gzip;q=0.8\r\n");
    g_autoptr(raw_http_answer_t) refused = get_with(f, target, "Accept-Encoding: gzip;q=0\r\n");
    g_autofree char *coding = raw_http_header(packed, "Content-Encoding");
    g_autofree char *tag = raw_http_header(plain, "ETag");
    g_autofree char *packed_tag = raw_http_header(packed, "ETag");
    g_autofree char *unpacked = inflated(packed);
    assert_string_equal(coding, "gzip");
    assert_string_equal(unpacked, plain->body);
    assert_true(packed->body_size * 4 < plain->body_size);
    assert_string_equal(refused->body, plain->body);
    assert_string_not_equal(tag, packed_tag);
    g_autofree char *known = g_strdup_printf("If-None-Match: %s\r\n", packed_tag);
    g_autoptr(raw_http_answer_t) again = get_with(f, target, known);
    g_autofree char *kept = raw_http_header(again, "ETag");
    assert_int_equal(again->status, 304);
    assert_string_equal(kept, packed_tag);
    g_autoptr(raw_http_answer_t) small = get_with(f, "/api/v1/me", "Accept-Encoding: gzip\r\n");
    g_autofree char *none = raw_http_header(small, "Content-Encoding");
    assert_null(none);
}

static void a_tag_follows_what_is_seen_not_who_sees(void **state)
{
    const struct served *f = *state;
    g_autofree char *analyst = served_key(f->arena, f->db, "analyst", NULL, NULL);
    g_usleep(500000);
    static const char *const targets[] = {"/api/v1/accounts?limit=3", "/api/v1/portfolio",
                                          "/api/v1/accounts/a0000"};
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(raw_http_answer_t) lead = raw_http_get(f->port, targets[i], f->lead);
        g_autoptr(raw_http_answer_t) other = raw_http_get(f->port, targets[i], analyst);
        g_autoptr(raw_http_answer_t) csm = raw_http_get(f->port, targets[i], f->csm);
        g_autoptr(raw_http_answer_t) zoned =
            get_with(f, targets[i], "Prefer: timezone=Asia/Tokyo\r\n");
        g_autofree char *a = raw_http_header(lead, "ETag"), *b = raw_http_header(other, "ETag");
        g_autofree char *c = raw_http_header(csm, "ETag"), *d = raw_http_header(zoned, "ETag");
        assert_string_equal(a, b);
        assert_string_not_equal(a, c);
        assert_string_not_equal(a, d);
    }
}

static void lists_come_as_csv_too(void **state)
{
    const struct served *f = *state;
    static const char target[] = "/api/v1/accounts?q=script&fields=key,name,health,churn_risk";
    g_autoptr(raw_http_answer_t) accepted = get_with(f, target, "Accept: text/csv\r\n");
    g_autofree char *asked = g_strconcat(target, "&format=csv", NULL);
    g_autoptr(raw_http_answer_t) by_format = get_with(f, asked, "");
    g_autofree char *type = raw_http_header(accepted, "Content-Type");
    assert_string_equal(type, "text/csv; charset=utf-8; header=present");
    g_auto(GStrv) lines = g_strsplit(accepted->body, "\r\n", -1);
    assert_int_equal(g_strv_length(lines), 3);
    assert_string_equal(lines[0], "\"key\",\"name\",\"health\",\"churn_risk.days\",\"churn_risk."
                                  "probability\",\"churn_risk.lower\",\"churn_risk.upper\",\"churn_"
                                  "risk.percentile\"");
    assert_true(
        g_str_has_prefix(lines[1], "\"script\",\"<script>alert('1')</script> & \"\"Co\"\"\","));
    assert_string_equal(by_format->body, accepted->body);
    g_autoptr(raw_http_answer_t) page = get_with(f, "/api/v1/accounts?limit=2&format=csv", "");
    g_autofree char *link = raw_http_header(page, "Link");
    assert_non_null(strstr(link, "format=csv&cursor="));
    g_autoptr(raw_http_answer_t) one =
        get_with(f, "/api/v1/accounts/a0000", "Accept: text/csv\r\n");
    g_autofree char *json = raw_http_header(one, "Content-Type");
    assert_string_equal(json, "application/json; charset=utf-8");
}

static void fields_leave_the_rest_out(void **state)
{
    const struct served *f = *state;
    json_t *json = served_get_json(f, "/api/v1/accounts?limit=1&fields=name,links", 200);
    json_t *row = json_array_get(json_object_get(json, "data"), 0);
    assert_int_equal(json_object_size(row), 2);
    assert_non_null(served_text(json_object_get(row, "links"), "self"));
    assert_non_null(json_object_get(json_object_get(json, "meta"), "as_of"));
    json_decref(json);
    json = served_get_json(f, "/api/v1/accounts?fields=nmae", 400);
    json_t *fault = json_array_get(json_object_get(json, "errors"), 0);
    assert_string_equal(served_text(fault, "parameter"), "fields");
    assert_non_null(strstr(served_text(fault, "detail"), "did you mean 'name'"));
    json_decref(json);
}

static void every_fault_is_named(void **state)
{
    json_t *json = served_get_json(*state, "/api/v1/accounts?limit=0&sort=x&nonsense=1", 400);
    assert_int_equal(json_array_size(json_object_get(json, "errors")), 3);
    json_decref(json);
}

static void instants_are_in_the_zone_that_was_asked_for(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) tokyo =
        get_with(f, "/api/v1/me", "Prefer: timezone=\"Asia/Tokyo\"\r\n");
    g_autofree char *applied = raw_http_header(tokyo, "Preference-Applied");
    json_t *json = served_json_of(tokyo);
    assert_string_equal(applied, "timezone=Asia/Tokyo");
    assert_string_equal(served_text(json_object_get(json, "meta"), "known_at"),
                        "2026-11-24T09:00:00+09:00");
    json_decref(json);
    static const char *const wrong[] = {"Prefer: timezone=Mars/Base\r\n", "Prefer: timezone=\r\n",
                                        "Prefer: timezone=/etc/passwd\r\n",
                                        "Prefer: timezone=../../etc/localtime\r\n",
                                        "Prefer: handling=strict\r\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(raw_http_answer_t) utc = get_with(f, "/api/v1/me", wrong[i]);
        g_autofree char *none = raw_http_header(utc, "Preference-Applied");
        assert_int_equal(utc->status, 200);
        assert_null(none);
        assert_non_null(strstr(utc->body, "2026-11-24T00:00:00.000000Z"));
    }
}

static void every_answer_says_how_fresh_it_is(void **state)
{
    const struct served *f = *state;
    static const char *const targets[] = {"/api/v1/accounts?limit=1", "/api/v1/accounts/a0000",
                                          "/api/v1/accounts/a0000/history", "/api/v1/portfolio",
                                          "/api/v1/me"};
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        json_t *json = served_get_json(f, targets[i], 200), *meta = json_object_get(json, "meta");
        json_t *freshness = json_object_get(meta, "freshness");
        assert_true(json_is_integer(json_object_get(meta, "run_id")));
        assert_non_null(served_text(meta, "as_of"));
        assert_true(json_is_false(json_object_get(meta, "stale")));
        assert_string_equal(served_text(freshness, "oldest_stream"), "crm/account");
        assert_non_null(served_text(freshness, "newest_load_at"));
        json_decref(json);
    }
}

static void a_key_that_asks_too_often_is_told_when(void **state)
{
    const struct served *f = *state;
    struct server *server = served_start((struct server_options){.api = {.burst = 5}});
    int port = server_port(server), limited = 0;
    for (int i = 0; i < 12; i++) {
        g_autoptr(raw_http_answer_t) answer = raw_http_get(port, "/api/v1/me", f->lead);
        g_autofree char *limit = raw_http_header(answer, "X-RateLimit-Limit");
        g_autofree char *left = raw_http_header(answer, "X-RateLimit-Remaining");
        g_autofree char *retry = raw_http_header(answer, "Retry-After");
        assert_string_equal(limit, "5");
        assert_true(g_ascii_strtoll(left, NULL, 10) <= 4);
        if (answer->status == 200)
            continue;
        limited++;
        assert_int_equal(answer->status, 429);
        assert_string_equal(retry, "1");
        assert_non_null(strstr(answer->body, "rate_limited"));
    }
    assert_true(limited > 0);
    g_autoptr(raw_http_answer_t) other = raw_http_get(port, "/api/v1/me", f->csm);
    assert_int_equal(other->status, 200);
    server_stop(server);
}

static void an_address_that_asks_too_often_without_a_key_is_told_when(void **state)
{
    const struct served *f = *state;
    struct server *server = served_start((struct server_options){.api = {.burst = 5}});
    int port = server_port(server), limited = 0;
    for (int i = 0; i < 12; i++) {
        g_autoptr(raw_http_answer_t) answer = raw_http_get(port, "/api/v1/openapi.json", "");
        limited += answer->status == 429 && strstr(answer->body, "the address has made 5") != NULL;
    }
    assert_true(limited > 0);
    g_autoptr(raw_http_answer_t) key = raw_http_get(port, "/api/v1/me", f->csm);
    assert_int_equal(key->status, 200);
    server_stop(server);
}

static void what_will_go_says_so(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) page = raw_http_get(f->port, "/docs/errors", "");
    g_autofree char *since = raw_http_header(page, "Deprecation");
    g_autofree char *sunset = raw_http_header(page, "Sunset");
    g_autofree char *link = raw_http_header(page, "Link");
    assert_string_equal(since, "@1796083200");
    assert_string_equal(sunset, "Tue, 01 Jun 2027 00:00:00 GMT");
    assert_string_equal(link, "</api/v1/problems>; rel=\"successor-version\"");
    g_autoptr(raw_http_answer_t) other = raw_http_get(f->port, "/docs", "");
    g_autofree char *none = raw_http_header(other, "Deprecation");
    assert_null(none);
}

static void every_problem_type_is_served(void **state)
{
    const struct served *f = *state;
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        const struct problem_kind *kind = problem_kind((enum problem)i);
        g_autofree char *target = g_strconcat("/api/v1/problems/", kind->code, NULL);
        json_t *json = served_get_json(f, target, 200);
        assert_string_equal(served_text(json, "meaning"), kind->meaning);
        assert_string_equal(served_text(json, "hint"), kind->hint);
        json_decref(json);
    }
    json_t *json = served_get_json(f, "/api/v1/accounts/nobody", 404);
    json_t *type = served_get_json(f, served_text(json, "type"), 200);
    assert_string_equal(served_text(type, "code"), "not_found");
    json_decref(type);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gzip_is_the_same_content_with_a_tag_of_its_own),
        cmocka_unit_test(a_tag_follows_what_is_seen_not_who_sees),
        cmocka_unit_test(lists_come_as_csv_too),
        cmocka_unit_test(fields_leave_the_rest_out),
        cmocka_unit_test(every_fault_is_named),
        cmocka_unit_test(instants_are_in_the_zone_that_was_asked_for),
        cmocka_unit_test(every_answer_says_how_fresh_it_is),
        cmocka_unit_test(a_key_that_asks_too_often_is_told_when),
        cmocka_unit_test(an_address_that_asks_too_often_without_a_key_is_told_when),
        cmocka_unit_test(what_will_go_says_so),
        cmocka_unit_test(every_problem_type_is_served),
    };
    return cmocka_run_group_tests(tests, served_set_up, served_tear_down);
}
