/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables that are written while they are read, and runs that end anywhere. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/cluster.h"
#include "core/stop.h"
#include "support/tables.h"

enum { WRITERS = 4, TRANSACTIONS = 40, BATCH_BYTES = 1500, KILLS = 10, LONG_KILLS = 300 };

static const char streams[] = "      - stream: contact\n"
                              "        table: person\n"
                              "        cursor: updated_at\n"
                              "        key: id\n"
                              "        fields: {party: account, external_id: id, name: name}\n"
                              "      - stream: usage_event\n"
                              "        table: event\n"
                              "        cursor: id\n"
                              "        key: id\n"
                              "        fields: {party: account, at: at}\n"
                              "        values: [{metric: runs, field: runs}]\n";

static const char schema[] =
    "CREATE TABLE person (id bigint PRIMARY KEY, account text DEFAULT 'a', name text, updated_at "
    "timestamptz DEFAULT now());"
    "CREATE INDEX ON person (updated_at);"
    "CREATE TABLE event (id bigserial PRIMARY KEY, account text DEFAULT 'a', at timestamptz "
    "DEFAULT "
    "'2026-01-05', runs int DEFAULT 1)";

/* The table and the warehouse, each as one text. */
static char *table_says(struct tables *t)
{
    return warehouse_value(t->app,
                           "SELECT (SELECT md5(string_agg(id || name, ' ' ORDER BY id)) FROM "
                           "person) || ' ' || (SELECT sum(runs) FROM event)");
}

static char *warehouse_says(struct tables *t)
{
    return warehouse_value(
        t->db,
        "SELECT (SELECT md5(string_agg(external_id || name, ' ' ORDER BY "
        "external_id::bigint)) FROM (SELECT DISTINCT ON (external_id) external_id, name FROM "
        "warehouse.contact ORDER BY external_id, load_id DESC, ordinal DESC) AS n) || ' ' || "
        "(SELECT sum(x) FROM warehouse.usage_span AS s, unnest(s.v) AS x)");
}

static void expect_same(struct tables *t)
{
    g_autofree char *theirs = table_says(t), *ours = warehouse_says(t);
    assert_string_equal(ours, theirs);
}

/* One transaction: it begins, thinks, writes, thinks, and commits or does not. */
static void write_some(struct db *app, GRand *random, int writer, int n)
{
    bool is_part = g_rand_int_range(random, 0, 3) == 0;
    warehouse_sql(app, "BEGIN; SELECT now()");
    g_usleep((gulong)g_rand_int_range(random, 0, 30000));
    for (int i = g_rand_int_range(random, 1, 5); i > 0; i--) {
        int id = writer * 1000 + g_rand_int_range(random, 0, 40);
        const char *time = g_rand_int_range(random, 0, 2) ? "now()" : "clock_timestamp()";
        g_autofree char *sql = g_strdup_printf(
            "%sINSERT INTO person (id, name, updated_at) VALUES (%d, 'w%d-%d-%d', %s) ON CONFLICT "
            "(id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at;"
            "INSERT INTO event (runs) VALUES (%d)",
            is_part ? "SAVEPOINT part;" : "", id, writer, n, i, time, i);
        warehouse_sql(app, sql);
    }
    g_usleep((gulong)g_rand_int_range(random, 0, 60000));
    warehouse_sql(app, g_rand_int_range(random, 0, 8) ? "COMMIT" : "ROLLBACK");
}

static pid_t start_writer(struct tables *t, int writer)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct db *app = db_open(t->dsn, "kenko test", 30000, NULL);
    GRand *random = g_rand_new_with_seed((guint32)writer);
    warehouse_sql(app, "SET search_path = public");
    for (int n = 0; n < TRANSACTIONS; n++)
        write_some(app, random, writer, n);
    _exit(0);
}

static void whoever_commits_in_whatever_order_nothing_is_lost_or_doubled(void **state)
{
    (void)state;
    struct tables t;
    pid_t writer[WRITERS];
    int running = WRITERS, runs = 0;
    tables_open(&t, streams, schema);
    for (int i = 0; i < WRITERS; i++)
        writer[i] = start_writer(&t, i);
    while (running > 0) {
        g_autoptr(GError) err = NULL;
        if (!sources_try(t.db, t.directory, runs++ % 2 ? 0 : BATCH_BYTES, NULL, &err))
            fail_msg("%s", err->message);
        for (int i = 0; i < WRITERS; i++) {
            int status;
            if (writer[i] && waitpid(writer[i], &status, WNOHANG) == writer[i]) {
                assert_int_equal(status, 0);
                writer[i] = 0;
                running--;
            }
        }
    }
    tables_ingest(&t, NULL);
    printf("%d runs while %d writers wrote\n", runs, WRITERS);
    assert_true(runs >= 5);
    expect_same(&t);
    struct ingest_summary summary;
    tables_ingest(&t, NULL);
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.read, 0);
    tables_close(&t);
}

/* A run is over when the server has noticed that its client is gone. */
static void ingest_patiently(struct tables *t)
{
    for (int i = 0; i < 100; i++) {
        g_autoptr(GError) err = NULL;
        if (sources_try(t->db, t->directory, BATCH_BYTES, NULL, &err))
            return;
        if (!err_is(err, KENKO_ERROR_BUSY))
            fail_msg("%s", err->message);
        g_usleep(100000);
    }
    fail_msg("the lock is never given up");
}

#ifdef KENKO_FAULTS
static void fill(struct tables *t)
{
    warehouse_sql(t->app, "INSERT INTO person (id, name, updated_at) SELECT n, 'n' || n, "
                          "'2026-01-05'::timestamptz + n / 3 * interval '1 minute' FROM "
                          "generate_series(1, 200) AS n;"
                          "INSERT INTO event (runs) SELECT n FROM generate_series(1, 200) AS n");
}

static void change(struct tables *t)
{
    warehouse_sql(t->app, "UPDATE person SET name = 'm' || id, updated_at = now() WHERE id % 5 = 0;"
                          "INSERT INTO person (id, name) SELECT n, 'n' || n FROM "
                          "generate_series(201, 230) AS n;"
                          "INSERT INTO event (runs) SELECT n FROM generate_series(1, 40) AS n");
}

static int run_with(struct tables *t, const char *fault)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        g_setenv("KENKO_FAULT", fault, TRUE);
        struct db *db = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
        _exit(sources_try(db, t->directory, BATCH_BYTES, NULL, NULL) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}
#endif

static void a_run_that_is_killed_anywhere_is_made_good_by_the_next(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    static const char *const faults[] = {"before_commit:1:kill", "before_commit:3:kill",
                                         "after_commit:1:kill",  "after_commit:2:kill",
                                         "after_commit:5:kill",  "before_commit:6:fail",
                                         "after_commit:4:fail"};
    g_autofree char *clean = NULL;
    for (size_t i = 0; i <= G_N_ELEMENTS(faults); i++) {
        struct tables t;
        tables_open(&t, streams, schema);
        warehouse_sql(t.db,
                      "INSERT INTO ops.setting (name, value) VALUES ('digest_key', 'a test')");
        fill(&t);
        if (i > 0)
            assert_int_not_equal(run_with(&t, faults[i - 1]), 0);
        ingest_patiently(&t);
        change(&t);
        if (i > 0)
            assert_int_not_equal(run_with(&t, faults[i - 1]), 0);
        ingest_patiently(&t);
        expect_same(&t);
        g_autofree char *digest = sources_facts(t.db);
        if (clean)
            assert_string_equal(digest, clean);
        else
            clean = g_steal_pointer(&digest);
        tables_close(&t);
    }
#else
    printf("skipped: built without KENKO_FAULTS\n");
    skip();
#endif
}

/* While the table changes between the runs. */
static void kills_of_runs_over_tables_lose_and_double_nothing(void **state)
{
    (void)state;
#ifdef KENKO_FAULTS
    g_autoptr(GRand) random = g_rand_new_with_seed(20261127);
    int kills = 0, wanted = g_getenv("KENKO_LONG") ? LONG_KILLS : KILLS;
    while (kills < wanted) {
        struct tables t;
        tables_open(&t, streams, schema);
        fill(&t);
        for (int i = 0; i < KILLS; i++) {
            fflush(NULL);
            pid_t pid = fork();
            if (pid == 0) {
                struct db *db = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
                for (;;) /* until the run before it is known to be gone, and then again */
                    (void)!sources_try(db, t.directory, BATCH_BYTES, NULL, NULL);
            }
            g_usleep((gulong)g_rand_int_range(random, 20000, 300000));
            kill(pid, SIGKILL);
            assert_int_equal(waitpid(pid, NULL, 0), pid);
            kills++;
            write_some(t.app, random, WRITERS, i);
        }
        ingest_patiently(&t);
        ingest_patiently(&t);
        expect_same(&t);
        tables_close(&t);
    }
    print_message("%d kills\n", kills);
#else
    printf("skipped: built without KENKO_FAULTS\n");
    skip();
#endif
}

/* Another cluster, which a test may stop. */
static char *start_other(char **dsn)
{
    g_autoptr(GError) err = NULL;
    char *home = g_build_filename(warehouse_scratch(), "other", NULL);
    if (!cluster_ensure(home, dsn, &err))
        fail_msg("%s", err->message);
    return home;
}

/* Stop the cluster at once as soon as the run has delivered something. */
static pid_t stop_in_the_middle(const char *home)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct db *db = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
    for (int i = 0; i < 5000; i++) {
        g_autofree char *loads = warehouse_value(db, "SELECT count(*) FROM ops.load");
        if (strcmp(loads, "0") != 0)
            _exit(cluster_stop(home, true, NULL) ? 0 : 1);
        g_usleep(1000);
    }
    _exit(1);
}

static void a_server_that_goes_away_in_the_middle_is_read_on_when_it_is_back(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autofree char *dsn = NULL, *again = NULL, *home = start_other(&dsn);
    struct tables t = {.dsn = g_strdup(dsn), .db = warehouse_open()};
    t.app = db_open(t.dsn, "kenko test", 30000, &err);
    warehouse_sql(t.app, "SET search_path = public");
    warehouse_sql(t.app, schema);
    tables_configure(&t, streams);
    warehouse_sql(t.app, "INSERT INTO person (id, name) SELECT n, repeat('n', 200) || n FROM "
                         "generate_series(1, 20000) AS n;"
                         "INSERT INTO event (runs) SELECT n FROM generate_series(1, 3000) AS n");
    pid_t stopper = stop_in_the_middle(home);
    assert_false(sources_try(t.db, t.directory, 20000, NULL, &err));
    int status;
    assert_int_equal(waitpid(stopper, &status, 0), stopper);
    assert_int_equal(status, 0);
    assert_true(err_is(err, KENKO_ERROR_UNAVAILABLE));
    assert_non_null(strstr(err->message, "the database of app is gone"));
    g_clear_error(&err);
    assert_false(sources_try(t.db, t.directory, 0, NULL, &err));
    assert_non_null(strstr(err->message, "cannot connect to the database of app"));
    g_clear_error(&err);
    if (!cluster_ensure(home, &again, &err))
        fail_msg("%s", err->message);
    db_close(t.app);
    t.app = db_open(t.dsn, "kenko test", 30000, &err);
    warehouse_sql(t.app, "SET search_path = public");
    struct ingest_summary summary;
    tables_ingest(&t, &summary);
    printf("%d of 20,000 rows were left\n", (int)summary.count.read - 3000);
    assert_true(summary.count.read < 23000);
    expect_same(&t);
    tables_close(&t);
}

static void a_run_that_is_told_to_stop_delivers_what_it_has_read(void **state)
{
    (void)state;
    struct tables t;
    int status;
    tables_open(&t, streams, schema);
    warehouse_sql(t.app, "INSERT INTO person (id, name) SELECT n, 'n' || n FROM "
                         "generate_series(1, 3000) AS n;"
                         "INSERT INTO event (runs) SELECT n FROM generate_series(1, 300) AS n");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        g_autoptr(GError) err = NULL;
        stop_install();
        struct db *db = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
        bool ok = sources_try(db, t.directory, BATCH_BYTES, NULL, &err);
        _exit(!ok && err_is(err, KENKO_ERROR_INTERRUPTED) ? 0 : 1);
    }
    g_autofree char *loads = NULL;
    do {
        g_free(loads);
        loads = warehouse_value(t.db, "SELECT count(*) FROM ops.load");
    } while (strcmp(loads, "0") == 0);
    kill(pid, SIGTERM);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    ingest_patiently(&t);
    /* The row at which it stopped: others might have the same cursor and key. */
    sources_expect(t.db, "SELECT sum(duplicate) FROM ops.load", "1");
    expect_same(&t);
    tables_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_commits_in_whatever_order_nothing_is_lost_or_doubled),
        cmocka_unit_test(a_run_that_is_killed_anywhere_is_made_good_by_the_next),
        cmocka_unit_test(kills_of_runs_over_tables_lose_and_double_nothing),
        cmocka_unit_test(a_server_that_goes_away_in_the_middle_is_read_on_when_it_is_back),
        cmocka_unit_test(a_run_that_is_told_to_stop_delivers_what_it_has_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
