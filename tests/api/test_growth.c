/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests leave nothing behind: once warm, a server's memory and descriptors stay what they were.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/apart.h"
#include "support/raw_http.h"
#include "support/scored.h"
#include "support/served.h"
#include "support/warehouse.h"

enum { WARM = 10000, REQUESTS = 40000, LONG_REQUESTS = 1000000, KEPT = 500, ANSWER_MAX = 1 << 18 };
enum { ACCOUNTS = 100, GROWTH_KB = 4096 };

/* What is asked in turn: of memory, of the warehouse, refused, written, known already. */
static const char *const targets[] = {"GET /api/v1/accounts/a0001",
                                      "GET /api/v1/accounts?limit=5&q=acc",
                                      "GET /api/v1/accounts/a0002/explain",
                                      "GET /api/v1/nothing",
                                      "GET /api/v1/accounts?limit=many",
                                      "HEAD /api/v1/portfolio?group_by=band",
                                      "GET /api/v1/accounts/a0003/history?from=2026-10-01",
                                      "GET /api/v1/accounts/a0001"};

static size_t length_of(const char *head, const char *end)
{
    const char *length = strcasestr(head, "\r\nContent-Length:");
    return length && length < end ? (size_t)g_ascii_strtoull(length + 17, NULL, 10) : 0;
}

/* Read one answer to the end; its status. */
static int read_answer(int fd, char *into, bool head_only)
{
    size_t got = 0, wanted = SIZE_MAX;
    while (got < wanted) {
        ssize_t n = recv(fd, into + got, ANSWER_MAX - 1 - got, 0);
        if (n <= 0)
            fail_msg("the server closed the connection after %zu bytes", got);
        got += (size_t)n;
        into[got] = '\0';
        const char *end = wanted == SIZE_MAX ? strstr(into, "\r\n\r\n") : NULL;
        if (end)
            wanted = (size_t)(end + 4 - into) + (head_only ? 0 : length_of(into, end));
    }
    return (int)g_ascii_strtoull(into + 9, NULL, 10);
}

static void ask(const struct apart *server, const char *lead, int requests)
{
    int fd = -1, known = 0;
    g_autofree char *answer = g_malloc(ANSWER_MAX);
    g_autofree char *etag = NULL;
    for (int i = 0; i < requests; i++) {
        const char *target = targets[i % G_N_ELEMENTS(targets)];
        bool last = i % G_N_ELEMENTS(targets) == G_N_ELEMENTS(targets) - 1;
        g_autofree char *request =
            g_strdup_printf("%s HTTP/1.1\r\nHost: localhost\r\n%s%s%s%s\r\n", target, lead,
                            last && etag ? "If-None-Match: " : "", last && etag ? etag : "",
                            last && etag ? "\r\n" : "");
        if (i % KEPT == 0) {
            if (fd >= 0)
                close(fd);
            fd = raw_http_connect(server->port);
        }
        assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
        bool bare = *target == 'H' || (last && etag);
        int status = read_answer(fd, answer, bare);
        assert_true(status != 429 && status != 503);
        known += status == 304;
        const char *tag = i == 0 ? strstr(answer, "ETag: ") : NULL;
        if (tag)
            etag = g_strndup(tag + 6, strcspn(tag + 6, "\r"));
    }
    close(fd);
    assert_true(known > 0);
}

static void memory_and_descriptors_stay_what_they_were(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    printf("skipped: the sanitizer keeps freed memory back\n");
    skip();
#endif
    if (!apart_can("the memory of a server over many requests"))
        skip();
    struct apart server = {0};
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(db_t) db = warehouse_open();
    int requests = g_getenv("KENKO_LONG") ? LONG_REQUESTS : REQUESTS;
    scored_accounts(db, ACCOUNTS);
    scored_publish(db, "2026-11-01");
    g_autofree char *lead = served_key(arena, db, "lead", NULL, NULL);
    apart_start(&server, "{pages: off, rate: 100000, burst: 100000}", FALSE);
    ask(&server, lead, WARM);
    int64_t memory = apart_memory(&server, "VmRSS");
    int descriptors = apart_descriptors(&server);
    ask(&server, lead, requests);
    g_usleep(200000); /* it notices that the connection was closed */
    int64_t grown = apart_memory(&server, "VmRSS") - memory;
    int more = apart_descriptors(&server) - descriptors;
    print_message("%d requests: %d kB and %d descriptors more than %d kB and %d\n", requests,
                  (int)grown, more, (int)memory, descriptors);
    assert_true(grown < GROWTH_KB);
    assert_true(more <= 1);
    apart_stop(&server, SIGTERM);
    apart_clear(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_and_descriptors_stay_what_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
