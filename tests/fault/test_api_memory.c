/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests that want a server's memory: each is refused or cut off, and what the server holds,
 * read from outside, stays within a bound. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "support/apart.h"
#include "support/scored.h"
#include "support/served.h"
#include "support/warehouse.h"

/* What one or some hostile requests may take beyond what the server has anyway, and what may stay
 * of very many small ones. */
enum { PEAK_KB = 80 << 10, REST_KB = 4 << 10 };
enum { CROWD = 32, PIPELINE = 100, REQUESTS = 20000, LONG_REQUESTS = 1000000, IDLE_MS = 10000 };

static struct {
    struct apart server;
    char *lead, *ingest;
} world;

static int set_up(void **state)
{
    (void)state;
    if (!apart_can("bounded memory of the server"))
        return 0;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    scored_accounts(db, 20);
    scored_publish(db, "2026-11-01");
    world.lead = served_key(arena, db, "lead", NULL, NULL);
    world.ingest = served_key(arena, db, "ingest", NULL, NULL);
    apart_start(&world.server, "{rate: 100000, burst: 1000000, request_ms: 20000}", FALSE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (world.lead)
        apart_stop(&world.server, SIGTERM);
    apart_clear(&world.server);
    g_free(world.lead);
    g_free(world.ingest);
    return 0;
}

/* Where the memory is measured from; ends the test when there is no server. */
static int64_t begin(void)
{
    if (!world.lead)
        skip();
    apart_forget_peak(&world.server);
    return apart_memory(&world.server, "VmRSS");
}

static void end(int64_t before, const char *what)
{
    int64_t peak = apart_memory(&world.server, "VmHWM") - before;
    printf("%s: at most %.1f MB more\n", what, (double)peak / 1024);
    assert_true(peak < PEAK_KB);
    g_autoptr(raw_http_answer_t) answer =
        raw_http_get(world.server.port, "/api/v1/accounts?limit=1", world.lead);
    assert_int_equal(answer->status, 200);
}

/* A head that says how much will come. */
static int announced(const char *how)
{
    g_autofree char *headers =
        g_strconcat(world.ingest, "Content-Type: application/json\r\n", how, "\r\n", NULL);
    g_autoptr(raw_http_answer_t) answer =
        raw_http_send(world.server.port, "POST", "/api/v1/events", headers, NULL, 0);
    return answer->status;
}

/* Send 1 GB in chunks; how much of it the server let come. */
static int64_t pour(void)
{
    int64_t sent = 0;
    int fd = raw_http_connect(world.server.port);
    g_autofree char *head = g_strconcat("POST /api/v1/events HTTP/1.1\r\nHost: a\r\n", world.ingest,
                                        "Transfer-Encoding: chunked\r\n\r\n", NULL);
    g_autofree char *chunk = g_malloc(65536 + 9);
    memcpy(chunk, "10000\r\n", 7);
    memset(chunk + 7, ' ', 65536);
    memcpy(chunk + 7 + 65536, "\r\n", 2);
    assert_true(send(fd, head, strlen(head), MSG_NOSIGNAL) > 0);
    while (sent < INT64_C(1) << 30) {
        ssize_t n = send(fd, chunk, 65536 + 9, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        sent += n;
    }
    close(fd);
    return sent;
}

static void a_gigabyte_is_refused_or_cut_off(void **state)
{
    (void)state;
    int64_t before = begin();
    assert_int_equal(announced("Content-Length: 1073741824"), 413);
    assert_int_equal(announced("Content-Length: 1073741824\r\nExpect: 100-continue"), 413);
    int64_t sent = pour();
    printf("of a gigabyte in chunks %.1f MB were sent\n", (double)sent / 1048576);
    assert_true(sent < 32 << 20);
    end(before, "a gigabyte");
}

/* `size` bytes that `next` writes, packed. */
static GByteArray *pack(size_t size, void (*next)(char *block, size_t n, size_t at))
{
    char block[1 << 14];
    unsigned char out[1 << 14];
    GByteArray *all = g_byte_array_new();
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY),
                     Z_OK);
    for (size_t at = 0; at <= size; at += sizeof block) {
        next(block, sizeof block, at);
        stream.next_in = (Bytef *)block;
        stream.avail_in = at + sizeof block > size ? (uInt)(size - at) : sizeof block;
        do {
            stream.next_out = out;
            stream.avail_out = sizeof out;
            deflate(&stream, at + sizeof block > size ? Z_FINISH : Z_NO_FLUSH);
            g_byte_array_append(all, out, (guint)(sizeof out - stream.avail_out));
        } while (stream.avail_out == 0);
    }
    deflateEnd(&stream);
    return all;
}

static void put_spaces(char *block, size_t n, size_t at)
{
    memset(block, ' ', n);
    if (at == 0)
        block[0] = '[';
}

struct job {
    pthread_t thread;
    const char *method, *target, *headers, *body, *code;
    size_t size;
    bool refused;
};

static void *run_job(void *argument)
{
    struct job *job = argument;
    g_autoptr(raw_http_answer_t) answer = raw_http_send(world.server.port, job->method, job->target,
                                                        job->headers, job->body, job->size);
    job->refused = answer->status == 503 || strstr(answer->body, job->code);
    return NULL;
}

/* The same request from many at once: all are refused with its code, or for want of room. */
static void crowd(const struct job *like)
{
    struct job job[CROWD];
    for (int i = 0; i < CROWD; i++) {
        job[i] = *like;
        assert_int_equal(pthread_create(&job[i].thread, NULL, run_job, &job[i]), 0);
    }
    for (int i = 0; i < CROWD; i++)
        pthread_join(job[i].thread, NULL);
    for (int i = 0; i < CROWD; i++)
        assert_true(job[i].refused);
}

static void a_bomb_is_not_unpacked(void **state)
{
    (void)state;
    int64_t before = begin();
    g_autofree char *headers = g_strconcat(world.ingest, "Content-Encoding: gzip\r\n", NULL);
    GByteArray *bomb = pack(64 << 20, put_spaces);
    printf("a bomb of %u bytes holds 64 MB\n", bomb->len);
    assert_true(bomb->len < 500 << 10);
    crowd(&(struct job){.method = "POST",
                        .target = "/api/v1/events",
                        .headers = headers,
                        .body = (const char *)bomb->data,
                        .size = bomb->len,
                        .code = "batch_too_large"});
    g_byte_array_free(bomb, TRUE);
    end(before, "bombs");
}

/* An object with as many short names as fit. */
static char *many_names(size_t n)
{
    GString *text = g_string_new("{");
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(text, "%s\"%zx\":1", i ? "," : "", i);
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

static int post(const char *target, const char *key, const char *body)
{
    g_autofree char *headers = g_strconcat(key, "Content-Type: application/json\r\n", NULL);
    g_autoptr(raw_http_answer_t) answer =
        raw_http_send(world.server.port, "POST", target, headers, body, strlen(body));
    if (answer->body_size > 64 << 10)
        fail_msg("%s: an answer of %zu bytes", target, answer->body_size);
    return answer->status;
}

static void a_million_names_are_refused(void **state)
{
    (void)state;
    static const char notes[] = "/api/v1/accounts/a0000/notes";
    int64_t before = begin();
    g_autofree char *million = many_names(1000000), *note = many_names(5800);
    g_autofree char *event = many_names(45000);
    assert_int_equal(post("/api/v1/events", world.ingest, million), 413);
    assert_int_equal(post(notes, world.lead, million), 413);
    assert_true(strlen(note) < 64 << 10 && strlen(event) < 500 << 10);
    assert_int_equal(post(notes, world.lead, note), 422);
    assert_int_equal(post("/v1/track", world.ingest, event), 400);
    end(before, "a million names");
}

static void levels_without_end_are_refused(void **state)
{
    (void)state;
    static const char notes[] = "/api/v1/accounts/a0000/notes";
    int64_t before = begin();
    g_autofree char *lists = g_strnfill(2048, '['), *most = g_strnfill(500000, '[');
    g_autoptr(GString) objects = g_string_new(NULL);
    for (int i = 0; i < 2048; i++)
        g_string_append(objects, "{\"a\":");
    assert_int_equal(post(notes, world.lead, lists), 400);
    assert_int_equal(post(notes, world.lead, objects->str), 400);
    assert_int_equal(post(notes, world.lead, most), 413);
    assert_int_equal(post("/v1/track", world.ingest, lists), 400);
    assert_int_equal(post("/v1/track", world.ingest, objects->str), 400);
    assert_int_equal(post("/v1/track", world.ingest, most), 400);
    /* Whole ones are no better. */
    g_autofree char *ends = g_strnfill(2048, '}');
    g_string_append_printf(objects, "1%s", ends);
    assert_int_equal(post(notes, world.lead, objects->str), 400);
    assert_int_equal(post("/v1/track", world.ingest, objects->str), 400);
    end(before, "levels");
}

/* 400 kB of {} are many times that as a tree. */
static void small_things_without_number_are_refused(void **state)
{
    (void)state;
    int64_t before = begin();
    g_autoptr(GString) body = g_string_new("{\"body\":[");
    while (body->len < (64 << 10) - 10)
        g_string_append(body, body->len > 10 ? ",{}" : "{}");
    g_string_append(body, "]}");
    g_autofree char *headers = g_strconcat(world.lead, "Content-Type: application/json\r\n", NULL);
    crowd(&(struct job){.method = "POST",
                        .target = "/api/v1/accounts/a0000/notes",
                        .headers = headers,
                        .body = body->str,
                        .size = body->len,
                        .code = "invalid"});
    end(before, "small things");
}

static void a_million_bytes_of_tiny_headers_are_refused(void **state)
{
    (void)state;
    int64_t before = begin();
    g_autoptr(GString) many = g_string_new("GET /api/v1/me HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 200000; i++)
        g_string_append(many, "a:b\r\n");
    g_string_append(many, "\r\n");
    g_autoptr(GString) answer = raw_http_exchange(world.server.port, many->str, many->len, IDLE_MS);
    int status = raw_http_status(answer);
    assert_true(answer->len == 0 || status == 431);
    g_autoptr(GString) few = g_string_new("GET /api/v1/me HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 100; i++)
        g_string_append(few, "a:b\r\n");
    g_string_append(few, "\r\n");
    g_autoptr(GString) other = raw_http_exchange(world.server.port, few->str, few->len, IDLE_MS);
    assert_int_equal(raw_http_status(other), 431);
    end(before, "tiny headers");
}

/* Send a block of requests and read as many answers, none of which holds the marks inside. */
static int ask_block(int fd, const GString *block)
{
    char part[65536];
    int answers = 0;
    size_t kept = 0;
    static const char mark[] = "HTTP/1.1 200 ";
    assert_int_equal(send(fd, block->str, block->len, MSG_NOSIGNAL), block->len);
    while (answers < PIPELINE) {
        ssize_t n = recv(fd, part + kept, sizeof part - kept - 1, 0);
        if (n <= 0)
            break;
        size_t all = kept + (size_t)n;
        const char *p = part, *found;
        while ((found = memmem(p, (size_t)(part + all - p), mark, strlen(mark)))) {
            answers++;
            p = found + strlen(mark);
        }
        /* The beginning of a mark may stand at the end. */
        kept = MIN((size_t)(part + all - p), strlen(mark) - 1);
        memmove(part, part + all - kept, kept);
    }
    return answers;
}

static void a_connection_may_ask_without_end(void **state)
{
    (void)state;
    if (!world.lead)
        skip();
    int wanted = g_getenv("KENKO_LONG") ? LONG_REQUESTS : REQUESTS, answered = 0;
    int fd = raw_http_connect(world.server.port);
    int64_t before = 0, descriptors = 0;
    g_autofree char *one =
        g_strconcat("GET /api/v1/accounts/a0000 HTTP/1.1\r\nHost: a\r\n", world.lead, "\r\n", NULL);
    g_autoptr(GString) block = g_string_new(NULL);
    for (int i = 0; i < PIPELINE; i++)
        g_string_append(block, one);
    for (int i = 0; i < wanted / PIPELINE; i++) {
        answered += ask_block(fd, block);
        if (i == wanted / PIPELINE / 4) {
            before = apart_memory(&world.server, "VmRSS");
            descriptors = apart_descriptors(&world.server);
        }
    }
    int64_t more = apart_memory(&world.server, "VmRSS") - before;
    printf("%d answers on one connection: %" G_GINT64_FORMAT " kB more\n", answered, more);
    assert_int_equal(answered, wanted);
    assert_true(more < REST_KB);
    assert_true(apart_descriptors(&world.server) <= descriptors);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gigabyte_is_refused_or_cut_off),
        cmocka_unit_test(a_bomb_is_not_unpacked),
        cmocka_unit_test(a_million_names_are_refused),
        cmocka_unit_test(levels_without_end_are_refused),
        cmocka_unit_test(small_things_without_number_are_refused),
        cmocka_unit_test(a_million_bytes_of_tiny_headers_are_refused),
        cmocka_unit_test(a_connection_may_ask_without_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
