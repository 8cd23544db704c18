/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many readers while runs are published, notes written, keys made and revoked, and metrics read,
 * for ThreadSanitizer to look at: and no answer is torn, each is of one run as the warehouse has
 * it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/key.h"
#include "core/day.h"
#include "support/scored.h"
#include "support/served.h"
#include "support/warehouse.h"

enum { ACCOUNTS = 60, READERS = 4, PAGE = 20, RUNS_MAX = 2000 };
#ifdef __SANITIZE_THREAD__
enum { LONG_READS = 5000 };
#else
enum { LONG_READS = 100000 };
#endif
enum { FOR_MS = 2000 };

struct load {
    struct served *served;
    struct server *server;
    int port, admin;
    pthread_mutex_t lock;
    char *seen[RUNS_MAX]; /* what the list of each run was */
    atomic_bool over;
    atomic_int reads, torn, odd, published;
};

static int set_up(void **state)
{
    struct load *load = g_new0(struct load, 1);
    g_autoptr(arena_t) arena = arena_new();
    load->served = g_new0(struct served, 1);
    load->served->db = warehouse_open();
    pthread_mutex_init(&load->lock, NULL);
    scored_accounts(load->served->db, ACCOUNTS);
    scored_publish(load->served->db, "2026-11-01");
    load->served->lead = served_key(arena, load->served->db, "lead", NULL, NULL);
    load->server = served_start((struct server_options){.pages = &served_pages, .poll_ms = 100});
    load->port = server_port(load->server);
    load->admin = server_admin_port(load->server);
    *state = load;
    return 0;
}

static int tear_down(void **state)
{
    struct load *load = *state;
    server_stop(load->server);
    db_close(load->served->db);
    for (int i = 0; i < RUNS_MAX; i++)
        g_free(load->seen[i]);
    g_free(load->served->lead);
    g_free(load->served);
    g_free(load);
    return 0;
}

static json_t *get(const struct load *load, const char *target, int *status)
{
    g_autoptr(raw_http_answer_t) answer = raw_http_get(load->port, target, load->served->lead);
    *status = answer->status;
    return json_loadb(answer->body, answer->body_size, 0, NULL);
}

static int64_t run_of(json_t *json)
{
    return json_integer_value(json_object_get(json_object_get(json, "meta"), "run_id"));
}

/* All pages of the list, as one text; *run of the first. A page of another run is torn; a run that
 * went while it was walked is not. NULL: it went. */
static char *walk(struct load *load, int64_t *run)
{
    g_autoptr(GString) all = g_string_new(NULL);
    g_autofree char *cursor = NULL;
    *run = 0;
    do {
        int status;
        g_autofree char *target =
            cursor ? g_strdup_printf("/api/v1/accounts?limit=%d&cursor=%s", PAGE, cursor)
                   : g_strdup_printf("/api/v1/accounts?limit=%d", PAGE);
        json_t *json = get(load, target, &status);
        const char *next =
            json_string_value(json_object_get(json_object_get(json, "meta"), "next_cursor"));
        g_autofree char *rows = json_dumps(json_object_get(json, "data"), JSON_SORT_KEYS);
        g_free(cursor);
        cursor = g_strdup(next);
        atomic_fetch_add(&load->reads, 1);
        atomic_fetch_add(&load->odd, status != 200 && status != 410);
        atomic_fetch_add(&load->torn, status == 200 && *run > 0 && run_of(json) != *run);
        *run = status == 200 ? run_of(json) : 0;
        g_string_append(all, rows ? rows : "");
        json_decref(json);
    } while (cursor && *run > 0);
    return *run > 0 ? g_strdup(all->str) : NULL;
}

/* Every walk over a run says the same. */
static void compare(struct load *load, int64_t run, const char *all)
{
    pthread_mutex_lock(&load->lock);
    if (!load->seen[run])
        load->seen[run] = g_strdup(all);
    else
        atomic_fetch_add(&load->torn, strcmp(load->seen[run], all) != 0);
    pthread_mutex_unlock(&load->lock);
}

static void *read_on(void *argument)
{
    struct load *load = argument;
    static const char *const targets[] = {"/api/v1/accounts/a0001",
                                          "/api/v1/accounts/a0001/history",
                                          "/api/v1/accounts/a0001/notes",
                                          "/api/v1/portfolio",
                                          "/api/v1/accounts?format=csv&sort=-health",
                                          "/api/v1/openapi.json",
                                          "/api/v1/me",
                                          "/",
                                          "/api/v1/accounts/nobody"};
    for (size_t i = 0; !atomic_load(&load->over); i++) {
        int status;
        int64_t run;
        g_autofree char *all = walk(load, &run);
        if (all && run < RUNS_MAX)
            compare(load, run, all);
        json_decref(get(load, targets[i % G_N_ELEMENTS(targets)], &status));
        atomic_fetch_add(&load->reads, 1);
        atomic_fetch_add(&load->odd, status != 200 && status != 404 && status != 503);
    }
    return NULL;
}

static void *write_on(void *argument)
{
    struct load *load = argument;
    static const char body[] = "{\"body\": \"a note\"}";
    g_autofree char *headers =
        g_strconcat(load->served->lead, "Content-Type: application/json\r\n", NULL);
    while (!atomic_load(&load->over)) {
        g_autoptr(raw_http_answer_t) made = raw_http_send(
            load->port, "POST", "/api/v1/accounts/a0001/notes", headers, body, strlen(body));
        g_autoptr(raw_http_answer_t) metrics = raw_http_get(load->admin, "/metrics", "");
        atomic_fetch_add(&load->odd,
                         (made->status != 201 && made->status != 503) || metrics->status != 200);
        g_usleep(5000);
    }
    return NULL;
}

/* On this thread: the connection to the warehouse is its own. */
static void publish_on(struct load *load)
{
    int32_t day = 0;
    bool whole = g_getenv("KENKO_LONG") != NULL;
    int64_t end_us = g_get_monotonic_time() + FOR_MS * 1000LL;
    g_autoptr(arena_t) arena = arena_new();
    assert_true(day_parse(slice_of("2026-11-02"), &day, NULL));
    while (whole ? atomic_load(&load->reads) < LONG_READS : g_get_monotonic_time() < end_us) {
        char text[DAY_TEXT_SIZE];
        const char *token;
        g_autoptr(GError) err = NULL;
        g_free(served_key(arena, load->served->db, "lead", NULL, &token));
        scored_publish(load->served->db,
                       day_format(day + atomic_load(&load->published) % 300, text));
        if (!key_revoke(arena, load->served->db, "test", token, &err))
            fail_msg("%s", err->message);
        atomic_fetch_add(&load->published, 1);
        g_usleep(20000);
    }
}

static void no_answer_is_torn_while_runs_are_published(void **state)
{
    struct load *load = *state;
    pthread_t reader[READERS], writer;
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&reader[i], NULL, read_on, load), 0);
    assert_int_equal(pthread_create(&writer, NULL, write_on, load), 0);
    publish_on(load);
    atomic_store(&load->over, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(reader[i], NULL);
    pthread_join(writer, NULL);
    int runs = 0;
    for (int i = 0; i < RUNS_MAX; i++)
        runs += load->seen[i] != NULL;
    printf("%d reads of %d runs while %d were published: %d torn\n", atomic_load(&load->reads),
           runs, atomic_load(&load->published), atomic_load(&load->torn));
    assert_int_equal(atomic_load(&load->torn), 0);
    assert_int_equal(atomic_load(&load->odd), 0);
    assert_true(runs >= 2 && atomic_load(&load->reads) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_answer_is_torn_while_runs_are_published),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
