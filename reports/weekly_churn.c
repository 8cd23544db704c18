/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weekly churn report, for the head of customer success. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "reports/chart.h"
#include "reports/format.h"
#include "reports/weekly_list.h"
#include "reports/weekly_revenue.h"

/* A run in sums over its bands. */
struct totals {
    int64_t care;
    double arr, care_arr;
    double loss, low, high; /* in ARR, or in customers where nobody pays */
};

static struct totals totals_of(const struct report *r, const struct q_report_bands_rows *bands)
{
    struct totals t = {0};
    for (size_t i = 0; i < bands->n; i++) {
        const struct q_report_bands_row *b = &bands->row[i];
        bool cares = strcmp(b->band, "Red") == 0 || strcmp(b->band, "Yellow") == 0;
        t.arr += (double)b->arr_minor;
        t.care += cares ? b->accounts : 0;
        t.care_arr += cares ? (double)b->arr_minor : 0;
        t.loss += r->run.has_money ? b->expected_minor : b->leaving;
        t.low += r->run.has_money ? b->low_minor : b->low_leaving;
        t.high += r->run.has_money ? b->high_minor : b->high_leaving;
    }
    return t;
}

/* Of a band that a move is from or to, or of one of the query's own words. */
static enum document_tone move_tone(const char *band)
{
    if (strcmp(band, "gone") == 0)
        return TONE_BAD;
    return strcmp(band, "new") == 0 || strcmp(band, "merged") == 0 ? TONE_PLAIN
                                                                   : document_band_tone(band);
}

/* Who left and who was saved (out of Red) since the run before. */
static const char *say_left(const struct report *r, const struct q_report_moves_rows *moves)
{
    int64_t left = 0, saved = 0;
    double left_arr = 0, saved_arr = 0;
    for (size_t i = 0; i < moves->n; i++) {
        const struct q_report_moves_row *m = &moves->row[i];
        bool is_left = strcmp(m->to_band, "gone") == 0;
        bool is_saved =
            strcmp(m->from_band, "Red") == 0 && move_tone(m->to_band) != TONE_PLAIN && !is_left;
        left += is_left ? m->accounts : 0;
        left_arr += is_left ? (double)m->arr_minor : 0;
        saved += is_saved ? m->accounts : 0;
        saved_arr += is_saved ? (double)m->arr_minor : 0;
    }
    return r->run.has_money
               ? report_say(r, MESSAGE_TILE_LEFT_ARR, "left", report_number(r, left), "left_arr",
                            report_money(r, left_arr), "saved", report_number(r, saved),
                            "saved_arr", report_money(r, saved_arr), NULL)
               : report_say(r, MESSAGE_TILE_LEFT, "left", report_number(r, left), "saved",
                            report_number(r, saved), NULL);
}

static const char *loss_text(const struct report *r, double loss)
{
    return r->run.has_money ? report_money(r, loss)
                            : report_say(r, MESSAGE_TILE_CUSTOMERS, "n",
                                         format_value(r->arena, r->language, loss, ""), NULL);
}

static void add_loss_tiles(const struct report *r, struct document *d, const struct totals *now,
                           const struct totals *before, const struct q_report_moves_rows *moves)
{
    enum message label = r->run.has_money ? MESSAGE_TILE_LOSS : MESSAGE_TILE_LEAVING;
    if (r->run.model_id_is_null) {
        document_tile(d, report_say(r, label, NULL), report_say(r, MESSAGE_TILE_NO_MODEL, NULL),
                      r->run.model_message, TONE_PLAIN);
        return;
    }
    document_tile(d, report_say(r, label, NULL), loss_text(r, now->loss),
                  report_say(r, MESSAGE_TILE_LOSS_BOUNDS, "low", loss_text(r, now->low), "high",
                             loss_text(r, now->high), NULL),
                  TONE_BAD);
    double change = now->loss - before->loss;
    if (r->has_before && !r->before.model_id_is_null)
        document_tile(
            d,
            report_say(r, r->run.has_money ? MESSAGE_TILE_LOSS_CHANGE : MESSAGE_TILE_LEAVING_CHANGE,
                       NULL),
            arena_printf(r->arena, "%s %s", change > 0 ? "▲" : "▼", loss_text(r, fabs(change))),
            say_left(r, moves), change > 0 ? TONE_BAD : TONE_GOOD);
}

/* The four numbers that matter, before anything else. */
static bool add_tiles(const struct report *r, struct document *d,
                      const struct q_report_moves_rows *moves, GError **err)
{
    struct q_report_bands_rows bands, before_bands = {0};
    if (!q_report_bands(r->arena, r->db, r->run.run_id, r->run.as_of, &bands, err) ||
        (r->has_before &&
         !q_report_bands(r->arena, r->db, r->before.run_id, r->before.as_of, &before_bands, err)))
        return false;
    struct totals now = totals_of(r, &bands), before = totals_of(r, &before_bands);
    const char *unknown = report_count(r, MESSAGE_TILE_UNKNOWN, r->run.unknown_accounts, NULL);
    document_tile(d, report_say(r, MESSAGE_TILE_SCORED, NULL), report_number(r, r->run.accounts),
                  r->run.has_money ? report_say(r, MESSAGE_TILE_ARR_AND, "arr",
                                                report_money(r, now.arr), "what", unknown, NULL)
                                   : unknown,
                  TONE_PLAIN);
    const char *since =
        r->has_before ? report_say(r, MESSAGE_TILE_SINCE, "change",
                                   arena_printf(r->arena, "%s%s", now.care > before.care ? "+" : "",
                                                report_number(r, now.care - before.care)),
                                   NULL)
                      : "";
    const char *between = *since && r->run.has_money ? report_say(r, MESSAGE_LIST_COMMA, NULL) : "";
    const char *arr = r->run.has_money ? report_say(r, MESSAGE_TILE_ARR, "arr",
                                                    report_money(r, now.care_arr), NULL)
                                       : "";
    document_tile(d, report_say(r, MESSAGE_TILE_CARE, NULL), report_number(r, now.care),
                  arena_printf(r->arena, "%s%s%s", since, between, arr),
                  r->has_before && now.care > before.care ? TONE_WATCH : TONE_PLAIN);
    add_loss_tiles(r, d, &now, &before, moves);
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
    struct chart chart = {
        .unit = report_say(r, MESSAGE_CHART_UNIT, NULL),
        .n_days = rows.n,
        .n_series = 2,
        .day = day,
        .name = {report_say(r, MESSAGE_CHART_MEAN, NULL), report_say(r, MESSAGE_CHART_CARE, NULL)},
        .value = {mean, care},
        .from_zero = true};
    size_t last = rows.n - 1;
    document_heading(d, 2, report_say(r, MESSAGE_HISTORY_HEADING, NULL));
    chart_add(d,
              report_say(r, MESSAGE_HISTORY_WORDS, "mean0", arena_printf(r->arena, "%.0f", mean[0]),
                         "mean1", arena_printf(r->arena, "%.0f", mean[last]), "care0",
                         format_percent(r->arena, r->language, care[0], 0), "care1",
                         format_percent(r->arena, r->language, care[last], 0), "from",
                         report_day(r, false, day[0]), "to", report_day(r, false, day[last]), NULL),
              &chart);
    return true;
}

/* "new", "gone" and "merged" are words of the query, not bands. */
static const char *move_word(const struct report *r, const char *band)
{
    if (strcmp(band, "new") == 0)
        return report_say(r, MESSAGE_MOVES_NEW, NULL);
    if (strcmp(band, "merged") == 0)
        return report_say(r, MESSAGE_MOVES_MERGED, NULL);
    return strcmp(band, "gone") == 0 ? report_say(r, MESSAGE_MOVES_LEFT, NULL)
                                     : report_band(r, band);
}

static void add_moves(const struct report *r, struct document *d,
                      const struct q_report_moves_rows *moves)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_FROM, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_TO, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_ACCOUNTS, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_ARR, COLUMN_NUMBER, TOPIC_MONEY}};
    if (!r->has_before)
        return;
    document_heading(d, 2, report_say(r, MESSAGE_MOVES_HEADING, NULL));
    if (moves->n == 0) {
        document_text(d, "%s", report_say(r, MESSAGE_MOVES_NONE, NULL));
        return;
    }
    report_table(r, d, report_say(r, MESSAGE_MOVES_CAPTION, NULL), columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < moves->n; i++) {
        const struct q_report_moves_row *m = &moves->row[i];
        document_cell(d, move_word(r, m->from_band), NULL, move_tone(m->from_band));
        document_cell(d, move_word(r, m->to_band), NULL, move_tone(m->to_band));
        document_cell(d, report_number(r, m->accounts), NULL, TONE_PLAIN);
        if (r->run.has_money)
            document_cell(d, report_money(r, (double)m->arr_minor), NULL, TONE_PLAIN);
    }
}

static bool add_owners(const struct report *r, struct document *d, GError **err)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_OWNER, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_ACCOUNTS, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_NOT_GREEN, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_ARR, COLUMN_NUMBER, TOPIC_MONEY},
        {MESSAGE_COLUMN_LOSS, COLUMN_NUMBER, TOPIC_MONEY}};
    struct q_report_owners_rows rows;
    if (!q_report_owners(r->arena, r->db, r->run.run_id, r->run.as_of, &rows, err))
        return false;
    if (rows.n < 2)
        return true;
    document_heading(d, 2, report_say(r, MESSAGE_OWNERS_HEADING, NULL));
    report_table(r, d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_report_owners_row *o = &rows.row[i];
        document_cell(d, o->owner_is_null ? report_say(r, MESSAGE_OWNERS_NOBODY, NULL) : o->owner,
                      NULL, TONE_PLAIN);
        document_cell(d, report_number(r, o->accounts), NULL, TONE_PLAIN);
        document_cell(d, report_number(r, o->care), NULL, TONE_PLAIN);
        if (!r->run.has_money)
            continue;
        document_cell(d, report_money(r, (double)o->arr_minor), NULL, TONE_PLAIN);
        document_cell(d, o->expected_minor_is_null ? "–" : report_money(r, o->expected_minor), NULL,
                      TONE_PLAIN);
    }
    return true;
}

/* Were days of the past computed again, and what came of it? */
static bool add_recompute(const struct report *r, struct document *d, GError **err)
{
    struct q_report_recompute_row again;
    if (!q_report_recompute(r->arena, r->db, r->run.as_of, &again, err))
        return false;
    if (again.days > 0)
        document_text(d, "%s",
                      report_count(r,
                                   again.different ? MESSAGE_DATA_RECOMPUTE_DIFFERENT
                                                   : MESSAGE_DATA_RECOMPUTE_EQUAL,
                                   again.accounts, "different", report_number(r, again.different),
                                   NULL));
    return true;
}

static bool add_data(const struct report *r, struct document *d, GError **err)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_SOURCE, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_STREAM, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_NEWEST, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_READ, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_DUPLICATE, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_IGNORED, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_REJECTED, COLUMN_NUMBER, TOPIC_ANY}};
    struct q_report_freshness_rows rows;
    struct q_report_unresolved_row unresolved;
    if (!q_report_freshness(r->arena, r->db, &rows, err) ||
        !q_report_unresolved(r->arena, r->db, &unresolved, err))
        return false;
    document_heading(d, 2, report_say(r, MESSAGE_DATA_HEADING, NULL));
    if (unresolved.parties > 0)
        document_text(d, "%s",
                      report_count(r, MESSAGE_DATA_UNRESOLVED, unresolved.parties, "arr",
                                   report_number(r, llround(unresolved.arr)), NULL));
    if (!add_recompute(r, d, err))
        return false;
    report_table(r, d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_report_freshness_row *f = &rows.row[i];
        document_cell(d, f->source, NULL, TONE_PLAIN);
        document_cell(d, f->stream, NULL, TONE_PLAIN);
        document_cell(d, report_stamp(r, f->last_load_at), NULL, TONE_PLAIN);
        document_cell(d, report_number(r, f->read_count), NULL, TONE_PLAIN);
        document_cell(d, report_number(r, f->duplicate), NULL, TONE_PLAIN);
        document_cell(d, report_number(r, f->ignored), NULL, TONE_PLAIN);
        document_cell(d, report_number(r, f->rejected), NULL,
                      f->rejected ? TONE_WATCH : TONE_PLAIN);
    }
    return true;
}

static const char *of_model(const struct report *r, const json_t *evaluation, const char *name,
                            int decimals)
{
    double value = json_number_value(json_object_get(evaluation, name));
    return arena_printf(r->arena, "%.*f", decimals, value);
}

static void add_model(const struct report *r, struct document *d)
{
    document_heading(d, 2, report_say(r, MESSAGE_TRUST_HEADING, NULL));
    if (r->run.model_id_is_null) {
        document_text(d, "%s",
                      report_say(r, MESSAGE_TRUST_NO_MODEL, "why", r->run.model_message, NULL));
    } else {
        json_t *e = json_loads(r->run.evaluation_is_null ? "{}" : r->run.evaluation, 0, NULL);
        double error = json_number_value(json_object_get(e, "ece")) * 100;
        document_text(d, "%s",
                      report_count(r, MESSAGE_TRUST_MODEL, r->run.events_used, "auc",
                                   of_model(r, e, "auc", 3), "low", of_model(r, e, "auc_low", 3),
                                   "high", of_model(r, e, "auc_high", 3), "error",
                                   arena_printf(r->arena, "%.2f", error), "slope",
                                   of_model(r, e, "slope", 2), NULL));
        json_decref(e);
    }
    document_text(d, "%s",
                  report_say(r, MESSAGE_TRUST_SCORECARD, "scorecard",
                             message_words_of(r->language, r->run.scorecard), NULL));
    document_note(d, "%s",
                  report_say(r, MESSAGE_TRUST_RUN, "run",
                             arena_printf(r->arena, "%" G_GINT64_FORMAT, r->run.run_id), "day",
                             report_day(r, false, r->run.as_of), "commit",
                             arena_printf(r->arena, "%" G_GINT64_FORMAT, r->run.known_no),
                             "version", r->run.version, "digest",
                             arena_printf(r->arena, "%.12s", r->run.output_sha256), NULL));
}

bool weekly_churn_make(const struct report *r, struct document *d, GError **err)
{
    struct q_report_moves_rows moves = {0};
    if (r->has_before && !q_report_moves(r->arena, r->db, r->run.run_id, r->run.as_of,
                                         r->before.run_id, r->before.as_of, &moves, err))
        return false;
    d->title = report_say(r, MESSAGE_WEEKLY_TITLE, "who", r->config->organisation, NULL);
    document_heading(d, 1, d->title);
    document_note(
        d, "%s",
        report_say(r, MESSAGE_WEEKLY_WHEN, "day", report_day(r, false, r->run.as_of), NULL));
    if (!add_tiles(r, d, &moves, err) || !add_history(r, d, err) ||
        !weekly_revenue_add(r, d, err) || !weekly_list_add(r, d, err))
        return false;
    add_moves(r, d, &moves);
    if (!add_owners(r, d, err) || !add_data(r, d, err))
        return false;
    add_model(r, d);
    return true;
}
