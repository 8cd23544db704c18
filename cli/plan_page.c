/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plan_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/proof_json.h"
#include "core/day.h"
#include "reports/format.h"
#include "scoring/ratio.h"
#include "scoring/rival.h"
#include "scoring/wilson.h"

enum { BECAUSE = 3, MARK = PROOF_EVIDENCE };

static void cell(struct document *d, const char *text)
{
    document_cell(d, text, NULL, TONE_PLAIN);
}

static const char *number(struct document *d, size_t n)
{
    return format_number(d->arena, (int64_t)n);
}

static const char *points(struct document *d, int bp)
{
    return arena_printf(d->arena, "%.2f", bp / 100.0);
}

static const char *money(const struct plan_page *p, struct document *d, __int128 minor)
{
    return format_money(d->arena, LANGUAGE_EN, p->currency, (double)minor);
}

static const char *percent(struct document *d, double part, double whole)
{
    return whole > 0 ? format_percent(d->arena, LANGUAGE_EN, 100 * part / whole, 0) : "–";
}

static void band(struct document *d, const char *name)
{
    document_cell(d, *name ? name : "not scored", NULL,
                  *name ? document_band_tone(name) : TONE_PLAIN);
}

/* ── who moves ──────────────────────────────────────────────────────────────────────────────────
 */

static void add_head(const struct plan_page *page, struct document *d)
{
    const struct plan *p = page->plan;
    char day[DAY_TEXT_SIZE];
    __int128 arr = 0;
    for (size_t i = 0; i < p->n_moves; i++)
        arr += strcmp(p->move[i].from, p->move[i].to) != 0 ? p->move[i].arr_minor : 0;
    document_heading(d, 1, d->title);
    document_note(d,
                  "Customers of %s, as known at commit %" G_GINT64_FORMAT ". Nothing was written.",
                  day_format(p->as_of, day), p->known_no);
    document_tile(
        d, "Change band",
        arena_printf(d->arena, "%s of %s", number(d, p->changed), number(d, p->n_accounts)),
        money(page, d, arr), TONE_PLAIN);
    document_tile(
        d, "Order of customers kept",
        isnan(p->spearman) ? "–" : arena_printf(d->arena, "%.3f", p->spearman),
        arena_printf(d->arena, "Spearman; Kendall's tau-b %.3f; 1 is the same order", p->kendall),
        TONE_PLAIN);
}

static void add_moves(const struct plan_page *page, struct document *d)
{
    static const struct document_column columns[] = {{"From", COLUMN_WORDS},
                                                     {"To", COLUMN_WORDS},
                                                     {"Customers", COLUMN_NUMBER},
                                                     {"ARR", COLUMN_NUMBER}};
    const struct plan *p = page->plan;
    document_heading(d, 2, "Bands");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < p->n_moves; i++) {
        const struct plan_move *m = &p->move[i];
        band(d, m->from);
        if (strcmp(m->from, m->to) == 0)
            cell(d, "stays");
        else
            band(d, m->to);
        cell(d, number(d, m->accounts));
        cell(d, money(page, d, m->arr_minor));
    }
}

static const char *bin_name(struct document *d, int b)
{
    if (b == 0)
        return arena_printf(d->arena, "below %+d", plan_edge[0] / 100);
    if (b == PLAN_BINS - 1)
        return arena_printf(d->arena, "above %+d", plan_edge[b - 1] / 100);
    return arena_printf(d->arena, "%+d to %+d", plan_edge[b - 1] / 100, plan_edge[b] / 100);
}

static void add_histogram(const struct plan_page *page, struct document *d)
{
    static const struct document_column columns[] = {
        {"Health moves by", COLUMN_WORDS}, {"Customers", COLUMN_NUMBER}, {"", COLUMN_PICTURE}};
    const struct plan *p = page->plan;
    size_t most = 1;
    for (int b = 0; b < PLAN_BINS; b++)
        most = MAX(most, p->histogram[b]);
    document_heading(d, 2, "By how much");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (int b = 0; b < PLAN_BINS; b++) {
        g_autoptr(GString) bar = g_string_new(NULL);
        for (size_t i = 0; i < (p->histogram[b] * 40 + most / 2) / most; i++)
            g_string_append(bar, "█");
        cell(d, bin_name(d, b));
        cell(d, number(d, p->histogram[b]));
        cell(d, arena_strdup(d->arena, bar->str));
    }
}

/* ── by what ────────────────────────────────────────────────────────────────────────────────────
 */

static const char *const edits[] = {
    [PLAN_SAME] = "",
    [PLAN_ADDED] = "added",
    [PLAN_REMOVED] = "removed",
    [PLAN_JUDGES] = "judges otherwise",
    [PLAN_WEIGHS] = "weighs otherwise",
};

static void add_measures(const struct plan_page *page, struct document *d)
{
    static const struct document_column columns[] = {
        {"Measure", COLUMN_WORDS},          {"Edit", COLUMN_WORDS},
        {"Known for now", COLUMN_NUMBER},   {"then", COLUMN_NUMBER},
        {"Moves customers", COLUMN_NUMBER}, {"by (mean)", COLUMN_NUMBER}};
    const struct plan *p = page->plan;
    document_heading(d, 2, "By which measures");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t k = 0; k < p->n_measures; k++) {
        const struct plan_measure *m = &p->measure[k];
        bool is_measure = k + 2 < p->n_measures;
        if (!is_measure && m->moved == 0)
            continue;
        cell(d, m->label);
        cell(d, edits[m->edit]);
        cell(d, is_measure && m->edit != PLAN_ADDED ? number(d, m->known_before) : "–");
        cell(d, is_measure && m->edit != PLAN_REMOVED ? number(d, m->known_after) : "–");
        cell(d, number(d, m->moved));
        cell(d, arena_printf(d->arena, "%.2f", m->mean_bp / 100));
    }
    for (size_t k = 0; k + 2 < p->n_measures; k++) {
        const struct plan_measure *m = &p->measure[k];
        if (m->edit != PLAN_REMOVED && m->known_after == 0)
            document_text(d, "Nobody has a score of %s: its metric has no data for anybody.",
                          m->label);
    }
}

/* The part that moved it most of those not said yet that went its way; SIZE_MAX when none did. */
static size_t next_part(const struct plan *p, const struct plan_account *a, const bool *said)
{
    size_t best = SIZE_MAX;
    bool falls = a->after_bp < a->before_bp;
    for (size_t k = 0; k < p->n_measures; k++) {
        int part = falls ? -a->part_bp[k] : a->part_bp[k];
        if (!said[k] && part > 0 && (best == SIZE_MAX || part > abs(a->part_bp[best])))
            best = k;
    }
    return best;
}

static const char *because(const struct plan_page *page, struct document *d,
                           const struct plan_account *a)
{
    const struct plan *p = page->plan;
    g_autoptr(GString) out = g_string_new(a->by_cut ? "the cut moved" : "");
    bool said[PLAN_MEASURES_MAX] = {false};
    size_t k;
    if (!a->known_before || !a->known_after)
        return a->known_after ? "is known now" : "is no longer known";
    for (int n = 0; n < BECAUSE && (k = next_part(p, a, said)) != SIZE_MAX; n++) {
        said[k] = true;
        g_string_append_printf(out, "%s%s %+.2f", out->len ? ", " : "", p->measure[k].label,
                               a->part_bp[k] / 100.0);
    }
    return arena_strdup(d->arena, out->str);
}

static void add_accounts(const struct plan_page *page, struct document *d)
{
    static const struct document_column columns[] = {
        {"Customer", COLUMN_WORDS},  {"ARR", COLUMN_NUMBER},        {"From", COLUMN_WORDS},
        {"To", COLUMN_WORDS},        {"Health now", COLUMN_NUMBER}, {"then", COLUMN_NUMBER},
        {"Because of", COLUMN_WORDS}};
    const struct plan *p = page->plan;
    size_t n = MIN(page->top, p->changed);
    if (n == 0)
        return;
    document_heading(d, 2, "Who changes band");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < n; i++) {
        const struct plan_account *a = &p->account[i];
        cell(d, a->key);
        cell(d, money(page, d, a->arr_minor));
        band(d, a->from);
        band(d, a->to);
        cell(d, a->known_before ? points(d, a->before_bp) : "–");
        cell(d, a->known_after ? points(d, a->after_bp) : "–");
        cell(d, because(page, d, a));
    }
    if (p->changed > n)
        document_note(d, "… and %zu more (--top N, or --json)", p->changed - n);
}

/* ── what it would have foretold ────────────────────────────────────────────────────────────────
 */

static const char *rate(struct document *d, size_t part, size_t n)
{
    double low, high;
    if (n == 0)
        return "–";
    wilson_interval((int64_t)part, (int64_t)n, &low, &high);
    return arena_printf(d->arena, "%.1f %% (%.1f–%.1f) of %s", 100.0 * (double)part / (double)n,
                        100 * low, 100 * high, number(d, n));
}

static const char *auc(struct document *d, const struct proof_span *s)
{
    return isnan(s->auc)
               ? "–"
               : arena_printf(d->arena, "%.3f (%.3f–%.3f)", s->auc, s->auc_low, s->auc_high);
}

static const char *median(struct document *d, const struct lead_summary *s)
{
    return s->n_last == 0
               ? "–"
               : arena_printf(d->arena, "%.0f days, %s of leavers", ratio_value(s->last_median),
                              percent(d, (double)s->n_last, (double)s->n_left));
}

static void add_figures(const struct plan_page *page, struct document *d, int row)
{
    const struct proof *const both[] = {page->before, page->after};
    for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
        const struct proof *p = both[i];
        const struct proof_span *s = &p->span[MARK];
        size_t best = p->card->n_bands - 1;
        const char *const cells[] = {
            auc(d, &p->span[3]),
            auc(d, s),
            auc(d, &p->span[0]),
            rate(d, s->band[0].left, s->band[0].n),
            rate(d, s->band[best].left, s->band[best].n),
            percent(d, (double)s->stood[best], (double)s->leavers),
            percent(d, (double)s->stood_minor[best], (double)s->leavers_minor),
            percent(d, (double)(s->band[0].n - s->band[0].left), (double)s->band[0].n),
            median(d, &p->red),
            median(d, &p->amber)};
        cell(d, cells[row]);
    }
}

static void add_proof(const struct plan_page *page, struct document *d)
{
    static const struct document_column columns[] = {
        {"", COLUMN_WORDS}, {"As it is", COLUMN_NUMBER}, {"As it would be", COLUMN_NUMBER}};
    static const char *const rows[] = {"Ranking 30 days ahead (AUC)",
                                       "Ranking 90 days ahead",
                                       "Ranking 180 days ahead",
                                       "Lowest band: left within 90 days",
                                       "Highest band: left within 90 days",
                                       "Leavers in the highest band 90 days before",
                                       "their ARR in it",
                                       "Lowest band, and stayed 90 days",
                                       "Last time in the lowest band began before",
                                       "The highest band was left for good before"};
    if (page->no_proof)
        document_text(d, "No backtest: %s", page->no_proof);
    if (!page->before || !page->after)
        return;
    document_heading(d, 2, "What it would have foretold");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        cell(d, rows[i]);
        add_figures(page, d, (int)i);
    }
    document_note(d, "On the days both were tuned to, an edit looks better than it is: judge it by "
                     "days nobody looked at.");
}

void plan_page_make(const struct plan_page *page, struct document *out)
{
    add_head(page, out);
    add_moves(page, out);
    add_histogram(page, out);
    add_measures(page, out);
    add_accounts(page, out);
    add_proof(page, out);
}

/* ── for programs ───────────────────────────────────────────────────────────────────────────────
 */

static json_t *health_json(bool known, int bp)
{
    return known ? json_integer(bp) : json_null();
}

static json_t *account_json(const struct plan *p, const struct plan_account *a)
{
    json_t *parts = json_object();
    for (size_t k = 0; k < p->n_measures; k++) {
        if (a->part_bp[k] != 0)
            json_object_set_new(parts, p->measure[k].name, json_integer(a->part_bp[k]));
    }
    return json_pack("{s:s, s:I, s:s, s:s, s:o, s:o, s:b, s:o}", "account", a->key, "arr_minor",
                     (json_int_t)a->arr_minor, "from", a->from, "to", a->to, "before_bp",
                     health_json(a->known_before, a->before_bp), "after_bp",
                     health_json(a->known_after, a->after_bp), "by_cut", a->by_cut, "parts_bp",
                     parts);
}

static json_t *measure_json(const struct plan_measure *m)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:f}", "measure", m->name, "edit", edits[m->edit],
                     "known_before", (json_int_t)m->known_before, "known_after",
                     (json_int_t)m->known_after, "moved", (json_int_t)m->moved, "mean_bp",
                     m->mean_bp);
}

json_t *plan_page_json(const struct plan_page *page)
{
    const struct plan *p = page->plan;
    json_t *moves = json_array(), *measures = json_array(), *accounts = json_array(),
           *histogram = json_array();
    char day[DAY_TEXT_SIZE];
    for (size_t i = 0; i < p->n_moves; i++)
        json_array_append_new(moves,
                              json_pack("{s:s, s:s, s:I, s:I}", "from", p->move[i].from, "to",
                                        p->move[i].to, "accounts", (json_int_t)p->move[i].accounts,
                                        "arr_minor", (json_int_t)p->move[i].arr_minor));
    for (size_t k = 0; k < p->n_measures; k++)
        json_array_append_new(measures, measure_json(&p->measure[k]));
    for (size_t i = 0; i < p->changed; i++)
        json_array_append_new(accounts, account_json(p, &p->account[i]));
    for (int b = 0; b < PLAN_BINS; b++)
        json_array_append_new(
            histogram, json_pack("{s:o, s:I}", "up_to_bp",
                                 b + 1 < PLAN_BINS ? json_integer(plan_edge[b]) : json_null(),
                                 "accounts", (json_int_t)p->histogram[b]));
    json_t *out =
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "as_of",
                  day_format(p->as_of, day), "known_no", (json_int_t)p->known_no, "accounts",
                  (json_int_t)p->n_accounts, "changed", (json_int_t)p->changed, "compared",
                  (json_int_t)p->both, "spearman", rival_number(p->spearman), "kendall",
                  rival_number(p->kendall), "moves", moves, "histogram", histogram, "measures",
                  measures, "changes", accounts);
    json_object_set_new(out, "backtest_before",
                        page->before ? proof_json(page->before) : json_null());
    json_object_set_new(out, "backtest_after", page->after ? proof_json(page->after) : json_null());
    return out;
}
