/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema and every statement keep to what a distributed engine takes, by ops.placement. Each
 * rule is first seen to find an offence planted for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/db.h"
#include "sql/api.h"
#include "sql/core.h"
#include "sql/ingest.h"
#include "sql/quality.h"
#include "sql/reports.h"
#include "sql/scoring.h"
#include "support/warehouse.h"

/* ── the schema ──────────────────────────────────────────────────────────────────────────────── */

#define TABLES                                                                                     \
    "WITH placed AS (SELECT c.oid AS rel, n.nspname || '.' || c.relname AS name, p.kind, p.key "   \
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "                               \
    "LEFT JOIN ops.placement p ON p.relation = n.nspname || '.' || c.relname "                     \
    "WHERE n.nspname IN ('ops','identity','warehouse','score','outreach','bi') "                   \
    "AND c.relkind IN ('r','p') AND NOT c.relispartition) "

struct schema_rule {
    const char *name, *offence, *query; /* the query names what breaks the rule */
};
static const struct schema_rule schema_rules[] = {
    {"every table is placed", "CREATE TABLE ops.planted (a int)",
     TABLES "SELECT string_agg(name, ', ') FROM placed WHERE kind IS NULL"},
    {"a placement is of a table there is",
     "INSERT INTO ops.placement (relation, kind) VALUES ('ops.nowhere', 'local')",
     "SELECT string_agg(relation, ', ') FROM ops.placement WHERE to_regclass(relation) IS NULL"},
    {"the key of a distributed table is a bigint that is never null",
     "CREATE TABLE warehouse.planted (party_id bigint, PRIMARY KEY (party_id));"
     "ALTER TABLE warehouse.planted DROP CONSTRAINT planted_pkey;"
     "ALTER TABLE warehouse.planted ALTER party_id DROP NOT NULL;"
     "INSERT INTO ops.placement VALUES ('warehouse.planted', 'distributed', 'party_id')",
     TABLES "SELECT string_agg(name, ', ') FROM placed WHERE kind = 'distributed' AND NOT EXISTS "
            "(SELECT FROM pg_attribute a WHERE a.attrelid = rel AND a.attname = key "
            "AND a.attnotnull AND a.atttypid = 'int8'::regtype)"},
    /* Kept events have no index at all: what is only appended and dropped by months is moved by
     * its log. */
    {"a distributed table has a primary key, or is one of kept events",
     "CREATE TABLE warehouse.planted (party_id bigint NOT NULL);"
     "INSERT INTO ops.placement VALUES ('warehouse.planted', 'distributed', 'party_id')",
     TABLES "SELECT string_agg(name, ', ') FROM placed WHERE kind = 'distributed' AND NOT EXISTS "
            "(SELECT FROM pg_index i WHERE i.indrelid = rel AND i.indisprimary) "
            "AND name <> 'warehouse.usage_event'"},
    {"unique keys of a distributed table lead with its key",
     "CREATE TABLE warehouse.planted (party_id bigint NOT NULL, name text UNIQUE,"
     " PRIMARY KEY (party_id));"
     "INSERT INTO ops.placement VALUES ('warehouse.planted', 'distributed', 'party_id')",
     TABLES "SELECT string_agg(i.indexrelid::regclass::text, ', ') FROM placed "
            "JOIN pg_index i ON i.indrelid = rel AND i.indisunique "
            "LEFT JOIN pg_attribute a ON a.attrelid = rel AND a.attnum = i.indkey[0] "
            "WHERE kind = 'distributed' AND a.attname IS DISTINCT FROM key"},
    {"exclusion constraints of a distributed table hold its key",
     "CREATE TABLE warehouse.planted (party_id bigint NOT NULL, span int4range,"
     " PRIMARY KEY (party_id), EXCLUDE USING gist (span WITH &&));"
     "INSERT INTO ops.placement VALUES ('warehouse.planted', 'distributed', 'party_id')",
     TABLES "SELECT string_agg(o.conname, ', ') FROM placed JOIN pg_constraint o ON "
            "o.conrelid = rel AND o.contype = 'x' JOIN pg_attribute a ON a.attrelid = rel "
            "AND a.attname = key WHERE kind = 'distributed' AND NOT a.attnum = ANY (o.conkey)"},
    /* Towards a distributed table only from one with the same key; from one only to references, and
     * not from partitioned facts: each such check is a second look-up a row. */
    {"foreign keys join what lies together",
     "CREATE TABLE ops.planted (a bigint PRIMARY KEY);"
     "INSERT INTO ops.placement VALUES ('ops.planted', 'local', NULL);"
     "CREATE TABLE warehouse.planted (party_id bigint PRIMARY KEY REFERENCES ops.planted);"
     "INSERT INTO ops.placement VALUES ('warehouse.planted', 'distributed', 'party_id')",
     TABLES "SELECT string_agg(f.name || '.' || o.conname, ', ') FROM pg_constraint o "
            "JOIN placed f ON f.rel = o.conrelid JOIN placed t ON t.rel = o.confrelid "
            "WHERE o.contype = 'f' AND (o.confdeltype IN ('n', 'd') OR CASE f.kind "
            "WHEN 'distributed' THEN t.kind = 'local' OR t.kind = 'distributed' AND t.key <> f.key "
            " OR EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partrelid = f.rel) "
            "ELSE t.kind = 'distributed' END)"},
    {"triggers stand on local tables",
     "CREATE FUNCTION ops.planted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
     "CREATE TRIGGER planted AFTER INSERT ON identity.party EXECUTE FUNCTION ops.planted()",
     TABLES "SELECT string_agg(g.tgname || ' on ' || name, ', ') FROM placed JOIN pg_trigger g "
            "ON g.tgrelid = rel AND NOT g.tgisinternal WHERE kind <> 'local'"},
    /* Metrics are declared, by the coordinator: thousands at most, and their ids fill every span.
     */
    {"numbers that are counted up are bigint, except those of metrics",
     "CREATE TABLE ops.planted (a serial PRIMARY KEY);"
     "INSERT INTO ops.placement VALUES ('ops.planted', 'local', NULL)",
     "SELECT string_agg(c.relname, ', ') FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid "
     "WHERE s.seqtypid <> 'int8'::regtype AND c.relname <> 'metric_metric_id_seq'"},
    {"rows a scoring or roll-up writes are numbered by what they speak of",
     "CREATE TABLE warehouse.planted (party_id bigint NOT NULL,"
     " n bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (party_id, n));"
     "INSERT INTO ops.placement VALUES ('warehouse.planted', 'distributed', 'party_id')",
     TABLES "SELECT string_agg(name || '.' || a.attname, ', ') FROM placed JOIN pg_attribute a "
            "ON a.attrelid = rel AND (a.attidentity <> '' OR EXISTS (SELECT FROM pg_attrdef d "
            "WHERE d.adrelid = rel AND d.adnum = a.attnum "
            "AND pg_get_expr(d.adbin, rel) LIKE 'nextval%')) WHERE kind = 'distributed'"},
};

static void the_schema_keeps_to_the_rules_of_its_placement(void **state)
{
    (void)state;
    struct db *db = warehouse_open();
    int wrong = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(schema_rules); i++) {
        const struct schema_rule *rule = &schema_rules[i];
        warehouse_sql(db, "BEGIN");
        warehouse_sql(db, rule->offence);
        g_autofree char *planted = warehouse_value(db, rule->query);
        warehouse_sql(db, "ROLLBACK");
        g_autofree char *found = warehouse_value(db, rule->query);
        if (!planted)
            printf("%s: does not find its planted offence\n", rule->name);
        if (found)
            printf("%s: %s\n", rule->name, found);
        wrong += !planted || found;
    }
    db_close(db);
    assert_int_equal(wrong, 0);
}

/* ── the statements ──────────────────────────────────────────────────────────────────────────── */

static char *group_of(const char *pattern, const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_CASELESS | G_REGEX_DOTALL, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    assert_non_null(regex);
    return g_regex_match(regex, text, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}

/* Each `schema.table` after FROM, JOIN, INTO or UPDATE, in order. */
static GPtrArray *tables_of(const char *text)
{
    g_autoptr(GRegex) regex = g_regex_new("\\b(?:FROM|JOIN|INTO|UPDATE)\\s+([a-z]+\\.[a-z_]+)",
                                          G_REGEX_CASELESS, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    GPtrArray *tables = g_ptr_array_new_with_free_func(g_free);
    for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL))
        g_ptr_array_add(tables, g_match_info_fetch(match, 1));
    return tables;
}

/* local, reference, distributed; NULL for what is no table of ours. */
static char *kind_of(struct db *db, const char *relation)
{
    g_autofree char *query =
        g_strdup_printf("SELECT kind FROM ops.placement WHERE relation = '%s'", relation);
    return warehouse_value(db, query);
}

static char *first_not_local(struct db *db, const char *text, const char *also_fine)
{
    g_autoptr(GPtrArray) tables = tables_of(text);
    for (guint i = 0; i < tables->len; i++) {
        g_autofree char *kind = kind_of(db, tables->pdata[i]);
        if (kind && strcmp(kind, "local") != 0 && g_strcmp0(kind, also_fine) != 0)
            return g_strdup(tables->pdata[i]);
    }
    return NULL;
}

/* DO UPDATE runs on each shard by itself: only what depends on its arguments alone. */
static char *update_not_immutable(struct db *db, const char *text)
{
    g_autofree char *set = group_of("DO UPDATE\\s+SET(.*?)(?:\\bRETURNING\\b|;|$)", text);
    g_autofree char *into = group_of("INSERT INTO\\s+([a-z]+\\.[a-z_]+)", text);
    g_autofree char *kind = set && into ? kind_of(db, into) : NULL;
    if (!kind || strcmp(kind, "local") == 0)
        return NULL;
    g_autofree char *clock = group_of("\\b(current_[a-z]+|localtime[a-z]*)\\b", set);
    if (clock)
        return g_steal_pointer(&clock);
    g_autoptr(GRegex) call = g_regex_new("\\b([a-z_][a-z0-9_]*)\\s*\\(", G_REGEX_CASELESS, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    for (g_regex_match(call, set, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        g_autofree char *query = g_strdup_printf(
            "SELECT max(proname) FROM pg_proc WHERE proname = lower('%s') AND provolatile <> 'i'",
            name);
        g_autofree char *found = warehouse_value(db, query);
        if (found)
            return g_steal_pointer(&found);
    }
    return NULL;
}

/* Rows are locked on local tables, or of one key. */
static char *locks_across_shards(struct db *db, const char *text)
{
    g_autofree char *locked =
        group_of("(SELECT.*\\bFOR (?:NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\\b)", text);
    g_autofree char *one_key = group_of("\\b(?:party|account)_id = (\\$)", text);
    return locked && !one_key ? first_not_local(db, locked, NULL) : NULL;
}

/* A sub-query for each row of a list or a reference table cannot look into shards. */
static char *laterals_over_lists(struct db *db, const char *text)
{
    g_autofree char *body = group_of(
        "FROM\\s+(?:unnest|generate_series|\\(\\s*VALUES)\\b[^;]*?LATERAL\\s*\\((.*)", text);
    return body ? first_not_local(db, body, "reference") : NULL;
}

/* The key of a row is where it lies: a row moves by being written anew. */
static char *updates_of_a_key(struct db *db, const char *text)
{
    g_autofree char *table = group_of("^\\s*UPDATE\\s+([a-z]+\\.[a-z_]+)", text);
    g_autofree char *key = NULL;
    if (table) {
        g_autofree char *query =
            g_strdup_printf("SELECT key FROM ops.placement WHERE relation = '%s'", table);
        key = warehouse_value(db, query);
    }
    if (!key)
        return NULL;
    g_autofree char *pattern = g_strdup_printf("\\bSET\\b[^;]*?\\b(%s) = .*\\bWHERE\\b", key);
    g_autofree char *found = group_of(pattern, text);
    g_autofree char *before = group_of("\\bSET\\b(.*?)\\b(?:FROM|WHERE)\\b", text);
    return found && before && strstr(before, key) ? g_steal_pointer(&found) : NULL;
}

static char *merges_or_recursion(struct db *db, const char *text)
{
    g_autofree char *recursive = group_of("(WITH RECURSIVE.*)", text);
    g_autofree char *merge = group_of("\\b(MERGE INTO.*)", text);
    return recursive || merge ? first_not_local(db, recursive ? recursive : merge, NULL) : NULL;
}

typedef char *(*statement_check_fn)(struct db *db, const char *text);
static const struct statement_rule {
    const char *name, *offence;
    statement_check_fn check;
} statement_rules[] = {
    {"DO UPDATE calls immutable functions only",
     "INSERT INTO warehouse.usage_month (party_id) VALUES (1) ON CONFLICT (party_id) "
     "DO UPDATE SET at = clock_timestamp() RETURNING 1",
     update_not_immutable},
    {"rows are locked on local tables or by key",
     "SELECT 1 FROM warehouse.account ORDER BY 1 FOR UPDATE", locks_across_shards},
    {"no LATERAL from a list into shards",
     "SELECT x FROM unnest($1::bigint[]) AS u(i) CROSS JOIN LATERAL "
     "(SELECT party_id AS x FROM warehouse.account WHERE party_id = u.i LIMIT 1) AS l",
     laterals_over_lists},
    {"keys of distributed rows are never updated",
     "UPDATE warehouse.account SET party_id = 2 WHERE party_id = 1", updates_of_a_key},
    {"no recursion and no MERGE over shards",
     "WITH RECURSIVE r AS (SELECT party_id FROM warehouse.account) SELECT 1 FROM r",
     merges_or_recursion},
};

static void every_statement_can_run_on_shards(void **state)
{
    (void)state;
    const struct db_statement *const *stages[] = {core_statements,    ingest_statements,
                                                  quality_statements, scoring_statements,
                                                  reports_statements, api_statements};
    struct db *db = warehouse_open();
    int wrong = 0;
    for (size_t r = 0; r < G_N_ELEMENTS(statement_rules); r++) {
        const struct statement_rule *rule = &statement_rules[r];
        g_autofree char *planted = rule->check(db, rule->offence);
        if (!planted)
            printf("%s: does not find its planted offence\n", rule->name);
        wrong += !planted;
        for (size_t i = 0; i < G_N_ELEMENTS(stages); i++) {
            for (const struct db_statement *const *s = stages[i]; *s; s++) {
                g_autofree char *found = rule->check(db, (*s)->text);
                if (found)
                    printf("%s: %s: %s\n", rule->name, (*s)->name, found);
                wrong += found != NULL;
            }
        }
    }
    db_close(db);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_keeps_to_the_rules_of_its_placement),
        cmocka_unit_test(every_statement_can_run_on_shards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
