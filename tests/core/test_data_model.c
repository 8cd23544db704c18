/* SPDX-License-Identifier: GPL-3.0-or-later */
/* docs/data-model.md is made from the comments of the migrated schema; KENKO_UPDATE=yes writes it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/warehouse.h"

static const char query[] =
    "SELECT string_agg(t.part, E'\\n' ORDER BY t.schema_order, t.relname) FROM ("
    " SELECT array_position(ARRAY['ops','identity','warehouse','score','outreach','bi'], "
    "n.nspname::text)"
    "   AS schema_order, c.relname,"
    "  E'\\n## ' || n.nspname || '.' || c.relname || E'\\n' || obj_description(c.oid) || E'\\n' ||"
    "  CASE WHEN c.relkind IN ('r','p') OR n.nspname = 'bi' THEN"
    "   E'\\n| column | type | meaning |\\n|---|---|---|\\n' || ("
    "    SELECT string_agg('| ' || a.attname || ' | ' || format_type(a.atttypid, a.atttypmod) ||"
    "     CASE WHEN a.attnotnull OR c.relkind = 'v' THEN '' ELSE ' null' END || ' | ' ||"
    "     replace(coalesce(col_description(c.oid, a.attnum), ''), '|', '/') || ' |', E'\\n'"
    "     ORDER BY a.attnum)"
    "    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) || "
    "E'\\n'"
    "  ELSE '' END AS part"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname IN ('ops','identity','warehouse','score','outreach','bi')"
    "  AND c.relkind IN ('r','p','v') AND NOT c.relispartition) AS t";

static void the_document_says_what_the_schema_says(void **state)
{
    (void)state;
    struct db *db = warehouse_open();
    g_autofree char *body = warehouse_value(db, query);
    g_autofree char *want = g_strdup_printf("# Data model\n\nMade from the comments of the schema; "
                                            "do not edit. Dashboards read schema `bi` "
                                            "only.\n%s",
                                            body);
    const char *source = g_getenv("KENKO_SOURCE");
    g_autofree char *path = g_build_filename(source ? source : ".", "docs/data-model.md", NULL);
    g_autofree char *have = NULL;
    if (g_strcmp0(g_getenv("KENKO_UPDATE"), "yes") == 0)
        assert_true(g_file_set_contents(path, want, -1, NULL));
    assert_true(g_file_get_contents(path, &have, NULL, NULL));
    if (strcmp(have, want) != 0)
        fail_msg("docs/data-model.md is out of date: run this test with KENKO_UPDATE=yes");
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_says_what_the_schema_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
