/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People write through the API while its server is killed at random moments: every write that was
 * answered 2xx is there, and one that was sent again under its Idempotency-Key is there once. Sent
 * again without a key the same crashes must leave doubles, or the test would find none ever. Pushed
 * events have a test of their own. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/key.h"
#include "support/apart.h"
#include "support/raw_http.h"
#include "support/scored.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { KILLS = 5, LONG_KILLS = 100, WRITERS = 4, ACCOUNTS = 20 };

struct writer {
    pthread_t thread;
    int id, sent, acked, failed, again;
    GString *acked_bodies; /* as a PostgreSQL array's inside */
};

static struct {
    const char *token;
    struct apart server;
    atomic_int port; /* 0: the server is not there */
    atomic_bool over;
    bool keyed;
} world;

static void stop_server(int with)
{
    atomic_store(&world.port, 0);
    apart_stop(&world.server, with);
}

/* Until it is acknowledged. Every fifth is sent once more, as if the answer had been lost. */
static bool deliver(struct writer *writer, const GString *request, bool again)
{
    for (int tries = 0; tries < 500 && !atomic_load(&world.over); tries++) {
        int port = atomic_load(&world.port);
        int status = port ? raw_http_try(port, request->str, request->len) : 0;
        if (status / 100 == 2 && !again)
            return true;
        if (status / 100 == 2) {
            again = false;
            writer->again++;
            continue;
        }
        writer->failed++;
        g_usleep(10000);
    }
    return false;
}

static void *write_on(void *argument)
{
    struct writer *writer = argument;
    GString *request = g_string_new(NULL);
    while (!atomic_load(&world.over)) {
        int i = writer->sent++;
        g_autofree char *body = g_strdup_printf("{\"body\":\"w%d-%d\"}", writer->id, i);
        g_autofree char *key = g_strdup_printf("Idempotency-Key: k%d-%d\r\n", writer->id, i);
        g_string_printf(request,
                        "POST /api/v1/accounts/a%04d/notes HTTP/1.1\r\nHost: localhost\r\n"
                        "Connection: close\r\nAuthorization: Bearer %s\r\n%s"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        i % ACCOUNTS, world.token, world.keyed ? key : "", strlen(body), body);
        if (!deliver(writer, request, i % 5 == 0))
            continue;
        writer->acked++;
        g_string_append_printf(writer->acked_bodies, ",w%d-%d", writer->id, i);
    }
    g_string_free(request, TRUE);
    return NULL;
}

static int64_t number_of(struct db *db, const char *sql)
{
    g_autofree char *value = warehouse_value(db, sql);
    return g_ascii_strtoll(value, NULL, 10);
}

/* What was acknowledged and is not there. */
static int64_t lost_of(struct db *db, const struct writer *writer)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT count(*) FROM unnest('{%s}'::text[]) AS a (body) WHERE NOT EXISTS (SELECT FROM "
        "outreach.note AS n WHERE n.body = a.body)",
        writer->acked_bodies->len ? writer->acked_bodies->str + 1 : "");
    return number_of(db, sql);
}

static void kill_and_start_again(GRand *rand, int kills)
{
    for (int i = 0; i < kills; i++) {
        g_usleep((gulong)g_rand_int_range(rand, 20000, 250000));
        stop_server(SIGKILL);
        apart_start_in(&world.server, world.server.directory, FALSE);
        atomic_store(&world.port, world.server.port);
    }
    g_usleep(300000);
}

/* Writers and kills over a warehouse of their own; the doubles, of acknowledged or not. */
static int64_t doubles_after(int kills, bool keyed)
{
    struct writer writer[WRITERS];
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = warehouse_open();
    GRand *rand = g_rand_new_with_seed(20261128);
    struct key_request request = {"test", "lead", NULL, 0};
    scored_accounts(db, ACCOUNTS);
    scored_publish(db, "2026-11-01");
    if (!key_create(arena, db, &request, &world.token, &err))
        fail_msg("%s", err->message);
    world.keyed = keyed;
    atomic_store(&world.over, false);
    apart_start(&world.server, "{pages: off}", FALSE);
    atomic_store(&world.port, world.server.port);
    for (int i = 0; i < WRITERS; i++) {
        writer[i] = (struct writer){.id = i, .acked_bodies = g_string_new(NULL)};
        assert_int_equal(pthread_create(&writer[i].thread, NULL, write_on, &writer[i]), 0);
    }
    kill_and_start_again(rand, kills);
    atomic_store(&world.over, true);
    int acked = 0, failed = 0, again = 0;
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writer[i].thread, NULL);
        acked += writer[i].acked;
        failed += writer[i].failed;
        again += writer[i].again;
    }
    stop_server(SIGTERM);
    int64_t doubled = number_of(db, "SELECT count(*) FROM (SELECT body FROM outreach.note GROUP BY "
                                    "body HAVING count(*) > 1) AS d");
    print_message("%d kills: %d writes acknowledged, %d sent again, %d failed, %d doubled\n", kills,
                  acked, again, failed, (int)doubled);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(lost_of(db, &writer[i]), 0);
        g_string_free(writer[i].acked_bodies, TRUE);
    }
    assert_true(acked > 10 && failed > 0 && again > 0);
    apart_clear(&world.server);
    g_rand_free(rand);
    return doubled;
}

static void a_write_with_a_key_that_was_answered_is_there_once(void **state)
{
    (void)state;
    if (!apart_can("acknowledged writes over crashes"))
        skip();
    assert_int_equal(doubles_after(g_getenv("KENKO_LONG") ? LONG_KILLS : KILLS, true), 0);
}

static void without_keys_doubles_are_found(void **state)
{
    (void)state;
    if (!apart_can("writes without keys over crashes"))
        skip();
    assert_true(doubles_after(1, false) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_with_a_key_that_was_answered_is_there_once),
        cmocka_unit_test(without_keys_doubles_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
