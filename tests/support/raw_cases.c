/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/raw_cases.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "support/raw_http.h"
#include "support/warehouse.h"

enum { IDLE_MS = 400, CASES_MAX = 40 }; /* a proxy takes 50 connections of one address */

static bool begins(const char *text, const char *with)
{
    return g_str_has_prefix(text, with);
}

/* Was any request run, wherever in the exchange? The cases' paths do not exist here, so a request
 * that passes the guard answers 404 or 405. */
static bool ran(const GString *all)
{
    return strstr(all->str, "HTTP/1.1 2") || strstr(all->str, "HTTP/1.1 404") ||
           strstr(all->str, "HTTP/1.1 405");
}

/* Does what came back fit what the case expects? *lenient: the request was run where a refusal
 * would be better, but the library rewrites it before anybody can see. The library's own refusals
 * repeat their head: one answer, badly written, then the connection closes. */
static bool as_expected(const char *expect, const GString *all, bool *lenient)
{
    int n = raw_http_count(all), status = raw_http_status(all);
    bool refused = status >= 400 && status < 500 && !ran(all);
    *lenient = false;
    if (begins(expect, "one 4xx or 505"))
        return all->len == 0 || refused || (status == 505 && n == 1);
    if (begins(expect, "one 4xx"))
        return all->len == 0 || refused;
    if (begins(expect, "4xx preferred")) {
        *lenient = ran(all);
        return n == 1 && (refused || status == 404);
    }
    if (begins(expect, "400 or 404"))
        return n == 1 && (status == 400 || status == 404);
    if (begins(expect, "414"))
        return status == 414 || status == 431;
    if (begins(expect, "431"))
        return status == 431 || status == 404;
    if (begins(expect, "a final status"))
        return n == 1 && status >= 200 && status < 500;
    if (begins(expect, "405 or 501"))
        return n == 1 && (status == 405 || status == 501);
    if (begins(expect, "100 then"))
        return (status == 100 && n == 2) || (status >= 400 && status < 500);
    if (begins(expect, "three answers"))
        return n == 3 && status == 404;
    printf("a case expects something new: %s\n", expect);
    return false;
}

/* What a proxy may do besides: pass on one request made plain, refuse with a code of its own. */
static bool as_settled(const char *name, const GString *all)
{
    static const char *const plain[] = {"two CL same", "CL list \"3, 3\"", "CL + TE chunked",
                                        "absolute-form"};
    int n = raw_http_count(all), status = raw_http_status(all);
    bool made_plain = false;
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++)
        made_plain = made_plain || strcmp(name, plain[i]) == 0;
    if (begins(name, "HTTP/0.9") && n == 0) /* whose answers have no head */
        return strstr(all->str, "\"code\":\"not_found\"") || strstr(all->str, "<title>400 ");
    return n == 1 && ((made_plain && status == 404) || status == 400 || status == 501);
}

struct raw_case {
    pthread_t thread;
    int port;
    const char *proxy;
    const json_t *json;
    bool is_well;
};

static void *run_case(void *argument)
{
    struct raw_case *one = argument;
    const char *proxy = one->proxy;
    const char *expect = json_string_value(json_object_get(one->json, "expect"));
    const char *name = json_string_value(json_object_get(one->json, "name"));
    gsize n;
    g_autofree guchar *bytes =
        g_base64_decode(json_string_value(json_object_get(one->json, "request_base64")), &n);
    g_autoptr(GString) all = raw_http_exchange(one->port, bytes, n, IDLE_MS);
    bool lenient, ok = as_expected(expect, all, &lenient);
    ok = (ok || (proxy && as_settled(name, all))) && !strstr(all->str, "smuggled");
    if (lenient)
        printf("passed on by %s: %s\n", proxy ? proxy : "libmicrohttpd", name);
    if (!ok || g_getenv("KENKO_SHOW"))
        printf("%s %s: %d answers, first %d, %zu bytes\n", ok ? "ok   " : "WRONG", name,
               raw_http_count(all), raw_http_status(all), all->len);
    one->is_well = ok;
    return NULL;
}

/* All at once: most of their time is waiting for what must not come. */
int raw_cases_run(int port, const char *proxy)
{
    struct raw_case cases[CASES_MAX];
    const char *data = warehouse_test_data("raw HTTP requests");
    int wrong = 0;
    if (!data)
        return 0;
    json_error_t error;
    g_autofree char *path = g_build_filename(data, "data", "conformance", "http-raw.json", NULL);
    json_t *json = json_load_file(path, 0, &error);
    if (!json)
        fail_msg("%s: %s", path, error.text);
    const json_t *list = json_object_get(json, "cases");
    int n = (int)MIN(json_array_size(list), CASES_MAX);
    for (int i = 0; i < n; i++) {
        cases[i] = (struct raw_case){
            .port = port, .proxy = proxy, .json = json_array_get(list, (size_t)i)};
        assert_int_equal(pthread_create(&cases[i].thread, NULL, run_case, &cases[i]), 0);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(cases[i].thread, NULL);
        wrong += !cases[i].is_well;
    }
    json_decref(json);
    assert_int_equal(wrong, 0);
    return n;
}
