/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that commands make, in the language of their document. */
#pragma once

#include "reports/document.h"

struct context;
struct metric_info;

/* What --language asks for, or else the configured one; `code` NULL when it was not given. */
MUST_USE bool page_language(const struct context *context, const char *code, enum language *out,
                            GError **err);

/* A message in the document's language; places as in message_say. */
const char *page_say(const struct document *page, enum message message, ...) G_GNUC_NULL_TERMINATED;

/* It as a heading, a paragraph or a note. */
void page_heading(struct document *page, int level, enum message message);
void page_text(struct document *page, enum message message, ...) G_GNUC_NULL_TERMINATED;
void page_note(struct document *page, enum message message, ...) G_GNUC_NULL_TERMINATED;

struct page_column {
    enum message head; /* MESSAGE_COUNT: none */
    enum document_column_kind kind;
};

/* Begin a table; `caption` "" for none. Cells follow. */
void page_table(struct document *page, const char *caption, const struct page_column *columns,
                size_t n);
void page_cell(struct document *page, const char *text);

/* "0.79 to 0.88" */
const char *page_range(const struct document *page, const char *low, const char *high);
const char *page_number(const struct document *page, size_t n);
/* By a printf format, without regard to any locale; a dash for NaN. */
const char *page_figure(const struct document *page, const char *format, double v);
/* A share of 1; a dash for NaN. */
const char *page_percent(const struct document *page, double share, int decimals);

/* How many of n left, with Wilson's interval: "10.1 % (8.5–12.0)"; a dash for n = 0. */
const char *page_rate(const struct document *page, size_t left, size_t n);

/* A label of the configuration in the document's language, as far as the catalogue knows it. */
const char *page_words(const struct document *page, const char *words);
/* A metric's, as metrics.yaml says it in that language. */
const char *page_metric(const struct document *page, const struct metric_info *metric);
