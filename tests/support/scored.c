/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/scored.h"

#include <string.h>

#include "core/day.h"
#include "core/migrate.h"
#include "support/warehouse.h"

static void begin(struct db *db)
{
    warehouse_sql(
        db,
        "INSERT INTO identity.staff (email, name) VALUES ('a.sato@example.com', '佐藤'), "
        "('b.lind@example.com', 'Lind');"
        "INSERT INTO ops.load (kind, source, stream, commit_no) VALUES ('ingest', 'crm', "
        "'account', 1);"
        "UPDATE ops.clock SET commit_no = 1;"
        "INSERT INTO ops.setting (name, value) VALUES ('currency', 'EUR');"
        "INSERT INTO score.scorecard (name, sha256, body) VALUES ('default', 'x', 'x');"
        "INSERT INTO score.measure (scorecard_id, ordinal, name, label, group_name, group_label, "
        "metric, unit, direction, weight, sentence, group_weight, definition) VALUES"
        "(1, 1, 'runs', 'Job runs', 'usage', 'Usage', 'runs_28d', 'runs', 'up', 1, '{value} job "
        "runs in 28 days', 6, 'runs'),"
        "(1, 2, 'failures', 'Failed runs', 'quality', 'Quality', 'failure_28d', 'share', 'down', "
        "1, '{value} of job runs failed', 4, 'failures');"
        "INSERT INTO score.model (name, state, horizon_days, trained_as_of, known_no, sha256, "
        "body, rows_used, events_used) VALUES ('hazard', 'active', 30, '2026-01-01', 1, 'x', "
        "'{}', 1000, 100);"
        "INSERT INTO score.feature (model_id, ordinal, name, label) VALUES (1, 1, 'runs_28d', "
        "'Job runs')");
}

void scored_accounts(struct db *db, int n)
{
    begin(db);
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO identity.account (key, created_load_id) SELECT 'a' || lpad(i::text, 4, '0'), "
        "1 "
        "FROM generate_series(0, %d) AS i ORDER BY i;"
        "INSERT INTO identity.party (source, external_id, created_load_id) SELECT 'crm', key, 1 "
        "FROM "
        "identity.account ORDER BY account_id;"
        "INSERT INTO identity.member (party_id, account_id, method, confidence_bp, load_id) SELECT "
        "p.party_id, a.account_id, 'origin', 10000, 1 FROM identity.party AS p JOIN "
        "identity.account "
        "AS a ON a.key = p.external_id;"
        "INSERT INTO warehouse.account (party_id, load_id, ordinal, hash, name, owner_email, "
        "segment) "
        "SELECT party_id, 1, party_id, 'x', 'Account ' || substr(external_id, 2), CASE party_id %% "
        "2 "
        "WHEN 1 THEN 'a.sato@example.com' ELSE 'b.lind@example.com' END, CASE party_id %% 3 WHEN 0 "
        "THEN 'enterprise' ELSE 'midmarket' END FROM identity.party",
        n - 1);
    warehouse_sql(db, sql);
}

static char *quoted(const char *text)
{
    if (!text)
        return g_strdup("NULL");
    g_auto(GStrv) parts = g_strsplit(text, "'", -1);
    g_autofree char *joined = g_strjoinv("''", parts);
    return g_strdup_printf("'%s'", joined);
}

void scored_account(struct db *db, const char *key, const char *name, const char *owner)
{
    g_autofree char *k = quoted(key), *n = quoted(name), *o = quoted(owner);
    g_autofree char *sql = g_strdup_printf(
        "INSERT INTO identity.account (key, created_load_id) VALUES (%s, 1);"
        "INSERT INTO identity.party (source, external_id, created_load_id) VALUES ('crm', %s, 1);"
        "INSERT INTO identity.member (party_id, account_id, method, confidence_bp, load_id) SELECT "
        "p.party_id, a.account_id, 'origin', 10000, 1 FROM identity.party AS p JOIN "
        "identity.account "
        "AS a ON a.key = p.external_id WHERE a.key = %s;"
        "INSERT INTO warehouse.account (party_id, load_id, ordinal, hash, name, owner_email) "
        "SELECT "
        "party_id, 1, party_id, 'x', %s, %s FROM identity.party WHERE external_id = %s",
        k, k, k, n, o, k);
    warehouse_sql(db, sql);
}

static const char scores[] =
    "INSERT INTO score.account_score (account_id, as_of, run_id, scorecard_id, health_bp, "
    "lower_bp, "
    "upper_bp, raw_band, band, coverage_bp, effective_bp, p_churn_1e9, p_lower_1e9, p_upper_1e9, "
    "risk_percentile_bp, stage, arr_minor, renewal_on, metric_value, metric_quality, measure_bp, "
    "contribution_bp, lost_bp, risk_contribution) SELECT t.account_id, t.day, t.run, 1, t.health, "
    "coalesce(t.health, 0), coalesce(t.health, 10000), t.band, t.band, CASE WHEN t.health IS NULL "
    "THEN 0 ELSE 10000 END, t.health, t.p, t.p / 2, least(t.p * 2, 1000000000), (t.p / "
    "100000)::int, 'live', t.account_id * 12345, CASE WHEN t.account_id %% 4 = 0 THEN NULL ELSE "
    "t.day + (t.account_id %% 400)::int END, ARRAY[t.account_id * 1000, CASE WHEN t.health IS NULL "
    "THEN NULL ELSE 0.125 END]::float8[], CASE WHEN t.health IS NULL THEN ARRAY['ok', 'no_data'] "
    "ELSE ARRAY['ok', 'ok'] END, ARRAY[t.health, t.health], ARRAY[t.health * 6 / 10, t.health - "
    "t.health * 6 / 10], ARRAY[(10000 - t.health) * 6 / 10, (10000 - t.health) - (10000 - "
    "t.health) "
    "* 6 / 10], ARRAY[0.5, -3.25]::float8[] FROM (SELECT a.account_id, '%s'::date AS day, "
    "%s::bigint AS run, CASE WHEN a.account_id %% 10 = 0 THEN NULL ELSE ((a.account_id * 37 + "
    "%s::bigint * 1009) %% 10001)::int END AS health, CASE WHEN a.account_id %% 10 = 0 THEN "
    "'Unknown' WHEN (a.account_id * 37 + %s::bigint * 1009) %% 10001 < 4000 THEN 'Red' WHEN "
    "(a.account_id * 37 + %s::bigint * 1009) %% 10001 < 7000 THEN 'Yellow' ELSE 'Green' END AS "
    "band, (a.account_id * 7919 %% 1000) * 1000000 AS p FROM identity.account AS a) AS t";

int64_t scored_publish(struct db *db, const char *as_of)
{
    int32_t day;
    g_autoptr(GError) err = NULL;
    if (!day_parse(slice_of(as_of), &day, &err) ||
        !migrate_partitions(db, "score.account_score", day, day, &err))
        g_error("%s", err->message);
    g_autofree char *insert = g_strdup_printf(
        "INSERT INTO score.run (as_of, known_no, known_at, state, config_sha256, version, "
        "scorecard_id, model_id) VALUES ('%s', 1, '2026-11-24T00:00:00Z', 'complete', 'x', 'x', 1, "
        "1) RETURNING run_id",
        as_of);
    g_autofree char *run = warehouse_value(db, insert);
    g_autofree char *fill = g_strdup_printf(scores, as_of, run, run, run, run);
    warehouse_sql(db, fill);
    g_autofree char *close = g_strdup_printf(
        "UPDATE score.account_score SET until_run_id = %s WHERE as_of = '%s' AND run_id < %s AND "
        "until_run_id > %s",
        run, as_of, run, run);
    warehouse_sql(db, close);
    g_autofree char *count = g_strdup_printf(
        "UPDATE score.run SET accounts = n, stored = n FROM (SELECT count(*) AS n FROM "
        "score.account_score WHERE run_id = %s) AS s WHERE run_id = %s",
        run, run);
    warehouse_sql(db, count);
    g_autofree char *flip = g_strdup_printf("INSERT INTO score.published (as_of, run_id) VALUES "
                                            "('%s', %s) ON CONFLICT (as_of) DO UPDATE "
                                            "SET run_id = excluded.run_id; NOTIFY kenko_published",
                                            as_of, run);
    warehouse_sql(db, flip);
    return g_ascii_strtoll(run, NULL, 10);
}
