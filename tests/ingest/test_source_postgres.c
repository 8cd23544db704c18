/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ingest/load.h"
#include "support/tables.h"

static void values_arrive_as_they_are_in_the_table(void **state)
{
    (void)state;
    struct tables t;
    tables_open(
        &t,
        "      - stream: subscription\n"
        "        table: public.\"Contract\"\n"
        "        cursor: updated_at\n"
        "        key: id\n"
        "        fields: {party: account, external_id: id, start_on: begins, arr: arr,\n"
        "          product: product, end_on: ends, currency: /extra/currency,\n"
        "          quantity: seats, auto_renew: renews,\n"
        "          changed_at: updated_at}\n",
        "CREATE TABLE \"Contract\" (id bigint PRIMARY KEY, account uuid, begins date, ends "
        "date, arr numeric(30, 2), product text, extra jsonb, seats bigint, renews boolean, "
        "secret text, updated_at timestamptz);"
        "INSERT INTO \"Contract\" VALUES (9007199254740993, "
        "'6f1c1a52-8a3f-4c19-9d6e-0d6a7c3b2a11', '2026-01-05', NULL, 90071992547409.93, "
        "E'a\\tb\\n\\\\c \"日本\"', '{\"currency\": \"USD\"}', 3, true, 'hidden', "
        "'2026-01-05 10:00:00.123456+09'), (2, '6f1c1a52-8a3f-4c19-9d6e-0d6a7c3b2a11', "
        "'2026-01-05', 'infinity', 1, NULL, NULL, NULL, NULL, NULL, "
        "'2026-01-05 10:00:00+09')");
    tables_ingest(&t, NULL);
    sources_expect(t.db,
                   "SELECT concat_ws('|', p.external_id, s.external_id, arr_minor, product, "
                   "currency, quantity, auto_renew, changed_at, start_on) "
                   "FROM warehouse.subscription AS s JOIN identity.party AS p USING (party_id)",
                   "6f1c1a52-8a3f-4c19-9d6e-0d6a7c3b2a11|9007199254740993|9007199254740993|"
                   "a\tb\n\\c \"日本\"|USD|3|t|2026-01-05 01:00:00.123456+00|2026-01-05");
    /* What cannot be taken says so, and holds only the columns that are mapped. */
    sources_expect(t.db, "SELECT reason || ' ' || field FROM ops.reject", "bad_date ends");
    sources_expect(t.db, "SELECT count(*) FROM ops.reject WHERE raw::text LIKE '%secret%'", "0");
    tables_close(&t);
}

static const char people[] = "      - stream: contact\n"
                             "        table: person\n"
                             "        cursor: updated_at\n"
                             "        key: id\n"
                             "        fields: {party: account, external_id: id, name: name}\n";

static const char person[] =
    "CREATE TABLE person (id bigint PRIMARY KEY, account text DEFAULT 'a', "
    "name text, updated_at timestamptz DEFAULT now());"
    "CREATE INDEX ON person (updated_at)";

/* Names that count, by id. */
static void expect_names(struct tables *t, const char *names)
{
    sources_expect(t->db,
                   "SELECT string_agg(name, ' ' ORDER BY external_id) FROM (SELECT DISTINCT ON "
                   "(external_id) external_id, name FROM warehouse.contact ORDER BY external_id, "
                   "load_id DESC, ordinal DESC) AS n",
                   names);
}

static void only_what_is_new_is_read(void **state)
{
    (void)state;
    struct tables t;
    struct ingest_summary summary;
    tables_open(&t, people, person);
    warehouse_sql(t.app, "INSERT INTO person (id, name, updated_at) SELECT n, 'n' || n, "
                         "'2026-01-05'::timestamptz + n * interval '1 day' FROM "
                         "generate_series(1, 9) AS n");
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.loaded, 9);
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.read, 0);
    warehouse_sql(t.app, "UPDATE person SET name = 'm3', updated_at = now() WHERE id = 3");
    warehouse_sql(t.app, "UPDATE person SET name = 'm4' WHERE id = 4"); /* the cursor says no */
    tables_ingest(&t, &summary);
    tables_ingest(&t, NULL);
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.read, 0);
    expect_names(&t, "n1 n2 m3 n4 n5 n6 n7 n8 n9");
    tables_close(&t);
}

static void ties_and_rows_without_a_cursor_are_all_read(void **state)
{
    (void)state;
    struct tables t;
    struct ingest_summary summary;
    tables_open(&t, people, person);
    warehouse_sql(t.app,
                  "INSERT INTO person (id, name, updated_at) SELECT n, 'n' || n, CASE WHEN "
                  "n < 8 THEN '2026-01-05'::timestamptz END FROM generate_series(1, 9) AS n");
    assert_true(sources_try(t.db, t.directory, 1, NULL, NULL)); /* a delivery for each row */
    expect_names(&t, "n1 n2 n3 n4 n5 n6 n7 n8 n9");
    warehouse_sql(t.app,
                  "INSERT INTO person (id, name, updated_at) VALUES (0, 'n0', '2026-01-05')");
    warehouse_sql(t.app, "UPDATE person SET name = 'm9' WHERE id = 9");
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.loaded, 2);
    expect_names(&t, "n0 n1 n2 n3 n4 n5 n6 n7 n8 m9");
    tables_close(&t);
}

/* Rows move between partitions, and partitions come and go. */
static void a_partitioned_table_is_read_as_one(void **state)
{
    (void)state;
    struct tables t;
    struct ingest_summary summary;
    tables_open(&t, people,
                "CREATE TABLE person (id bigint, account text DEFAULT 'a', name text, updated_at "
                "timestamptz DEFAULT now(), PRIMARY KEY (id, updated_at)) PARTITION BY RANGE "
                "(updated_at);"
                "CREATE TABLE person_old PARTITION OF person FOR VALUES FROM (MINVALUE) TO "
                "('2026-01-01');"
                "CREATE TABLE person_new PARTITION OF person FOR VALUES FROM ('2026-01-01') TO "
                "('2200-01-01')");
    warehouse_sql(t.app, "INSERT INTO person (id, name, updated_at) SELECT n, 'n' || n, "
                         "'2025-12-28'::timestamptz + n * interval '1 day' FROM "
                         "generate_series(1, 9) AS n");
    assert_true(sources_try(t.db, t.directory, 1, NULL, NULL)); /* a delivery for each row */
    expect_names(&t, "n1 n2 n3 n4 n5 n6 n7 n8 n9");
    warehouse_sql(t.app, "UPDATE person SET name = 'm2', updated_at = now() WHERE id = 2;"
                         "ALTER TABLE person DETACH PARTITION person_old; DROP TABLE person_old");
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.loaded, 1);
    expect_names(&t, "n1 m2 n3 n4 n5 n6 n7 n8 n9");
    warehouse_sql(t.app, "CREATE TABLE person_last PARTITION OF person FOR VALUES FROM "
                         "('2200-01-01') TO (MAXVALUE);"
                         "INSERT INTO person (id, name, updated_at) VALUES (10, 'n10', "
                         "'2200-01-02')");
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.loaded, 1);
    tables_close(&t);
}

static void a_row_committed_late_is_not_missed(void **state)
{
    (void)state;
    struct tables t;
    g_autoptr(GError) err = NULL;
    tables_open(&t, people, person);
    g_autoptr(db_t) slow = db_open(t.dsn, "kenko test", 30000, &err);
    g_autoptr(db_t) slower = db_open(t.dsn, "kenko test", 30000, &err);
    warehouse_sql(
        slow, "SET search_path = public; BEGIN; INSERT INTO person (id, name) VALUES (1, 'late')");
    warehouse_sql(slower,
                  "SET search_path = public; BEGIN; SELECT now()"); /* it has a time, and has
                                                                       written nothing yet */
    warehouse_sql(t.app, "INSERT INTO person (id, name) VALUES (2, 'early')");
    for (int i = 0; i < 3; i++)
        tables_ingest(&t, NULL);
    expect_names(&t, "early");
    warehouse_sql(slow, "COMMIT");
    warehouse_sql(t.app, "INSERT INTO person (id, name) VALUES (4, 'next')");
    for (int i = 0; i < 3; i++)
        tables_ingest(&t, NULL);
    expect_names(&t, "late early next");
    warehouse_sql(slower, "INSERT INTO person (id, name) VALUES (3, 'later'); COMMIT");
    tables_ingest(&t, NULL);
    expect_names(&t, "late early later next");
    sources_expect(t.db, "SELECT sum(loaded) FROM ops.load", "4");
    tables_close(&t);
}

static void events_that_add_up_count_once_however_often_they_are_read(void **state)
{
    (void)state;
    struct tables t;
    tables_open(&t,
                "      - stream: usage_event\n"
                "        table: event\n"
                "        cursor: id\n"
                "        key: id\n"
                "        fields: {party: account, at: at}\n"
                "        values: [{metric: runs}]\n",
                "CREATE TABLE event (id bigserial PRIMARY KEY, account text DEFAULT 'a', at "
                "timestamptz DEFAULT '2026-01-05')");
    g_autoptr(db_t) slow = db_open(t.dsn, "kenko test", 30000, NULL);
    warehouse_sql(slow, "SET search_path = public; BEGIN; INSERT INTO event DEFAULT VALUES");
    for (int i = 0; i < 5; i++) {
        warehouse_sql(t.app, "INSERT INTO event SELECT FROM generate_series(1, 10)");
        if (i == 3)
            warehouse_sql(slow, "COMMIT");
        assert_true(sources_try(t.db, t.directory, 1 + (size_t)i * 300, NULL, NULL));
    }
    sources_expect(t.db, "SELECT sum(x) FROM warehouse.usage_span AS s, unnest(s.v) AS x", "51");
    tables_close(&t);
}

/* Names of records that are there, by id. */
static void expect_live(struct tables *t, const char *names)
{
    sources_expect(t->db,
                   "SELECT string_agg(version ->> 'name', ' ' ORDER BY record_key) FROM "
                   "ops.record_live('app', 'contact')",
                   names);
}

static void with_option(struct tables *t, const char *streams, const char *find, const char *option)
{
    g_auto(GStrv) parts = g_strsplit(streams, find, 2);
    g_autofree char *text = g_strconcat(parts[0], option, parts[1], NULL);
    tables_configure(t, text);
}

/* Since keys were compared last. */
static void an_hour_passes(struct tables *t)
{
    warehouse_sql(t->db, "UPDATE ops.watermark SET position = regexp_replace(position, "
                         "'\"reconciled\": [0-9]+', '\"reconciled\": 1')");
}

static void records_whose_keys_are_gone_end_and_can_be_taken_back(void **state)
{
    (void)state;
    struct tables t;
    struct ingest_summary summary;
    tables_open(&t, people, person);
    with_option(&t, people, "        cursor: updated_at\n",
                "        cursor: updated_at\n        deletes: reconcile\n"
                "        reconcile_every: 1h\n");
    warehouse_sql(t.app, "INSERT INTO person (id, name) SELECT n, 'n' || n FROM "
                         "generate_series(1, 5) AS n");
    tables_ingest(&t, NULL);
    warehouse_sql(t.app, "DELETE FROM person WHERE id IN (2, 4)");
    tables_ingest(&t, NULL); /* not yet an hour */
    expect_live(&t, "n1 n2 n3 n4 n5");
    an_hour_passes(&t);
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.loaded, 2);
    expect_live(&t, "n1 n3 n5");
    warehouse_sql(t.app, "INSERT INTO person (id, name) VALUES (4, 'n4')"); /* there again */
    tables_ingest(&t, NULL);
    expect_live(&t, "n1 n3 n4 n5");
    g_autoptr(GError) err = NULL;
    if (!load_undo(t.db, 2, "a test", &err))
        fail_msg("%s", err->message);
    expect_live(&t, "n1 n2 n3 n4 n5");
    tables_close(&t);
}

static void a_record_whose_party_changed_ends_for_the_former(void **state)
{
    (void)state;
    struct tables t;
    tables_open(&t, people, person);
    with_option(&t, people, "        cursor: updated_at\n",
                "        cursor: updated_at\n        deletes: reconcile\n"
                "        reconcile_every: 1m\n");
    warehouse_sql(t.app, "INSERT INTO person (id, name) VALUES (1, 'n1'), (2, 'n2')");
    tables_ingest(&t, NULL);
    warehouse_sql(t.app, "UPDATE person SET account = 'b', updated_at = now() WHERE id = 2");
    tables_ingest(&t, NULL);
    expect_live(&t, "n1 n2 n2");
    an_hour_passes(&t);
    tables_ingest(&t, NULL);
    expect_live(&t, "n1 n2");
    sources_expect(t.db,
                   "SELECT string_agg(party || record_key, ' ' ORDER BY record_key) FROM "
                   "ops.record_live('app', 'contact')",
                   "a1 b2");
    tables_close(&t);
}

static void a_table_that_is_empty_at_once_ends_nothing(void **state)
{
    (void)state;
    struct tables t;
    g_autoptr(GError) err = NULL;
    tables_open(&t, people, person);
    with_option(&t, people, "        cursor: updated_at\n", "        mode: full\n");
    warehouse_sql(t.app, "INSERT INTO person (id, name) SELECT n, 'n' || n FROM "
                         "generate_series(1, 5) AS n");
    tables_ingest(&t, NULL);
    warehouse_sql(t.app, "DELETE FROM person");
    assert_false(sources_try(t.db, t.directory, 0, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_CHECK));
    expect_live(&t, "n1 n2 n3 n4 n5");
    with_option(&t, people, "        cursor: updated_at\n",
                "        mode: full\n        allow_empty: true\n");
    tables_ingest(&t, NULL);
    expect_live(&t, NULL);
    tables_close(&t);
}

static void a_whole_table_is_compared_only_once_it_was_read_to_its_end(void **state)
{
    (void)state;
    struct tables t;
    g_autoptr(GError) err = NULL;
    tables_open(&t, people, person);
    with_option(&t, people, "        cursor: updated_at\n", "        mode: full\n");
    /* A view, whose rows have no versions, and which fails at its sixth row when it is told to. */
    warehouse_sql(
        t.app, "ALTER TABLE person RENAME TO someone; CREATE TABLE fails (at bigint);"
               "CREATE VIEW person AS SELECT id, account, name, 1 / (CASE WHEN id IN (SELECT at "
               "FROM public.fails) THEN 0 ELSE 1 END) AS updated_at FROM someone;"
               "INSERT INTO someone (id, name) SELECT n, 'n' || n FROM generate_series(1, 7) AS n");
    with_option(
        &t, people, "        cursor: updated_at\n",
        "        mode: full\n        ignore: [{name: none, field: updated_at, equals: x}]\n");
    tables_ingest(&t, NULL);
    warehouse_sql(t.app, "INSERT INTO fails VALUES (6); DELETE FROM someone WHERE id IN (2, 7);"
                         "UPDATE someone SET name = 'm3' WHERE id = 3");
    assert_false(sources_try(t.db, t.directory, 1, NULL, &err));
    assert_non_null(strstr(err->message, "division by zero"));
    expect_live(&t, "n1 n2 n3 n4 n5 n6 n7"); /* what was read before it failed is half of a whole */
    warehouse_sql(t.app, "DELETE FROM fails");
    tables_ingest(&t, NULL);
    expect_live(&t, "n1 m3 n4 n5 n6");
    tables_close(&t);
}

/* Loads that others see while a table of ten slow rows is read, with a delivery for each row. */
static void a_whole_table_is_seen_at_once(void **state)
{
    (void)state;
    struct tables t;
    int status = -1;
    tables_open(&t, people, person);
    with_option(&t, people, "        cursor: updated_at\n", "        mode: full\n");
    warehouse_sql(t.app,
                  "ALTER TABLE person RENAME TO someone;"
                  "CREATE VIEW person AS SELECT id, account, name || pg_sleep(0.05) AS name, "
                  "updated_at FROM someone;"
                  "INSERT INTO someone (id, name) SELECT n, 'n' || n FROM "
                  "generate_series(1, 10) AS n");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct db *own = db_open(warehouse_dsn(), "kenko test", 30000, NULL);
        _exit(!sources_try(own, t.directory, 1, NULL, NULL));
    }
    int looks = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        g_autofree char *loads = warehouse_value(t.db, "SELECT count(*) FROM ops.load");
        assert_true(strcmp(loads, "0") == 0 || strcmp(loads, "10") == 0);
        looks += strcmp(loads, "0") == 0;
    }
    assert_int_equal(status, 0);
    assert_true(looks > 0);
    expect_live(&t, "n1 n10 n2 n3 n4 n5 n6 n7 n8 n9");
    sources_expect(t.db, "SELECT string_agg(commit_no::text, ' ' ORDER BY load_id) FROM ops.load",
                   "1 2 3 4 5 6 7 8 9 10");
    sources_expect(t.db, "SELECT commit_no FROM ops.clock", "10");
    tables_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_arrive_as_they_are_in_the_table),
        cmocka_unit_test(only_what_is_new_is_read),
        cmocka_unit_test(ties_and_rows_without_a_cursor_are_all_read),
        cmocka_unit_test(a_partitioned_table_is_read_as_one),
        cmocka_unit_test(a_row_committed_late_is_not_missed),
        cmocka_unit_test(events_that_add_up_count_once_however_often_they_are_read),
        cmocka_unit_test(records_whose_keys_are_gone_end_and_can_be_taken_back),
        cmocka_unit_test(a_record_whose_party_changed_ends_for_the_former),
        cmocka_unit_test(a_table_that_is_empty_at_once_ends_nothing),
        cmocka_unit_test(a_whole_table_is_compared_only_once_it_was_read_to_its_end),
        cmocka_unit_test(a_whole_table_is_seen_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
