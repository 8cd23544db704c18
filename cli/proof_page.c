/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/proof_page.h"

#include <math.h>
#include <string.h>

#include "reports/format.h"
#include "scoring/ratio.h"
#include "scoring/wilson.h"

enum { MARK = PROOF_EVIDENCE, DAYS = 90 };

static void cell(struct document *d, const char *text)
{
    document_cell(d, text, NULL, TONE_PLAIN);
}

static const char *number(struct document *d, size_t n)
{
    return format_number(d->arena, (int64_t)n);
}

static const char *percent(struct document *d, double part, double whole)
{
    return whole > 0 ? format_percent(d->arena, LANGUAGE_EN, 100 * part / whole, 0) : "–";
}

static const char *figure(struct document *d, double v)
{
    return isnan(v) ? "–" : arena_printf(d->arena, "%.2f", v);
}

static const char *money(const struct proof_page *p, struct document *d, __int128 minor)
{
    return format_money(d->arena, LANGUAGE_EN, p->currency, (double)minor);
}

/* "10.1 % (8.5 to 12.0)" of n of whom some left. */
static const char *rate(struct document *d, size_t left, size_t n)
{
    double low, high;
    if (n == 0)
        return "–";
    wilson_interval((int64_t)left, (int64_t)n, &low, &high);
    return arena_printf(d->arena, "%.1f %% (%.1f–%.1f)", 100.0 * (double)left / (double)n,
                        100 * low, 100 * high);
}

static const char *label(const struct proof_page *p, size_t measure)
{
    return p->proof->card->measure[measure].label;
}

static const char *worst(const struct proof *p)
{
    return p->band[0];
}

static const char *best(const struct proof *p)
{
    return p->band[p->card->n_bands - 1];
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
    d->title = arena_printf(d->arena, "Scorecard %s, held against what happened", p->card->label);
    document_heading(d, 1, d->title);
    document_note(d,
                  "Every customer scored as on each day, with what was known then. Churn: %s. Days "
                  "%s to %s, known at commit %" G_GINT64_FORMAT ".",
                  p->churn, day_format(p->first, first), day_format(p->last, last), p->known_no);
    document_tile(d, "Customers that left", number(d, s->leavers), money(page, d, s->leavers_minor),
                  TONE_PLAIN);
    document_tile(d, arena_printf(d->arena, "Of them %s %d days before", best(p), DAYS),
                  percent(d, (double)s->stood[b], (double)s->leavers),
                  arena_printf(d->arena, "%s of their ARR",
                               percent(d, (double)s->stood_minor[b], (double)s->leavers_minor)),
                  TONE_PLAIN);
    document_tile(d, "Ranking of the number (AUC)", figure(d, s->auc),
                  arena_printf(d->arena, "%s to %s at 95 %%; 0.50 is guessing",
                               figure(d, s->auc_low), figure(d, s->auc_high)),
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
    cell(d, number(d, count->n));
    for (int s = PROOF_SPANS - 1; s >= 0; s--) {
        const struct proof_count *c = b == SIZE_MAX ? &p->span[s].all : &p->span[s].band[b];
        cell(d, rate(d, c->left, c->n));
    }
    cell(d, percent(d, (double)count->minor_left, (double)count->minor));
}

static void add_bands(const struct proof_page *page, struct document *d)
{
    static const struct document_column columns[] = {
        {"Band", COLUMN_WORDS},        {"Customer-days", COLUMN_NUMBER},
        {"Left in 30", COLUMN_NUMBER}, {"in 60", COLUMN_NUMBER},
        {"in 90", COLUMN_NUMBER},      {"in 180 days", COLUMN_NUMBER},
        {"ARR in 90", COLUMN_NUMBER}};
    const struct proof *p = page->proof;
    document_heading(d, 2, "What a band means");
    document_table(d, "Of customers in a band, how many had left so many days later (95 %, Wilson)",
                   columns, G_N_ELEMENTS(columns));
    for (size_t b = 0; b <= p->card->n_bands; b++)
        add_band_row(d, p, p->band[b], b);
    add_band_row(d, p, "all", SIZE_MAX);
    document_note(d, "Days of one span are a span apart, so that every churn counts once; spans "
                     "that are not over are left out. Customer-days are those of 90.");
}

static void add_stood(const struct proof_page *page, struct document *d)
{
    static const struct document_column columns[] = {
        {"Band", COLUMN_WORDS},     {"180 days before", COLUMN_NUMBER},
        {"90 days", COLUMN_NUMBER}, {"60 days", COLUMN_NUMBER},
        {"30 days", COLUMN_NUMBER}, {"ARR: 180 days", COLUMN_NUMBER},
        {"90 days", COLUMN_NUMBER}, {"60 days", COLUMN_NUMBER},
        {"30 days", COLUMN_NUMBER}};
    const struct proof *p = page->proof;
    document_heading(d, 2, "Where those who left had stood");
    document_table(d, "Of the customers that left, and of their ARR", columns,
                   G_N_ELEMENTS(columns));
    for (size_t b = 0; b < p->n_bands; b++) {
        document_cell(d, p->band[b], NULL, tone(p, b));
        for (int s = 0; s < PROOF_SPANS; s++)
            cell(d, percent(d, (double)p->span[s].stood[b], (double)p->span[s].leavers));
        for (int s = 0; s < PROOF_SPANS; s++)
            cell(d,
                 percent(d, (double)p->span[s].stood_minor[b], (double)p->span[s].leavers_minor));
    }
    cell(d, "all");
    for (int s = 0; s < PROOF_SPANS; s++)
        cell(d, number(d, p->span[s].leavers));
    for (int s = 0; s < PROOF_SPANS; s++)
        cell(d, money(page, d, p->span[s].leavers_minor));
    document_note(d, "Bands of the newest week by then. Not scored: no customer yet, or again.");
}

/* ── leads and alarms ───────────────────────────────────────────────────────────────────────────
 */

static void add_lead(const struct proof_page *page, struct document *d)
{
    const struct proof *p = page->proof;
    document_heading(d, 2, "How early it spoke");
    if (p->leavers == 0) {
        document_text(d, "Nobody left whose last half year was looked at.");
        return;
    }
    document_text(d, "Of %zu customers that left, %zu had been %s in a week before (%s).",
                  p->leavers, p->red.n_last, worst(p),
                  percent(d, (double)p->red.n_last, (double)p->leavers));
    if (p->red.n_last > 0)
        document_text(d,
                      "Their last time in %s began %.0f days before they left (median); %s of "
                      "all were in it 60 days before or earlier.",
                      worst(p), ratio_value(p->red.last_median),
                      percent(d, ratio_value(p->red.last_early), 1));
    if (p->amber.n_last > 0 && p->card->n_bands > 2)
        document_text(d,
                      "They had left %s for good %.0f days before (median), %s of all 60 days "
                      "before or earlier.",
                      best(p), ratio_value(p->amber.last_median),
                      percent(d, ratio_value(p->amber.last_early), 1));
}

static void add_alarms(const struct proof_page *page, struct document *d)
{
    const struct proof *p = page->proof;
    const struct proof_count *red = &p->span[MARK].band[0];
    size_t renewed = p->red.n_stayed;
    document_heading(d, 2, "False alarms");
    document_text(d, "Of %s customer-days in %s, %s were no churn %d days later (%s).",
                  number(d, red->n), worst(p), number(d, red->n - red->left), DAYS,
                  percent(d, (double)(red->n - red->left), (double)red->n));
    if (renewed > 0)
        document_text(d,
                      "Of %s contracts that were renewed, %s had been %s %d days before (%s). Of "
                      "all who were it so long before their contract's day, %s left.",
                      number(d, renewed), number(d, p->red.red_stayed), worst(p), DAYS,
                      percent(d, (double)p->red.red_stayed, (double)renewed),
                      percent(d, ratio_value(p->red.red_precision), 1));
}

/* ── measures ───────────────────────────────────────────────────────────────────────────────────
 */

static const char *verdict(const struct proof_measure *m)
{
    if (m->is_wrong)
        return "wrong sign: who left had the higher score";
    if (m->is_flat)
        return "the same for everybody";
    if (m->left < PROOF_EVENTS_MIN)
        return "too few left to tell";
    if (m->is_leak)
        return "nearly knows the outcome: is churn made of it?";
    return m->is_idle ? "tells nothing by itself" : "";
}

static void add_measures(const struct proof_page *page, struct document *d)
{
    static const struct document_column columns[] = {
        {"Measure", COLUMN_WORDS}, {"Known for", COLUMN_NUMBER}, {"Left", COLUMN_NUMBER},
        {"AUC", COLUMN_NUMBER},    {"95 %", COLUMN_NUMBER},      {"With ARR", COLUMN_NUMBER},
        {"", COLUMN_WORDS}};
    const struct proof *p = page->proof;
    document_heading(d, 2, "What each measure tells");
    document_table(
        d,
        arena_printf(d->arena,
                     "%s customer-days, %s of them left within %d days. AUC: how often a "
                     "leaver had the lower score",
                     number(d, p->rows), number(d, p->events), DAYS),
        columns, G_N_ELEMENTS(columns));
    for (size_t j = 0; j < p->card->n_measures; j++) {
        const struct proof_measure *m = &p->measure[j];
        cell(d, label(page, j));
        cell(d, percent(d, (double)m->scored, (double)p->rows));
        cell(d, number(d, m->left));
        cell(d, figure(d, m->auc));
        cell(d,
             isnan(m->auc) ? "–" : arena_printf(d->arena, "%.2f to %.2f", m->auc_low, m->auc_high));
        cell(d, figure(d, m->size));
        document_cell(d, verdict(m), NULL, m->is_wrong ? TONE_BAD : TONE_PLAIN);
    }
    for (size_t i = 0; i < p->n_pairs; i++)
        document_text(d,
                      "%s and %s say the same (rank correlation %+.2f): what they share counts "
                      "twice.",
                      label(page, p->pair[i].a), label(page, p->pair[i].b), p->pair[i].rho);
}

/* ── size ───────────────────────────────────────────────────────────────────────────────────────
 */

static void add_size(const struct proof_page *page, struct document *d)
{
    static const char *const names[] = {"smallest", "middle", "largest"};
    static const struct document_column columns[] = {{"Third by ARR", COLUMN_WORDS},
                                                     {"ARR", COLUMN_NUMBER},
                                                     {"Customer-days", COLUMN_NUMBER},
                                                     {"Left", COLUMN_NUMBER},
                                                     {"AUC", COLUMN_NUMBER}};
    const struct proof *p = page->proof;
    document_heading(d, 2, "Is it size rather than risk?");
    for (size_t s = 0; s < p->n_sizes; s++) {
        double rho = p->size[s].rho;
        if (isnan(rho))
            continue;
        document_text(d, "Rank correlation of health and %s: %s%s", p->size[s].name, figure(d, rho),
                      fabs(rho) > 0.5 ? ". Above 0.5: it scores size. Use shares and own past."
                                      : "");
    }
    if (p->span[MARK].all.minor == 0) {
        document_text(d, "No ARR is on record.");
        return;
    }
    document_table(d, "Within customers of one size the number should rank those who leave too",
                   columns, G_N_ELEMENTS(columns));
    for (int t = 0; t < PROOF_THIRDS && p->third[t].n > 0; t++) {
        cell(d, names[t]);
        cell(d, arena_printf(d->arena, "%s to %s", money(page, d, p->third[t].low),
                             money(page, d, p->third[t].high)));
        cell(d, number(d, p->third[t].n));
        cell(d, number(d, p->third[t].left));
        cell(d, figure(d, p->third[t].auc));
    }
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
        return b->kind == PROOF_BIN_MISSING ? "no data" : "does not apply";
    const char *low = format_value(d->arena, LANGUAGE_EN, b->low, unit);
    return b->low == b->high ? low
                             : arena_printf(d->arena, "%s to %s", low,
                                            format_value(d->arena, LANGUAGE_EN, b->high, unit));
}

static void add_values(const struct proof_page *page, size_t j, struct document *d)
{
    static const struct document_column columns[] = {{"Value", COLUMN_WORDS},
                                                     {"Customer-days", COLUMN_NUMBER},
                                                     {"Left", COLUMN_NUMBER},
                                                     {"Share (95 %)", COLUMN_NUMBER},
                                                     {"", COLUMN_PICTURE}};
    const struct proof_measure *m = &page->proof->measure[j];
    double most = 0;
    for (size_t i = 0; i < m->n_bins; i++)
        most = MAX(most, (double)m->bin[i].left / (double)m->bin[i].n);
    document_table(d, label(page, j), columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < m->n_bins; i++) {
        const struct proof_bin *b = &m->bin[i];
        cell(d, values(page, d, j, b));
        cell(d, number(d, b->n));
        cell(d, number(d, b->left));
        cell(d, rate(d, b->left, b->n));
        cell(d, bar(d, (double)b->left / (double)b->n, most));
    }
}

static void add_evidence(const struct proof_page *page, struct document *d)
{
    const struct proof *p = page->proof;
    if (!page->measure)
        return;
    document_heading(d, 2, "Who left, by the value of a measure");
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
