/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

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

static void signal_pid(const char *text, int number)
{
    assert_int_equal(kill((pid_t)g_ascii_strtoll(text, NULL, 10), number), 0);
}

static void a_server_that_hangs_ends_calls_and_connecting_with_timeout(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL, late = NULL;
    g_autofree char *backend = warehouse_value(db, "SELECT pg_backend_pid()");
    g_autofree char *path =
        g_build_filename(warehouse_home(), "postgresql", "postmaster.pid", NULL);
    g_autofree char *server = NULL;
    assert_true(g_file_get_contents(path, &server, NULL, NULL));
    signal_pid(server, SIGSTOP);
    signal_pid(backend, SIGSTOP);
    db_set_deadline(db, 300);
    gint64 start = g_get_monotonic_time();
    bool called = db_begin(db, &err);
    struct db *other = db_open(warehouse_dsn(), "kenko test", 300, &late);
    gint64 took = g_get_monotonic_time() - start;
    signal_pid(backend, SIGCONT);
    signal_pid(server, SIGCONT);
    assert_false(called);
    assert_null(other);
    assert_true(err_is(err, KENKO_ERROR_TIMEOUT));
    assert_true(err_is(late, KENKO_ERROR_TIMEOUT));
    assert_true(took < 5 * 1000000);
}

static void a_call_past_its_deadline_is_stopped_on_the_server(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(db_t) other = second();
    g_autoptr(GError) err = NULL;
    db_set_deadline(db, 200);
    assert_false(db_script(db, "sleep", "SELECT pg_sleep(60)", &err));
    /* The connection is still open: only the cancel can have ended the statement. */
    for (int i = 0; i < 50; i++) {
        g_autofree char *left = warehouse_value(
            other, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE "
                   "'SELECT pg_sleep(60)%'");
        if (strcmp(left, "0") == 0)
            return;
        g_usleep(100000);
    }
    fail_msg("the statement still runs on the server");
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

static const enum db_type one_number[] = {DB_BIGINT};
static const struct db_statement long_copy = {
    "test.long", "COPY (SELECT generate_series(1, 1000000000000)) TO STDOUT (FORMAT binary)",
    0,           1,
    NULL,        one_number};

static bool stop_at_tenth(void *context, const struct db_value *v, GError **err)
{
    *(int *)context += 1;
    return v[0].as.n < 10 || err_set(err, KENKO_ERROR_INTERRUPTED, "enough");
}

static void a_reader_that_has_enough_does_not_wait_for_the_rest(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    int seen = 0;
    /* To the end it would take days, so the deadline is what would pass. */
    db_set_deadline(db, 20000);
    assert_false(db_copy_out(db, &long_copy, NULL, stop_at_tenth, &seen, &err));
    assert_true(err_is(err, KENKO_ERROR_INTERRUPTED));
    assert_string_equal(err->message, "enough");
    assert_int_equal(seen, 10);
    assert_true(db_is_alive(db));
    g_autofree char *one = warehouse_value(db, "SELECT 1");
    assert_string_equal(one, "1");
}

static void a_statement_that_somebody_else_s_server_refuses_is_no_bug(void **state)
{
    (void)state;
    g_autoptr(db_t) own = warehouse_open();
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db =
        db_open_foreign(warehouse_dsn(), "kenko test", "the source app", 30000, &err);
    assert_non_null(db);
    assert_false(db_script(own, "q", "SELECT nothing", &err));
    assert_true(err_is(err, KENKO_ERROR_BUG));
    g_clear_error(&err);
    assert_false(db_script(db, "q", "SELECT nothing", &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
    g_clear_error(&err);
    assert_null(db_open_foreign("host=/nonexistent", "kenko test", "the source app", 3000, &err));
    assert_true(err_is(err, KENKO_ERROR_UNAVAILABLE));
    assert_true(g_str_has_prefix(err->message, "cannot connect to the source app: "));
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

struct rivals {
    struct db *rival;
    int tries;
};

static bool conflicting_body(struct db *db, void *context, GError **err)
{
    struct rivals *rivals = context;
    if (!db_script(db, "isolate", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", err) ||
        !db_script(db, "read", "SELECT n FROM public.counter", err))
        return false;
    if (++rivals->tries == 1)
        warehouse_sql(rivals->rival, "UPDATE public.counter SET n = n + 10");
    return db_script(db, "write", "UPDATE public.counter SET n = n + 1", err);
}

static void a_real_serialization_failure_is_tried_again_and_loses_nothing(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(db_t) rival = second();
    g_autoptr(GError) err = NULL;
    warehouse_sql(db, "CREATE TABLE public.counter (n int); INSERT INTO public.counter VALUES (0)");
    struct rivals rivals = {rival, 0};
    assert_true(db_transact(db, 3, conflicting_body, &rivals, &err));
    assert_int_equal(rivals.tries, 2);
    g_autofree char *n = warehouse_value(db, "SELECT n FROM public.counter");
    assert_string_equal(n, "11");
    rivals.tries = 0;
    assert_false(db_transact(db, 1, conflicting_body, &rivals, &err));
    assert_true(err_is(err, KENKO_ERROR_BUSY));
}

static void states_of_the_server_become_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *state;
        enum kenko_error kind;
    } cases[] = {{"53100", KENKO_ERROR_DISK_FULL},   {"58030", KENKO_ERROR_DISK_FULL},
                 {"53300", KENKO_ERROR_UNAVAILABLE}, {"57P03", KENKO_ERROR_UNAVAILABLE},
                 {"08006", KENKO_ERROR_UNAVAILABLE}, {"57014", KENKO_ERROR_TIMEOUT},
                 {"40001", KENKO_ERROR_BUSY},        {"40P01", KENKO_ERROR_BUSY},
                 {"42501", KENKO_ERROR_DENIED},      {"28000", KENKO_ERROR_DENIED},
                 {"23505", KENKO_ERROR_CONFLICT},    {"22003", KENKO_ERROR_INPUT},
                 {"42P01", KENKO_ERROR_BUG},         {"XX000", KENKO_ERROR_BUG}};
    g_autoptr(db_t) first = warehouse_open();
    assert_true(db_is_alive(first));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(db_t) db = second();
        g_autoptr(GError) err = NULL;
        g_autofree char *sql = g_strdup_printf(
            "DO $$ BEGIN RAISE 'x' USING ERRCODE = '%s', DETAIL = 'secret row'; END $$",
            cases[i].state);
        assert_false(db_script(db, "raise", sql, &err));
        if (!err_is(err, cases[i].kind))
            fail_msg("%s became %s", cases[i].state, error_kind_of(err)->name);
        assert_null(strstr(err->message, "secret"));
    }
}

static void a_row_the_server_refuses_ends_the_copy_and_keeps_the_connection(void **state)
{
    (void)state;
    static const enum db_type one[] = {DB_INT};
    static const struct db_statement into = {
        "test.unique", "COPY public.u FROM STDIN (FORMAT binary)", 0, 1, NULL, one};
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    warehouse_sql(db, "CREATE TABLE public.u (i int UNIQUE)");
    struct db_value row = {.as.i = 7};
    struct db_copy *copy = db_copy_in(db, &into, &err);
    assert_true(db_copy_row(copy, &row, &err));
    assert_true(db_copy_row(copy, &row, &err));
    assert_false(db_copy_end(copy, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    copy = db_copy_in(db, &into, NULL);
    assert_true(db_copy_row(copy, &row, NULL));
    db_copy_abort(copy);
    g_autofree char *n = warehouse_value(db, "SELECT count(*) FROM public.u");
    assert_string_equal(n, "0");
}

static void partitions_are_made_once_for_each_month(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    int32_t from = 20000, to = 20100;
    for (int i = 0; i < 2; i++)
        assert_true(migrate_partitions(db, "warehouse.usage_month", from, to, &err));
    g_autofree char *n = warehouse_value(
        db, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'warehouse.usage_month'::regclass");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_past_its_deadline_ends_with_timeout),
        cmocka_unit_test(a_call_past_its_deadline_is_stopped_on_the_server),
        cmocka_unit_test(a_server_that_hangs_ends_calls_and_connecting_with_timeout),
        cmocka_unit_test(a_real_serialization_failure_is_tried_again_and_loses_nothing),
        cmocka_unit_test(states_of_the_server_become_kinds),
        cmocka_unit_test(a_row_the_server_refuses_ends_the_copy_and_keeps_the_connection),
        cmocka_unit_test(a_server_that_is_not_there_is_unavailable),
        cmocka_unit_test(a_killed_backend_is_a_lost_connection_not_a_crash),
        cmocka_unit_test(copy_carries_every_type_and_null_both_ways),
        cmocka_unit_test(a_reader_that_has_enough_does_not_wait_for_the_rest),
        cmocka_unit_test(a_statement_that_somebody_else_s_server_refuses_is_no_bug),
        cmocka_unit_test(a_transaction_is_tried_again_when_the_server_asks),
        cmocka_unit_test(partitions_are_made_once_for_each_month),
        cmocka_unit_test(the_second_run_of_a_job_is_told_who_holds_it),
        cmocka_unit_test(a_stale_runner_cannot_pass_its_fence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
