/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/warehouse.h"

#define USAGE(on_change)                                                                           \
    "sources:\n"                                                                                   \
    "  - name: app\n"                                                                              \
    "    type: file\n"                                                                             \
    "    streams:\n"                                                                               \
    "      - stream: usage_metric\n"                                                               \
    "        path: data/*.csv\n"                                                                   \
    "        on_change: " on_change "\n"                                                           \
    "        fields: {party: account, at: day}\n"                                                  \
    "        values:\n"                                                                            \
    "          - {metric: runs, field: runs}\n"                                                    \
    "          - {metric: peak, field: ms}\n"                                                      \
    "          - {metric: low, field: ms}\n"                                                       \
    "        ignore:\n"                                                                            \
    "          - {name: tests, field: account, prefix: test-}\n"

#define HEADER "account,day,runs,ms\n"

static const char total[] =
    "SELECT sum(x) FROM warehouse.usage_span s JOIN warehouse.load_now USING (load_id) JOIN "
    "warehouse.metric m USING (metric_id), unnest(s.v) x WHERE m.name = 'runs'";

static void expect_reconciled(struct db *db)
{
    sources_expect(db,
                   "SELECT count(*) FROM ops.load l WHERE rejected <> (SELECT count(*) FROM "
                   "ops.reject r WHERE r.load_id = l.load_id) OR ignored <> (SELECT "
                   "coalesce(sum(records), 0) FROM ops.load_ignored i WHERE i.load_id = l.load_id)",
                   "0");
}

static void every_record_ends_as_loaded_ignored_or_rejected(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    sources_write(dir, "data/a.csv",
                  HEADER "acc-1,2026-01-02,3,1.25\n"
                         "test-1,2026-01-02,3,1\n"
                         "acc-1,2026-02-30,3,1\n"
                         "acc-1,2026-01-02,4,9\n"
                         "acc-1,2026-01-04,x,9\n"
                         "acc-2,2026-02-01,1\n"
                         "acc-2,2026-02-01,7,2\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.read, 7);
    assert_int_equal(s.count.loaded, 3);
    assert_int_equal(s.count.ignored, 1);
    assert_int_equal(s.count.rejected, 3);
    expect_reconciled(db);
    sources_expect(db, total, "14");
    sources_expect(db,
                   "SELECT string_agg(line || ':' || at_column || ' ' || reason || ' ' || field, "
                   "', ' ORDER BY line) "
                   "FROM ops.reject",
                   "4:7 bad_time day, 6:18 bad_number runs, 7:18 ragged_row ");
    sources_expect(db,
                   "SELECT v::text FROM warehouse.usage_span JOIN warehouse.metric m USING "
                   "(metric_id) JOIN identity.party p USING (party_id) WHERE m.name = 'peak' "
                   "AND external_id = 'acc-1'",
                   "{90}");
    sources_expect(db,
                   "SELECT v::text FROM warehouse.usage_span JOIN warehouse.metric m USING "
                   "(metric_id) JOIN identity.party p USING (party_id) WHERE m.name = 'low' "
                   "AND external_id = 'acc-1'",
                   "{13}");
}

static void a_file_read_before_is_not_read_again(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,3,1\n");
    struct ingest_summary s;
    sources_ingest(db, dir, NULL);
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.read, 0);
    sources_expect(db, total, "3");
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE kind = 'ingest'", "1");
}

static void a_grown_file_is_read_on(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,3,1\n");
    sources_ingest(db, dir, NULL);
    sources_append(dir, "data/a.csv", "acc-1,2026-01-03,4,1\nacc-1,2026-01-09,bad,1\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.read, 2);
    assert_int_equal(s.count.loaded, 1);
    sources_expect(db, total, "7");
    sources_expect(db, "SELECT line FROM ops.reject", "4");
    sources_expect(db, "SELECT generation FROM ops.file", "1");
}

static void a_last_line_without_end_that_grows_is_a_change_not_a_record(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("replace"));
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,3,1");
    sources_ingest(db, dir, NULL);
    sources_append(dir, "data/a.csv", "0\nacc-1,2026-01-03,4,1");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.rejected, 0);
    assert_int_equal(s.count.loaded, 2);
    sources_expect(db, total, "7");
    sources_append(dir, "data/a.csv", "\nacc-1,2026-01-04,5,1\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
    sources_expect(db, total, "12");
}

static void changed_content_is_refused_unless_the_mapping_says_what_to_do(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,3,1\n");
    sources_ingest(db, dir, NULL);
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,5,1\n");
    sources_write(dir, "data/b.csv", HEADER "acc-1,2026-01-03,1,1\n");
    g_autoptr(GError) err = NULL;
    assert_false(sources_try(db, dir, 0, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "data/a.csv"));
    sources_expect(db, total, "4"); /* the other file is in */
}

static void replaced_content_takes_the_place_of_the_old(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("replace"));
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,3,1\n");
    sources_ingest(db, dir, NULL);
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,5,1\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db, total, "5");
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE undone_no IS NOT NULL", "1");
    g_autofree char *digest = sources_digest(db);
    g_autoptr(db_t) clean = warehouse_open();
    sources_ingest(clean, dir, NULL);
    g_autofree char *fresh = sources_digest(clean);
    assert_string_equal(digest, fresh);
}

static void appended_content_is_added(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("append"));
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,3,1\n");
    sources_ingest(db, dir, NULL);
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,5,1\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db, total, "8");
}

static void the_same_content_under_another_name_is_a_duplicate(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    const char *text = HEADER "acc-1,2026-01-02,3,1\nacc-1,2026-01-03,x,1\n";
    sources_write(dir, "data/a.csv", text);
    sources_write(dir, "data/b.csv", text); /* met in the same run */
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.duplicate, 2);
    sources_expect(db, total, "3");
    sources_write(dir, "data/c.csv", text);
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.read, 2);
    assert_int_equal(s.count.duplicate, 2);
    sources_expect(db, total, "3");
    sources_expect(db, "SELECT count(*) FROM ops.reject", "1");
}

static void a_late_file_with_an_older_name_is_loaded(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    sources_write(dir, "data/2026-02.csv", HEADER "acc-1,2026-02-02,3,1\n");
    sources_ingest(db, dir, NULL);
    sources_write(dir, "data/2026-01.csv", HEADER "acc-1,2026-01-02,4,1\n");
    sources_ingest(db, dir, NULL);
    sources_expect(db, total, "7");
}

static void no_file_and_a_broken_header_are_told_by_name(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    g_autoptr(GError) err = NULL;
    assert_false(sources_try(db, dir, 0, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
    assert_non_null(strstr(err->message, "data/*.csv"));
    g_clear_error(&err);
    sources_write(dir, "data/a.csv", "account,day,runs\nacc-1,2026-02-02,3\n");
    assert_false(sources_try(db, dir, 0, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_INPUT));
    assert_non_null(strstr(err->message, "data/a.csv"));
    assert_non_null(strstr(err->message, "ms"));
}

static void a_sum_that_leaves_the_range_rejects_the_record_by_name(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    sources_write(dir, "data/a.csv",
                  HEADER "acc-1,2026-01-02,9223372036854775807,1\n"
                         "acc-1,2026-01-02,1,2\n"
                         "acc-1,2026-01-02,99999999999999999999,2\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
    assert_int_equal(s.count.rejected, 2);
    sources_expect(db, "SELECT message FROM ops.reject WHERE line = 2",
                   "the sum of runs of 'acc-1' on 2026-01-02 leaves 64 bits");
    sources_expect(db, "SELECT count(*) FROM ops.reject WHERE reason = 'out_of_range'", "2");
    expect_reconciled(db);
}

static void an_id_no_index_can_hold_is_rejected_not_an_error(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    GRand *rand = g_rand_new_with_seed(7);
    g_autoptr(GString) text = g_string_new(HEADER);
    for (int i = 0; i < 9000; i++) /* random, so that it does not compress */
        g_string_append_c(text, (char)g_rand_int_range(rand, 'a', 'z' + 1));
    g_rand_free(rand);
    g_string_append(text, ",2026-01-02,1,1\nacc-1,2026-01-02,1,1\n");
    sources_write(dir, "data/a.csv", text->str);
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
    assert_int_equal(s.count.rejected, 1);
    sources_expect(db, "SELECT reason FROM ops.reject", "too_long");
}

static void a_time_far_off_makes_no_partitions_in_between(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    sources_write(dir, "data/a.csv",
                  HEADER "acc-1,2001-01-02,1,1\n"
                         "acc-1,2026-01-02,1,1\n"
                         "acc-1,0201-01-02,1,1\n"
                         "acc-1,9201-01-02,1,1\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 2);
    sources_expect(db, "SELECT string_agg(reason, ' ' ORDER BY line) FROM ops.reject",
                   "too_early too_late");
    sources_expect(
        db, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'warehouse.usage_month'::regclass",
        "2");
}

static void two_runs_at_once_the_second_is_busy(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    sources_write(dir, "data/a.csv", HEADER);
    g_autoptr(GError) err = NULL;
    struct job *job = job_begin(db, warehouse_dsn(), "ingest", &err);
    assert_non_null(job);
    g_autoptr(db_t) second = db_open(warehouse_dsn(), "kenko test", 30000, &err);
    assert_non_null(second);
    assert_false(sources_try(second, dir, 0, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_BUSY));
    job_end(job, NULL, NULL);
    sources_ingest(second, dir, NULL);
}

static void a_run_that_lost_its_fence_writes_nothing(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(USAGE("reject"));
    sources_write(dir, "data/a.csv", HEADER "acc-1,2026-01-02,3,1\n");
    /* Another run takes over as soon as this one has begun. */
    warehouse_sql(db, "CREATE FUNCTION public.usurp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                      "UPDATE ops.fence SET fence = fence + 1; RETURN NEW; END $$; "
                      "CREATE TRIGGER usurp AFTER INSERT ON ops.job_run FOR EACH ROW EXECUTE "
                      "FUNCTION public.usurp()");
    g_autoptr(GError) err = NULL;
    assert_false(sources_try(db, dir, 0, NULL, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    sources_expect(db, "SELECT count(*) FROM warehouse.usage_span", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_ends_as_loaded_ignored_or_rejected),
        cmocka_unit_test(a_file_read_before_is_not_read_again),
        cmocka_unit_test(a_grown_file_is_read_on),
        cmocka_unit_test(a_last_line_without_end_that_grows_is_a_change_not_a_record),
        cmocka_unit_test(changed_content_is_refused_unless_the_mapping_says_what_to_do),
        cmocka_unit_test(replaced_content_takes_the_place_of_the_old),
        cmocka_unit_test(appended_content_is_added),
        cmocka_unit_test(the_same_content_under_another_name_is_a_duplicate),
        cmocka_unit_test(a_late_file_with_an_older_name_is_loaded),
        cmocka_unit_test(no_file_and_a_broken_header_are_told_by_name),
        cmocka_unit_test(a_sum_that_leaves_the_range_rejects_the_record_by_name),
        cmocka_unit_test(an_id_no_index_can_hold_is_rejected_not_an_error),
        cmocka_unit_test(a_time_far_off_makes_no_partitions_in_between),
        cmocka_unit_test(two_runs_at_once_the_second_is_busy),
        cmocka_unit_test(a_run_that_lost_its_fence_writes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
