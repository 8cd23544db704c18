/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weekly churn report, for the head of customer success. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "core/day.h"
#include "reports/chart.h"
#include "reports/report.h"

static const char *day_text(const struct report *r, int32_t day)
{
    char text[DAY_TEXT_SIZE];
    return arena_strdup(r->arena, day_format(day, text));
}

static const char *count_text(const struct report *r, int64_t n)
{
    return arena_printf(r->arena, "%" G_GINT64_FORMAT, n);
}

/* Who left and who was saved (out of Red) since the run before. */
static bool say_left(const struct report *r, const char **out, GError **err)
{
    struct q_report_moves_rows moves;
    int64_t gone = 0, saved = 0;
    double gone_arr = 0, saved_arr = 0;
    *out = "";
    if (!r->has_before)
        return true;
    if (!q_report_moves(r->arena, r->db, r->run.run_id, r->run.as_of, r->before.run_id,
                        r->before.as_of, &moves, err))
        return false;
    for (size_t i = 0; i < moves.n; i++) {
        const struct q_report_moves_row *m = &moves.row[i];
        bool is_gone = strcmp(m->to_band, "gone") == 0;
        bool is_saved = strcmp(m->from_band, "Red") == 0 &&
                        document_band_tone(m->to_band) != TONE_PLAIN && !is_gone;
        gone += is_gone ? m->accounts : 0;
        gone_arr += is_gone ? (double)m->arr_minor : 0;
        saved += is_saved ? m->accounts : 0;
        saved_arr += is_saved ? (double)m->arr_minor : 0;
    }
    *out = arena_printf(r->arena,
                        "since %s: %" G_GINT64_FORMAT " left (%s ARR), %" G_GINT64_FORMAT
                        " came out of Red (%s)",
                        day_text(r, r->before.as_of), gone, report_money(r, gone_arr), saved,
                        report_money(r, saved_arr));
    return true;
}

/* The four numbers that matter, before anything else. */
static bool add_tiles(const struct report *r, struct document *d, GError **err)
{
    struct q_report_bands_rows bands, before = {0};
    if (!q_report_bands(r->arena, r->db, r->run.run_id, r->run.as_of, &bands, err) ||
        (r->has_before &&
         !q_report_bands(r->arena, r->db, r->before.run_id, r->before.as_of, &before, err)))
        return false;
    double arr = 0, loss = 0, low = 0, high = 0, risk_arr = 0, before_loss = 0;
    int64_t care = 0, before_care = 0;
    bool has_risk = !r->run.model_id_is_null;
    for (size_t i = 0; i < bands.n; i++) {
        const struct q_report_bands_row *b = &bands.row[i];
        bool cares = strcmp(b->band, "Red") == 0 || strcmp(b->band, "Yellow") == 0;
        arr += (double)b->arr_minor;
        loss += b->expected_minor;
        low += b->low_minor;
        high += b->high_minor;
        risk_arr += cares ? (double)b->arr_minor : 0;
        care += cares ? b->accounts : 0;
    }
    for (size_t i = 0; i < before.n; i++) {
        before_loss += before.row[i].expected_minor;
        if (strcmp(before.row[i].band, "Red") == 0 || strcmp(before.row[i].band, "Yellow") == 0)
            before_care += before.row[i].accounts;
    }
    document_tile(d, "Customers scored", count_text(r, r->run.accounts),
                  arena_printf(r->arena, "%s ARR, %" G_GINT64_FORMAT " of them Unknown",
                               report_money(r, arr), r->run.unknown_accounts),
                  TONE_PLAIN);
    document_tile(d, "Need care (Red or Yellow)", count_text(r, care),
                  r->has_before ? arena_printf(r->arena, "%+" G_GINT64_FORMAT " since %s, %s ARR",
                                               care - before_care, day_text(r, r->before.as_of),
                                               report_money(r, risk_arr))
                                : report_money(r, risk_arr),
                  care > before_care ? TONE_WATCH : TONE_PLAIN);
    if (!has_risk) {
        document_tile(d, "Expected loss in 90 days", "no model", r->run.model_message, TONE_PLAIN);
        return true;
    }
    document_tile(d, "Expected loss in 90 days", report_money(r, loss),
                  arena_printf(r->arena, "%s to %s if every risk is at its bound",
                               report_money(r, low), report_money(r, high)),
                  TONE_BAD);
    const char *left;
    if (!say_left(r, &left, err))
        return false;
    document_tile(d, "Change of expected loss",
                  r->has_before ? arena_printf(r->arena, "%s %s", loss > before_loss ? "▲" : "▼",
                                               report_money(r, fabs(loss - before_loss)))
                                : "–",
                  left, loss > before_loss ? TONE_BAD : TONE_GOOD);
    return true;
}

static bool add_history(const struct report *r, struct document *d, GError **err)
{
    struct q_report_history_rows rows;
    if (!q_report_history(r->arena, r->db, r->run.as_of, &rows, err))
        return false;
    if (rows.n < 2)
        return true;
    int32_t *day = arena_many(r->arena, rows.n, int32_t);
    double *mean = arena_many(r->arena, rows.n, double),
           *care = arena_many(r->arena, rows.n, double);
    for (size_t i = 0; i < rows.n; i++) {
        day[i] = rows.row[i].as_of;
        mean[i] = rows.row[i].mean_bp_is_null ? NAN : rows.row[i].mean_bp / 100;
        care[i] = 100.0 * (double)rows.row[i].care / (double)rows.row[i].accounts;
    }
    struct chart chart = {.unit = "points, percent",
                          .n_days = rows.n,
                          .n_series = 2,
                          .day = day,
                          .name = {"mean health", "share in Red or Yellow"},
                          .value = {mean, care},
                          .from_zero = true};
    document_heading(d, 2, "How the portfolio moved");
    chart_add(d,
              arena_printf(r->arena,
                           "Mean health went from %.0f to %.0f and the share that needs care from "
                           "%.0f to %.0f percent between %s and %s.",
                           mean[0], mean[rows.n - 1], care[0], care[rows.n - 1],
                           day_text(r, day[0]), day_text(r, day[rows.n - 1])),
              &chart);
    return true;
}

static const struct document_column account_columns[] = {
    {"Account", COLUMN_WORDS},     {"Owner", COLUMN_WORDS}, {"Health", COLUMN_NUMBER},
    {"7 days", COLUMN_NUMBER},     {"Band", COLUMN_WORDS},  {"ARR", COLUMN_NUMBER},
    {"Churn 90 d", COLUMN_NUMBER}, {"Why", COLUMN_UNDER}};

static void add_account(const struct report *r, struct document *d,
                        const struct q_report_accounts_row *a)
{
    document_cell(d, a->name, report_link(r, a->key), TONE_PLAIN);
    document_cell(d, a->owner, NULL, TONE_PLAIN);
    document_cell(d, report_health(r, a->effective_bp_is_null, a->effective_bp), NULL, TONE_PLAIN);
    const char *delta = report_delta(r, a);
    document_cell(d, delta, NULL, g_str_has_prefix(delta, "▼") ? TONE_BAD : TONE_PLAIN);
    document_cell(d, a->band, NULL, document_band_tone(a->band));
    document_cell(d, report_money(r, (double)a->arr_minor), NULL, TONE_PLAIN);
    document_cell(d, report_risk(r, a), NULL, TONE_PLAIN);
    document_cell(d, report_reasons(r, a, 3), NULL, TONE_PLAIN);
}

static bool add_list(const struct report *r, struct document *d, const char *heading,
                     const char *intro, const char *sort, GError **err)
{
    struct q_report_accounts_rows rows;
    if (!report_accounts(r, sort, "", r->config->top, &rows, err))
        return false;
    document_heading(d, 2, heading);
    if (rows.n == 0) {
        document_text(d, "Nobody.");
        return true;
    }
    document_table(d, intro, account_columns, G_N_ELEMENTS(account_columns));
    for (size_t i = 0; i < rows.n; i++)
        add_account(r, d, &rows.row[i]);
    return true;
}

static bool add_moves(const struct report *r, struct document *d, GError **err)
{
    static const struct document_column columns[] = {{"From", COLUMN_WORDS},
                                                     {"To", COLUMN_WORDS},
                                                     {"Accounts", COLUMN_NUMBER},
                                                     {"ARR", COLUMN_NUMBER}};
    struct q_report_moves_rows rows;
    if (!r->has_before)
        return true;
    if (!q_report_moves(r->arena, r->db, r->run.run_id, r->run.as_of, r->before.run_id,
                        r->before.as_of, &rows, err))
        return false;
    document_heading(d, 2, "Moves between bands");
    if (rows.n == 0) {
        document_text(d, "None since %s.", day_text(r, r->before.as_of));
        return true;
    }
    document_table(d,
                   arena_printf(r->arena, "since %s; 'gone' are customers that left",
                                day_text(r, r->before.as_of)),
                   columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_report_moves_row *m = &rows.row[i];
        document_cell(d, m->from_band, NULL, document_band_tone(m->from_band));
        document_cell(d, m->to_band, NULL,
                      strcmp(m->to_band, "gone") == 0 ? TONE_BAD : document_band_tone(m->to_band));
        document_cell(d, count_text(r, m->accounts), NULL, TONE_PLAIN);
        document_cell(d, report_money(r, (double)m->arr_minor), NULL, TONE_PLAIN);
    }
    return true;
}

static bool add_owners(const struct report *r, struct document *d, GError **err)
{
    static const struct document_column columns[] = {{"Owner", COLUMN_WORDS},
                                                     {"Accounts", COLUMN_NUMBER},
                                                     {"Not Green", COLUMN_NUMBER},
                                                     {"ARR", COLUMN_NUMBER},
                                                     {"Expected loss", COLUMN_NUMBER}};
    struct q_report_owners_rows rows;
    if (!q_report_owners(r->arena, r->db, r->run.run_id, r->run.as_of, &rows, err))
        return false;
    if (rows.n < 2)
        return true;
    document_heading(d, 2, "Who carries what");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_report_owners_row *o = &rows.row[i];
        document_cell(d, o->owner, NULL, TONE_PLAIN);
        document_cell(d, count_text(r, o->accounts), NULL, TONE_PLAIN);
        document_cell(d, count_text(r, o->care), NULL, TONE_PLAIN);
        document_cell(d, report_money(r, (double)o->arr_minor), NULL, TONE_PLAIN);
        document_cell(d, o->expected_minor_is_null ? "–" : report_money(r, o->expected_minor), NULL,
                      TONE_PLAIN);
    }
    return true;
}

static bool add_data(const struct report *r, struct document *d, GError **err)
{
    static const struct document_column columns[] = {{"Source", COLUMN_WORDS},
                                                     {"Stream", COLUMN_WORDS},
                                                     {"Newest load (UTC)", COLUMN_WORDS},
                                                     {"Read", COLUMN_NUMBER},
                                                     {"Duplicate", COLUMN_NUMBER},
                                                     {"Ignored", COLUMN_NUMBER},
                                                     {"Rejected", COLUMN_NUMBER}};
    struct q_report_freshness_rows rows;
    struct q_report_unresolved_row unresolved;
    if (!q_report_freshness(r->arena, r->db, &rows, err) ||
        !q_report_unresolved(r->arena, r->db, &unresolved, err))
        return false;
    document_heading(d, 2, "The data behind it");
    if (unresolved.parties > 0)
        document_text(d,
                      "%" G_GINT64_FORMAT
                      " customers of sources belong to no account yet (ARR %.0f): "
                      "kenko identity unresolved lists them.",
                      unresolved.parties, unresolved.arr);
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_report_freshness_row *f = &rows.row[i];
        g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(f->last_load_at / 1000000);
        g_autofree char *stamp = g_date_time_format(at, "%Y-%m-%d %H:%M");
        document_cell(d, f->source, NULL, TONE_PLAIN);
        document_cell(d, f->stream, NULL, TONE_PLAIN);
        document_cell(d, stamp, NULL, TONE_PLAIN);
        document_cell(d, count_text(r, f->read_count), NULL, TONE_PLAIN);
        document_cell(d, count_text(r, f->duplicate), NULL, TONE_PLAIN);
        document_cell(d, count_text(r, f->ignored), NULL, TONE_PLAIN);
        document_cell(d, count_text(r, f->rejected), NULL, f->rejected ? TONE_WATCH : TONE_PLAIN);
    }
    return true;
}

static double number_of(const json_t *root, const char *name)
{
    return json_number_value(json_object_get(root, name));
}

static void add_model(const struct report *r, struct document *d)
{
    document_heading(d, 2, "How far to trust it");
    if (r->run.model_id_is_null) {
        document_text(d, "No churn model speaks: %s", r->run.model_message);
    } else {
        json_t *e = json_loads(r->run.evaluation_is_null ? "{}" : r->run.evaluation, 0, NULL);
        document_text(
            d,
            "The churn model was fitted on %" G_GINT64_FORMAT " churn events and judged on the "
            "newest quarter, which it had not seen: AUC %.3f (95 %% interval %.3f to %.3f), mean "
            "calibration error %.2f percentage points, calibration slope %.2f (1 is perfect).",
            r->run.events_used, number_of(e, "auc"), number_of(e, "auc_low"),
            number_of(e, "auc_high"), number_of(e, "ece") * 100, number_of(e, "slope"));
        json_decref(e);
    }
    document_text(
        d,
        "Health is the scorecard '%s': measures weighted into groups and those into 0 to 100, "
        "missing data left out and shown as Unknown when too much is missing. The points in "
        "brackets are what a measure costs, or cost since the week before.",
        r->run.scorecard);
    document_note(d,
                  "Run %" G_GINT64_FORMAT ", as of %s, known at commit %" G_GINT64_FORMAT
                  ", kenko %s, digest %.12s.",
                  r->run.run_id, day_text(r, r->run.as_of), r->run.known_no, r->run.version,
                  r->run.output_sha256);
}

bool weekly_churn_make(const struct report *r, struct document *d, GError **err)
{
    document_heading(d, 1,
                     arena_printf(r->arena, "%s: customers at risk", r->config->organisation));
    document_note(d, "Week of %s. Facts before that day.", day_text(r, r->run.as_of));
    bool loss = !r->run.model_id_is_null;
    if (!add_tiles(r, d, err) || !add_history(r, d, err) ||
        !add_list(r, d, "Largest expected losses",
                  loss ? "ARR times the probability of churn within 90 days"
                       : "ARR times missing health",
                  "loss", err) ||
        !add_list(r, d, "Fell most", "health lost since the week before", "fall", err) ||
        !add_list(r, d, "Renewals within 90 days", "by expected loss", "renewal", err) ||
        !add_moves(r, d, err) || !add_owners(r, d, err) || !add_data(r, d, err))
        return false;
    add_model(r, d);
    return true;
}
