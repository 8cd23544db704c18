/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/inbox.h"
#include "core/cluster.h"
#include "support/served.h"
#include "support/warehouse.h"

enum { DEADLINE_MS = 1500 };

struct fixture {
    struct db *db;
    struct arena *arena;
    struct server *server;
    int port;
    const char *token; /* of role ingest */
    char *key;         /* as header */
};

static struct server *start(void)
{
    return served_start((struct server_options){.poll_ms = 200, .inbox_ms = DEADLINE_MS});
}

static int set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->db = warehouse_open();
    f->arena = arena_new();
    f->key = served_key(f->arena, f->db, "ingest", NULL, &f->token);
    f->server = start();
    f->port = server_port(f->server);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    server_stop(f->server);
    db_close(f->db);
    arena_free(f->arena);
    g_free(f->key);
    g_free(f);
    return 0;
}

static int empty(void **state)
{
    struct fixture *f = *state;
    warehouse_sql(f->db, "TRUNCATE ops.inbox");
    return 0;
}

static struct raw_http_answer *post_as(const struct fixture *f, const char *headers,
                                       const char *target, const char *body)
{
    return raw_http_send(f->port, "POST", target, headers, body, strlen(body));
}

/* The answer's JSON, after checking its status. */
static json_t *post(const struct fixture *f, const char *target, const char *body, int status)
{
    g_autoptr(raw_http_answer_t) answer = post_as(f, f->key, target, body);
    if (answer->status != status)
        fail_msg("%s: %d, want %d: %.300s", target, answer->status, status, answer->body);
    return json_loadb(answer->body, answer->body_size, JSON_REJECT_DUPLICATES, NULL);
}

static int number(json_t *json, const char *name)
{
    return (int)json_integer_value(json_object_get(json, name));
}

static void expect(const struct fixture *f, const char *query, const char *wanted)
{
    g_autofree char *value = warehouse_value(f->db, query);
    if (g_strcmp0(value, wanted) != 0)
        fail_msg("%s: %s, want %s", query, value, wanted);
}

static void accepted_events_are_committed_byte_for_byte(void **state)
{
    const struct fixture *f = *state;
    json_t *json =
        post(f, "/v1/batch",
             "{\"sentAt\":\"2026-11-24T09:30:00Z\",\"batch\":["
             "{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"サ\\u30af\",\"messageId\":\"m1\","
             "\"n\":1.10e400 },"
             "{\"type\":\"track\",\"userId\":\"u1\"},"
             "{\"type\":\"identify\",\"userId\":\"u1\",\"anonymousId\":\"a1\"}]}",
             200);
    assert_int_equal(number(json, "accepted"), 2);
    assert_int_equal(number(json, "without_id"), 1);
    assert_non_null(json_object_get(json, "note"));
    json_t *rejected = json_object_get(json, "rejected");
    assert_int_equal(json_array_size(rejected), 1);
    assert_int_equal(number(json_array_get(rejected, 0), "index"), 1);
    json_decref(json);
    expect(f, "SELECT count(*) FROM ops.inbox", "2");
    expect(f, "SELECT convert_from(body, 'UTF8') FROM ops.inbox ORDER BY seq LIMIT 1",
           "{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"サ\\u30af\",\"messageId\":\"m1\","
           "\"n\":1.10e400 }");
    expect(f,
           "SELECT string_agg(concat_ws(' ', kind, message_id, sent_at, "
           "received_at BETWEEN now() - interval '1 minute' AND now(), user_hash IS NOT NULL, "
           "anonymous_hash IS NOT NULL), ', ' ORDER BY seq) FROM ops.inbox",
           "track m1 2026-11-24T09:30:00Z t t f, identify 2026-11-24T09:30:00Z t t t");
    expect(f, "SELECT count(DISTINCT user_hash) FROM ops.inbox", "1");
    expect(
        f,
        "SELECT string_agg(DISTINCT key_id, '') = (SELECT key_id FROM ops.api_key) FROM ops.inbox",
        "t");
}

static void each_kind_has_its_endpoint_and_a_bad_event_alone_is_an_error(void **state)
{
    const struct fixture *f = *state;
    static const char *const kinds[][2] = {
        {"track", "\"event\":\"e\""},   {"identify", "\"traits\":{}"},
        {"group", "\"groupId\":\"g\""}, {"page", "\"name\":\"n\""},
        {"screen", "\"name\":\"n\""},   {"alias", "\"previousId\":\"p\""}};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *target = g_strconcat("/v1/", kinds[i][0], NULL);
        g_autofree char *body = g_strdup_printf("{\"userId\":\"u\",%s}", kinds[i][1]);
        g_autofree char *bad = g_strdup_printf("{%s}", kinds[i][1]);
        json_t *json = post(f, target, body, 200);
        assert_int_equal(number(json, "accepted"), 1);
        json_decref(json);
        json = post(f, target, bad, 400);
        assert_string_equal(json_string_value(json_object_get(json, "code")), "bad_event");
        json_decref(json);
    }
    json_decref(post(f, "/api/v1/events?id=hash", "{\"userId\":\"u\",\"event\":\"e\"}", 200));
    json_decref(post(f, "/api/v1/events?id=uuid", "{\"userId\":\"u\",\"event\":\"e\"}", 400));
    json_decref(post(f, "/api/v1/events?ids=1", "{\"userId\":\"u\",\"event\":\"e\"}", 400));
    json_decref(post(f, "/api/v1/events", "{\"userId\":", 400));
    json_t *none = post(f, "/api/v1/events", "[{\"event\":\"e\"}]", 200);
    assert_int_equal(number(none, "accepted"), 0);
    json_decref(none);
    expect(f, "SELECT string_agg(kind, ' ' ORDER BY seq) FROM ops.inbox",
           "track identify group page screen alias track");
    expect(f, "SELECT count(*) FROM ops.inbox WHERE message_id LIKE 'hash-%'", "1");
}

static void the_key_may_stand_where_senders_put_it(void **state)
{
    struct fixture *f = *state;
    const char *event = "{\"userId\":\"u\",\"event\":\"e\"}";
    g_autofree char *user = g_strconcat(f->token, ":", NULL);
    g_autofree char *with_password = g_strconcat(f->token, ":x", NULL);
    g_autofree char *coded = g_base64_encode((guchar *)user, strlen(user));
    g_autofree char *wrong = g_base64_encode((guchar *)with_password, strlen(with_password));
    g_autofree char *basic = g_strdup_printf("Authorization: Basic %s\r\n", coded);
    g_autofree char *password = g_strdup_printf("Authorization: Basic %s\r\n", wrong);
    g_autofree char *lead = served_key(f->arena, f->db, "lead", NULL, NULL);
    g_autofree char *inside = g_strdup_printf(
        "{\"writeKey\":\"%s\",\"batch\":[{\"type\":\"track\",\"userId\":\"u\",\"event\":\"e\"}]}",
        f->token);
    g_autofree char *alone =
        g_strdup_printf("{\"userId\":\"u\",\"event\":\"e\",\"writeKey\":\"%s\"}", f->token);
    const struct {
        const char *headers, *target, *body;
        int status;
    } cases[] = {{f->key, "/v1/track", event, 200},
                 {basic, "/v1/track", event, 200},
                 {"", "/v1/batch", inside, 200},
                 {"", "/v1/track", alone, 200},
                 {"", "/v1/track", event, 401},
                 {password, "/v1/track", event, 401},
                 {"Authorization: Basic !!\r\n", "/v1/batch", inside, 401},
                 {"Authorization: Bearer x\r\n", "/v1/batch", inside, 401},
                 {basic, "/api/v1/accounts", event, 405}};
    g_usleep(400000); /* the server learns of the second key */
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(raw_http_answer_t) answer =
            post_as(f, cases[i].headers, cases[i].target, cases[i].body);
        if (answer->status != cases[i].status)
            fail_msg("case %zu: %d: %s", i, answer->status, answer->body);
    }
    g_autoptr(raw_http_answer_t) reader = post_as(f, lead, "/v1/track", event);
    g_autoptr(raw_http_answer_t) reading = raw_http_get(f->port, "/api/v1/accounts", basic);
    assert_int_equal(reader->status, 403);
    assert_int_equal(reading->status, 401);
    expect(f, "SELECT count(*) FROM ops.inbox", "4");
    g_autofree char *leak = g_strdup_printf(
        "SELECT count(*) FROM ops.inbox WHERE position('%s'::bytea IN body) > 0", f->token);
    expect(f, leak, "0");
}

/* The body was thrown away when the head had no valid key: no reason to call it malformed. */
static void a_key_that_becomes_valid_while_a_body_comes_is_asked_again(void **state)
{
    const struct fixture *f = *state;
    const char *event = "{\"userId\":\"u\",\"event\":\"e\"}";
    char answer[4096] = "";
    g_autofree char *head = g_strdup_printf("POST /v1/track HTTP/1.1\r\nHost: localhost\r\n%s"
                                            "Content-Length: %zu\r\n\r\n",
                                            f->key, strlen(event));
    warehouse_sql(f->db, "UPDATE ops.api_key SET revoked_at = now()");
    g_usleep(600000);
    int fd = raw_http_connect(f->port);
    assert_int_equal(send(fd, head, strlen(head), MSG_NOSIGNAL), strlen(head));
    g_usleep(200000);
    warehouse_sql(f->db, "UPDATE ops.api_key SET revoked_at = NULL");
    g_usleep(600000);
    assert_int_equal(send(fd, event, strlen(event), MSG_NOSIGNAL), strlen(event));
    assert_true(recv(fd, answer, sizeof answer - 1, 0) > 0);
    close(fd);
    assert_true(g_str_has_prefix(answer, "HTTP/1.1 503"));
    json_decref(post(f, "/v1/track", event, 200));
}

/* A batch of one event that makes it n bytes long. */
static char *batch_of(size_t n)
{
    g_autofree char *fill = g_strnfill(n, ' ');
    static const char head[] = "{\"batch\":[", tail[] = "{\"type\":\"page\",\"userId\":\"u\"}]}";
    return g_strdup_printf("%s%.*s%s", head, (int)(n - strlen(head) - strlen(tail)), fill, tail);
}

static void a_batch_has_at_most_500_kib(void **state)
{
    const struct fixture *f = *state;
    const struct {
        size_t n;
        int status;
        const char *code;
    } cases[] = {{EVENT_BODY_MAX, 200, NULL},
                 {EVENT_BODY_MAX + 1, 400, "batch_too_large"},
                 {1 << 20, 400, "batch_too_large"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = batch_of(cases[i].n);
        json_t *json = post(f, "/v1/batch", body, cases[i].status);
        if (cases[i].code)
            assert_string_equal(json_string_value(json_object_get(json, "code")), cases[i].code);
        json_decref(json);
    }
    g_autofree char *body = batch_of((1 << 20) + 1);
    g_autoptr(raw_http_answer_t) large = post_as(f, f->key, "/v1/batch", body);
    assert_true(large->status == 413 || large->status == 0);
    expect(f, "SELECT count(*) FROM ops.inbox", "1");
}

static struct raw_http_answer *post_packed(const struct fixture *f, const char *target,
                                           const char *text, size_t n)
{
    g_autofree guint8 *out = g_malloc(n + 1000);
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)text,
                       .avail_in = (uInt)n,
                       .next_out = out,
                       .avail_out = (uInt)(n + 1000)};
    deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    g_autofree char *headers = g_strconcat(f->key, "Content-Encoding: gzip\r\n", NULL);
    return raw_http_send(f->port, "POST", target, headers, (char *)out, stream.total_out);
}

static void gzip_is_taken_where_events_are(void **state)
{
    const struct fixture *f = *state;
    const char *event = "{\"userId\":\"u\",\"event\":\"e\"}";
    g_autofree char *zeros = g_malloc0(64 << 20);
    g_autoptr(raw_http_answer_t) good = post_packed(f, "/v1/track", event, strlen(event));
    g_autoptr(raw_http_answer_t) bomb = post_packed(f, "/v1/track", zeros, 64 << 20);
    g_autoptr(raw_http_answer_t) other = post_packed(f, "/api/v1/accounts", event, strlen(event));
    g_autofree char *lying = g_strconcat(f->key, "Content-Encoding: gzip\r\n", NULL);
    g_autoptr(raw_http_answer_t) plain = post_as(f, lying, "/v1/track", event);
    assert_int_equal(good->status, 200);
    assert_int_equal(bomb->status, 400);
    assert_non_null(strstr(bomb->body, "batch_too_large"));
    assert_int_equal(other->status, 415);
    assert_int_equal(plain->status, 400);
    expect(f, "SELECT convert_from(body, 'UTF8') FROM ops.inbox", event);
}

struct client {
    const struct fixture *f;
    pthread_t thread;
    int status;
    char *retry;
};

static void *post_one(void *argument)
{
    struct client *client = argument;
    g_autoptr(raw_http_answer_t) answer =
        post_as(client->f, client->f->key, "/v1/track", "{\"userId\":\"u\",\"event\":\"e\"}");
    client->status = answer->status;
    client->retry = raw_http_header(answer, "Retry-After");
    return NULL;
}

static void start_clients(const struct fixture *f, struct client *client, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        client[i].f = f;
        assert_int_equal(pthread_create(&client[i].thread, NULL, post_one, &client[i]), 0);
    }
}

static void join_clients(struct client *client, size_t n, int status)
{
    for (size_t i = 0; i < n; i++) {
        pthread_join(client[i].thread, NULL);
        assert_int_equal(client[i].status, status);
        assert_true(status == 200 || client[i].retry);
        g_free(client[i].retry);
    }
}

static void requests_that_come_together_are_committed_together(void **state)
{
    const struct fixture *f = *state;
    struct client client[40] = {0};
    warehouse_sql(f->db, "BEGIN; LOCK TABLE ops.inbox IN SHARE MODE");
    start_clients(f, client, G_N_ELEMENTS(client));
    g_usleep(300000);
    for (int i = 0; i < 20; i++) {
        /* Nobody else waits, though more requests wait than there are threads. */
        g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, "/docs", "");
        assert_int_equal(answer->status, 200);
        for (size_t k = 0; k < G_N_ELEMENTS(client); k++)
            assert_int_equal(client[k].status, 0);
    }
    warehouse_sql(f->db, "COMMIT");
    join_clients(client, G_N_ELEMENTS(client), 200);
    expect(f, "SELECT count(*) FROM ops.inbox", "40");
    expect(f, "SELECT count(DISTINCT xmin::text) <= 3 FROM ops.inbox", "t");
}

static void a_warehouse_that_does_not_answer_is_503_and_nothing_is_acknowledged(void **state)
{
    struct fixture *f = *state;
    struct client client[4] = {0};
    g_autoptr(GError) err = NULL;
    warehouse_sql(f->db, "BEGIN; LOCK TABLE ops.inbox IN SHARE MODE");
    start_clients(f, client, G_N_ELEMENTS(client));
    join_clients(client, G_N_ELEMENTS(client), 503);
    warehouse_sql(f->db, "COMMIT");
    db_close(f->db);
    assert_true(cluster_stop(warehouse_home(), true, &err));
    memset(client, 0, sizeof client);
    gint64 began = g_get_monotonic_time();
    start_clients(f, client, G_N_ELEMENTS(client));
    join_clients(client, G_N_ELEMENTS(client), 503);
    assert_true(g_get_monotonic_time() - began < 1000000);
    g_autofree char *dsn = NULL;
    assert_true(cluster_ensure(warehouse_home(), &dsn, &err));
    f->db = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    assert_non_null(f->db);
    expect(f, "SELECT count(*) FROM ops.inbox", "0");
    int status = 0;
    for (int i = 0; i < 50 && status != 200; i++) {
        g_usleep(100000);
        g_autoptr(raw_http_answer_t) answer =
            post_as(f, f->key, "/v1/track", "{\"userId\":\"u\",\"event\":\"e\"}");
        status = answer->status;
    }
    assert_int_equal(status, 200);
    expect(f, "SELECT count(*) FROM ops.inbox", "1");
}

static void a_stop_answers_those_who_wait(void **state)
{
    struct fixture *f = *state;
    struct client client[8] = {0};
    warehouse_sql(f->db, "BEGIN; LOCK TABLE ops.inbox IN SHARE MODE");
    start_clients(f, client, G_N_ELEMENTS(client));
    g_usleep(300000);
    server_stop(f->server);
    join_clients(client, G_N_ELEMENTS(client), 503);
    warehouse_sql(f->db, "COMMIT");
    f->server = start();
    f->port = server_port(f->server);
}

static void note_done(void *context)
{
    ++*(int *)context;
}

static void more_than_may_wait_is_shed_at_once(void **state)
{
    struct fixture *f = *state;
    const struct event event = {
        .kind = EVENT_PAGE, .body = SLICE("{\"userId\":\"u\"}"), .user = SLICE("u")};
    const struct inbox_options options = {warehouse_dsn(), DEADLINE_MS, 250};
    int done = 0;
    struct inbox_ticket ticket[5] = {0};
    struct inbox *inbox = inbox_new(&options);
    struct inbox_numbers count;
    for (size_t i = 0; i < G_N_ELEMENTS(ticket); i++)
        ticket[i] = (struct inbox_ticket){
            .key_id = "testtest", .n = 1, .event = &event, .done = note_done, .context = &done};
    warehouse_sql(f->db, "BEGIN; LOCK TABLE ops.inbox IN SHARE MODE");
    inbox_submit(inbox, &ticket[0]);
    for (count.queued = 1; count.queued > 0; inbox_count(inbox, &count))
        g_usleep(1000); /* the writer has it */
    for (size_t i = 1; i < 4; i++)
        inbox_submit(inbox, &ticket[i]);
    assert_int_equal(done, 1);
    assert_int_equal(ticket[3].fate, INBOX_SHED);
    assert_int_equal(ticket[1].fate, INBOX_WAITING);
    warehouse_sql(f->db, "COMMIT");
    inbox_close(inbox);
    inbox_submit(inbox, &ticket[4]);
    assert_int_equal(done, 5);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(ticket[i].fate, INBOX_COMMITTED);
    assert_int_equal(ticket[4].fate, INBOX_SHED);
    inbox_count(inbox, &count);
    assert_int_equal(count.events, 3);
    assert_int_equal(count.shed, 2);
    inbox_free(inbox);
    expect(f, "SELECT count(*) FROM ops.inbox", "3");
}

static void the_servers_role_may_only_put_in(void **state)
{
    const struct fixture *f = *state;
    expect(f,
           "SELECT string_agg(privilege, ' ') FROM unnest(ARRAY['INSERT', 'SELECT', 'UPDATE', "
           "'DELETE', 'TRUNCATE']) AS privilege "
           "WHERE has_table_privilege('kenko_api', 'ops.inbox', privilege)",
           "INSERT");
    warehouse_sql(f->db, "SET ROLE kenko_api; INSERT INTO ops.inbox (key_id, kind, body) "
                         "VALUES ('k', 'page', '{}'); RESET ROLE");
    expect(f, "SELECT count(*) FROM ops.inbox", "1");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, empty)
    const struct CMUnitTest tests[] = {
        TEST(accepted_events_are_committed_byte_for_byte),
        TEST(each_kind_has_its_endpoint_and_a_bad_event_alone_is_an_error),
        TEST(the_key_may_stand_where_senders_put_it),
        TEST(a_key_that_becomes_valid_while_a_body_comes_is_asked_again),
        TEST(a_batch_has_at_most_500_kib),
        TEST(gzip_is_taken_where_events_are),
        TEST(requests_that_come_together_are_committed_together),
        TEST(a_warehouse_that_does_not_answer_is_503_and_nothing_is_acknowledged),
        TEST(a_stop_answers_those_who_wait),
        TEST(more_than_may_wait_is_shed_at_once),
        TEST(the_servers_role_may_only_put_in),
    };
#undef TEST
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
