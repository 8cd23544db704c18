/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plan_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/page.h"
#include "cli/proof_json.h"
#include "core/day.h"
#include "reports/format.h"
#include "scoring/ratio.h"
#include "scoring/rival.h"

enum { BECAUSE = 3, MARK = PROOF_EVIDENCE };

static const char *points(const struct document *d, int bp)
{
    return page_figure(d, "%.2f", bp / 100.0);
}

static const char *money(const struct plan_page *p, const struct document *d, __int128 minor)
{
    return format_money(d->arena, d->language, p->currency, (double)minor);
}

/* A part of the whole; a dash for none of nothing. */
static const char *percent(const struct document *d, double part, double whole)
{
    return page_percent(d, whole > 0 ? part / whole : NAN, 0);
}

static void band(struct document *d, const char *name)
{
    document_cell(d, *name ? page_words(d, name) : page_say(d, MESSAGE_PAGE_NOT_SCORED, NULL), NULL,
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
    d->title = page_say(d, MESSAGE_PLAN_TITLE, "card", page_words(d, page->card), NULL);
    document_heading(d, 1, d->title);
    page_note(d, MESSAGE_PLAN_HEAD, "day", day_format(p->as_of, day), "known",
              arena_printf(d->arena, "%" G_GINT64_FORMAT, p->known_no), NULL);
    document_tile(d, page_say(d, MESSAGE_PLAN_CHANGE, NULL),
                  page_say(d, MESSAGE_PLAN_CHANGE_OF, "changed", page_number(d, p->changed), "all",
                           page_number(d, p->n_accounts), NULL),
                  money(page, d, arr), TONE_PLAIN);
    document_tile(
        d, page_say(d, MESSAGE_PLAN_ORDER, NULL), page_figure(d, "%.3f", p->spearman),
        page_say(d, MESSAGE_PLAN_ORDER_NOTE, "tau", page_figure(d, "%.3f", p->kendall), NULL),
        TONE_PLAIN);
}

static void add_moves(const struct plan_page *page, struct document *d)
{
    static const struct page_column columns[] = {{MESSAGE_COLUMN_FROM, COLUMN_WORDS},
                                                 {MESSAGE_COLUMN_TO, COLUMN_WORDS},
                                                 {MESSAGE_PLAN_CUSTOMERS, COLUMN_NUMBER},
                                                 {MESSAGE_COLUMN_ARR, COLUMN_NUMBER}};
    const struct plan *p = page->plan;
    page_heading(d, 2, MESSAGE_PLAN_BANDS);
    page_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < p->n_moves; i++) {
        const struct plan_move *m = &p->move[i];
        band(d, m->from);
        if (strcmp(m->from, m->to) == 0)
            page_cell(d, page_say(d, MESSAGE_PLAN_STAYS, NULL));
        else
            band(d, m->to);
        page_cell(d, page_number(d, m->accounts));
        page_cell(d, money(page, d, m->arr_minor));
    }
}

static const char *edge(const struct document *d, int b)
{
    return arena_printf(d->arena, "%+d", plan_edge[b] / 100);
}

static const char *bin_name(const struct document *d, int b)
{
    if (b == 0)
        return page_say(d, MESSAGE_PLAN_BELOW, "edge", edge(d, 0), NULL);
    if (b == PLAN_BINS - 1)
        return page_say(d, MESSAGE_PLAN_ABOVE, "edge", edge(d, b - 1), NULL);
    return page_range(d, edge(d, b - 1), edge(d, b));
}

static void add_histogram(const struct plan_page *page, struct document *d)
{
    static const struct page_column columns[] = {{MESSAGE_PLAN_MOVES, COLUMN_WORDS},
                                                 {MESSAGE_PLAN_CUSTOMERS, COLUMN_NUMBER},
                                                 {MESSAGE_COUNT, COLUMN_PICTURE}};
    const struct plan *p = page->plan;
    size_t most = 1;
    for (int b = 0; b < PLAN_BINS; b++)
        most = MAX(most, p->histogram[b]);
    page_heading(d, 2, MESSAGE_PLAN_HISTOGRAM);
    page_table(d, "", columns, G_N_ELEMENTS(columns));
    for (int b = 0; b < PLAN_BINS; b++) {
        g_autoptr(GString) bar = g_string_new(NULL);
        for (size_t i = 0; i < (p->histogram[b] * 40 + most / 2) / most; i++)
            g_string_append(bar, "█");
        page_cell(d, bin_name(d, b));
        page_cell(d, page_number(d, p->histogram[b]));
        page_cell(d, arena_strdup(d->arena, bar->str));
    }
}

/* ── by what ────────────────────────────────────────────────────────────────────────────────────
 */

static const char *edit_words(const struct document *d, enum plan_edit edit)
{
    static const enum message words[] = {
        [PLAN_ADDED] = MESSAGE_PLAN_ADDED,
        [PLAN_REMOVED] = MESSAGE_PLAN_REMOVED,
        [PLAN_JUDGES] = MESSAGE_PLAN_JUDGES,
        [PLAN_WEIGHS] = MESSAGE_PLAN_WEIGHS,
    };
    return edit == PLAN_SAME ? "" : page_say(d, words[edit], NULL);
}

static void add_measures(const struct plan_page *page, struct document *d)
{
    static const struct page_column columns[] = {
        {MESSAGE_COLUMN_MEASURE, COLUMN_WORDS},  {MESSAGE_PLAN_EDIT, COLUMN_WORDS},
        {MESSAGE_PLAN_KNOWN_NOW, COLUMN_NUMBER}, {MESSAGE_PLAN_THEN, COLUMN_NUMBER},
        {MESSAGE_PLAN_MOVED, COLUMN_NUMBER},     {MESSAGE_PLAN_BY, COLUMN_NUMBER}};
    const struct plan *p = page->plan;
    page_heading(d, 2, MESSAGE_PLAN_MEASURES);
    page_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t k = 0; k < p->n_measures; k++) {
        const struct plan_measure *m = &p->measure[k];
        bool is_measure = k + 2 < p->n_measures;
        if (!is_measure && m->moved == 0)
            continue;
        page_cell(d, page_words(d, m->label));
        page_cell(d, edit_words(d, m->edit));
        page_cell(d, is_measure && m->edit != PLAN_ADDED ? page_number(d, m->known_before) : "–");
        page_cell(d, is_measure && m->edit != PLAN_REMOVED ? page_number(d, m->known_after) : "–");
        page_cell(d, page_number(d, m->moved));
        page_cell(d, page_figure(d, "%.2f", m->mean_bp / 100));
    }
    for (size_t k = 0; k + 2 < p->n_measures; k++) {
        const struct plan_measure *m = &p->measure[k];
        if (m->edit != PLAN_REMOVED && m->known_after == 0)
            page_text(d, MESSAGE_PLAN_NOBODY, "measure", page_words(d, m->label), NULL);
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
    g_autoptr(GString) out = g_string_new(a->by_cut ? page_say(d, MESSAGE_PLAN_CUT, NULL) : "");
    bool said[PLAN_MEASURES_MAX] = {false};
    size_t k;
    if (!a->known_before || !a->known_after)
        return page_say(d, a->known_after ? MESSAGE_PLAN_NOW_KNOWN : MESSAGE_PLAN_NOW_UNKNOWN,
                        NULL);
    for (int n = 0; n < BECAUSE && (k = next_part(p, a, said)) != SIZE_MAX; n++) {
        said[k] = true;
        g_string_append_printf(out, "%s%s %+.2f",
                               out->len ? page_say(d, MESSAGE_LIST_COMMA, NULL) : "",
                               page_words(d, p->measure[k].label), a->part_bp[k] / 100.0);
    }
    return arena_strdup(d->arena, out->str);
}

static void add_accounts(const struct plan_page *page, struct document *d)
{
    static const struct page_column columns[] = {
        {MESSAGE_PLAN_CUSTOMER, COLUMN_WORDS},    {MESSAGE_COLUMN_ARR, COLUMN_NUMBER},
        {MESSAGE_COLUMN_FROM, COLUMN_WORDS},      {MESSAGE_COLUMN_TO, COLUMN_WORDS},
        {MESSAGE_PLAN_HEALTH_NOW, COLUMN_NUMBER}, {MESSAGE_PLAN_THEN, COLUMN_NUMBER},
        {MESSAGE_PLAN_BECAUSE, COLUMN_WORDS}};
    const struct plan *p = page->plan;
    size_t n = MIN(page->top, p->changed);
    if (n == 0)
        return;
    page_heading(d, 2, MESSAGE_PLAN_ACCOUNTS);
    page_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < n; i++) {
        const struct plan_account *a = &p->account[i];
        page_cell(d, a->key);
        page_cell(d, money(page, d, a->arr_minor));
        band(d, a->from);
        band(d, a->to);
        page_cell(d, a->known_before ? points(d, a->before_bp) : "–");
        page_cell(d, a->known_after ? points(d, a->after_bp) : "–");
        page_cell(d, because(page, d, a));
    }
    if (p->changed > n)
        page_note(d, MESSAGE_PLAN_MORE, "n", page_number(d, p->changed - n), NULL);
}

/* ── what it would have foretold ────────────────────────────────────────────────────────────────
 */

static const char *rate(const struct document *d, size_t part, size_t n)
{
    return n == 0 ? "–"
                  : page_say(d, MESSAGE_PLAN_RATE_OF, "rate", page_rate(d, part, n), "n",
                             page_number(d, n), NULL);
}

static const char *auc(const struct document *d, const struct proof_span *s)
{
    return isnan(s->auc) ? "–"
                         : page_say(d, MESSAGE_PAGE_BAND, "share", page_figure(d, "%.3f", s->auc),
                                    "low", page_figure(d, "%.3f", s->auc_low), "high",
                                    page_figure(d, "%.3f", s->auc_high), NULL);
}

static const char *median(const struct document *d, const struct lead_summary *s)
{
    return s->n_last == 0 ? "–"
                          : page_say(d, MESSAGE_PLAN_LEAD, "days",
                                     page_figure(d, "%.0f", ratio_value(s->last_median)), "share",
                                     percent(d, (double)s->n_last, (double)s->n_left), NULL);
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
        page_cell(d, cells[row]);
    }
}

static void add_proof(const struct plan_page *page, struct document *d)
{
    static const struct page_column columns[] = {{MESSAGE_COUNT, COLUMN_WORDS},
                                                 {MESSAGE_PLAN_BEFORE, COLUMN_NUMBER},
                                                 {MESSAGE_PLAN_AFTER, COLUMN_NUMBER}};
    static const enum message rows[] = {MESSAGE_PLAN_AUC_30,         MESSAGE_PLAN_AUC_90,
                                        MESSAGE_PLAN_AUC_180,        MESSAGE_PLAN_WORST_LEFT,
                                        MESSAGE_PLAN_BEST_LEFT,      MESSAGE_PLAN_BEST_STOOD,
                                        MESSAGE_PLAN_BEST_STOOD_ARR, MESSAGE_PLAN_WORST_STAYED,
                                        MESSAGE_PLAN_RED_LEAD,       MESSAGE_PLAN_AMBER_LEAD};
    if (page->no_proof)
        page_text(d, MESSAGE_PLAN_NO_PROOF, "why", page->no_proof, NULL);
    if (!page->before || !page->after)
        return;
    page_heading(d, 2, MESSAGE_PLAN_PROOF);
    page_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        page_cell(d, page_say(d, rows[i], NULL));
        add_figures(page, d, (int)i);
    }
    page_note(d, MESSAGE_PLAN_PROOF_NOTE, NULL);
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

/* As programs read them. */
static const char *const edits[] = {
    [PLAN_SAME] = "",
    [PLAN_ADDED] = "added",
    [PLAN_REMOVED] = "removed",
    [PLAN_JUDGES] = "judges otherwise",
    [PLAN_WEIGHS] = "weighs otherwise",
};

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
