/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wall in the warehouse: what the API's login, the service and a request may read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/wall.h"
#include "core/migrate.h"
#include "support/served.h"
#include "support/warehouse.h"

static void expect(struct db *db, const char *sql, const char *wanted)
{
    g_autofree char *value = warehouse_value(db, sql);
    assert_string_equal(value, wanted);
}

static struct principal csm_of(struct db *db, const char *email)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT staff_id FROM identity.staff WHERE email = '%s'", email);
    g_autofree char *id = warehouse_value(db, sql);
    return (struct principal){.own_only = true, .staff_id = g_ascii_strtoll(id, NULL, 10)};
}

static void enter(struct db *db, const struct principal *principal)
{
    g_autoptr(GError) err = NULL;
    if (!wall_enter(db, principal, &err))
        fail_msg("%s", err->message);
}

static void the_login_of_the_api_reads_nothing_by_itself(void **state)
{
    const struct served *f = *state;
    warehouse_sql(f->db, "CREATE ROLE wall_login LOGIN NOINHERIT;"
                         "GRANT kenko_api, kenko_report, kenko_all, kenko_own TO wall_login;"
                         "SET SESSION AUTHORIZATION wall_login;");
    warehouse_sql(f->db, "DO $$ BEGIN"
                         " PERFORM count(*) FROM score.account_published;"
                         " RAISE EXCEPTION 'it was read';"
                         "EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;"
                         "DO $$ BEGIN"
                         " PERFORM count(*) FROM ops.api_key;"
                         " RAISE EXCEPTION 'it was read';"
                         "EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;");
    warehouse_sql(f->db, "SET ROLE kenko_api");
    expect(f->db, "SELECT count(*) > 0 FROM ops.api_key", "t");
    warehouse_sql(f->db, "RESET ROLE; RESET SESSION AUTHORIZATION");
    expect(f->db,
           "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
           "CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p (name) "
           "WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname NOT IN ('pg_catalog', "
           "'information_schema') AND pg_has_role('wall_login', 'kenko_own', 'MEMBER') "
           "AND NOT pg_has_role('wall_login', 'kenko_own', 'USAGE') "
           "AND has_table_privilege('wall_login', c.oid, p.name)",
           "0");
}

/* What the server does as another role, its login has to be a member of; so has whoever migrates.
 */
static void who_owns_the_warehouse_may_serve_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open_empty();
    g_autoptr(GError) err = NULL;
    warehouse_sql(db, "CREATE ROLE wall_owner LOGIN CREATEROLE;"
                      "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO wall_owner', "
                      "current_database()); END $$;"
                      "SET SESSION AUTHORIZATION wall_owner");
    if (!migrate_run(db, NULL, &err))
        fail_msg("%s", err->message);
    expect(db,
           "SELECT count(*) FROM unnest(ARRAY['kenko_api', 'kenko_report', 'kenko_ingest', "
           "'kenko_all', 'kenko_own']) AS r (name) "
           "WHERE NOT pg_has_role('wall_owner', r.name, 'MEMBER')",
           "0");
}

static void a_request_of_a_person_finds_own_accounts_only(void **state)
{
    const struct served *f = *state;
    const struct principal csm = csm_of(f->db, "a.sato@example.com");
    const struct principal all = {.own_only = false};
    static const char count[] = "SELECT count(DISTINCT account_id) FROM score.account_published";
    g_autofree char *own = warehouse_value(
        f->db, "SELECT count(*) FROM bi.account_current WHERE owner_email = 'a.sato@example.com'");
    g_autofree char *every = warehouse_value(f->db, count);
    assert_string_not_equal(own, every);
    enter(f->db, &csm);
    expect(f->db, count, own);
    expect(f->db, "SELECT count(*) FROM identity.account", own);
    expect(f->db, "SELECT count(DISTINCT account_id) FROM identity.member", own);
    wall_leave(f->db);
    enter(f->db, &all);
    expect(f->db, count, every);
    wall_leave(f->db);
}

static void a_request_of_nobody_finds_nothing(void **state)
{
    const struct served *f = *state;
    warehouse_sql(f->db, "BEGIN; SET LOCAL ROLE kenko_own");
    expect(f->db, "SELECT count(*) FROM score.account_published", "0");
    expect(f->db, "SELECT count(*) FROM identity.account", "0");
    warehouse_sql(f->db, "ROLLBACK");
}

static void a_person_cannot_write_about_accounts_of_others(void **state)
{
    const struct served *f = *state;
    const struct principal csm = csm_of(f->db, "a.sato@example.com");
    warehouse_sql(f->db, "CREATE TABLE outreach.wall_note (account_id bigint, said text);"
                         "CALL ops.raise_wall('outreach.wall_note');"
                         "GRANT SELECT, INSERT ON outreach.wall_note TO kenko_own");
    enter(f->db, &csm);
    warehouse_sql(f->db,
                  "INSERT INTO outreach.wall_note SELECT account_id, 'mine' FROM identity.account;"
                  "DO $$ BEGIN"
                  " INSERT INTO outreach.wall_note VALUES (-1, 'not mine');"
                  " RAISE EXCEPTION 'it was written';"
                  "EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;");
    wall_leave(f->db);
    expect(f->db, "SELECT count(*) FROM outreach.wall_note WHERE said = 'not mine'", "0");
    expect(f->db, "SELECT count(*) > 0 FROM outreach.wall_note", "t");
    warehouse_sql(f->db, "DROP TABLE outreach.wall_note");
}

static void nothing_of_a_request_stays_on_its_connection(void **state)
{
    const struct served *f = *state;
    const struct principal csm = csm_of(f->db, "a.sato@example.com");
    for (int i = 0; i < 200; i++) {
        enter(f->db, &csm);
        if (i % 3 == 0)
            db_rollback(f->db);
        else
            wall_leave(f->db);
        expect(f->db, "SELECT current_user = session_user AND score.asking() IS NULL", "t");
    }
}

static void every_table_about_accounts_that_requests_write_has_the_wall(void **state)
{
    const struct served *f = *state;
    expect(f->db,
           "SELECT coalesce(string_agg(c.oid::regclass::text, ', '), '') FROM pg_class AS c "
           "JOIN pg_namespace AS n ON n.oid = c.relnamespace "
           "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'account_id' "
           "WHERE c.relkind = 'r' AND n.nspname = 'outreach' AND NOT c.relrowsecurity",
           "");
    expect(f->db, "SELECT relrowsecurity FROM pg_class WHERE oid = 'outreach.override'::regclass",
           "t");
}

static void requests_read_no_secret(void **state)
{
    const struct served *f = *state;
    expect(f->db,
           "SELECT count(*) FROM unnest(ARRAY['kenko_all', 'kenko_own']) AS r (name) "
           "CROSS JOIN unnest(ARRAY['ops.api_key', 'ops.inbox', 'ops.user', 'ops.session']) AS t "
           "(name) "
           "WHERE has_table_privilege(r.name, t.name, 'SELECT')",
           "0");
    expect(f->db, "SELECT count(*) > 0 FROM ops.setting WHERE name LIKE '%\\_key'", "t");
    warehouse_sql(f->db, "BEGIN; SET LOCAL ROLE kenko_all");
    expect(f->db, "SELECT count(*) FROM ops.setting WHERE name LIKE '%\\_key'", "0");
    expect(f->db, "SELECT count(*) > 0 FROM ops.setting", "t");
    warehouse_sql(f->db, "ROLLBACK");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_login_of_the_api_reads_nothing_by_itself),
        cmocka_unit_test(who_owns_the_warehouse_may_serve_it),
        cmocka_unit_test(a_request_of_a_person_finds_own_accounts_only),
        cmocka_unit_test(a_request_of_nobody_finds_nothing),
        cmocka_unit_test(a_person_cannot_write_about_accounts_of_others),
        cmocka_unit_test(nothing_of_a_request_stays_on_its_connection),
        cmocka_unit_test(every_table_about_accounts_that_requests_write_has_the_wall),
        cmocka_unit_test(requests_read_no_secret),
    };
    return cmocka_run_group_tests(tests, served_set_up, served_tear_down);
}
