/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The chain of the audit log against those who would like another past. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/audit.h"
#include "support/warehouse.h"

enum { ROWS = 12 };

static struct db *written(void)
{
    struct db *db = warehouse_open();
    g_autoptr(GError) err = NULL;
    for (int i = 0; i < ROWS; i++) {
        g_autofree char *object = g_strdup_printf("k%d", i);
        const struct audit_event event = {"cli:root", i % 2 ? "key.create" : "key.revoke", object,
                                          i % 3 ? NULL : "a.sato@example.com",
                                          i % 4 ? NULL : "日本語, 1:2 and \"quotes\""};
        if (!audit_add(db, &event, &err))
            fail_msg("%s", err->message);
    }
    return db;
}

static struct audit_anchor expect_whole(struct db *db, const struct audit_anchor *kept)
{
    struct audit_anchor end = {0};
    g_autoptr(GError) err = NULL;
    if (!audit_verify(db, kept, &end, &err))
        fail_msg("%s", err->message);
    return end;
}

static void expect_broken(struct db *db, const struct audit_anchor *kept, const char *says)
{
    struct audit_anchor end;
    g_autoptr(GError) err = NULL;
    assert_false(audit_verify(db, kept, &end, &err));
    assert_true(err_is(err, KENKO_ERROR_CHECK));
    if (!strstr(err->message, says))
        fail_msg("%s does not say: %s", err->message, says);
}

static void a_log_as_it_was_written_passes_and_names_nobody(void **state)
{
    (void)state;
    struct db *db = written();
    struct audit_anchor end = expect_whole(db, NULL), again;
    assert_int_equal(end.number, ROWS);
    g_autofree char *text = audit_anchor_format(&end);
    assert_true(audit_anchor_parse(text, &again, NULL));
    expect_whole(db, &again);
    g_autofree char *named =
        warehouse_value(db, "SELECT count(*) FROM ops.audit AS a WHERE a::text LIKE '%sato%'");
    g_autofree char *hashed =
        warehouse_value(db, "SELECT count(DISTINCT subject) FROM ops.audit WHERE subject IS NOT "
                            "NULL");
    assert_string_equal(named, "0");
    assert_string_equal(hashed, "1");
    db_close(db);
}

static void an_empty_log_passes(void **state)
{
    (void)state;
    struct db *db = warehouse_open();
    assert_int_equal(expect_whole(db, NULL).number, 0);
    db_close(db);
}

static void what_was_done_to_it_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *says;
    } cases[] = {
        {"UPDATE ops.audit SET actor = 'cli:boot' WHERE audit_no = 5", "row 5 of the audit log is"},
        {"UPDATE ops.audit SET at = at + interval '1 us' WHERE audit_no = 1", "row 1 of"},
        {"UPDATE ops.audit SET subject = NULL WHERE audit_no = 4", "row 4 of"},
        {"UPDATE ops.audit SET object = object || detail, detail = '' WHERE audit_no = 9",
         "row 9 of"},
        {"DELETE FROM ops.audit WHERE audit_no = 7", "row 7 of the audit log is missing"},
        {"DELETE FROM ops.audit WHERE audit_no = 1", "row 1 of the audit log is missing"},
        {"UPDATE ops.audit SET audit_no = CASE audit_no WHEN 3 THEN -4 ELSE -3 END "
         "WHERE audit_no IN (3, 4);"
         "UPDATE ops.audit SET audit_no = -audit_no WHERE audit_no < 0",
         "row 3 of"},
        {"DELETE FROM ops.audit WHERE audit_no > 10", "ends at row 10, but was written to row 12"},
        {"DELETE FROM ops.audit", "ends at row 0"},
        {"INSERT INTO ops.audit SELECT 13, at, actor, action, object, subject, detail, hash "
         "FROM ops.audit WHERE audit_no = 12",
         "row 13 of"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct db *db = written();
        warehouse_sql(db, cases[i].sql);
        expect_broken(db, NULL, cases[i].says);
        db_close(db);
    }
}

/* Whoever owns the warehouse can write the head too; then what was kept elsewhere speaks. */
static void an_anchor_kept_elsewhere_finds_what_the_owner_did(void **state)
{
    (void)state;
    struct db *db = written();
    const struct audit_anchor kept = expect_whole(db, NULL);
    warehouse_sql(db, "DELETE FROM ops.audit WHERE audit_no > 10;"
                      "UPDATE ops.audit_head SET audit_no = 10, hash = (SELECT a.hash FROM "
                      "ops.audit AS a WHERE a.audit_no = 10)");
    expect_whole(db, NULL);
    expect_broken(db, &kept, "cut short");
    warehouse_sql(db, "SELECT ops.audit_add('cli:root', 'x', '', NULL, '');"
                      "SELECT ops.audit_add('cli:root', 'y', '', NULL, '')");
    expect_whole(db, NULL);
    expect_broken(db, &kept, "written anew");
    db_close(db);
}

static void those_who_add_may_do_nothing_else(void **state)
{
    (void)state;
    struct db *db = written();
    warehouse_sql(db, "SET ROLE kenko_own; SELECT ops.audit_add('key:x', 'x', '', NULL, '');"
                      "DO $$ BEGIN DELETE FROM ops.audit; RAISE EXCEPTION 'deleted';"
                      "EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;"
                      "DO $$ BEGIN UPDATE ops.audit_head SET audit_no = 0; RAISE EXCEPTION 'set';"
                      "EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;"
                      "RESET ROLE");
    assert_int_equal(expect_whole(db, NULL).number, ROWS + 1);
    db_close(db);
}

static void an_anchor_is_a_number_and_a_hash(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",     "12",    "12:",
        "x:00", "12:00", "-1:0000000000000000000000000000000000000000000000000000000000000000"};
    struct audit_anchor anchor;
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_false(audit_anchor_parse(wrong[i], &anchor, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_as_it_was_written_passes_and_names_nobody),
        cmocka_unit_test(an_empty_log_passes),
        cmocka_unit_test(what_was_done_to_it_is_found),
        cmocka_unit_test(an_anchor_kept_elsewhere_finds_what_the_owner_did),
        cmocka_unit_test(those_who_add_may_do_nothing_else),
        cmocka_unit_test(an_anchor_is_a_number_and_a_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
