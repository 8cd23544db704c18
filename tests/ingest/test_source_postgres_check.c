/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of tables before they are loaded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/source.h"
#include "support/tables.h"

struct opened {
    struct arena *arena;
    struct config *config;
    struct zone *zone;
    struct mapping_set set;
    struct source_run run;
};

static void open_sources(struct tables *t, struct opened *out)
{
    g_autoptr(GError) err = NULL;
    out->arena = arena_new();
    out->config = config_open(t->directory, &err);
    out->zone = zone_open("Asia/Tokyo", &err);
    if (!out->config || !out->zone ||
        !mapping_load(out->arena, out->config, out->zone, &out->set, &err) ||
        !source_validate(out->config, &out->set, &err))
        fail_msg("%s", err->message);
    out->run = (struct source_run){
        .config = out->config, .set = &out->set, .source = &out->set.source[0], .zone = out->zone};
}

static void close_sources(struct opened *opened)
{
    config_close(opened->config);
    zone_close(opened->zone);
    arena_free(opened->arena);
}

static const char schema[] =
    "CREATE TABLE person (id bigint PRIMARY KEY, account text, name text, updated_at timestamptz);"
    "CREATE VIEW people AS SELECT * FROM person;"
    "INSERT INTO person SELECT n, 'a', 'n' || n, '2026-01-05' FROM generate_series(1, 20) AS n;"
    "ANALYZE person";

/* Check one stream with these options; "ok: …" or "fail: …". */
static void expect_finding(struct tables *t, const char *options, const char *finding)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct source_finding));
    struct opened o;
    g_autofree char *stream =
        g_strdup_printf("      - stream: contact\n        %s\n"
                        "        fields: {party: account, external_id: id, name: name}\n",
                        options);
    tables_configure(t, stream);
    open_sources(t, &o);
    struct source_findings findings = {o.arena, list};
    if (!source_check(&o.run, "app", &findings, &err))
        fail_msg("%s", err->message);
    assert_int_equal(list->len, 1);
    const struct source_finding *f = &g_array_index(list, struct source_finding, 0);
    g_autofree char *said = g_strdup_printf("%s: %s", f->ok ? "ok" : "fail", f->message);
    assert_string_equal(said, finding);
    close_sources(&o);
}

#define BY "cursor: updated_at\n        key: id"

static void a_check_says_what_is_missing(void **state)
{
    (void)state;
    struct tables t;
    tables_open(&t, "", schema);
    expect_finding(
        &t, "table: person\n        " BY,
        "ok: about 20 rows, by updated_at (timestamptz) and id; no index begins with the "
        "cursor");
    warehouse_sql(t.app, "CREATE INDEX ON person (updated_at)");
    expect_finding(&t, "table: person\n        " BY,
                   "ok: about 20 rows, by updated_at (timestamptz) and id");
    expect_finding(&t, "table: person\n        cursor: updated_at\n        key: account",
                   "ok: about 20 rows, by updated_at (timestamptz) and account; no index says that "
                   "account is unique");
    expect_finding(&t, "table: person\n        cursor: name\n        key: id",
                   "fail: public.person: name is of another type; want a time, a date or a whole "
                   "number as cursor");
    expect_finding(&t, "table: persons\n        " BY,
                   "fail: the database of app has no table public.persons");
    expect_finding(&t, "table: person\n        cursor: changed\n        key: id",
                   "fail: public.person: it has no column changed");
    expect_finding(
        &t, "table: people\n        " BY,
        "fail: public.people is no table: its rows have no versions, so a late one would "
        "be missed; name the table, or say mode: full");
    expect_finding(&t, "table: people\n        key: id\n        mode: full",
                   "ok: about 0 rows, read whole");
    expect_finding(&t, "table: person\n        key: id",
                   "fail: want cursor, a column that grows with every change, and key, one that "
                   "tells rows apart; without a cursor say mode: full, and key");
    expect_finding(
        &t, "table: person\n        key: name\n        mode: full",
        "fail: want external_id mapped to the key name, as it is, to tell which are gone");
    expect_finding(
        &t,
        "table: person\n        deletes: reconcile\n        reconcile_every: 1 day\n"
        "        " BY,
        "fail: reconcile_every is '1 day', want a whole number of m, h or d, such as 24h");
    tables_close(&t);
}

/* Logins to the database take this role, which owns nothing. */
static void restrict_to(struct tables *t, const char *role)
{
    g_autofree char *name = warehouse_value(t->app, "SELECT current_database()");
    g_autofree char *sql =
        g_strdup_printf("CREATE ROLE %s; ALTER DATABASE %s SET role = %s", role, name, role);
    warehouse_sql(t->app, sql);
}

static void a_role_that_may_read_the_columns_is_enough(void **state)
{
    (void)state;
    struct tables t;
    tables_open(&t, "", schema);
    restrict_to(&t, "reader");
    expect_finding(&t, "table: person\n        " BY,
                   "fail: public.person: these may not be read, grant SELECT on account, id, name, "
                   "updated_at, xmin");
    warehouse_sql(t.app, "GRANT SELECT (id, account, updated_at) ON person TO reader");
    expect_finding(&t, "table: person\n        " BY,
                   "fail: public.person: these may not be read, grant SELECT on name, xmin");
    warehouse_sql(t.app, "GRANT SELECT (name, xmin) ON person TO reader");
    expect_finding(
        &t, "table: person\n        " BY,
        "ok: about 20 rows, by updated_at (timestamptz) and id; no index begins with the "
        "cursor");
    struct ingest_summary summary;
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.loaded, 20);
    warehouse_sql(t.app, "UPDATE person SET name = 'm1', updated_at = now() WHERE id = 1");
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.loaded, 1);
    tables_close(&t);
}

static void a_partitioned_table_is_one_table(void **state)
{
    (void)state;
    struct tables t;
    tables_open(
        &t, "",
        "CREATE TABLE person (id bigint PRIMARY KEY, account text, name text, updated_at "
        "timestamptz) PARTITION BY HASH (id);"
        "CREATE INDEX ON person (updated_at);"
        "CREATE TABLE person_0 PARTITION OF person FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
        "CREATE TABLE person_1 PARTITION OF person FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
        "INSERT INTO person (id) SELECT n FROM generate_series(1, 30) AS n;"
        "ANALYZE person_0; ANALYZE person_1");
    expect_finding(&t, "table: person\n        " BY,
                   "ok: about 30 rows, by updated_at (timestamptz) and id");
    tables_close(&t);
}

static void the_first_rows_are_shown_as_they_would_load(void **state)
{
    (void)state;
    struct tables t;
    struct opened o;
    struct preview preview;
    const char *name;
    g_autoptr(GError) err = NULL;
    tables_open(&t,
                "      - stream: contact\n"
                "        table: person\n"
                "        cursor: updated_at\n"
                "        key: id\n"
                "        fields: {party: account, external_id: id, name: name}\n"
                "        ignore: [{name: second, field: name, equals: n2}]\n",
                schema);
    open_sources(&t, &o);
    if (!source_kind_of(o.run.source)
             ->preview(o.arena, &o.run, o.run.source->mapping[0], 3, &name, &preview, &err))
        fail_msg("%s", err->message);
    assert_string_equal(name, "public.person");
    assert_int_equal(preview.n, 3);
    assert_int_equal(preview.mapped, 2);
    assert_string_equal(preview.row[1].rule, "second");
    assert_string_equal(preview.row[2].cell[2], "n3");
    close_sources(&o);
    tables_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_says_what_is_missing),
        cmocka_unit_test(a_role_that_may_read_the_columns_is_enough),
        cmocka_unit_test(a_partitioned_table_is_one_table),
        cmocka_unit_test(the_first_rows_are_shown_as_they_would_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
