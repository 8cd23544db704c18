/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/db_internal.h"
#include "core/migrate.h"
#include "sql/schema.h"
#include "support/warehouse.h"

/* Every relation, column and function of the schemas, in one line. */
static char *fingerprint(struct db *db)
{
    return warehouse_value(
        db, "SELECT md5(string_agg(line, E'\\n' ORDER BY line COLLATE \"C\")) FROM ("
            "SELECT concat_ws(' ', n.nspname, c.relname, c.relkind, a.attnum, a.attname, "
            "a.atttypid::regtype, a.attnotnull) AS line FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
            "WHERE n.nspname IN ('ops','identity','warehouse','score','outreach','bi') "
            "UNION ALL SELECT concat_ws(' ', n.nspname, p.proname, pg_get_functiondef(p.oid)) "
            "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname IN ('ops','identity','warehouse','score','outreach','bi')) AS lines");
}

static pid_t migrate_apart(const char *dsn)
{
    pid_t child = fork();
    if (child == 0) {
        struct db *db = db_open(dsn, "kenko test", 60000, NULL);
        _exit(db && migrate_run(db, NULL, NULL) ? 0 : 1);
    }
    return child;
}

static void an_empty_warehouse_gets_every_migration_once(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open_empty();
    g_autoptr(GError) err = NULL;
    int applied = -1;
    assert_true(migrate_run(db, &applied, &err));
    assert_int_equal(applied, schema_migrations_count);
    g_autofree char *first = fingerprint(db);
    assert_true(migrate_run(db, &applied, &err));
    assert_int_equal(applied, 0);
    g_autofree char *second = fingerprint(db);
    assert_string_equal(first, second);
}

static void a_changed_file_is_refused_by_name(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    warehouse_sql(db, "UPDATE ops.migration SET sha256 = 'x' WHERE number = 1");
    assert_false(migrate_run(db, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "0001_warehouse.sql"));
}

static void a_newer_warehouse_is_refused(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    warehouse_sql(db, "INSERT INTO ops.migration VALUES (9999, '9999_future.sql', 'x')");
    assert_false(migrate_run(db, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "9999_future.sql"));
    assert_non_null(strstr(err->message, "newer"));
}

static void two_at_once_apply_everything_once(void **state)
{
    (void)state;
    g_autoptr(db_t) fresh = warehouse_open();
    g_autofree char *want = fingerprint(fresh);
    g_autoptr(db_t) db = warehouse_open_empty();
    pid_t children[2] = {migrate_apart(warehouse_dsn()), migrate_apart(warehouse_dsn())};
    for (int i = 0; i < 2; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_int_equal(status, 0);
    }
    g_autofree char *got = fingerprint(db);
    assert_string_equal(got, want);
}

static void killed_anywhere_the_next_run_completes_it(void **state)
{
    (void)state;
    g_autoptr(db_t) fresh = warehouse_open();
    g_autofree char *want = fingerprint(fresh);
    int unfinished = 0;
    for (int i = 0; i < 12; i++) {
        g_autoptr(db_t) db = warehouse_open_empty();
        g_autoptr(GError) err = NULL;
        pid_t child = migrate_apart(warehouse_dsn());
        g_usleep((gulong)(5 + 15 * i) * 1000);
        kill(child, SIGKILL);
        int status, applied = 0;
        waitpid(child, &status, 0);
        if (!migrate_run(db, &applied, &err))
            fail_msg("killed after %d ms: %s", 5 + 15 * i, err->message);
        unfinished += applied > 0 && applied < (int)schema_migrations_count;
        g_autofree char *got = fingerprint(db);
        assert_string_equal(got, want);
    }
    printf("%d of 12 were killed between two migrations\n", unfinished);
}

static void a_script_that_fails_leaves_nothing_of_itself(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open_empty();
    g_autoptr(GError) err = NULL;
    /* In the way of the second file: the one before it stays, of it nothing does. */
    warehouse_sql(db, "CREATE SCHEMA score");
    assert_false(migrate_run(db, NULL, &err));
    assert_non_null(strstr(err->message, "migration 0"));
    g_autofree char *tables = warehouse_value(
        db, "SELECT count(*) FROM pg_class WHERE relnamespace = 'score'::regnamespace");
    assert_string_equal(tables, "0");
    assert_int_equal(PQtransactionStatus(db->conn), PQTRANS_IDLE);
    g_autofree char *recorded =
        warehouse_value(db, "SELECT string_agg(name, ' ' ORDER BY number) FROM ops.migration");
    assert_non_null(strstr(recorded, "0000_ops.sql"));
    assert_null(strstr(recorded, "0001"));
    warehouse_sql(db, "DROP SCHEMA score");
    g_clear_error(&err);
    if (!migrate_run(db, NULL, &err))
        fail_msg("%s", err->message);
    g_autoptr(db_t) fresh = warehouse_open();
    g_autofree char *got = fingerprint(db);
    g_autofree char *want = fingerprint(fresh);
    assert_string_equal(got, want);
}

static void views_that_changed_are_made_again(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    g_autofree char *want = fingerprint(db);
    warehouse_sql(db, "DROP VIEW bi.unresolved; CREATE VIEW bi.unresolved AS SELECT 1 AS other; "
                      "UPDATE ops.migration SET sha256 = 'older' WHERE number = -1");
    if (!migrate_run(db, NULL, &err))
        fail_msg("%s", err->message);
    g_autofree char *got = fingerprint(db);
    assert_string_equal(got, want);
}

static void a_foreign_view_on_ours_is_named_and_kept(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    warehouse_sql(db, "CREATE SCHEMA mine; CREATE VIEW mine.board AS SELECT * FROM bi.unresolved; "
                      "UPDATE ops.migration SET sha256 = 'older' WHERE number = -1");
    g_autofree char *before = fingerprint(db);
    assert_false(migrate_run(db, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "mine.board"));
    assert_non_null(strstr(err->message, "bi.unresolved"));
    g_autofree char *after = fingerprint(db);
    assert_string_equal(before, after);
    g_autofree char *kept = warehouse_value(db, "SELECT to_regclass('mine.board') IS NOT NULL");
    assert_string_equal(kept, "t");
}

/* As a version before migration `number` left it. */
static struct db *open_before(int number)
{
    struct db *db = warehouse_open_empty();
    for (const struct schema_file *file = schema_migrations; file->number < number; file++) {
        g_autoptr(GError) err = NULL;
        if (!db_script(db, file->name, file->text, &err))
            fail_msg("%s", err->message);
        g_autofree char *note =
            g_strdup_printf("INSERT INTO ops.migration (number, name, sha256) VALUES (%d, '%s', "
                            "'%s')",
                            file->number, file->name, file->sha256);
        warehouse_sql(db, note);
    }
    return db;
}

static void usage_stored_before_it_was_packed_reads_the_same(void **state)
{
    (void)state;
    static const char rows[] =
        "SELECT string_agg(s::text, '|' ORDER BY party_id, metric_id, subject_id, month, load_id) "
        "FROM warehouse.usage_span AS s";
    g_autoptr(db_t) db = open_before(100);
    g_autoptr(GError) err = NULL;
    warehouse_sql(db, "SELECT ops.partition_ensure('warehouse.usage_span', '2026-01-01', "
                      "'2026-02-01')");
    warehouse_sql(
        db,
        "INSERT INTO warehouse.usage_span (party_id, metric_id, subject_id, month, load_id, "
        "first_day, v, at, tie, load_ids) SELECT p, m, u, d, l, 1 + (p + m + l) % 5, CASE WHEN l "
        "= 3 THEN ARRAY[p, NULL, -9223372036854775808, m] ELSE ARRAY[p * 1000 + m] END, CASE WHEN "
        "m > 1 THEN CASE WHEN l = 3 THEN ARRAY[5, NULL, -7, 1767225600000000] ELSE ARRAY[1] END "
        "END, CASE WHEN m = 3 THEN CASE WHEN l = 3 THEN ARRAY[u, NULL, -u, 9] ELSE ARRAY[-1] END "
        "END, CASE WHEN l = 3 AND m < 3 THEN ARRAY[3, NULL, 7, 4] END FROM generate_series(1, 3) "
        "AS p, generate_series(1, 3) AS m, generate_series(0, 1200, 400) AS u, generate_series(1, "
        "3) AS l, (VALUES ('2026-01-01'::date), ('2026-02-01')) AS d(d)");
    warehouse_sql(db, "INSERT INTO warehouse.usage_span (party_id, metric_id, subject_id, month, "
                      "load_id, first_day, v) SELECT 9, 1, u, '2026-01-01', 1, 31, ARRAY[u] FROM "
                      "generate_series(1, 2500) AS u");
    warehouse_sql(db, "CREATE VIEW bi.before AS SELECT v FROM warehouse.usage_span");
    g_autofree char *before = warehouse_value(db, rows);
    if (!migrate_run(db, NULL, &err))
        fail_msg("%s", err->message);
    g_autofree char *after = warehouse_value(db, rows);
    assert_string_equal(before, after);
    g_autofree char *packed = warehouse_value(
        db, "SELECT string_agg(concat_ws(' ', part, load_ids), '|' ORDER BY party_id, load_id, "
            "part) FROM warehouse.usage_month WHERE month = '2026-01-01' AND party_id IN (1, 9)");
    assert_string_equal(packed, "0|0|0 {3,4,7}|0|1|2");
}

static void partitions_wanted_by_four_at_once_are_made_once(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    pid_t children[4];
    for (int i = 0; i < 4; i++) {
        if ((children[i] = fork()) == 0) {
            GError *err = NULL;
            struct db *own = db_open(warehouse_dsn(), "kenko test", 60000, &err);
            bool ok = own && migrate_partitions(own, "warehouse.usage_month", 20000, 21000, &err);
            if (!ok)
                fprintf(stderr, "%s\n", err->message);
            _exit(ok ? 0 : 1);
        }
    }
    for (int i = 0; i < 4; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_int_equal(status, 0);
    }
    g_autofree char *n = warehouse_value(
        db, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'warehouse.usage_month'::regclass");
    assert_string_equal(n, "34");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_warehouse_gets_every_migration_once),
        cmocka_unit_test(a_changed_file_is_refused_by_name),
        cmocka_unit_test(a_newer_warehouse_is_refused),
        cmocka_unit_test(two_at_once_apply_everything_once),
        cmocka_unit_test(killed_anywhere_the_next_run_completes_it),
        cmocka_unit_test(a_script_that_fails_leaves_nothing_of_itself),
        cmocka_unit_test(views_that_changed_are_made_again),
        cmocka_unit_test(a_foreign_view_on_ours_is_named_and_kept),
        cmocka_unit_test(usage_stored_before_it_was_packed_reads_the_same),
        cmocka_unit_test(partitions_wanted_by_four_at_once_are_made_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
