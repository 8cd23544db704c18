/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/identity.h"
#include "ingest/load.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] = "sources:\n"
                              "  - name: app\n"
                              "    type: file\n"
                              "    streams:\n"
                              "      - stream: account\n"
                              "        path: accounts.csv\n"
                              "        on_change: append\n"
                              "        fields: {party: id, name: name, domain: domain}\n"
                              "      - stream: usage_event\n"
                              "        path: events-*.csv\n"
                              "        id: id\n"
                              "        fields: {party: account, at: at}\n"
                              "        values: [{metric: runs}, {metric: level, field: seats}]\n";

#define EVENTS "id,account,at,seats\n"

static const char *make_directory(void)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "accounts.csv",
                  "id,name,domain\na,Alpha Inc.,a.example\nb,Beta,b.example\n");
    sources_write(dir, "events-1.csv",
                  EVENTS "e1,a,2026-01-05T00:00:00Z,3\ne2,mail.b.example,2026-01-05T00:00:00Z,4\n");
    return dir;
}

static int64_t newest_load(struct db *db, const char *kind)
{
    g_autofree char *query =
        g_strdup_printf("SELECT max(load_id) FROM ops.load WHERE kind = '%s'", kind);
    g_autofree char *text = warehouse_value(db, query);
    return g_ascii_strtoll(text, NULL, 10);
}

static void undo(struct db *db, const char *kind)
{
    g_autoptr(GError) err = NULL;
    if (!load_undo(db, newest_load(db, kind), "a test", &err))
        fail_msg("%s", err->message);
}

static void undo_gives_the_digest_from_before(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory();
    sources_ingest(db, dir, NULL);
    g_autofree char *before = sources_digest(db);
    sources_write(dir, "events-2.csv",
                  EVENTS "e2,b,2026-01-05T00:00:00Z,9\ne3,a,2026-01-05T10:00:00Z,9\n"
                         "e4,a,yesterday,9\n");
    sources_ingest(db, dir, NULL);
    g_autofree char *with = sources_digest(db);
    assert_string_not_equal(before, with);
    undo(db, "ingest");
    g_autofree char *after = sources_digest(db);
    assert_string_equal(before, after);
}

static void the_ids_of_an_undone_load_may_come_again(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory();
    sources_ingest(db, dir, NULL);
    undo(db, "ingest");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.read, 0); /* the file stays read: that is what undo is for */
    sources_write(dir, "events-2.csv",
                  EVENTS "e1,a,2026-01-05T00:00:00Z,3\n"
                         "e2,mail.b.example,2026-01-05T00:00:00Z,4\n");
    sources_ingest(db, dir, &s); /* content known from a retracted load is no duplicate */
    assert_int_equal(s.count.loaded, 2);
}

static void a_load_is_undone_once_and_only_when_it_is_there(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    sources_ingest(db, make_directory(), NULL);
    int64_t load = newest_load(db, "ingest");
    g_autoptr(GError) err = NULL;
    assert_true(load_undo(db, load, "a test", &err));
    assert_false(load_undo(db, load, "a test", &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    g_clear_error(&err);
    assert_false(load_undo(db, 4711, "a test", &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
    g_clear_error(&err);
    assert_false(load_undo(db, newest_load(db, "undo"), "a test", &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
}

static void an_older_version_counts_again_when_the_newer_is_undone(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory();
    sources_ingest(db, dir, NULL);
    sources_write(dir, "accounts.csv", "id,name,domain\na,Omega,a.example\nb,Beta,b.example\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
    assert_int_equal(s.count.duplicate, 1);
    sources_expect(db, "SELECT name FROM warehouse.account_now WHERE key = 'a'", "Omega");
    undo(db, "ingest");
    sources_expect(db, "SELECT name FROM warehouse.account_now WHERE key = 'a'", "Alpha Inc.");
}

static void a_merge_and_its_undo_leave_no_trace_in_what_counts(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    sources_ingest(db, make_directory(), NULL);
    g_autofree char *before = sources_digest(db);
    g_autoptr(GError) err = NULL;
    assert_true(identity_merge(db, "a", "b", &err));
    sources_expect(db, "SELECT count(*) FROM warehouse.account_now", "1");
    undo(db, "identity");
    sources_expect(db, "SELECT count(*) FROM warehouse.account_now", "2");
    g_autofree char *after = sources_digest(db);
    assert_string_equal(before, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undo_gives_the_digest_from_before),
        cmocka_unit_test(the_ids_of_an_undone_load_may_come_again),
        cmocka_unit_test(a_load_is_undone_once_and_only_when_it_is_there),
        cmocka_unit_test(an_older_version_counts_again_when_the_newer_is_undone),
        cmocka_unit_test(a_merge_and_its_undo_leave_no_trace_in_what_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
