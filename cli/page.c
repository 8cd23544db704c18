/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/page.h"

#include <math.h>

#include "cli/context.h"
#include "cli/rival_words.h"
#include "reports/format.h"
#include "scoring/metric.h"
#include "scoring/wilson.h"

bool page_language(const struct context *context, const char *code, enum language *out,
                   GError **err)
{
    if (!code)
        code = config_language(context->config);
    return message_language(code, out) ||
           err_set(err, KENKO_ERROR_USAGE, "--language is '%s', want en or ja", code);
}

static const char *fill(const struct document *page, enum message message, va_list places)
{
    return message_fill(page->arena, page->language, message, NULL, NULL, places);
}

const char *page_say(const struct document *page, enum message message, ...)
{
    va_list places;
    va_start(places, message);
    const char *text = fill(page, message, places);
    va_end(places);
    return text;
}

void page_heading(struct document *page, int level, enum message message)
{
    document_heading(page, level, page_say(page, message, NULL));
}

void page_text(struct document *page, enum message message, ...)
{
    va_list places;
    va_start(places, message);
    document_text(page, "%s", fill(page, message, places));
    va_end(places);
}

void page_note(struct document *page, enum message message, ...)
{
    va_list places;
    va_start(places, message);
    document_note(page, "%s", fill(page, message, places));
    va_end(places);
}

void page_table(struct document *page, const char *caption, const struct page_column *columns,
                size_t n)
{
    struct document_column *made = arena_many(page->arena, n, struct document_column);
    for (size_t i = 0; i < n; i++)
        made[i] = (struct document_column){
            columns[i].head == MESSAGE_COUNT ? "" : page_say(page, columns[i].head, NULL),
            columns[i].kind};
    document_table(page, caption, made, n);
}

void page_cell(struct document *page, const char *text)
{
    document_cell(page, text, NULL, TONE_PLAIN);
}

const char *page_range(const struct document *page, const char *low, const char *high)
{
    return page_say(page, MESSAGE_PAGE_RANGE, "low", low, "high", high, NULL);
}

const char *page_number(const struct document *page, size_t n)
{
    return format_number(page->arena, (int64_t)n);
}

const char *page_figure(const struct document *page, const char *format, double v)
{
    char text[RIVAL_WORDS_CELL];
    return isnan(v) ? "–" : arena_strdup(page->arena, rival_words_cell(text, format, v));
}

const char *page_percent(const struct document *page, double share, int decimals)
{
    return isnan(share) ? "–" : format_percent(page->arena, page->language, 100 * share, decimals);
}

const char *page_rate(const struct document *page, size_t left, size_t n)
{
    double low, high;
    if (n == 0)
        return "–";
    wilson_interval((int64_t)left, (int64_t)n, &low, &high);
    return page_say(
        page, MESSAGE_PAGE_BAND, "share", page_percent(page, (double)left / (double)n, 1), "low",
        page_figure(page, "%.1f", 100 * low), "high", page_figure(page, "%.1f", 100 * high), NULL);
}

const char *page_words(const struct document *page, const char *words)
{
    return message_words_of(page->language, words);
}

const char *page_metric(const struct document *page, const struct metric_info *metric)
{
    if (page->language == LANGUAGE_JA && metric->label_ja)
        return metric->label_ja;
    return page_words(page, metric->label);
}
