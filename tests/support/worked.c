/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/worked.h"

#include "support/warehouse.h"

void worked_fill(struct db *db)
{
    warehouse_sql(
        db,
        "INSERT INTO score.incident_exposure (account_id, incident, title, severity, cause, "
        "component, started_at, resolved_at, started_on, minutes, arr_minor, failed_runs, as_of) "
        "SELECT account_id, 'ops/' || CASE key WHEN 'a0000' THEN 'inc-own' ELSE 'inc-other' END, "
        "'Queue stuck', 'high', 'deploy', 'queue', '2026-10-20T01:00:00Z', "
        "'2026-10-20T02:00:00Z', '2026-10-20', 60, 1000, 3, '2026-11-01' FROM identity.account "
        "WHERE key IN ('a0000', 'a0001');"
        "INSERT INTO score.slo_result (account_id, as_of, slo, label, service, unit, "
        "objective_1e9, total, bad, platform, excluded, spent, wilson_low, wilson_high, state, "
        "verdict, firing) SELECT account_id, '2026-11-01', 'runs', 'Runs', 'transfer', 'runs', "
        "990000000, 200, 4, 3, 0, 3, 0.95, 0.99, 'WARNING', '', '' FROM identity.account WHERE "
        "key IN ('a0000', 'a0001');"
        "INSERT INTO score.indicator_day (account_id, as_of, indicator, label, label_ja, kind, "
        "is_known, value) SELECT account_id, '2026-11-01', 'silent', 'Silent', '沈黙', 'risk', "
        "true, 9 FROM identity.account WHERE key IN ('a0000', 'a0001');"
        "INSERT INTO score.revenue (as_of, known_no, basis, currency, definition) VALUES "
        "('2026-11-01', 1, 'x', 'EUR', 'x');"
        "INSERT INTO score.renewal (account_id, ordinal, renewal_on, product, arr_minor, "
        "is_renewed, p_churn_1e9) SELECT account_id, 1, '2026-12-01'::date + account_id::int, "
        "'Plan', 120000, false, 250000000 FROM identity.account;"
        "INSERT INTO score.loss (account_id, churned_on, seen_by, arr_minor, reason, competitor, "
        "band_180, band_90, band_60, band_30) VALUES (3, '2026-09-01', 'cancelled', 5000, 'price', "
        "'Rival', 'Green', 'Yellow', 'Red', 'Red');"
        "INSERT INTO score.arr_moved (account_id, scope, period, currency, movement, start_minor, "
        "end_minor) VALUES (3, 'total', '2026-09-01', 'EUR', 'churn', 5000, 0), (4, 'total', "
        "'2026-09-01', 'EUR', 'new', 0, 700);"
        "INSERT INTO score.arr_period (scope, kind, period, days, currency, start_minor, "
        "new_minor, resurrection_minor, expansion_minor, contraction_minor, churn_minor, n_start, "
        "n_new, n_resurrection, n_expansion, n_contraction, n_churn) VALUES ('total', 'month', "
        "'2026-09-01', 30, 'EUR', 5000, 700, 0, 0, 0, -5000, 1, 1, 0, 0, 0, 1);"
        "INSERT INTO warehouse.ticket (party_id, external_id, load_id, ordinal, hash, subject, "
        "severity, status, opened_at) VALUES (1, 't-1', 1, 1, 'x', 'It is slow', 'low', 'open', "
        "'2026-10-05T03:04:05Z');"
        "INSERT INTO warehouse.touchpoint (party_id, external_id, load_id, ordinal, hash, kind, "
        "occurred_at, note) VALUES (1, 'p-1', 1, 1, 'x', 'call', '2026-10-06T00:00:00Z', 'Went "
        "well');"
        "INSERT INTO ops.reject (load_id, ordinal, line, at_column, field, reason, message, raw, "
        "raw_size) SELECT 1, i, i, 3, 'at', 'bad_date', 'at is x, want a day', 'secret', 6 FROM "
        "generate_series(1, 5) AS i");
}

static int64_t made(struct db *db, char *sql)
{
    g_autofree char *statement = sql, *id = warehouse_value(db, statement);
    return g_ascii_strtoll(id, NULL, 10);
}

int64_t worked_note(struct db *db, const char *account, const char *author)
{
    return made(db, g_strdup_printf("INSERT INTO outreach.note (account_id, body, author) SELECT "
                                    "account_id, 'A word', '%s' FROM identity.account WHERE key = "
                                    "'%s' RETURNING note_id",
                                    author, account));
}

int64_t worked_task(struct db *db, const char *account)
{
    return made(db, g_strdup_printf("INSERT INTO outreach.task (account_id, title, assignee, "
                                    "author, changed_by) SELECT account_id, 'Call', 'x', 'x', 'x' "
                                    "FROM identity.account WHERE key = '%s' RETURNING task_id",
                                    account));
}

int64_t worked_mute(struct db *db, const char *account)
{
    return made(db, g_strdup_printf("INSERT INTO outreach.mute (account_id, reason, until_on, "
                                    "author) SELECT account_id, 'Known', '2027-01-01', 'x' FROM "
                                    "identity.account WHERE key = '%s' RETURNING mute_id",
                                    account));
}

int64_t worked_alert(struct db *db, const char *account)
{
    return made(
        db, g_strdup_printf(
                "WITH o AS (INSERT INTO outreach.alert_event (alert_id, account_id, rule, kind, "
                "as_of, run_id, severity, fingerprint, told_on, label, label_ja, sentence, "
                "sentence_ja) SELECT nextval('outreach.alert_id_seq'), account_id, 'rule ' || "
                "gen_random_uuid(), 'opened', '2026-11-01', 1, 'warning', 'x', '2026-11-01', "
                "'Turned red', '赤', 'It is red', '赤い' FROM identity.account WHERE key = '%s' "
                "RETURNING alert_id, account_id, rule), s AS (INSERT INTO outreach.alert_state "
                "(account_id, rule, opened_on, told_on, severity, alert_id, as_of) SELECT "
                "account_id, rule, '2026-11-01', '2026-11-01', 'warning', alert_id, '2026-11-01' "
                "FROM o) SELECT alert_id FROM o",
                account));
}

int64_t worked_view(struct db *db, const char *owner)
{
    return made(db, g_strdup_printf("INSERT INTO outreach.saved_view (owner, name, query) VALUES "
                                    "('%s', gen_random_uuid()::text, '{}') RETURNING view_id",
                                    owner));
}
