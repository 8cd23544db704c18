/* SPDX-License-Identifier: GPL-3.0-or-later */
/* While runs are published one after the other, every answer is of one run: each number shown
 * follows from the account and the run the answer names, and so does its ETag. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/scored.h"
#include "support/served.h"
#include "support/warehouse.h"

enum { READERS = 4, READS = 2000, LONG_READS = 100000, PAGE = 25 };

static struct {
    const struct served *f;
    atomic_int reads, torn, failed, walks, moved; /* moved: answers of another run than the last */
    int wanted;
} world;

/* As scored_publish has it; -1: unknown. */
static int64_t wanted_bp(int64_t account_id, int64_t run_id)
{
    return account_id % 10 == 0 ? -1 : (account_id * 37 + run_id * 1009) % 10001;
}

static bool is_of_run(json_t *row, int64_t run_id)
{
    const char *key = served_text(row, "key");
    json_t *health = json_object_get(row, "health");
    if (!key || *key != 'a')
        return true; /* the two that scored_accounts did not make */
    int64_t bp = wanted_bp(g_ascii_strtoll(key + 1, NULL, 10) + 1, run_id);
    if (bp < 0)
        return json_is_null(health);
    return json_is_number(health) && (int64_t)(json_number_value(health) * 100 + 0.5) == bp;
}

/* The run of an answer; -1: it is torn. */
static int64_t run_of(json_t *json, const char *etag)
{
    json_t *data = json_object_get(json, "data"), *row;
    int64_t run = json_integer_value(json_object_get(json_object_get(json, "meta"), "run_id"));
    g_autofree char *tag = g_strdup_printf("\"r%" G_GINT64_FORMAT ".", run);
    size_t i;
    if (!etag || !g_str_has_prefix(etag, tag))
        return -1;
    if (json_is_object(data))
        return is_of_run(data, run) ? run : -1;
    json_array_foreach(data, i, row)
    {
        if (!is_of_run(row, run))
            return -1;
    }
    return run;
}

/* Ask and judge. The run, 0 when it is served no longer; *next takes the cursor. */
static int64_t ask(const char *target, char **next)
{
    g_autoptr(raw_http_answer_t) answer = raw_http_get(world.f->port, target, world.f->lead);
    if (answer->status != 200) {
        atomic_fetch_add(&world.failed, answer->status != 410);
        return 0;
    }
    g_autofree char *etag = raw_http_header(answer, "ETag");
    json_t *json = served_json_of(answer);
    int64_t run = run_of(json, etag);
    const char *cursor = served_text(json_object_get(json, "meta"), "next_cursor");
    if (next)
        *next = g_strdup(cursor);
    json_decref(json);
    atomic_fetch_add(&world.reads, 1);
    atomic_fetch_add(&world.torn, run < 0);
    return run;
}

/* From the first page to the last: one run, however many are published meanwhile. A run that was
 * replaced twice over is gone, which is said. */
static void walk(int64_t *last)
{
    g_autofree char *cursor = NULL;
    int64_t first = ask("/api/v1/accounts?sort=-health&limit=50", &cursor);
    atomic_fetch_add(&world.moved, first != *last);
    *last = first;
    while (cursor) {
        g_autofree char *target =
            g_strdup_printf("/api/v1/accounts?sort=-health&limit=50&cursor=%s", cursor);
        g_clear_pointer(&cursor, g_free);
        int64_t run = ask(target, &cursor);
        if (run == 0)
            return;
        atomic_fetch_add(&world.torn, run != first);
    }
    atomic_fetch_add(&world.walks, 1);
}

static void *read_on(void *argument)
{
    int64_t last = 0;
    for (int i = *(const int *)argument; atomic_load(&world.reads) < world.wanted; i++) {
        g_autofree char *target = NULL;
        if (i % 8 == 0) {
            walk(&last);
            continue;
        }
        if (i % 2)
            target = g_strdup_printf("/api/v1/accounts/a%04d", i * 7 % SERVED_ACCOUNTS);
        else
            target = g_strdup_printf("/api/v1/accounts?limit=%d&sort=-churn_risk", PAGE);
        int64_t run = ask(target, NULL);
        atomic_fetch_add(&world.moved, run != last);
        last = run;
    }
    return NULL;
}

static void no_answer_is_torn_and_no_walk_leaves_its_run(void **state)
{
    pthread_t threads[READERS];
    int first[READERS], published = 0;
    world.f = *state;
    world.wanted = g_getenv("KENKO_LONG") ? LONG_READS : READS;
    for (int i = 0; i < READERS; i++) {
        first[i] = i * 1000;
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &first[i]), 0);
    }
    while (atomic_load(&world.reads) < world.wanted) {
        scored_publish(world.f->db, "2026-11-01");
        published++;
        g_usleep(50000);
    }
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    print_message("%d reads over %d runs: %d torn, %d not answered, %d walks, run changed %d "
                  "times\n",
                  world.reads, published, world.torn, world.failed, world.walks, world.moved);
    assert_int_equal(world.torn, 0);
    assert_int_equal(world.failed, 0);
    assert_true(world.walks > 0 && published > 5 && world.moved > 2 * READERS);
}

/* Or the test above would find nothing ever. */
static void an_answer_of_two_runs_is_noticed(void **state)
{
    const struct served *f = *state;
    static const char *const targets[] = {"/api/v1/accounts/a0001", "/api/v1/accounts?limit=3"};
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(raw_http_answer_t) answer = served_get(f, targets[i]);
        g_autofree char *etag = raw_http_header(answer, "ETag");
        json_t *json = served_json_of(answer), *meta = json_object_get(json, "meta");
        int64_t run = run_of(json, etag);
        assert_true(run > 0);
        json_object_set_new(meta, "run_id", json_integer(run + 1));
        g_autofree char *other = g_strdup_printf("\"r%" G_GINT64_FORMAT ".x\"", run + 1);
        assert_int_equal(run_of(json, etag), -1);
        assert_int_equal(run_of(json, other), -1);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_answer_is_torn_and_no_walk_leaves_its_run),
        cmocka_unit_test(an_answer_of_two_runs_is_noticed),
    };
    return cmocka_run_group_tests(tests, served_set_up, served_tear_down);
}
