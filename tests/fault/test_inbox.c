/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Senders push events while the server, the ingest job and PostgreSQL are killed at random moments:
 * every event that was acknowledged is in the warehouse once, and none is there twice. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "api/auth.h"
#include "api/key.h"
#include "core/cluster.h"
#include "support/apart.h"
#include "support/raw_http.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { ROUNDS = 10, LONG_ROUNDS = 100, SENDERS = 4, BATCH_MAX = 20 };

static const char sources[] = "warehouse: {dsn: \"%s\"}\n"
                              "sources:\n"
                              "  - name: web\n"
                              "    type: inbox\n"
                              "    key: %s\n"
                              "    streams:\n"
                              "      - stream: usage_event\n"
                              "        kinds: [track]\n"
                              "        id: messageId\n"
                              "        fields: {party: userId, at: timestamp, subject: messageId}\n"
                              "        values: [{metric: by_user}]\n";

struct sender {
    pthread_t thread;
    int id, sent, acked, failed, again;
    GString *acked_ids; /* as a PostgreSQL array's inside */
};

static struct {
    const char *dir, *token;
    struct apart server;
    atomic_int port; /* 0: the server is not there */
    atomic_bool over;
    GPid ingest;
} world;

static void start_server(void)
{
    apart_start_in(&world.server, world.dir, FALSE);
    atomic_store(&world.port, world.server.port);
}

static void stop_server(int with)
{
    atomic_store(&world.port, 0);
    apart_stop(&world.server, with);
}

static void put_batch(GString *body, const struct sender *sender, int first, int n)
{
    g_string_assign(body, "[");
    for (int i = first; i < first + n; i++)
        g_string_append_printf(body,
                               "%s{\"type\":\"track\",\"userId\":\"acc-%d\",\"event\":\"e\","
                               "\"messageId\":\"s%d-%d\",\"timestamp\":\"2026-11-%02dT00:00:00Z\"}",
                               i == first ? "" : ",", i % 5, sender->id, i, 1 + i % 28);
    g_string_append_c(body, ']');
}

/* Send until it is acknowledged; now and then once more, as if the answer had been lost. */
static bool deliver(struct sender *sender, const GString *request, bool again)
{
    for (int tries = 0; tries < 200 && !atomic_load(&world.over); tries++) {
        int port = atomic_load(&world.port);
        if (port && raw_http_try(port, request->str, request->len) == 200) {
            if (!again)
                return true;
            again = false;
            sender->again++;
            continue;
        }
        sender->failed++;
        g_usleep(20000);
    }
    return false;
}

static void *run_sender(void *argument)
{
    struct sender *sender = argument;
    GRand *rand = g_rand_new_with_seed((guint32)sender->id);
    GString *body = g_string_new(NULL), *request = g_string_new(NULL);
    while (!atomic_load(&world.over)) {
        int first = sender->sent, n = g_rand_int_range(rand, 1, BATCH_MAX + 1);
        sender->sent += n;
        put_batch(body, sender, first, n);
        g_string_printf(request,
                        "POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        "Authorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n%s",
                        world.token, body->len, body->str);
        if (deliver(sender, request, g_rand_int_range(rand, 0, 10) == 0)) {
            for (int i = first; i < first + n; i++, sender->acked++)
                g_string_append_printf(sender->acked_ids, ",s%d-%d", sender->id, i);
        }
        g_usleep(10000);
    }
    g_string_free(body, TRUE);
    g_string_free(request, TRUE);
    g_rand_free(rand);
    return NULL;
}

static void start_ingest(void)
{
    g_autoptr(GError) err = NULL;
    const char *const argv[] = {
        g_getenv("KENKO_BIN"), "ingest", "--quiet", "--config", world.dir, NULL};
    if (world.ingest && waitpid(world.ingest, NULL, WNOHANG) == 0)
        return; /* the last one is still at it */
    if (!g_spawn_async(NULL, (char **)(uintptr_t)argv, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL |
                           G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, &world.ingest, &err))
        fail_msg("%s", err->message);
}

static void kill_ingest(void)
{
    if (!world.ingest)
        return;
    kill(world.ingest, SIGKILL);
    waitpid(world.ingest, NULL, 0);
    world.ingest = 0;
}

static void restart_warehouse(void)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *dsn = NULL;
    if (!cluster_stop(warehouse_home(), true, &err) ||
        !cluster_ensure(warehouse_home(), &dsn, &err))
        fail_msg("%s", err->message);
}

static void set_up(struct arena *arena, struct sender *sender)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    struct key_request request = {"test", "ingest", NULL, 0};
    if (!key_create(arena, db, &request, &world.token, &err))
        fail_msg("%s", err->message);
    g_autofree char *id = g_strndup(world.token + 4, AUTH_ID_SIZE);
    g_autofree char *text = g_strdup_printf(sources, warehouse_dsn(), id);
    world.dir = sources_directory(text);
    start_server();
    for (int i = 0; i < SENDERS; i++) {
        sender[i] = (struct sender){.id = i, .acked_ids = g_string_new(NULL)};
        assert_int_equal(pthread_create(&sender[i].thread, NULL, run_sender, &sender[i]), 0);
    }
}

/* One event is one unit of its own subject. */
static void check(struct db *db, const struct sender *sender)
{
    warehouse_sql(db, "CREATE TEMP TABLE counted AS SELECT sb.name AS id, sum(x) AS n FROM "
                      "warehouse.usage_span AS s JOIN warehouse.subject AS sb USING (subject_id), "
                      "unnest(s.v) AS x GROUP BY sb.name");
    for (int i = 0; i < SENDERS; i++) {
        g_autofree char *lost = g_strdup_printf(
            "SELECT count(*) FROM unnest('{%s}'::text[]) AS a (id) LEFT JOIN counted AS c USING "
            "(id) WHERE c.n IS DISTINCT FROM 1",
            sender[i].acked_ids->len ? sender[i].acked_ids->str + 1 : "");
        sources_expect(db, lost, "0");
    }
    sources_expect(db, "SELECT count(*) FROM counted WHERE n <> 1", "0");
    sources_expect(db,
                   "SELECT count(*) FROM ops.load WHERE commit_no IS NULL OR undone_no < 0 OR "
                   "read_count <> loaded + duplicate + ignored + rejected OR rejected > 0",
                   "0");
}

static void what_was_acknowledged_is_there_once_whatever_was_killed(void **state)
{
    (void)state;
    if (!apart_can("acknowledged events over crashes"))
        skip();
    struct sender sender[SENDERS];
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    GRand *rand = g_rand_new_with_seed(20261124);
    int rounds = g_getenv("KENKO_LONG") ? LONG_ROUNDS : ROUNDS;
    set_up(arena, sender);
    for (int round = 0; round < rounds; round++) {
        start_ingest();
        g_usleep((gulong)g_rand_int_range(rand, 100000, 600000));
        if (round % 3 == 2) {
            restart_warehouse();
            continue;
        }
        kill_ingest();
        stop_server(SIGKILL);
        start_server();
    }
    g_usleep(500000);
    atomic_store(&world.over, true);
    int sent = 0, acked = 0, failed = 0, again = 0;
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(sender[i].thread, NULL);
        sent += sender[i].sent;
        acked += sender[i].acked;
        failed += sender[i].failed;
        again += sender[i].again;
    }
    kill_ingest();
    stop_server(SIGTERM);
    g_autoptr(db_t) db = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    if (!db)
        fail_msg("%s", err->message);
    sources_ingest(db, world.dir, NULL);
    print_message("%d events, %d acknowledged, %d requests failed, %d batches sent twice\n", sent,
                  acked, failed, again);
    assert_true(acked > 100 && failed > 0 && again > 0);
    check(db, sender);
    for (int i = 0; i < SENDERS; i++)
        g_string_free(sender[i].acked_ids, TRUE);
    apart_clear(&world.server);
    g_rand_free(rand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_acknowledged_is_there_once_whatever_was_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
