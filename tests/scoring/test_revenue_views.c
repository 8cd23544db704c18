/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dashboards read of revenue, against the golden tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/ratio.h"
#include "scoring/revenue_publish.h"
#include "support/kpi.h"
#include "support/oracle.h"
#include "support/sources.h"
#include "support/warehouse.h"

/* The views look up to the day of the run that readers follow. */
static void publish(struct db *db, const char *as_of)
{
    g_autofree char *text = g_strdup_printf(
        "INSERT INTO score.scorecard (name, sha256, body) VALUES ('test', '', '') "
        "ON CONFLICT DO NOTHING;"
        "INSERT INTO score.run (as_of, known_no, known_at, state, config_sha256, version, "
        "  scorecard_id) "
        "SELECT '%s', (SELECT commit_no FROM ops.clock), TIMESTAMPTZ '2026-01-01', 'complete', "
        "  '', '', max(scorecard_id) "
        "FROM score.scorecard;"
        "INSERT INTO score.published (as_of, run_id) SELECT as_of, max(run_id) FROM score.run "
        "GROUP BY as_of ON CONFLICT DO NOTHING",
        as_of);
    warehouse_sql(db, text);
}

static bool republish(struct db *db, const char *directory)
{
    bool is_new = false;
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(directory, &err);
    if (!config || !revenue_publish(db, config, &is_new, &err))
        fail_msg("%s", err->message);
    return is_new;
}

static struct db *open_published(void)
{
    const char *directory;
    struct db *db = kpi_load_or_skip("contract_end", &directory);
    publish(db, "2026-01-01");
    assert_true(republish(db, directory));
    return db;
}

/* Lines of the query's one column, under a head. */
static void expect(struct db *db, const char *file, const char *head, const char *query)
{
    g_autofree char *all = g_strdup_printf(
        "SELECT string_agg(q.line, chr(10) ORDER BY q.place) FROM (%s) AS q", query);
    g_autofree char *lines = warehouse_value(db, all);
    g_autofree char *text = g_strdup_printf("%s\n%s\n", head, lines ? lines : "");
    kpi_expect(file, text);
}

static void the_view_of_movements_is_the_golden_table(void **state)
{
    (void)state;
    g_autoptr(db_t) db = open_published();
    expect(db, "movements.csv",
           "currency,month,arr_start,new,resurrection,expansion,contraction,churn,arr_end,n_new,"
           "n_resurrection,n_expansion,n_contraction,n_churn",
           "SELECT (s.place, m.period) AS place, concat_ws(',', upper(s.scope), "
           "to_char(m.period, 'YYYY-MM'), "
           "trim_scale(p.arr_start), trim_scale(p.arr_new), "
           "trim_scale(p.arr_resurrection), trim_scale(p.arr_expansion), "
           "trim_scale(p.arr_contraction), trim_scale(p.arr_churn), "
           "trim_scale(p.arr_end), p.n_new, "
           "p.n_resurrection, p.n_expansion, "
           "p.n_contraction, p.n_churn) AS line "
           "FROM (VALUES (1, 'all'), (2, 'JPY'), (3, 'USD')) AS s(place, scope) "
           "CROSS JOIN generate_series(DATE '2022-12-01', DATE '2025-12-01', "
           "  interval '1 month') AS m(period) "
           "LEFT JOIN bi.arr_period p ON p.scope = s.scope AND p.period_kind = 'month' "
           "  AND p.period = m.period");
    expect(db, "movements_detail.csv", "currency,month,account,movement,arr_start,arr_end,delta",
           "SELECT (CASE scope WHEN 'all' THEN 1 WHEN 'JPY' THEN 2 ELSE 3 END, month, "
           "account_key) AS place, concat_ws(',', upper(scope), to_char(month, 'YYYY-MM'), "
           "account_key, movement, trim_scale(arr_start), trim_scale(arr_end), "
           "trim_scale(change)) AS line "
           "FROM bi.arr_movement WHERE month >= DATE '2022-12-01'");
}

static void the_view_of_retention_is_the_golden_table(void **state)
{
    (void)state;
    g_autoptr(db_t) db = open_published();
    g_autofree char *table = kpi_text("retention.csv");
    g_auto(GStrv) line = g_strsplit(table, "\n", -1);
    guint compared = 0;
    for (guint i = 1; line[i] && *line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        if (strcmp(cell[0], "custom") == 0)
            continue;
        g_autofree char *query = g_strdup_printf(
            "SELECT concat_ws(',', customers, customers - churned, churned, trim_scale(arr_start), "
            "trim_scale(arr_nrr), trim_scale(arr_grr), coalesce(round(logo_churn_annual::numeric, "
            "12)::text, ''), coalesce(round(arr_churn_annual::numeric, 12)::text, '')) "
            "FROM bi.retention WHERE scope = 'all' AND period_kind = '%s' "
            "AND period = DATE '%s' + 1",
            cell[0], cell[1]);
        g_autofree char *have = warehouse_value(db, query);
        g_autofree char *want = g_strjoin(",", cell[4], cell[5], cell[6], cell[7], cell[8], cell[9],
                                          cell[13], cell[14], NULL);
        assert_string_equal(have, want);
        compared++;
    }
    assert_int_equal(compared, 37 + 12 + 3);
}

static void the_view_of_cohorts_is_the_golden_table(void **state)
{
    (void)state;
    g_autoptr(db_t) db = open_published();
    g_autofree char *table = kpi_text("cohorts.csv");
    g_auto(GStrv) line = g_strsplit(table, "\n", -1);
    g_autoptr(GString) want = g_string_new("");
    for (guint i = 1; line[i] && *line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        for (int c = 0; c < 8; c++)
            g_string_append_printf(want, "%s%s", c ? "," : i > 1 ? "\n" : "", cell[c]);
    }
    g_autofree char *have = warehouse_value(
        db, "SELECT string_agg(concat_ws(',', to_char(cohort, 'YYYY-MM'), age, day, n, "
            "trim_scale(arr_base), coalesce(retained::text, ''), "
            "coalesce(trim_scale(arr)::text, ''), coalesce(trim_scale(arr_kept)::text, '')), "
            "chr(10) ORDER BY cohort, age) FROM bi.cohort WHERE age <= 36");
    assert_string_equal(have, want->str);
    g_autofree char *wrong = warehouse_value(
        db, "SELECT count(*) FROM bi.cohort WHERE logo <> round(retained::numeric / n, 6) "
            "OR nrr <> round(arr / arr_base, 6) OR grr <> round(arr_kept / arr_base, 6) "
            "OR (retained IS NULL) <> (logo IS NULL)");
    assert_string_equal(wrong, "0");
}

/* Nobody says a risk here: p_churn, what is expected and the distribution's base are null or 0. */
static void the_view_of_renewals_is_the_golden_table(void **state)
{
    (void)state;
    const char *directory;
    g_autoptr(db_t) db = kpi_load_or_skip("contract_end", &directory);
    publish(db, "2025-10-01");
    assert_true(republish(db, directory));
    expect(db, "renewals_90d.csv", "account,product,renewal_date,days,arr,currency,already_renewed",
           "SELECT row_number() OVER (ORDER BY renewal_on, account_key) AS place, "
           "concat_ws(',', account_key, product, renewal_on, days, trim_scale(arr), currency, "
           "is_renewed::integer) AS line FROM bi.renewal WHERE days < 90 "
           "UNION ALL SELECT 1001, 'TOTAL,,,,' || trim_scale(sum(arr)) || ',,' FROM bi.renewal "
           "WHERE days < 90 "
           "UNION ALL SELECT 1002, 'TOTAL_OPEN,,,,' || trim_scale(sum(arr)) || ',,' "
           "FROM bi.renewal WHERE days < 90 AND NOT is_renewed");
    sources_expect(db, "SELECT count(*) FROM bi.renewal WHERE p_churn IS NOT NULL", "0");
    sources_expect(db,
                   "SELECT accounts || ' ' || trim_scale(arr_without_risk) FROM bi.forecast "
                   "WHERE quarter = '2025-10-01'",
                   "0 1083912000");
}

static void tables_of_revenue_stand_until_something_is_said(void **state)
{
    (void)state;
    const char *directory;
    g_autoptr(db_t) db = kpi_load_or_skip("contract_end", &directory);
    assert_false(republish(db, directory)); /* nothing is published yet */
    publish(db, "2026-01-01");
    assert_true(republish(db, directory));
    assert_false(republish(db, directory));
    publish(db, "2026-02-01");
    assert_true(republish(db, directory));
    sources_expect(db, "SELECT max(period) FROM score.arr_period", "2026-01-01");
}

static void a_missing_rate_is_said_and_what_stood_stays(void **state)
{
    (void)state;
    const char *directory;
    bool is_new = false;
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = kpi_load_or_skip("contract_end", &directory);
    g_autoptr(config_t) config = config_open(directory, NULL);
    publish(db, "2026-01-01");
    assert_true(republish(db, directory));
    g_autofree char *before = warehouse_value(db, "SELECT sum(end_minor) FROM score.arr_moved");
    warehouse_sql(db, "DELETE FROM warehouse.fx_rate");
    publish(db, "2026-02-01");
    assert_false(revenue_publish(db, config, &is_new, &err));
    assert_non_null(strstr(err->message, "no exchange rate of USD on 20"));
    sources_expect(db, "SELECT sum(end_minor) FROM score.arr_moved", before);
    sources_expect(db, "SELECT as_of FROM score.revenue", "2026-01-01");
}

static void before_the_first_rate_that_one_speaks(void **state)
{
    (void)state;
    const char *directory;
    g_autoptr(db_t) db = kpi_load_or_skip("contract_end", &directory);
    publish(db, "2026-01-01");
    assert_true(republish(db, directory));
    g_autofree char *before = warehouse_value(db, "SELECT sum(end_minor) FROM score.arr_moved");
    warehouse_sql(db, "UPDATE warehouse.fx_rate SET day = '2025-12-31'");
    publish(db, "2026-01-02");
    assert_true(republish(db, directory));
    sources_expect(db, "SELECT sum(end_minor) FROM score.arr_moved", before);
    sources_expect(db, "SELECT as_of FROM score.revenue", "2026-01-02");
}

/* Parents, children and their health as the table has them, through the CRM's file. */
static void load_children(struct db *db, char **line)
{
    g_autoptr(GString) accounts = g_string_new("id,parent\np10,\n");
    g_autoptr(GString) scores = g_string_new(
        "SELECT ops.partition_ensure('score.account_score', '2026-01-01', '2026-01-01');"
        "INSERT INTO score.account_score (account_id, as_of, run_id, scorecard_id, health_bp, "
        "lower_bp, upper_bp, raw_band, band, coverage_bp, effective_bp, arr_minor, metric_value, "
        "metric_quality, measure_bp, contribution_bp, lost_bp) "
        "SELECT a.account_id, r.as_of, r.run_id, r.scorecard_id, v.bp, 0, 10000, 'Red', 'Red', "
        "10000, v.bp, v.arr, '{}', '{}', '{}', '{}', '{}' FROM score.run AS r "
        "JOIN identity.account AS a ON true JOIN (VALUES ");
    for (guint i = 1; line[i] && *line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        g_autofree char *parent = g_strdup_printf("\n%s,\n", cell[0]);
        if (!g_strrstr(accounts->str, parent))
            g_string_append(accounts, parent + 1);
        g_string_append_printf(accounts, "%s,%s\n", cell[2], cell[0]);
        g_string_append_printf(scores, "%s('%s', %s::bigint, %s::integer)", i > 1 ? ", " : "",
                               cell[2], cell[3], *cell[4] ? cell[4] : "NULL");
    }
    g_string_append(scores, ") AS v(key, arr, bp) ON v.key = a.key");
    const char *directory =
        sources_directory("sources:\n  - name: crm\n    type: file\n    streams:\n"
                          "      - stream: account\n        path: accounts.csv\n"
                          "        fields: {party: id, parent_id: parent}\n");
    sources_write(directory, "accounts.csv", accounts->str);
    sources_ingest(db, directory, NULL);
    publish(db, "2026-01-01");
    warehouse_sql(db, scores->str);
}

static const char *text_or_blank(struct arena *arena, const char *numerator,
                                 const char *denominator)
{
    if (strcmp(numerator, "-") == 0 || strcmp(denominator, "-") == 0)
        return "";
    const struct ratio ratio = {(__int128)g_ascii_strtoll(numerator, NULL, 10),
                                (__int128)g_ascii_strtoll(denominator, NULL, 10)};
    return ratio_text(arena, ratio);
}

/* Both are exact: the view's parts, brought to lowest terms, are the table's fractions. */
static void compare_parent(struct arena *arena, char **want, const char *have)
{
    assert_non_null(have);
    g_auto(GStrv) part = g_strsplit(have, " ", -1);
    assert_string_equal(part[0], want[1]);
    assert_string_equal(part[1], want[2]);
    assert_string_equal(text_or_blank(arena, part[2], part[3]), want[3]);
    assert_string_equal(text_or_blank(arena, part[4], part[1]), want[4]);
    assert_string_equal(strcmp(part[5], "-") == 0 ? "" : part[5], want[5]);
    assert_string_equal(text_or_blank(arena, part[6], part[7]), want[6]);
}

/* An account without children has no row, where the table says that it has none. */
static void the_view_of_parents_is_the_golden_table(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *values = kpi_text("rollup_values.csv"),
                    *table = kpi_text("rollup_expected.csv");
    g_auto(GStrv) value = g_strsplit(values, "\n", -1), line = g_strsplit(table, "\n", -1);
    warehouse_sql(db, "INSERT INTO ops.setting (name, value) VALUES ('currency', 'JPY')");
    load_children(db, value);
    for (guint i = 1; line[i] && *line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        g_autofree char *query = g_strdup_printf(
            "SELECT concat_ws(' ', children, known, coalesce(arr_weighted_numerator::text, '-'), "
            "coalesce(trim_scale(arr_weighted_denominator)::text, '-'), "
            "coalesce(mean_numerator::text, '-'), "
            "coalesce(trim_scale(health_worst * 100)::text, '-'), "
            "trim_scale(arr_known), trim_scale(arr)) "
            "FROM bi.parent_health WHERE parent_key = '%s'",
            cell[0]);
        g_autofree char *have = warehouse_value(db, query);
        if (strcmp(cell[1], "0") == 0) {
            assert_null(have);
            continue;
        }
        compare_parent(arena, cell, have);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_view_of_movements_is_the_golden_table),
        cmocka_unit_test(the_view_of_retention_is_the_golden_table),
        cmocka_unit_test(the_view_of_cohorts_is_the_golden_table),
        cmocka_unit_test(the_view_of_renewals_is_the_golden_table),
        cmocka_unit_test(the_view_of_parents_is_the_golden_table),
        cmocka_unit_test(tables_of_revenue_stand_until_something_is_said),
        cmocka_unit_test(a_missing_rate_is_said_and_what_stood_stays),
        cmocka_unit_test(before_the_first_rate_that_one_speaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
