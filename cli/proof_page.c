/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/proof_page.h"

#include <math.h>
#include <string.h>

#include "cli/page.h"
#include "reports/format.h"
#include "scoring/ratio.h"

#define DAYS "90"
enum { MARK = PROOF_EVIDENCE };

/* A part of the whole; a dash for none of nothing. */
static const char *percent(const struct document *d, double part, double whole)
{
    return page_percent(d, whole > 0 ? part / whole : NAN, 0);
}

static const char *figure(const struct document *d, double v)
{
    return page_figure(d, "%.2f", v);
}

static const char *money(const struct proof_page *p, const struct document *d, __int128 minor)
{
    return format_money(d->arena, d->language, p->currency, (double)minor);
}

static const char *label(const struct proof_page *p, const struct document *d, size_t measure)
{
    return page_words(d, p->proof->card->measure[measure].label);
}

static const char *worst(const struct proof *p, const struct document *d)
{
    return page_words(d, p->band[0]);
}

static const char *best(const struct proof *p, const struct document *d)
{
    return page_words(d, p->band[p->card->n_bands - 1]);
}

/* The proof's last one is of those without a score. */
static const char *band(const struct proof *p, const struct document *d, size_t b)
{
    return b > p->card->n_bands ? page_say(d, MESSAGE_PAGE_NOT_SCORED, NULL)
                                : page_words(d, p->band[b]);
}

/* By its place, whatever it is called; what is no band of the card is plain. */
static enum document_tone tone(const struct proof *p, size_t b)
{
    if (b >= p->card->n_bands)
        return TONE_PLAIN;
    return b == 0 ? TONE_BAD : b + 1 == p->card->n_bands ? TONE_GOOD : TONE_WATCH;
}

/* ── the head ───────────────────────────────────────────────────────────────────────────────────
 */

static void add_head(const struct proof_page *page, struct document *d)
{
    const struct proof *p = page->proof;
    const struct proof_span *s = &p->span[MARK];
    size_t b = p->card->n_bands - 1;
    char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE];
    d->title = page_say(d, MESSAGE_PROOF_TITLE, "card", page_words(d, p->card->label), NULL);
    document_heading(d, 1, d->title);
    page_note(d, MESSAGE_PROOF_HEAD, "churn", page_words(d, p->churn), "first",
              day_format(p->first, first), "last", day_format(p->last, last), "known",
              arena_printf(d->arena, "%" G_GINT64_FORMAT, p->known_no), NULL);
    document_tile(d, page_say(d, MESSAGE_PROOF_LEAVERS, NULL), page_number(d, s->leavers),
                  money(page, d, s->leavers_minor), TONE_PLAIN);
    document_tile(d, page_say(d, MESSAGE_PROOF_BEST_BEFORE, "band", best(p, d), "days", DAYS, NULL),
                  percent(d, (double)s->stood[b], (double)s->leavers),
                  page_say(d, MESSAGE_PROOF_OF_ARR, "share",
                           percent(d, (double)s->stood_minor[b], (double)s->leavers_minor), NULL),
                  TONE_PLAIN);
    document_tile(d, page_say(d, MESSAGE_PROOF_RANKING, NULL), figure(d, s->auc),
                  page_say(d, MESSAGE_PAGE_GUESSING, "range",
                           page_range(d, figure(d, s->auc_low), figure(d, s->auc_high)), NULL),
                  isnan(s->auc)      ? TONE_PLAIN
                  : s->auc_low > 0.5 ? TONE_GOOD
                                     : TONE_WATCH);
}

/* ── bands ──────────────────────────────────────────────────────────────────────────────────────
 */

static void add_band_row(struct document *d, const struct proof *p, const char *name, size_t b)
{
    const struct proof_count *count = b == SIZE_MAX ? &p->span[MARK].all : &p->span[MARK].band[b];
    document_cell(d, name, NULL, tone(p, b));
    page_cell(d, page_number(d, count->n));
    for (int s = PROOF_SPANS - 1; s >= 0; s--) {
        const struct proof_count *c = b == SIZE_MAX ? &p->span[s].all : &p->span[s].band[b];
        page_cell(d, page_rate(d, c->left, c->n));
    }
    page_cell(d, percent(d, (double)count->minor_left, (double)count->minor));
}

static void add_bands(const struct proof_page *page, struct document *d)
{
    static const struct page_column columns[] = {
        {MESSAGE_COLUMN_BAND, COLUMN_WORDS},    {MESSAGE_PAGE_CUSTOMER_DAYS, COLUMN_NUMBER},
        {MESSAGE_PROOF_LEFT_30, COLUMN_NUMBER}, {MESSAGE_PROOF_LEFT_60, COLUMN_NUMBER},
        {MESSAGE_PROOF_LEFT_90, COLUMN_NUMBER}, {MESSAGE_PROOF_LEFT_180, COLUMN_NUMBER},
        {MESSAGE_PROOF_ARR_90, COLUMN_NUMBER}};
    const struct proof *p = page->proof;
    page_heading(d, 2, MESSAGE_PROOF_BANDS);
    page_table(d, page_say(d, MESSAGE_PROOF_BANDS_CAPTION, NULL), columns, G_N_ELEMENTS(columns));
    for (size_t b = 0; b <= p->card->n_bands; b++)
        add_band_row(d, p, band(p, d, b), b);
    add_band_row(d, p, page_say(d, MESSAGE_PAGE_ALL, NULL), SIZE_MAX);
    page_note(d, MESSAGE_PROOF_BANDS_NOTE, NULL);
}

static void add_stood(const struct proof_page *page, struct document *d)
{
    static const struct page_column columns[] = {
        {MESSAGE_COLUMN_BAND, COLUMN_WORDS},      {MESSAGE_PROOF_BEFORE_180, COLUMN_NUMBER},
        {MESSAGE_PROOF_BEFORE_90, COLUMN_NUMBER}, {MESSAGE_PROOF_BEFORE_60, COLUMN_NUMBER},
        {MESSAGE_PROOF_BEFORE_30, COLUMN_NUMBER}, {MESSAGE_PROOF_ARR_BEFORE_180, COLUMN_NUMBER},
        {MESSAGE_PROOF_BEFORE_90, COLUMN_NUMBER}, {MESSAGE_PROOF_BEFORE_60, COLUMN_NUMBER},
        {MESSAGE_PROOF_BEFORE_30, COLUMN_NUMBER}};
    const struct proof *p = page->proof;
    page_heading(d, 2, MESSAGE_PROOF_STOOD);
    page_table(d, page_say(d, MESSAGE_PROOF_STOOD_CAPTION, NULL), columns, G_N_ELEMENTS(columns));
    for (size_t b = 0; b < p->n_bands; b++) {
        document_cell(d, band(p, d, b), NULL, tone(p, b));
        for (int s = 0; s < PROOF_SPANS; s++)
            page_cell(d, percent(d, (double)p->span[s].stood[b], (double)p->span[s].leavers));
        for (int s = 0; s < PROOF_SPANS; s++)
            page_cell(
                d, percent(d, (double)p->span[s].stood_minor[b], (double)p->span[s].leavers_minor));
    }
    page_cell(d, page_say(d, MESSAGE_PAGE_ALL, NULL));
    for (int s = 0; s < PROOF_SPANS; s++)
        page_cell(d, page_number(d, p->span[s].leavers));
    for (int s = 0; s < PROOF_SPANS; s++)
        page_cell(d, money(page, d, p->span[s].leavers_minor));
    page_note(d, MESSAGE_PROOF_STOOD_NOTE, NULL);
}

/* ── leads and alarms ───────────────────────────────────────────────────────────────────────────
 */

static void add_since(enum message message, const char *name, const struct lead_summary *lead,
                      struct document *d)
{
    page_text(d, message, "band", name, "days",
              page_figure(d, "%.0f", ratio_value(lead->last_median)), "early",
              percent(d, ratio_value(lead->last_early), 1), NULL);
}

static void add_lead(const struct proof_page *page, struct document *d)
{
    const struct proof *p = page->proof;
    page_heading(d, 2, MESSAGE_PROOF_LEAD);
    if (p->leavers == 0) {
        page_text(d, MESSAGE_PROOF_NO_LEAD, NULL);
        return;
    }
    page_text(d, MESSAGE_PROOF_WARNED, "leavers", page_number(d, p->leavers), "warned",
              page_number(d, p->red.n_last), "band", worst(p, d), "share",
              percent(d, (double)p->red.n_last, (double)p->leavers), NULL);
    if (p->red.n_last > 0)
        add_since(MESSAGE_PROOF_RED_LEAD, worst(p, d), &p->red, d);
    if (p->amber.n_last > 0 && p->card->n_bands > 2)
        add_since(MESSAGE_PROOF_AMBER_LEAD, best(p, d), &p->amber, d);
}

static void add_alarms(const struct proof_page *page, struct document *d)
{
    const struct proof *p = page->proof;
    const struct proof_count *red = &p->span[MARK].band[0];
    size_t stayed = red->n - red->left, renewed = p->red.n_stayed;
    page_heading(d, 2, MESSAGE_PROOF_ALARMS);
    page_text(d, MESSAGE_PROOF_STAYED, "n", page_number(d, red->n), "band", worst(p, d), "stayed",
              page_number(d, stayed), "days", DAYS, "share",
              percent(d, (double)stayed, (double)red->n), NULL);
    if (renewed > 0)
        page_text(d, MESSAGE_PROOF_RENEWED, "renewed", page_number(d, renewed), "alarmed",
                  page_number(d, p->red.red_stayed), "band", worst(p, d), "days", DAYS, "share",
                  percent(d, (double)p->red.red_stayed, (double)renewed), "left",
                  percent(d, ratio_value(p->red.red_precision), 1), NULL);
}

/* ── measures ───────────────────────────────────────────────────────────────────────────────────
 */

static const char *verdict(const struct document *d, const struct proof_measure *m)
{
    if (m->is_wrong)
        return page_say(d, MESSAGE_PROOF_WRONG, NULL);
    if (m->is_flat)
        return page_say(d, MESSAGE_PROOF_FLAT, NULL);
    if (m->left < PROOF_EVENTS_MIN)
        return page_say(d, MESSAGE_PROOF_FEW, NULL);
    if (m->is_leak)
        return page_say(d, MESSAGE_PROOF_LEAK, NULL);
    return m->is_idle ? page_say(d, MESSAGE_PROOF_IDLE, NULL) : "";
}

static void add_measures(const struct proof_page *page, struct document *d)
{
    static const struct page_column columns[] = {
        {MESSAGE_COLUMN_MEASURE, COLUMN_WORDS}, {MESSAGE_PROOF_KNOWN, COLUMN_NUMBER},
        {MESSAGE_PAGE_LEFT, COLUMN_NUMBER},     {MESSAGE_PAGE_AUC, COLUMN_NUMBER},
        {MESSAGE_PAGE_INTERVAL, COLUMN_NUMBER}, {MESSAGE_PROOF_SIZE, COLUMN_NUMBER},
        {MESSAGE_COUNT, COLUMN_WORDS}};
    const struct proof *p = page->proof;
    page_heading(d, 2, MESSAGE_PROOF_MEASURES);
    page_table(d,
               page_say(d, MESSAGE_PROOF_MEASURES_CAPTION, "rows", page_number(d, p->rows),
                        "events", page_number(d, p->events), "days", DAYS, NULL),
               columns, G_N_ELEMENTS(columns));
    for (size_t j = 0; j < p->card->n_measures; j++) {
        const struct proof_measure *m = &p->measure[j];
        page_cell(d, label(page, d, j));
        page_cell(d, percent(d, (double)m->scored, (double)p->rows));
        page_cell(d, page_number(d, m->left));
        page_cell(d, figure(d, m->auc));
        page_cell(d, isnan(m->auc) ? "–"
                                   : page_range(d, figure(d, m->auc_low), figure(d, m->auc_high)));
        page_cell(d, figure(d, m->size));
        document_cell(d, verdict(d, m), NULL, m->is_wrong ? TONE_BAD : TONE_PLAIN);
    }
    for (size_t i = 0; i < p->n_pairs; i++)
        page_text(d, MESSAGE_PROOF_PAIR, "a", label(page, d, p->pair[i].a), "b",
                  label(page, d, p->pair[i].b), "rho", page_figure(d, "%+.2f", p->pair[i].rho),
                  NULL);
}

/* ── size ───────────────────────────────────────────────────────────────────────────────────────
 */

static void add_thirds(const struct proof_page *page, struct document *d)
{
    static const enum message names[] = {MESSAGE_PROOF_SMALLEST, MESSAGE_PROOF_MIDDLE,
                                         MESSAGE_PROOF_LARGEST};
    static const struct page_column columns[] = {{MESSAGE_PROOF_THIRD, COLUMN_WORDS},
                                                 {MESSAGE_COLUMN_ARR, COLUMN_NUMBER},
                                                 {MESSAGE_PAGE_CUSTOMER_DAYS, COLUMN_NUMBER},
                                                 {MESSAGE_PAGE_LEFT, COLUMN_NUMBER},
                                                 {MESSAGE_PAGE_AUC, COLUMN_NUMBER}};
    const struct proof *p = page->proof;
    page_table(d, page_say(d, MESSAGE_PROOF_SIZES_CAPTION, NULL), columns, G_N_ELEMENTS(columns));
    for (int t = 0; t < PROOF_THIRDS && p->third[t].n > 0; t++) {
        page_cell(d, page_say(d, names[t], NULL));
        page_cell(d,
                  page_range(d, money(page, d, p->third[t].low), money(page, d, p->third[t].high)));
        page_cell(d, page_number(d, p->third[t].n));
        page_cell(d, page_number(d, p->third[t].left));
        page_cell(d, figure(d, p->third[t].auc));
    }
}

static void add_size(const struct proof_page *page, struct document *d)
{
    const struct proof *p = page->proof;
    page_heading(d, 2, MESSAGE_PROOF_SIZES);
    for (size_t s = 0; s < p->n_sizes; s++) {
        double rho = p->size[s].rho;
        if (!isnan(rho))
            page_text(d, fabs(rho) > 0.5 ? MESSAGE_PROOF_RANK_SIZE : MESSAGE_PROOF_RANK, "what",
                      page_words(d, p->size[s].name), "rho", figure(d, rho), NULL);
    }
    if (p->span[MARK].all.minor == 0)
        page_text(d, MESSAGE_PROOF_NO_ARR, NULL);
    else
        add_thirds(page, d);
}

/* ── one measure's values ───────────────────────────────────────────────────────────────────────
 */

static const char *bar(struct document *d, double share, double most)
{
    g_autoptr(GString) out = g_string_new(NULL);
    int blocks = most > 0 ? (int)lround(24 * share / most) : 0;
    for (int i = 0; i < blocks; i++)
        g_string_append(out, "█");
    return arena_strdup(d->arena, out->str);
}

static const char *values(const struct proof_page *p, struct document *d, size_t measure,
                          const struct proof_bin *b)
{
    const struct scorecard *card = p->proof->card;
    int metric = card->input[card->measure[measure].input].metric;
    const char *unit = metric < 0 ? "" : metric_info(p->metrics, (size_t)metric)->unit;
    if (b->kind != PROOF_BIN_VALUES)
        return page_say(d,
                        b->kind == PROOF_BIN_MISSING ? MESSAGE_QUALITY_NO_DATA
                                                     : MESSAGE_QUALITY_NOT_APPLICABLE,
                        NULL);
    const char *low = format_value(d->arena, d->language, b->low, unit);
    return b->low == b->high
               ? low
               : page_range(d, low, format_value(d->arena, d->language, b->high, unit));
}

static void add_values(const struct proof_page *page, size_t j, struct document *d)
{
    static const struct page_column columns[] = {{MESSAGE_PAGE_VALUE, COLUMN_WORDS},
                                                 {MESSAGE_PAGE_CUSTOMER_DAYS, COLUMN_NUMBER},
                                                 {MESSAGE_PAGE_LEFT, COLUMN_NUMBER},
                                                 {MESSAGE_PROOF_SHARE, COLUMN_NUMBER},
                                                 {MESSAGE_COUNT, COLUMN_PICTURE}};
    const struct proof_measure *m = &page->proof->measure[j];
    double most = 0;
    for (size_t i = 0; i < m->n_bins; i++)
        most = MAX(most, (double)m->bin[i].left / (double)m->bin[i].n);
    page_table(d, label(page, d, j), columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < m->n_bins; i++) {
        const struct proof_bin *b = &m->bin[i];
        page_cell(d, values(page, d, j, b));
        page_cell(d, page_number(d, b->n));
        page_cell(d, page_number(d, b->left));
        page_cell(d, page_rate(d, b->left, b->n));
        page_cell(d, bar(d, (double)b->left / (double)b->n, most));
    }
}

static void add_evidence(const struct proof_page *page, struct document *d)
{
    const struct proof *p = page->proof;
    if (!page->measure)
        return;
    page_heading(d, 2, MESSAGE_PROOF_VALUES);
    for (size_t j = 0; j < p->card->n_measures; j++) {
        if (strcmp(page->measure, "all") == 0 ||
            strcmp(page->measure, p->card->measure[j].name) == 0)
            add_values(page, j, d);
    }
}

void proof_page_make(const struct proof_page *page, struct document *out)
{
    add_head(page, out);
    add_bands(page, out);
    add_stood(page, out);
    add_lead(page, out);
    add_alarms(page, out);
    add_measures(page, out);
    add_size(page, out);
    add_evidence(page, out);
}
