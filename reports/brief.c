/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One account on one page: what its health is, why, and what happened. */
#include <math.h>
#include <string.h>

#include "core/day.h"
#include "reports/chart.h"
#include "reports/report.h"

static const char *day_text(const struct report *r, bool is_null, int32_t day)
{
    char text[DAY_TEXT_SIZE];
    return is_null ? "–" : arena_strdup(r->arena, day_format(day, text));
}

static void add_head(const struct report *r, struct document *d,
                     const struct q_report_accounts_row *a)
{
    document_heading(d, 1, a->name);
    document_note(d, "%s · %s · owner %s · as of %s", a->key, *a->plan ? a->plan : "no plan",
                  *a->owner ? a->owner : "nobody", day_text(r, false, r->run.as_of));
    document_tile(d, "Health", report_health(r, a->effective_bp_is_null, a->effective_bp),
                  arena_printf(r->arena, "%s %s; %.0f to %.0f if what is missing were known",
                               a->band, report_delta(r, a), a->lower_bp / 100.0,
                               a->upper_bp / 100.0),
                  document_band_tone(a->band));
    document_tile(d, "Churn within 90 days",
                  a->p_churn_1e9_is_null
                      ? "–"
                      : arena_printf(r->arena, "%.1f %%", (double)a->p_churn_1e9 / 1e7),
                  a->p_churn_1e9_is_null
                      ? r->run.model_message
                      : arena_printf(r->arena, "95 %% interval %.1f to %.1f",
                                     (double)a->p_lower_1e9 / 1e7, (double)a->p_upper_1e9 / 1e7),
                  TONE_PLAIN);
    document_tile(
        d, "ARR", report_money(r, (double)a->arr_minor),
        arena_printf(r->arena, "renews %s", day_text(r, a->renewal_on_is_null, a->renewal_on)),
        TONE_PLAIN);
    document_tile(d, "Data coverage", arena_printf(r->arena, "%.0f %%", a->coverage_bp / 100.0),
                  "of the scorecard's weight", TONE_PLAIN);
}

/* A bar of blocks, so that the waterfall can be read without a picture. */
static const char *bar(const struct report *r, int bp)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (int i = 0; i < bp; i += 100)
        g_string_append(out, "█");
    return arena_strdup(r->arena, out->str);
}

static void add_sum(const struct report *r, struct document *d, int sum_bp)
{
    document_cell(d, "Health", NULL, TONE_PLAIN);
    document_cell(d, "sum", NULL, TONE_PLAIN);
    document_cell(d, "", NULL, TONE_PLAIN);
    document_cell(d, arena_printf(r->arena, "%.2f", sum_bp / 100.0), NULL, TONE_PLAIN);
    document_cell(d, arena_printf(r->arena, "%.2f", 100 - sum_bp / 100.0), NULL, TONE_PLAIN);
    document_cell(d, "", NULL, TONE_PLAIN);
}

static void add_waterfall(const struct report *r, struct document *d,
                          const struct q_report_accounts_row *a)
{
    static const struct document_column columns[] = {
        {"Group", COLUMN_WORDS},  {"Measure", COLUMN_WORDS}, {"Value", COLUMN_NUMBER},
        {"Gives", COLUMN_NUMBER}, {"Costs", COLUMN_NUMBER},  {"", COLUMN_PICTURE}};
    size_t n = MIN(r->measures.n, a->contribution_bp.n);
    int sum = 0;
    document_heading(d, 2, "Why this health");
    document_table(
        d, "What each measure gives adds up to the health; what it costs is missing to 100.",
        columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < n; i++) {
        const struct q_report_measures_row *m = &r->measures.row[i];
        bool missing = a->metric_value.is_null && a->metric_value.is_null[i];
        sum += a->contribution_bp.v[i];
        document_cell(d, m->group_label, NULL, TONE_PLAIN);
        document_cell(d, m->label, NULL, TONE_PLAIN);
        document_cell(d,
                      missing ? report_quality(r, a->metric_quality.v[i])
                              : report_value(r, a->metric_value.v[i], m->unit),
                      NULL, TONE_PLAIN);
        document_cell(d, arena_printf(r->arena, "%.2f", a->contribution_bp.v[i] / 100.0), NULL,
                      TONE_PLAIN);
        document_cell(d, arena_printf(r->arena, "%.2f", a->lost_bp.v[i] / 100.0), NULL,
                      a->lost_bp.v[i] >= 500 ? TONE_BAD : TONE_PLAIN);
        document_cell(d, bar(r, a->contribution_bp.v[i]), NULL, TONE_GOOD);
    }
    if (a->effective_bp_is_null)
        document_text(d, "Too little is known for a health: it is Unknown, not 0.");
    else
        add_sum(r, d, sum);
    if (!a->override_note_is_null)
        document_text(d, "%s", a->override_note);
}

static void add_risk(const struct report *r, struct document *d,
                     const struct q_report_accounts_row *a)
{
    static const struct document_column columns[] = {
        {"Metric", COLUMN_WORDS}, {"Log-odds", COLUMN_NUMBER}, {"Effect", COLUMN_WORDS}};
    const struct q_report_features_rows rows = r->features;
    if (a->risk_contribution_is_null)
        return;
    document_heading(d, 2, "Why this risk");
    document_table(d,
                   "What moves the risk of the next month against the average customer; it adds up "
                   "exactly.",
                   columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n && i < a->risk_contribution.n; i++) {
        double v = a->risk_contribution.v[i];
        if (fabs(v) < 0.05)
            continue;
        document_cell(d, rows.row[i].label, NULL, TONE_PLAIN);
        document_cell(d, arena_printf(r->arena, "%+.2f", v), NULL, TONE_PLAIN);
        document_cell(d, v > 0 ? "▲ raises" : "▼ lowers", NULL, v > 0 ? TONE_BAD : TONE_GOOD);
    }
}

static bool add_history(const struct report *r, struct document *d, const char *key, GError **err)
{
    struct q_report_account_history_rows rows;
    if (!q_report_account_history(r->arena, r->db, key, r->run.as_of, &rows, err))
        return false;
    if (rows.n < 2)
        return true;
    int32_t *day = arena_many(r->arena, rows.n, int32_t);
    double *health = arena_many(r->arena, rows.n, double),
           *risk = arena_many(r->arena, rows.n, double);
    for (size_t i = 0; i < rows.n; i++) {
        day[i] = rows.row[i].as_of;
        health[i] = rows.row[i].effective_bp_is_null ? NAN : rows.row[i].effective_bp / 100.0;
        risk[i] = rows.row[i].p_churn_1e9_is_null ? NAN : (double)rows.row[i].p_churn_1e9 / 1e7;
    }
    struct chart chart = {.unit = "points, percent",
                          .n_days = rows.n,
                          .n_series = 2,
                          .day = day,
                          .name = {"health", "churn within 90 days"},
                          .value = {health, risk},
                          .from_zero = true};
    document_heading(d, 2, "History");
    chart_add(d,
              arena_printf(r->arena, "Health from %s to %s on %zu scored days.",
                           day_text(r, false, day[0]), day_text(r, false, day[rows.n - 1]), rows.n),
              &chart);
    return true;
}

static bool add_contracts(const struct report *r, struct document *d, const char *key, GError **err)
{
    static const struct document_column columns[] = {
        {"Contract", COLUMN_WORDS}, {"Product", COLUMN_WORDS},   {"From", COLUMN_WORDS},
        {"To", COLUMN_WORDS},       {"Cancelled", COLUMN_WORDS}, {"ARR", COLUMN_NUMBER}};
    struct q_report_account_contracts_rows rows;
    if (!q_report_account_contracts(r->arena, r->db, key, &rows, err))
        return false;
    if (rows.n == 0)
        return true;
    document_heading(d, 2, "Contracts");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_report_account_contracts_row *c = &rows.row[i];
        document_cell(d, c->external_id, NULL, TONE_PLAIN);
        document_cell(d, c->product_is_null ? "" : c->product, NULL, TONE_PLAIN);
        document_cell(d, day_text(r, false, c->start_on), NULL, TONE_PLAIN);
        document_cell(d, day_text(r, c->end_on_is_null, c->end_on), NULL, TONE_PLAIN);
        document_cell(d, day_text(r, c->cancelled_on_is_null, c->cancelled_on), NULL,
                      c->cancelled_on_is_null ? TONE_PLAIN : TONE_BAD);
        double scale = strcmp(c->currency, "JPY") == 0 || strcmp(c->currency, "KRW") == 0 ? 1 : 100;
        document_cell(d,
                      arena_printf(r->arena, "%s %.0f", c->currency, (double)c->arr_minor / scale),
                      NULL, TONE_PLAIN);
    }
    return true;
}

static bool add_events(const struct report *r, struct document *d, const char *key, GError **err)
{
    static const struct document_column columns[] = {{"When (UTC)", COLUMN_WORDS},
                                                     {"What", COLUMN_WORDS},
                                                     {"Title", COLUMN_WORDS},
                                                     {"State", COLUMN_WORDS}};
    struct q_report_account_events_rows rows;
    if (!q_report_account_events(r->arena, r->db, key, r->run.as_of, &rows, err))
        return false;
    if (rows.n == 0)
        return true;
    document_heading(d, 2, "Incidents and tickets, 90 days");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(rows.row[i].at / 1000000);
        g_autofree char *stamp = g_date_time_format(at, "%Y-%m-%d %H:%M");
        document_cell(d, stamp, NULL, TONE_PLAIN);
        document_cell(d, rows.row[i].kind, NULL, TONE_PLAIN);
        document_cell(d, rows.row[i].title, NULL, TONE_PLAIN);
        document_cell(d, rows.row[i].state, NULL, TONE_PLAIN);
    }
    return true;
}

bool brief_make(const struct report *r, const char *key, struct document *d, GError **err)
{
    struct q_report_accounts_rows rows;
    if (*key == '\0' || !report_accounts(r, "key", key, 1, &rows, err))
        return *key != '\0' ? false : err_set(err, KENKO_ERROR_NOT_FOUND, "no account is named");
    if (rows.n == 0)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "'%s' has no published score", key);
    add_head(r, d, &rows.row[0]);
    document_text(d, "%s.", report_reasons(r, &rows.row[0], 3));
    add_waterfall(r, d, &rows.row[0]);
    add_risk(r, d, &rows.row[0]);
    return add_history(r, d, key, err) && add_contracts(r, d, key, err) &&
           add_events(r, d, key, err);
}
