/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/guard.h"

#define H(name, value)                                                                             \
    {                                                                                              \
        {name, sizeof(name) - 1},                                                                  \
        {                                                                                          \
            value, sizeof(value) - 1                                                               \
        }                                                                                          \
    }

static enum problem headers(const struct guard_header *list, size_t n, const char *version)
{
    struct guard_fault fault = {PROBLEM_COUNT, NULL};
    return guard_headers(list, n, version, &fault) ? PROBLEM_COUNT : fault.problem;
}

static enum problem target(const char *text)
{
    struct guard_fault fault = {PROBLEM_COUNT, NULL};
    return guard_target(text, &fault) ? PROBLEM_COUNT : fault.problem;
}

static void a_plain_request_passes(void **state)
{
    (void)state;
    const struct guard_header list[] = {H("Host", "a"), H("Accept", "*/*\t"), H("X-A", "")};
    assert_int_equal(headers(list, 3, "HTTP/1.1"), PROBLEM_COUNT);
    assert_int_equal(guard_body_length(list, 3), 0);
}

static void a_body_length_is_said_once_and_one_way(void **state)
{
    (void)state;
    const struct guard_header two[] = {H("Host", "a"), H("Content-Length", "3"),
                                       H("content-length", "3")};
    const struct guard_header both[] = {H("Host", "a"), H("Content-Length", "3"),
                                        H("Transfer-Encoding", "chunked")};
    const struct guard_header coded[] = {H("Host", "a"), H("Transfer-Encoding", "gzip, chunked")};
    const struct guard_header fine[] = {H("Host", "a"), H("TRANSFER-ENCODING", "Chunked")};
    const struct guard_header length[] = {H("Host", "a"), H("Content-Length", "1048577")};
    assert_int_equal(headers(two, 3, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    assert_int_equal(headers(both, 3, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    assert_int_equal(headers(coded, 2, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    assert_int_equal(headers(fine, 2, "HTTP/1.1"), PROBLEM_COUNT);
    assert_int_equal(headers(fine, 2, "HTTP/1.0"), PROBLEM_BAD_REQUEST);
    assert_int_equal(guard_body_length(fine, 2), -1);
    assert_int_equal(guard_body_length(length, 2), 1048577);
}

static void a_body_length_is_digits(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "-1", "+3", "3, 3", "0x3", "3 ", "18446744073709551619"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const struct guard_header list[] = {
            H("Host", "a"), {SLICE("Content-Length"), {wrong[i], strlen(wrong[i])}}};
        assert_int_equal(headers(list, 2, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    }
}

static void there_is_one_host(void **state)
{
    (void)state;
    const struct guard_header two[] = {H("Host", "a"), H("host", "a")};
    assert_int_equal(headers(two, 2, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    assert_int_equal(headers(two, 0, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    assert_int_equal(headers(two, 0, "HTTP/1.0"), PROBLEM_COUNT);
}

static void names_are_tokens_and_values_have_no_controls(void **state)
{
    (void)state;
    const struct guard_header name[] = {H("Host", "a"), H("Transfer-Encoding ", "chunked")};
    const struct guard_header odd[] = {H("Host", "a"), H("A(b)", "1")};
    const struct guard_header nul[] = {H("Host", "a"), H("X", "a\0b")};
    const struct guard_header line[] = {H("Host", "a"), H("X", "a\nb")};
    const struct guard_header empty[] = {H("Host", "a"), H("", "a")};
    assert_int_equal(headers(name, 2, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    assert_int_equal(headers(odd, 2, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    assert_int_equal(headers(nul, 2, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    assert_int_equal(headers(line, 2, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
    assert_int_equal(headers(empty, 2, "HTTP/1.1"), PROBLEM_BAD_REQUEST);
}

static void encoded_bodies_and_too_many_headers_are_refused(void **state)
{
    (void)state;
    const struct guard_header gzip[] = {H("Host", "a"), H("Content-Encoding", "GZIP"),
                                        H("Content-Encoding", "identity")};
    const struct guard_header brotli[] = {H("Host", "a"), H("Content-Encoding", "br")};
    const struct guard_header twice[] = {H("Host", "a"), H("Content-Encoding", "gzip, gzip")};
    struct guard_header many[GUARD_HEADERS_MAX + 1] = {H("Host", "a")};
    for (size_t i = 1; i < G_N_ELEMENTS(many); i++)
        many[i] = (struct guard_header)H("X", "1");
    assert_int_equal(headers(gzip, 2, "HTTP/1.1"), PROBLEM_COUNT);
    assert_int_equal(headers(gzip, 3, "HTTP/1.1"), PROBLEM_ENCODING_REFUSED);
    assert_int_equal(headers(brotli, 2, "HTTP/1.1"), PROBLEM_ENCODING_REFUSED);
    assert_int_equal(headers(twice, 2, "HTTP/1.1"), PROBLEM_ENCODING_REFUSED);
    assert_int_equal(headers(many, GUARD_HEADERS_MAX, "HTTP/1.1"), PROBLEM_COUNT);
    assert_int_equal(headers(many, GUARD_HEADERS_MAX + 1, "HTTP/1.1"), PROBLEM_HEADERS_TOO_LARGE);
}

static void targets_that_two_readers_could_read_differently_are_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",       "a",         "*",       "http://evil/a", "/a%00b", "/a?q=%00", "/a%2fb", "/a%2Fb",
        "/a%5c",  "/a\\b",     "/a#b",    "/a%",           "/a%2",   "/a%zz",    "/../a",  "/a/..",
        "/a/./b", "/%2e%2e/a", "/a/.%2E", "/a b",          "/a\x01", "/\xc3\xa9"};
    static const char *const fine[] = {"/",      "/a",         "/a?b=/%2f../c", "/.well-known",
                                       "/a...b", "/%E3%82%B5", "/a?",           "/..."};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        if (target(wrong[i]) != PROBLEM_BAD_REQUEST)
            fail_msg("%s passed", wrong[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fine); i++) {
        if (target(fine[i]) != PROBLEM_COUNT)
            fail_msg("%s was refused", fine[i]);
    }
}

static void a_target_has_at_most_4_kib(void **state)
{
    (void)state;
    g_autofree char *text = g_strnfill(GUARD_TARGET_MAX + 1, 'a');
    text[0] = '/';
    assert_int_equal(target(text), PROBLEM_TARGET_TOO_LONG);
    text[GUARD_TARGET_MAX] = '\0';
    assert_int_equal(target(text), PROBLEM_COUNT);
}

static void only_known_methods_and_versions_pass(void **state)
{
    (void)state;
    struct guard_fault fault;
    assert_true(guard_method("GET"));
    assert_false(guard_method("TRACE"));
    assert_false(guard_method("CONNECT"));
    assert_false(guard_method("get"));
    assert_true(guard_version("HTTP/1.0", &fault));
    assert_false(guard_version("HTTP/9.9", &fault));
    assert_int_equal(fault.problem, PROBLEM_VERSION_REFUSED);
    assert_false(guard_version("", &fault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_request_passes),
        cmocka_unit_test(a_body_length_is_said_once_and_one_way),
        cmocka_unit_test(a_body_length_is_digits),
        cmocka_unit_test(there_is_one_host),
        cmocka_unit_test(names_are_tokens_and_values_have_no_controls),
        cmocka_unit_test(encoded_bodies_and_too_many_headers_are_refused),
        cmocka_unit_test(targets_that_two_readers_could_read_differently_are_refused),
        cmocka_unit_test(a_target_has_at_most_4_kib),
        cmocka_unit_test(only_known_methods_and_versions_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
