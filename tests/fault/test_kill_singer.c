/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tap's target is killed at its injection points, at random moments and by input that breaks off
 * at any byte, and started again from the committed state: the warehouse must then be what one
 * undisturbed run makes, records without a key included. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/stop.h"
#include "ingest/source_singer.h"
#include "support/feeding.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { STEPS = 240, BATCH_BYTES = 3000, KILLS = 60, LONG_KILLS = 1000, CUTS = 40 };

static const char sources[] = "sources:\n"
                              "  - name: tap\n"
                              "    type: singer\n"
                              "    streams:\n"
                              "      - stream: account\n"
                              "        from: accounts\n"
                              "        fields: {party: id, name: name}\n"
                              "      - stream: usage_event\n"
                              "        from: events\n"
                              "        fields: {party: account, at: at, subject: user}\n"
                              "        values: [{metric: runs}, {metric: by_user}]\n";

static const char *dir;
static char *clean;

/* What a tap sends that goes on from `first`: schemas, then steps with a state after each. Types
 * grow on the way: a number leaves 64 bits, a text stands where numbers stood. */
static char *messages_from(int first)
{
    g_autoptr(GString) out = g_string_new(
        "{\"type\": \"SCHEMA\", \"stream\": \"accounts\", \"key_properties\": [\"id\"], "
        "\"schema\": "
        "{\"properties\": {\"id\": {}}}}\n"
        "{\"type\": \"SCHEMA\", \"stream\": \"events\", \"key_properties\": [\"id\"], \"schema\": "
        "{\"properties\": {\"id\": {}}}}\n"
        "{\"type\": \"SCHEMA\", \"stream\": \"things\", \"key_properties\": [\"id\"], \"schema\": "
        "{\"properties\": {\"id\": {\"type\": \"integer\"}, \"n\": {\"type\": \"integer\"}, "
        "\"at\": "
        "{\"type\": \"string\", \"format\": \"date-time\"}}}}\n"
        "{\"type\": \"SCHEMA\", \"stream\": \"log\", \"key_properties\": [], \"schema\": "
        "{\"properties\": {\"n\": {\"type\": \"integer\"}}}}\n");
    for (int i = first; i < STEPS; i++) {
        if (i % 10 == 0)
            g_string_append_printf(out,
                                   "{\"type\": \"RECORD\", \"stream\": \"accounts\", \"record\": "
                                   "{\"id\": \"a%d\", \"name\": \"Name %d\"}}\n",
                                   i % 70, i);
        g_string_append_printf(
            out,
            "{\"type\": \"RECORD\", \"stream\": \"events\", \"record\": {\"id\": %d, \"account\": "
            "\"a%d\", \"user\": \"u%d\", \"at\": \"2026-01-%02dT10:00:00Z\"}}\n",
            i - i % 3, i % 9, i % 4, 1 + i % 28);
        g_string_append_printf(out,
                               "{\"type\": \"RECORD\", \"stream\": \"things\", \"version\": 7, "
                               "\"record\": {\"id\": %d, "
                               "\"n\": %s%d%s, \"at\": \"2026-01-01T00:00:%02d\"}}\n",
                               i % 50, i == 120 ? "\"" : "", i,
                               i == 120  ? "x\""
                               : i == 80 ? "00000000000000000000"
                                         : "",
                               i % 60);
        g_string_append_printf(
            out, "{\"type\": \"RECORD\", \"stream\": \"log\", \"record\": {\"n\": %d}}\n", i);
        if (i == 200)
            g_string_append(out, "{\"type\": \"ACTIVATE_VERSION\", \"stream\": \"things\", "
                                 "\"version\": 7}\n");
        g_string_append_printf(out, "{\"type\": \"STATE\", \"value\": {\"next\": %d}}\n", i + 1);
    }
    return g_strdup(out->str);
}

/* The step that the committed state says comes next, once a killed run has ended on the server. */
static int committed(struct db *db)
{
    g_autoptr(arena_t) arena = arena_new();
    const char *state;
    for (int i = 0; i < 200; i++) {
        g_autoptr(GError) err = NULL;
        if (source_singer_state(arena, db, "tap", &state, &err)) {
            const char *number = strrchr(state, ':');
            return number ? (int)g_ascii_strtoll(number + 1, NULL, 10) : 0;
        }
        if (!err_is(err, KENKO_ERROR_BUSY))
            fail_msg("%s", err->message);
        g_usleep(20000);
    }
    fail_msg("the killed run never ended");
    return 0;
}

static bool feed_from(struct db *db, const char *messages, GError **err)
{
    struct feeding f;
    feeding_init(&f, "tap", messages);
    f.batch_bytes = BATCH_BYTES;
    bool ok = feeding_try(db, dir, &f, err);
    feeding_clear(&f);
    return ok;
}

/* To the end from the committed state; a killed run's lock is held until the server notices. */
static void finish(struct db *db)
{
    g_autoptr(GError) err = NULL;
    for (int i = 0; i < 100; i++) {
        g_autofree char *messages = messages_from(committed(db));
        g_clear_error(&err);
        if (feed_from(db, messages, &err))
            return;
        if (!err_is(err, KENKO_ERROR_BUSY))
            break;
        g_usleep(100000);
    }
    fail_msg("%s", err->message);
}

static bool is_clean(struct db *db)
{
    finish(db);
    g_autofree char *digest = sources_facts(db);
    sources_expect(db, "SELECT count(*) FROM ops.invariant WHERE violations > 0", "0");
    sources_expect(db, "SELECT count(*) || ' ' || count(DISTINCT n) FROM raw.tap_log", "240 240");
    return strcmp(digest, clean) == 0;
}

static pid_t start(struct db *db, const char *fault)
{
    g_autofree char *messages = messages_from(committed(db));
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    stop_install();
    if (fault)
        g_setenv("KENKO_FAULT", fault, TRUE);
    g_autoptr(GError) err = NULL;
    struct db *own = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    _exit(own && feed_from(own, messages, &err) ? 0 : 100 + err->code);
}

static int wait_for(pid_t pid)
{
    int status;
    if (waitpid(pid, &status, 0) != pid)
        fail_msg("lost the process");
    return status;
}

static int prepare(void **state)
{
    (void)state;
    dir = sources_directory(sources);
    g_autoptr(db_t) db = warehouse_open();
    finish(db);
    clean = sources_facts(db);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    g_free(clean);
    return 0;
}

static void kills_at_injection_points_R1(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    static const char *const points[] = {"before_copy:2",  "mid_copy:1",      "mid_copy:40",
                                         "after_copy:3",   "before_commit:1", "before_commit:5",
                                         "after_commit:1", "after_commit:4"};
    g_autoptr(db_t) db = warehouse_open();
    for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
        g_autofree char *fault = g_strconcat(points[i], ":kill", NULL);
        int status = wait_for(start(db, fault));
        assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 100 + KENKO_ERROR_BUSY);
    }
    assert_true(is_clean(db));
#else
    skip();
#endif
}

static void kills_at_random_moments_R1(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(20261127);
    int kills = 0, wanted = g_getenv("KENKO_LONG") ? LONG_KILLS : KILLS;
    while (kills < wanted) {
        g_autoptr(db_t) db = warehouse_open();
        for (int i = 0; i < 20; i++) {
            pid_t pid = start(db, NULL);
            g_usleep((gulong)g_rand_int_range(rand, 5000, 150000));
            kill(pid, SIGKILL);
            kills += WIFSIGNALED(wait_for(pid));
        }
        assert_true(is_clean(db));
    }
    g_rand_free(rand);
    print_message("%d kills\n", kills);
}

static void input_that_breaks_off_anywhere_R1(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(20261128);
    g_autoptr(db_t) db = warehouse_open();
    int broken = 0;
    for (int i = 0; i < CUTS && committed(db) < STEPS; i++) {
        g_autoptr(GError) err = NULL;
        g_autofree char *messages = messages_from(committed(db));
        messages[g_rand_int_range(rand, 0, 12000) % (gint)strlen(messages)] = '\0';
        if (feed_from(db, messages, &err))
            continue;
        if (!err_is(err, KENKO_ERROR_INPUT))
            fail_msg("%s", err->message);
        broken++;
    }
    assert_true(broken > 10);
    finish(db);
    /* At the end of a broken input what came after the last state may be kept, and come again: that
     * is a duplicate, except for records without a key. */
    warehouse_sql(db, "CREATE TABLE public.twice AS SELECT n FROM raw.tap_log GROUP BY n HAVING "
                      "count(*) > 1");
    sources_expect(db, "SELECT count(DISTINCT n) FROM raw.tap_log", "240");
    sources_expect(db, "SELECT count(*) < 40 FROM public.twice", "t");
    warehouse_sql(db,
                  "DELETE FROM raw_version.tap_log AS v USING raw_version.tap_log AS w WHERE v.n = "
                  "w.n AND (v._kenko_load_id, v._kenko_ordinal) > (w._kenko_load_id, "
                  "w._kenko_ordinal)");
    assert_true(is_clean(db));
    g_rand_free(rand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kills_at_injection_points_R1),
        cmocka_unit_test(kills_at_random_moments_R1),
        cmocka_unit_test(input_that_breaks_off_anywhere_R1),
    };
    return cmocka_run_group_tests(tests, prepare, forget);
}
