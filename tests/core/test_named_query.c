/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/named_query.h"
#include "support/warehouse.h"

/* "name", "value", … NULL */
static const char *said(void *context, const char *name)
{
    for (const char *const *pair = context; pair && *pair; pair += 2) {
        if (strcmp(*pair, name) == 0)
            return pair[1];
    }
    return NULL;
}

static void count(void *context, struct arena *arena, const struct db_value *columns)
{
    (void)arena, (void)columns;
    ++*(size_t *)context;
}

static bool run(struct db *db, const struct db_query *query, const char *const *pairs, size_t *n,
                GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct named_query_sink sink = {count, n};
    *n = 0;
    return named_query_run(arena, db, query, said, (void *)(uintptr_t)pairs, &sink, err);
}

/* What dashboards may not read is refused, though the login may do everything. */
static void a_query_reads_what_dashboards_read_and_nothing_else(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    static const enum db_type columns[] = {DB_BIGINT};
    static const struct db_statement statement = {
        "test.loads", "SELECT l.load_id FROM ops.load AS l", 0, 1, NULL, columns};
    static const struct db_table table = {"loads", 1, 0, NULL};
    const struct db_query query = {".", &statement, &table, 0, NULL};
    size_t n;
    warehouse_sql(db, "SELECT load_id FROM ops.load");
    assert_false(run(db, &query, NULL, &n, &err));
    assert_non_null(strstr(err->message, "permission denied"));
    /* The connection is its own again afterwards. */
    g_autofree char *role = warehouse_value(db, "SELECT (current_user = session_user)::text");
    assert_string_equal(role, "true");
}

static void every_query_runs_on_an_empty_warehouse(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    size_t queries = 0, n;
    for (const struct db_query *q = named_query_all(); q->what; q++, queries++) {
        g_autoptr(GError) err = NULL;
        const char *const pairs[] = {"account", "nobody", "max_rows", "2", NULL};
        if (!run(db, q, pairs, &n, &err))
            fail_msg("%s", err->message);
        assert_int_equal(n, 0);
    }
    assert_true(queries >= 20);
}

static void refuse(struct db *db, const char *name, const char *const *pairs, const char *want)
{
    g_autoptr(GError) err = NULL;
    size_t n;
    assert_false(run(db, named_query_find(name), pairs, &n, &err));
    assert_true(err_is(err, KENKO_ERROR_USAGE));
    if (!strstr(err->message, want))
        fail_msg("%s", err->message);
}

static void a_wrong_parameter_says_what_was_wanted(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    refuse(db, "health_over_time", NULL, "account is missing: Key of the account.");
    refuse(db, "renewals_at_risk", (const char *[]){"days", "ten", NULL}, "want a whole number");
    refuse(db, "renewals_at_risk", (const char *[]){"days", "99999999999", NULL}, "whole number");
    refuse(db, "green_that_churned", (const char *[]){"since", "2026-02-30", NULL}, "want a day");
    refuse(db, "health_fell", (const char *[]){"points", "nan", NULL}, "want a number");
    assert_null(named_query_find("renewals_at_rusk"));
}

static void values_are_told_in_full(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct db_value blank = {.is_null = true};
    assert_null(named_query_text(arena, DB_TEXT, &blank));
    assert_string_equal(named_query_text(arena, DB_INT, &(struct db_value){.as.i = -2}), "-2");
    assert_string_equal(named_query_text(arena, DB_BIGINT, &(struct db_value){.as.n = INT64_MIN}),
                        "-9223372036854775808");
    assert_string_equal(named_query_text(arena, DB_DOUBLE, &(struct db_value){.as.d = 0.1}),
                        "0.10000000000000001");
    assert_string_equal(named_query_text(arena, DB_DATE, &(struct db_value){.as.i = 20514}),
                        "2026-03-02");
    assert_string_equal(
        named_query_text(arena, DB_TIMESTAMPTZ, &(struct db_value){.as.n = -500000}),
        "1969-12-31T23:59:59Z");
    assert_string_equal(named_query_text(arena, DB_BOOL, &(struct db_value){.as.b = true}), "true");
    assert_string_equal(named_query_type(DB_TIMESTAMPTZ), "datetime");
    assert_string_equal(named_query_type(DB_BIGINT), "integer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_reads_what_dashboards_read_and_nothing_else),
        cmocka_unit_test(every_query_runs_on_an_empty_warehouse),
        cmocka_unit_test(a_wrong_parameter_says_what_was_wanted),
        cmocka_unit_test(values_are_told_in_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
