/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as data: headings, text, key numbers, tables, charts, notes. Renderers make it HTML,
 * plain text or Slack blocks; what stands in it is never markup. */
#pragma once

#include "reports/message.h"

enum document_kind {
    DOCUMENT_HEADING,
    DOCUMENT_TEXT,
    DOCUMENT_TILES,
    DOCUMENT_TABLE,
    DOCUMENT_CHART,
    DOCUMENT_NOTE
};

/* Meaning, shown by colour and always by a word or sign too. */
enum document_tone { TONE_PLAIN, TONE_GOOD, TONE_WATCH, TONE_BAD };

struct document_tile {
    const char *label, *value, *note;
    enum document_tone tone;
};

enum document_column_kind {
    COLUMN_WORDS,
    COLUMN_NUMBER, /* right-aligned */
    COLUMN_UNDER,  /* sentences: they stand on lines of their own under the row; the last column */
    COLUMN_PICTURE /* a bar of blocks: for the eye alone, left out where nobody looks */
};

struct document_column {
    const char *head;
    enum document_column_kind kind;
};

struct document_cell {
    const char *text, *link; /* link NULL for none */
    enum document_tone tone;
};

struct document_node {
    enum document_kind kind;
    int level;        /* of a heading: 1 to 3 */
    const char *text; /* of heading, text, note; caption of a table; alternative text of a chart */
    const char *svg;  /* of a chart, made by chart.c; NULL when gnuplot is not there */
    const char *narrow_svg; /* the same for a phone */
    GArray *tiles;          /* struct document_tile */
    size_t n_columns;
    const struct document_column *column;
    GArray *cells; /* struct document_cell, row by row */
};

struct document {
    struct arena *arena;
    const char *title;
    enum language language;
    const char *mention; /* Slack id of who is meant; "" for nobody in particular */
    const char *address; /* where the whole of it is read; "" when that is not known */
    GPtrArray *nodes;    /* struct document_node * */
};

struct document *document_new(struct arena *arena, const char *title);
void document_free(struct document *document);

void document_heading(struct document *document, int level, const char *text);
void document_text(struct document *document, const char *format, ...) PRINTF_LIKE(2, 3);
void document_note(struct document *document, const char *format, ...) PRINTF_LIKE(2, 3);
/* Tiles that follow each other stand in one row. */
void document_tile(struct document *document, const char *label, const char *value,
                   const char *note, enum document_tone tone);
/* `columns` must live as long as the document. Cells follow, row by row. */
void document_table(struct document *document, const char *caption,
                    const struct document_column *columns, size_t n_columns);
void document_cell(struct document *document, const char *text, const char *link,
                   enum document_tone tone);
/* A chart in two widths, SVG elements of the classes wide and narrow; NULL: only the alternative.
 */
void document_chart(struct document *document, const char *alternative, const char *wide,
                    const char *narrow);

/* The tone of a band by its name. */
enum document_tone document_band_tone(const char *band);

typedef struct document document_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(document_t, document_free)
