/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every statement of every stage against the migrated schema: it prepares without declared types,
 * its parameters and columns have the declared types, and it can be planned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/db_internal.h"
#include "sql/api.h"
#include "sql/core.h"
#include "sql/dashboard.h"
#include "sql/ingest.h"
#include "sql/quality.h"
#include "sql/reports.h"
#include "sql/scoring.h"
#include "support/warehouse.h"

static PGresult *run(struct db *db)
{

    PGresult *result, *last = NULL;
    bool ok;
    while ((result = db_next_result(db, db_deadline(db), &ok, NULL))) {
        PQclear(last);
        last = result;
    }
    return last;
}

static bool is_copy(const struct db_statement *s)
{
    return g_str_has_prefix(s->text, "COPY");
}

/* The query inside COPY (…) TO; of COPY table (columns) FROM the query of those columns. */
static char *inner_query(const struct db_statement *s)
{
    const char *open = strchr(s->text, '(');
    const char *close = g_strrstr(s->text, ") TO STDOUT");
    if (close)
        return g_strndup(open + 1, (size_t)(close - open - 1));
    const char *table = s->text + strlen("COPY ");
    close = open ? strchr(open, ')') : NULL;
    if (!close)
        return NULL;
    return g_strdup_printf("SELECT %.*s FROM %.*s", (int)(close - open - 1), open + 1,
                           (int)(open - table), table);
}

static int compare_types(const struct db_statement *s, const PGresult *described, bool copy)
{
    int wrong = 0;
    for (int i = 0; !copy && i < (int)s->n_params; i++) {
        if (PQparamtype(described, i) != db_type_oid(s->params[i])) {
            printf("%s: param %d is of type oid %u\n", s->name, i + 1, PQparamtype(described, i));
            wrong++;
        }
    }
    if (PQnfields(described) != (int)s->n_columns) {
        printf("%s: %d columns, %zu declared\n", s->name, PQnfields(described), s->n_columns);
        return wrong + 1;
    }
    for (int i = 0; i < (int)s->n_columns; i++) {
        if (PQftype(described, i) != db_type_oid(s->columns[i])) {
            printf("%s: column %s is of type oid %u\n", s->name, PQfname(described, i),
                   PQftype(described, i));
            wrong++;
        }
    }
    return wrong;
}

/* BEGIN, LISTEN, LOCK and their like have no plan. */
static bool has_plan(const char *text)
{
    static const char *const words[] = {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "VALUES"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (g_str_has_prefix(text, words[i]))
            return true;
    }
    return false;
}

static int explain(struct db *db, const struct db_statement *s, size_t n_params)
{
    g_autoptr(GString) text = g_string_new("EXPLAIN EXECUTE verify");
    for (size_t i = 0; i < n_params; i++)
        g_string_append(text, i ? ", NULL" : " (NULL");
    g_string_append(text, n_params ? ")" : "");
    assert_true(PQsendQuery(db->conn, text->str));
    PGresult *plan = run(db);
    bool good = PQresultStatus(plan) == PGRES_TUPLES_OK && PQntuples(plan) > 0;
    if (!good)
        printf("%s: no plan: %s\n", s->name, PQresultErrorMessage(plan));
    PQclear(plan);
    return good ? 0 : 1;
}

static int verify(struct db *db, const struct db_statement *s, int *planned)
{
    bool copy = is_copy(s);
    g_autofree char *inner = copy ? inner_query(s) : g_strdup(s->text);
    if (!inner) {
        printf("%s: COPY names no columns\n", s->name);
        return 1;
    }
    PQsendPrepare(db->conn, "verify", inner, 0, NULL);
    PGresult *prepared = run(db);
    if (PQresultStatus(prepared) != PGRES_COMMAND_OK) {
        printf("%s: %s\n", s->name, PQresultErrorMessage(prepared));
        PQclear(prepared);
        return 1;
    }
    PQclear(prepared);
    PQsendDescribePrepared(db->conn, "verify");
    PGresult *described = run(db);
    int wrong = compare_types(s, described, copy);
    PQclear(described);
    if (has_plan(inner)) {
        ++*planned;
        wrong += explain(db, s, copy ? 0 : s->n_params);
    }
    PQsendQuery(db->conn, "DEALLOCATE verify");
    PQclear(run(db));
    return wrong;
}

static void every_statement_prepares_has_the_declared_types_and_a_plan(void **state)
{
    (void)state;
    const struct db_statement *const *stages[] = {
        core_statements,      ingest_statements,  quality_statements, scoring_statements,
        dashboard_statements, reports_statements, api_statements};
    struct db *db = warehouse_open();
    int wrong = 0, count = 0, planned = 0;
    warehouse_sql(db, "SET plan_cache_mode = force_generic_plan");
    for (size_t i = 0; i < G_N_ELEMENTS(stages); i++) {
        for (const struct db_statement *const *s = stages[i]; *s; s++, count++)
            wrong += verify(db, *s, &planned);
    }
    printf("%d statements, %d with a plan\n", count, planned);
    db_close(db);
    assert_true(count > 0 && planned > count / 2);
    assert_int_equal(wrong, 0);
}

static void every_table_and_column_has_a_comment(void **state)
{
    (void)state;
    struct db *db = warehouse_open();
    g_autofree char *missing = warehouse_value(
        db,
        "SELECT string_agg(n.nspname || '.' || c.relname || coalesce('.' || a.attname, ''), ', ') "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "AND (c.relkind IN ('r','p') OR n.nspname = 'bi') "
        "WHERE n.nspname IN ('ops','identity','warehouse','score','outreach','bi') "
        "AND c.relkind IN ('r','p','v') AND NOT c.relispartition "
        "AND (col_description(c.oid, a.attnum) IS NULL AND a.attnum IS NOT NULL "
        "OR obj_description(c.oid) IS NULL)");
    if (missing)
        fail_msg("no comment: %s", missing);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_prepares_has_the_declared_types_and_a_plan),
        cmocka_unit_test(every_table_and_column_has_a_comment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
