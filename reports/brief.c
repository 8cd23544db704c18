/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One account on one page: what its health is, why, what changed, and what happened. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/chart.h"
#include "reports/format.h"
#include "reports/reason.h"

/* Factors of the odds nearer to 1 than this (in log-odds) are left out of the table. */
static const double FACTOR_SHOWN = 0.05;

enum { NAMED_PART_BP = 50, REASONS = 3 }; /* parts are coloured from half a point on */

/* An Unknown account has no health; what little is known stands in the note. */
static void add_health(const struct report *r, struct document *d,
                       const struct q_report_accounts_row *a)
{
    const char *lower = arena_printf(r->arena, "%.0f", a->lower_bp / 100.0),
               *upper = arena_printf(r->arena, "%.0f", a->upper_bp / 100.0);
    const char *delta = report_delta(r, a), *note;
    const char *since = *delta ? report_say(r, MESSAGE_BRIEF_SINCE, "change", delta, NULL) : "";
    if (strcmp(a->band, "Unknown") == 0)
        note = report_say(r, MESSAGE_BRIEF_UNKNOWN, "lower", lower, "upper", upper, NULL);
    else if (a->lower_bp == a->upper_bp)
        note = since;
    else
        note =
            arena_printf(r->arena, "%s%s%s", since, *since ? "; " : "",
                         report_say(r, MESSAGE_BRIEF_BOUNDS, "lower", lower, "upper", upper, NULL));
    document_tile(
        d, report_say(r, MESSAGE_COLUMN_HEALTH, NULL),
        strcmp(a->band, "Unknown") == 0
            ? report_band(r, a->band)
            : arena_printf(r->arena, "%s %s",
                           report_health(r, a->band, a->effective_bp_is_null, a->effective_bp),
                           report_band(r, a->band)),
        note, document_band_tone(a->band));
}

static void add_head(const struct report *r, struct document *d,
                     const struct q_report_accounts_row *a)
{
    d->title = arena_printf(r->arena, "%s: %s", r->config->organisation, a->name);
    document_heading(d, 1, a->name);
    document_note(d, "%s",
                  report_say(r, MESSAGE_BRIEF_HEAD, "key", a->key, "plan",
                             *a->plan ? a->plan : report_say(r, MESSAGE_BRIEF_NO_PLAN, NULL),
                             "owner",
                             *a->owner ? a->owner : report_say(r, MESSAGE_OWNERS_NOBODY, NULL),
                             "day", report_day(r, false, r->run.as_of), NULL));
    add_health(r, d, a);
    document_tile(d, report_say(r, MESSAGE_BRIEF_CHURN, NULL),
                  a->p_churn_1e9_is_null ? "–" : report_percent(r, a->p_churn_1e9),
                  a->p_churn_1e9_is_null
                      ? r->run.model_message
                      : report_say(r, MESSAGE_BRIEF_INTERVAL, "low",
                                   arena_printf(r->arena, "%.1f", (double)a->p_lower_1e9 / 1e7),
                                   "high", report_percent(r, a->p_upper_1e9), NULL),
                  TONE_PLAIN);
    if (r->run.has_money)
        document_tile(d, report_say(r, MESSAGE_COLUMN_ARR, NULL),
                      report_money(r, (double)a->arr_minor),
                      a->renewal_on_is_null ? report_say(r, MESSAGE_BRIEF_NO_RENEWAL, NULL)
                                            : report_say(r, MESSAGE_BRIEF_RENEWS, "day",
                                                         report_day(r, false, a->renewal_on), NULL),
                      TONE_PLAIN);
    document_tile(d, report_say(r, MESSAGE_BRIEF_COVERAGE, NULL),
                  format_percent(r->arena, r->language, a->coverage_bp / 100.0, 0),
                  report_say(r, MESSAGE_BRIEF_COVERAGE_NOTE, NULL), TONE_PLAIN);
}

/* The line of the lists as a sentence. */
static void add_reasons(const struct report *r, struct document *d,
                        const struct q_report_accounts_row *a)
{
    const char *line = reason_line(r, a, REASONS);
    g_autofree char *first = g_utf8_strup(line, g_utf8_next_char(line) - line);
    document_text(d, "%s",
                  report_say(r, MESSAGE_BRIEF_REASONS, "what",
                             arena_printf(r->arena, "%s%s", first, g_utf8_next_char(line)), NULL));
}

/* ── what changed ─────────────────────────────────────────────────────────────────────────────────
 */

static void add_part(const struct report *r, struct document *d, const char *what,
                     const char *before, const char *now, int bp)
{
    document_cell(d, what, NULL, TONE_PLAIN);
    document_cell(d, before, NULL, TONE_PLAIN);
    document_cell(d, now, NULL, TONE_PLAIN);
    document_cell(d,
                  arena_printf(r->arena, "%s%.2f",
                               bp > 0   ? "+"
                               : bp < 0 ? "−"
                                        : "",
                               abs(bp) / 100.0),
                  NULL,
                  bp <= -NAMED_PART_BP  ? TONE_BAD
                  : bp >= NAMED_PART_BP ? TONE_GOOD
                                        : TONE_PLAIN);
}

static void add_measures(const struct report *r, struct document *d,
                         const struct q_report_accounts_row *a, const struct change *change)
{
    for (size_t i = 0; i < r->before_measures.n; i++) {
        const struct q_report_measures_row *m = &r->before_measures.row[i];
        ssize_t now = reason_now(r, i);
        if (now < 0 || (change->part_bp[i] == 0 && !change->lost[i] && !change->gained[i]))
            continue;
        bool data = change->lost[i] || change->gained[i];
        const char *was = reason_value(r, m, &a->before_metric_value, &a->before_metric_quality, i);
        const char *is = reason_value(r, &r->measures.row[now], &a->metric_value,
                                      &a->metric_quality, (size_t)now);
        if (!data) {
            add_part(r, d, report_words(r, m->label), was, is, change->part_bp[i]);
            continue;
        }
        document_cell(d, report_words(r, m->label), NULL, TONE_PLAIN);
        document_cell(d, was, NULL, TONE_PLAIN);
        document_cell(d, is, NULL, TONE_PLAIN);
        document_cell(d, report_say(r, MESSAGE_PART_IN_DATA, NULL), NULL, TONE_PLAIN);
    }
}

static void add_change(const struct report *r, struct document *d,
                       const struct q_report_accounts_row *a)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_MEASURE, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_BEFORE, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_NOW, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_POINTS, COLUMN_NUMBER, TOPIC_ANY}};
    struct change change;
    if (!r->has_before || a->before_bp_is_null || a->effective_bp_is_null)
        return;
    if (!reason_split(r, a, &change)) {
        document_heading(d, 2, report_say(r, MESSAGE_CHANGE_HEADING, NULL));
        document_text(d, "%s", report_say(r, MESSAGE_CHANGE_UNSPLIT, "key", a->key, NULL));
        return;
    }
    document_heading(d, 2, report_say(r, MESSAGE_CHANGE_HEADING, NULL));
    if (change.behaviour_bp == 0 && a->effective_bp == a->before_bp &&
        !*reason_data(r, a, &change)) {
        document_text(d, "%s", report_say(r, MESSAGE_CHANGE_NOTHING, NULL));
        return;
    }
    report_table(r, d, report_say(r, MESSAGE_CHANGE_CAPTION, NULL), columns, G_N_ELEMENTS(columns));
    add_measures(r, d, a, &change);
    if (change.availability_bp != 0 || *reason_data(r, a, &change))
        add_part(r, d, report_say(r, MESSAGE_PART_DATA, NULL), "", "", change.availability_bp);
    if (change.configuration_bp != 0)
        add_part(r, d, report_say(r, MESSAGE_REASON_CONFIGURATION, NULL), "", "",
                 change.configuration_bp);
    if (change.override_bp != 0)
        add_part(r, d, report_say(r, MESSAGE_PART_OVERRIDE, NULL), "", "", change.override_bp);
    add_part(r, d, report_say(r, MESSAGE_COLUMN_HEALTH, NULL),
             arena_printf(r->arena, "%.2f", a->before_bp / 100.0),
             arena_printf(r->arena, "%.2f", a->effective_bp / 100.0),
             a->effective_bp - a->before_bp);
}

/* ── why this health, why this risk ───────────────────────────────────────────────────────────────
 */

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
    document_cell(d, report_say(r, MESSAGE_COLUMN_HEALTH, NULL), NULL, TONE_PLAIN);
    document_cell(d, report_say(r, MESSAGE_WATERFALL_SUM, NULL), NULL, TONE_PLAIN);
    document_cell(d, "", NULL, TONE_PLAIN);
    document_cell(d, arena_printf(r->arena, "%.2f", sum_bp / 100.0), NULL, TONE_PLAIN);
    document_cell(d, arena_printf(r->arena, "%.2f", 100 - sum_bp / 100.0), NULL, TONE_PLAIN);
    document_cell(d, "", NULL, TONE_PLAIN);
}

static void add_waterfall(const struct report *r, struct document *d,
                          const struct q_report_accounts_row *a)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_MEASURE, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_GROUP, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_VALUE, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_GIVES, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_COSTS, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_BAR, COLUMN_PICTURE, TOPIC_ANY}};
    size_t n = MIN(r->measures.n, a->contribution_bp.n);
    int sum = 0;
    document_heading(d, 2, report_say(r, MESSAGE_WATERFALL_HEADING, NULL));
    report_table(r, d, report_say(r, MESSAGE_WATERFALL_CAPTION, NULL), columns,
                 G_N_ELEMENTS(columns));
    for (size_t i = 0; i < n; i++) {
        const struct q_report_measures_row *m = &r->measures.row[i];
        sum += a->contribution_bp.v[i];
        document_cell(d, report_words(r, m->label), NULL, TONE_PLAIN);
        document_cell(d, report_words(r, m->group_label), NULL, TONE_PLAIN);
        document_cell(d, reason_value(r, m, &a->metric_value, &a->metric_quality, i), NULL,
                      TONE_PLAIN);
        document_cell(d, arena_printf(r->arena, "%.2f", a->contribution_bp.v[i] / 100.0), NULL,
                      TONE_PLAIN);
        document_cell(d, arena_printf(r->arena, "%.2f", a->lost_bp.v[i] / 100.0), NULL,
                      a->lost_bp.v[i] >= 500 ? TONE_BAD : TONE_PLAIN);
        document_cell(d, bar(r, a->contribution_bp.v[i]), NULL, TONE_GOOD);
    }
    if (!a->effective_bp_is_null)
        add_sum(r, d, sum);
    if (a->effective_bp_is_null || strcmp(a->band, "Unknown") == 0)
        document_text(d, "%s", report_say(r, MESSAGE_WATERFALL_UNKNOWN, NULL));
    if (!a->override_note_is_null)
        document_text(d, "%s", a->override_note);
}

static int by_size(const void *a, const void *b, void *context)
{
    const double *v = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    double x = fabs(v[i]), y = fabs(v[j]);
    return x != y ? (x < y) - (x > y) : (i > j) - (i < j);
}

static void add_risk(const struct report *r, struct document *d,
                     const struct q_report_accounts_row *a)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_FEATURE, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_VALUE, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_FACTOR, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_EFFECT, COLUMN_WORDS, TOPIC_ANY}};
    if (a->risk_contribution_is_null)
        return;
    size_t n = MIN(r->features.n, a->risk_contribution.n);
    size_t *order = arena_many(r->arena, n + 1, size_t);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof *order, by_size, (void *)(uintptr_t)a->risk_contribution.v);
    document_heading(d, 2, report_say(r, MESSAGE_RISK_HEADING, NULL));
    report_table(r, d,
                 report_count(r,
                              r->run.period_days == REPORT_RISK_DAYS ? MESSAGE_RISK_CAPTION
                                                                     : MESSAGE_RISK_CAPTION_PERIOD,
                              r->run.period_days, NULL),
                 columns, G_N_ELEMENTS(columns));
    for (size_t k = 0; k < n && fabs(a->risk_contribution.v[order[k]]) >= FACTOR_SHOWN; k++) {
        size_t i = order[k];
        double v = a->risk_contribution.v[i];
        bool missing = i >= a->risk_value.n || (a->risk_value.is_null && a->risk_value.is_null[i]);
        document_cell(d, report_words(r, r->features.row[i].label), NULL, TONE_PLAIN);
        document_cell(d,
                      missing ? format_quality(r->language, "no_data")
                              : format_quantity(r->arena, r->language, a->risk_value.v[i],
                                                r->features.row[i].unit),
                      NULL, TONE_PLAIN);
        document_cell(d, arena_printf(r->arena, "× %.2f", exp(v)), NULL, TONE_PLAIN);
        document_cell(d, report_say(r, v > 0 ? MESSAGE_RISK_RAISES : MESSAGE_RISK_LOWERS, NULL),
                      NULL, v > 0 ? TONE_BAD : TONE_GOOD);
    }
}

/* ── what was ─────────────────────────────────────────────────────────────────────────────────────
 */

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
        bool is_known =
            !rows.row[i].effective_bp_is_null && strcmp(rows.row[i].band, "Unknown") != 0;
        day[i] = rows.row[i].as_of;
        health[i] = is_known ? rows.row[i].effective_bp / 100.0 : NAN;
        risk[i] = rows.row[i].p_churn_1e9_is_null ? NAN : (double)rows.row[i].p_churn_1e9 / 1e7;
    }
    struct chart chart = {.unit = report_say(r, MESSAGE_CHART_UNIT, NULL),
                          .n_days = rows.n,
                          .n_series = 2,
                          .day = day,
                          .name = {report_say(r, MESSAGE_CHART_HEALTH, NULL),
                                   report_say(r, MESSAGE_CHART_RISK, NULL)},
                          .value = {health, risk},
                          .from_zero = true};
    document_heading(d, 2, report_say(r, MESSAGE_BRIEF_HISTORY, NULL));
    chart_add(d,
              report_count(r, MESSAGE_BRIEF_HISTORY_WORDS, (int64_t)rows.n, "from",
                           report_day(r, false, day[0]), "to",
                           report_day(r, false, day[rows.n - 1]), NULL),
              &chart);
    return true;
}

static bool add_contracts(const struct report *r, struct document *d, const char *key, GError **err)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_CONTRACT, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_PRODUCT, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_FROM, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_TO, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_CANCELLED, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_ARR, COLUMN_NUMBER, TOPIC_ANY}};
    struct q_report_account_contracts_rows rows;
    if (!q_report_account_contracts(r->arena, r->db, key, &rows, err))
        return false;
    if (rows.n == 0)
        return true;
    document_heading(d, 2, report_say(r, MESSAGE_BRIEF_CONTRACTS, NULL));
    report_table(r, d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_report_account_contracts_row *c = &rows.row[i];
        document_cell(d, c->external_id, NULL, TONE_PLAIN);
        document_cell(d, c->product_is_null ? "" : c->product, NULL, TONE_PLAIN);
        document_cell(d, report_day(r, false, c->start_on), NULL, TONE_PLAIN);
        document_cell(d, report_day(r, c->end_on_is_null, c->end_on), NULL, TONE_PLAIN);
        document_cell(d, report_day(r, c->cancelled_on_is_null, c->cancelled_on), NULL,
                      c->cancelled_on_is_null ? TONE_PLAIN : TONE_BAD);
        document_cell(d, format_money(r->arena, r->language, c->currency, (double)c->arr_minor),
                      NULL, TONE_PLAIN);
    }
    return true;
}

static bool add_events(const struct report *r, struct document *d, const char *key, GError **err)
{
    static const struct report_column columns[] = {{MESSAGE_COLUMN_WHEN, COLUMN_WORDS, TOPIC_ANY},
                                                   {MESSAGE_COLUMN_WHAT, COLUMN_WORDS, TOPIC_ANY},
                                                   {MESSAGE_COLUMN_TITLE, COLUMN_WORDS, TOPIC_ANY},
                                                   {MESSAGE_COLUMN_STATE, COLUMN_WORDS, TOPIC_ANY}};
    struct q_report_account_events_rows rows;
    if (!q_report_account_events(r->arena, r->db, key, r->run.as_of, &rows, err))
        return false;
    if (rows.n == 0)
        return true;
    document_heading(d, 2, report_say(r, MESSAGE_BRIEF_EVENTS, NULL));
    report_table(r, d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        bool is_ticket = strcmp(rows.row[i].kind, "ticket") == 0;
        document_cell(d, report_stamp(r, rows.row[i].at), NULL, TONE_PLAIN);
        document_cell(
            d, report_say(r, is_ticket ? MESSAGE_EVENT_TICKET : MESSAGE_EVENT_INCIDENT, NULL), NULL,
            TONE_PLAIN);
        document_cell(d, rows.row[i].title, NULL, TONE_PLAIN);
        document_cell(d, report_words(r, rows.row[i].state), NULL, TONE_PLAIN);
    }
    return true;
}

bool brief_make(const struct report *r, const char *key, struct document *d, GError **err)
{
    struct q_report_accounts_rows rows;
    if (*key == '\0' || !report_accounts(r, "key", key, REPORT_ALL, 1, &rows, err))
        return *key != '\0' ? false : err_set(err, KENKO_ERROR_NOT_FOUND, "no account is named");
    if (rows.n == 0)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "'%s' has no published score", key);
    add_head(r, d, &rows.row[0]);
    add_reasons(r, d, &rows.row[0]);
    add_change(r, d, &rows.row[0]);
    add_waterfall(r, d, &rows.row[0]);
    add_risk(r, d, &rows.row[0]);
    return add_history(r, d, key, err) && add_contracts(r, d, key, err) &&
           add_events(r, d, key, err);
}
