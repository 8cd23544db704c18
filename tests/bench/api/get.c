/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an answer costs the server: one kept connection, one request after the other, server and
 * client in this process, the client's own thread not counted.
 *
 *     get [REQUESTS]
 *
 * Prints for each target the CPU microseconds of the server a request, how many that are a second
 * of one core, the median and 99th percentile of the time to the answer, and its bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/served.h"

enum { REQUESTS = 10000, ANSWER_MAX = 1 << 20 };

static int requests = REQUESTS;

static double cpu_us(int who)
{
    struct rusage r;
    getrusage(who, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

/* Read one answer; its bytes. */
static size_t read_answer(int fd, char *into)
{
    size_t got = 0, wanted = SIZE_MAX;
    while (got < wanted) {
        ssize_t n = recv(fd, into + got, ANSWER_MAX - 1 - got, 0);
        if (n <= 0)
            fail_msg("the server closed the connection");
        got += (size_t)n;
        into[got] = '\0';
        const char *end = wanted == SIZE_MAX ? strstr(into, "\r\n\r\n") : NULL;
        const char *length = end ? strcasestr(into, "Content-Length:") : NULL;
        if (end)
            wanted = (size_t)(end + 4 - into) +
                     (size_t)(length && length < end ? g_ascii_strtoull(length + 15, NULL, 10) : 0);
    }
    return got;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void measure(const struct served *f, const char *what, const char *target,
                    const char *header)
{
    int fd = raw_http_connect(f->port);
    g_autofree char *answer = g_malloc(ANSWER_MAX);
    g_autofree int64_t *took = g_new0(int64_t, requests);
    g_autofree char *request =
        g_strdup_printf("GET %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n", target, f->lead, header);
    size_t bytes = 0;
    double all = cpu_us(RUSAGE_SELF), own = cpu_us(RUSAGE_THREAD);
    for (int i = 0; i < requests; i++) {
        int64_t began = g_get_monotonic_time();
        assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
        bytes = read_answer(fd, answer);
        took[i] = g_get_monotonic_time() - began;
    }
    assert_true(g_str_has_prefix(answer, "HTTP/1.1 200") ||
                g_str_has_prefix(answer, "HTTP/1.1 304"));
    double each = (cpu_us(RUSAGE_SELF) - all - cpu_us(RUSAGE_THREAD) + own) / requests;
    qsort(took, (size_t)requests, sizeof took[0], compare);
    printf("%-34s %8.1f %9.0f %8" G_GINT64_FORMAT " %8" G_GINT64_FORMAT " %8zu\n", what, each,
           1e6 / each, took[requests / 2], took[requests * 99 / 100], bytes);
    close(fd);
}

static void cost_of_answers(void **state)
{
    const struct served *f = *state;
    static const struct {
        const char *what, *target, *header;
    } cases[] = {
        {"one score", "/api/v1/accounts/a0001", ""},
        {"why", "/api/v1/accounts/a0001/explain", ""},
        {"list of 100", "/api/v1/accounts?limit=100", ""},
        {"… five members", "/api/v1/accounts?limit=100&fields=key,name,health,band,arr", ""},
        {"… as CSV", "/api/v1/accounts?limit=100&format=csv", ""},
        {"… as gzip", "/api/v1/accounts?limit=100", "Accept-Encoding: gzip\r\n"},
        {"sums by owner and band", "/api/v1/portfolio?group_by=owner,band", ""},
        {"history, from the warehouse", "/api/v1/accounts/a0001/history", ""},
        {"tasks, from the warehouse", "/api/v1/tasks", ""},
    };
    printf("%-34s %8s %9s %8s %8s %8s\n", "", "CPU µs", "/s core", "p50 µs", "p99 µs", "bytes");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        measure(f, cases[i].what, cases[i].target, cases[i].header);
    g_autoptr(raw_http_answer_t) one = served_get(f, "/api/v1/accounts/a0001");
    g_autofree char *tag = raw_http_header(one, "ETag");
    g_autofree char *known = g_strdup_printf("If-None-Match: %s\r\n", tag);
    measure(f, "one score that is known", "/api/v1/accounts/a0001", known);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        requests = MAX(1, (int)g_ascii_strtoll(argv[1], NULL, 10));
    const struct CMUnitTest tests[] = {cmocka_unit_test(cost_of_answers)};
    return cmocka_run_group_tests(tests, served_set_up, served_tear_down);
}
