/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/cluster.h"
#include "core/db_internal.h"
#include "core/job.h"
#include "core/migrate.h"
#include "support/warehouse.h"

static struct db *second(void)
{
    g_autoptr(GError) err = NULL;
    struct db *db = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    if (!db)
        fail_msg("%s", err->message);
    return db;
}

static void a_call_past_its_deadline_ends_with_timeout(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    db_set_deadline(db, 300);
    gint64 start = g_get_monotonic_time();
    assert_false(db_script(db, "sleep", "SELECT pg_sleep(30)", &err));
    assert_true(err_is(err, KENKO_ERROR_TIMEOUT));
    assert_true(g_get_monotonic_time() - start < 10 * 1000000);
    assert_false(db_is_alive(db));
}

static void a_server_that_is_not_there_is_unavailable(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    assert_null(db_open("host=/nonexistent dbname=x", "kenko test", 2000, &err));
    assert_true(err_is(err, KENKO_ERROR_UNAVAILABLE));
    g_clear_error(&err);
    assert_null(db_open("nonsense nonsense", "kenko test", 2000, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
}

static void a_killed_backend_is_a_lost_connection_not_a_crash(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(db_t) other = second();
    g_autoptr(GError) err = NULL;
    g_autofree char *pid = warehouse_value(db, "SELECT pg_backend_pid()");
    g_autofree char *sql = g_strdup_printf("SELECT pg_terminate_backend(%s)", pid);
    warehouse_sql(other, sql);
    g_usleep(100000);
    assert_false(db_begin(db, &err));
    assert_true(err_is(err, KENKO_ERROR_UNAVAILABLE));
    assert_false(db_is_alive(db));
}

static const enum db_type all_types[] = {
    DB_BOOL,        DB_INT,   DB_BIGINT,       DB_DOUBLE,       DB_TEXT,       DB_BYTEA,    DB_DATE,
    DB_TIMESTAMPTZ, DB_JSONB, DB_BIGINT_ARRAY, DB_DOUBLE_ARRAY, DB_TEXT_ARRAY, DB_INT_ARRAY};
enum { TYPES = G_N_ELEMENTS(all_types) };
static const struct db_statement copy_in = {
    "test.in", "COPY public.t FROM STDIN (FORMAT binary)", 0, TYPES, NULL, all_types};
static const struct db_statement copy_out = {
    "test.out", "COPY (SELECT * FROM public.t ORDER BY i) TO STDOUT (FORMAT binary)",
    0,          TYPES,
    NULL,       all_types};

static bool check_row(void *context, const struct db_value *v, GError **err)
{
    (void)err;
    int n = (*(int *)context)++;
    if (n == 1) {
        for (int i = 0; i < TYPES; i++)
            assert_int_equal(v[i].is_null, all_types[i] != DB_INT);
        return true;
    }
    assert_true(v[0].as.b);
    assert_int_equal(v[2].as.n, INT64_MIN);
    assert_true(v[3].as.d == 0.1);
    assert_string_equal(v[4].as.text, "サクラ\n\"'\\");
    assert_int_equal(v[5].as.bytes.n, 3);
    assert_memory_equal(v[5].as.bytes.p, "a\0b", 3);
    assert_int_equal(v[6].as.i, -10957);
    assert_int_equal(v[7].as.n, INT64_C(1763769600123456));
    assert_string_equal(v[8].as.text, "{\"a\": 1}");
    assert_int_equal(v[9].as.bigints.n, 3);
    assert_true(v[9].as.bigints.is_null[1]);
    assert_int_equal(v[9].as.bigints.v[2], INT64_MAX);
    assert_true(v[10].as.doubles.v[0] == -2.5);
    assert_string_equal(v[11].as.texts.v[1], "b");
    assert_int_equal(v[12].as.ints.n, 0);
    return true;
}

static void copy_carries_every_type_and_null_both_ways(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    warehouse_sql(
        db, "CREATE TABLE public.t (b bool, i int, n bigint, d double precision, x text, y "
            "bytea, day date, at timestamptz, j jsonb, ns bigint[], ds double precision[], xs "
            "text[], is_ int[])");
    const int64_t numbers[] = {1, 0, INT64_MAX};
    const bool nulls[] = {false, true, false};
    const double reals[] = {-2.5};
    const char *const texts[] = {"a", "b"};
    struct db_value row[TYPES] = {{.as.b = true},
                                  {.as.i = 1},
                                  {.as.n = INT64_MIN},
                                  {.as.d = 0.1},
                                  {.as.text = "サクラ\n\"'\\"},
                                  {.as.bytes = {"a\0b", 3}},
                                  {.as.i = -10957},
                                  {.as.n = INT64_C(1763769600123456)},
                                  {.as.text = "{\"a\":1}"},
                                  {.as.bigints = {3, numbers, nulls}},
                                  {.as.doubles = {1, reals, NULL}},
                                  {.as.texts = {2, texts, NULL}},
                                  {.as.ints = {0, NULL, NULL}}};
    struct db_copy *copy = db_copy_in(db, &copy_in, &err);
    assert_non_null(copy);
    assert_true(db_copy_row(copy, row, &err));
    for (int i = 0; i < TYPES; i++)
        row[i].is_null = all_types[i] != DB_INT;
    row[1].as.i = 2;
    assert_true(db_copy_row(copy, row, &err));
    int64_t sent;
    assert_true(db_copy_end(copy, &sent, &err));
    assert_int_equal(sent, 2);
    int seen = 0;
    assert_true(db_copy_out(db, &copy_out, NULL, check_row, &seen, &err));
    assert_int_equal(seen, 2);
}

static bool deadlock_body(struct db *db, void *context, GError **err)
{
    int *tries = context;
    if (++*tries < 3)
        return err_set(err, KENKO_ERROR_BUSY, "serialization failure");
    return db_script(db, "body", "SELECT 1", err);
}

static void a_transaction_is_tried_again_when_the_server_asks(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    int tries = 0;
    assert_true(db_transact(db, 5, deadlock_body, &tries, &err));
    assert_int_equal(tries, 3);
}

static void migrating_twice_changes_nothing_and_a_changed_file_is_refused(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    int applied = -1;
    assert_true(migrate_run(db, &applied, &err));
    assert_int_equal(applied, 0);
    warehouse_sql(db, "UPDATE ops.migration SET sha256 = 'x' WHERE number = 1");
    assert_false(migrate_run(db, &applied, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "0001_warehouse.sql"));
    g_clear_error(&err);
    warehouse_sql(db, "UPDATE ops.migration SET number = 9999 WHERE number = 1");
    assert_false(migrate_run(db, &applied, &err));
    assert_non_null(strstr(err->message, "newer"));
}

static void partitions_are_made_once_for_each_month(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    int32_t from = 20000, to = 20100;
    for (int i = 0; i < 2; i++)
        assert_true(migrate_partitions(db, "warehouse.usage_span", from, to, &err));
    g_autofree char *n = warehouse_value(
        db, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'warehouse.usage_span'::regclass");
    assert_string_equal(n, "4");
}

static void the_second_run_of_a_job_is_told_who_holds_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(db_t) other = second();
    g_autoptr(GError) err = NULL;
    struct job *job = job_begin(db, warehouse_dsn(), "score", &err);
    assert_non_null(job);
    assert_null(job_begin(other, warehouse_dsn(), "score", &err));
    assert_true(err_is(err, KENKO_ERROR_BUSY));
    assert_non_null(strstr(err->message, "process"));
    assert_true(job_fence_check(db, job, NULL));
    job_end(job, NULL, "{\"n\": 1}");
    g_clear_error(&err);
    job = job_begin(other, warehouse_dsn(), "score", &err);
    assert_non_null(job);
    job_end(job, NULL, NULL);
    g_autofree char *states =
        warehouse_value(db, "SELECT string_agg(state, ',' ORDER BY run_id) FROM ops.job_run");
    assert_string_equal(states, "done,done");
}

static void a_stale_runner_cannot_pass_its_fence(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct job *job = job_begin(db, warehouse_dsn(), "ingest", &err);
    warehouse_sql(db, "UPDATE ops.fence SET fence = fence + 1 WHERE job = 'ingest'");
    assert_false(job_fence_check(db, job, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    job_end(job, err, NULL);
}

static void two_starts_at_once_make_one_cluster(void **state)
{
    (void)state;
    g_autofree char *home = g_build_filename(warehouse_scratch(), "two starts, with spaces", NULL);
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        if ((children[i] = fork()) == 0) {
            char *dsn = NULL;
            _exit(cluster_ensure(home, &dsn, NULL) ? 0 : 1);
        }
    }
    for (int i = 0; i < 2; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_int_equal(status, 0);
    }
    g_autofree char *dsn = cluster_dsn(home);
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = db_open(dsn, "kenko test", 5000, &err);
    if (!db)
        fail_msg("%s", err->message);
    g_autofree char *checksums = warehouse_value(db, "SHOW data_checksums");
    assert_string_equal(checksums, "on");
    if (geteuid() == 0) {
        pid_t child = fork();
        if (child == 0) {
            if (setgid(65534) != 0 || setuid(65534) != 0)
                _exit(2);
            _exit(db_open(dsn, "kenko intruder", 3000, NULL) ? 1 : 0);
        }
        int status;
        waitpid(child, &status, 0);
        assert_int_equal(status, 0);
    } else {
        printf("skipped: another user cannot reach the cluster: needs root\n");
    }
    assert_true(cluster_stop(home, true, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_past_its_deadline_ends_with_timeout),
        cmocka_unit_test(a_server_that_is_not_there_is_unavailable),
        cmocka_unit_test(a_killed_backend_is_a_lost_connection_not_a_crash),
        cmocka_unit_test(copy_carries_every_type_and_null_both_ways),
        cmocka_unit_test(a_transaction_is_tried_again_when_the_server_asks),
        cmocka_unit_test(migrating_twice_changes_nothing_and_a_changed_file_is_refused),
        cmocka_unit_test(partitions_are_made_once_for_each_month),
        cmocka_unit_test(the_second_run_of_a_job_is_told_who_holds_it),
        cmocka_unit_test(a_stale_runner_cannot_pass_its_fence),
        cmocka_unit_test(two_starts_at_once_make_one_cluster),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
