/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/document.h"

#include <stdarg.h>
#include <string.h>

static void node_free(gpointer data)
{
    struct document_node *node = data;
    if (node->tiles)
        g_array_free(node->tiles, TRUE);
    if (node->cells)
        g_array_free(node->cells, TRUE);
}

struct document *document_new(struct arena *arena, const char *title)
{
    struct document *document = g_new0(struct document, 1);
    document->arena = arena;
    document->title = arena_strdup(arena, title);
    document->address = "";
    document->mention = "";
    document->nodes = g_ptr_array_new_with_free_func(node_free);
    return document;
}

void document_free(struct document *document)
{
    if (!document)
        return;
    g_ptr_array_free(document->nodes, TRUE);
    g_free(document);
}

static struct document_node *add(struct document *document, enum document_kind kind)
{
    struct document_node *node = arena_one(document->arena, struct document_node);
    node->kind = kind;
    g_ptr_array_add(document->nodes, node);
    return node;
}

static struct document_node *last(struct document *document, enum document_kind kind)
{
    struct document_node *node =
        document->nodes->len ? document->nodes->pdata[document->nodes->len - 1] : NULL;
    return node && node->kind == kind ? node : NULL;
}

void document_heading(struct document *document, int level, const char *text)
{
    struct document_node *node = add(document, DOCUMENT_HEADING);
    node->level = level;
    node->text = arena_strdup(document->arena, text);
}

PRINTF_LIKE(3, 0)
static void add_text(struct document *document, enum document_kind kind, const char *format,
                     va_list args)
{
    g_autofree char *text = g_strdup_vprintf(format, args);
    add(document, kind)->text = arena_strdup(document->arena, text);
}

void document_text(struct document *document, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_text(document, DOCUMENT_TEXT, format, args);
    va_end(args);
}

void document_note(struct document *document, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_text(document, DOCUMENT_NOTE, format, args);
    va_end(args);
}

void document_tile(struct document *document, const char *label, const char *value,
                   const char *note, enum document_tone tone)
{
    struct document_node *node = last(document, DOCUMENT_TILES);
    if (!node) {
        node = add(document, DOCUMENT_TILES);
        node->tiles = g_array_new(FALSE, FALSE, sizeof(struct document_tile));
    }
    struct document_tile tile = {arena_strdup(document->arena, label),
                                 arena_strdup(document->arena, value),
                                 arena_strdup(document->arena, note), tone};
    g_array_append_val(node->tiles, tile);
}

void document_table(struct document *document, const char *caption,
                    const struct document_column *columns, size_t n_columns)
{
    struct document_node *node = add(document, DOCUMENT_TABLE);
    node->text = arena_strdup(document->arena, caption);
    node->column = columns;
    node->n_columns = n_columns;
    node->cells = g_array_new(FALSE, FALSE, sizeof(struct document_cell));
}

void document_cell(struct document *document, const char *text, const char *link,
                   enum document_tone tone)
{
    struct document_node *node = last(document, DOCUMENT_TABLE);
    if (!node)
        BUG("a cell without a table");
    struct document_cell cell = {arena_strdup(document->arena, text),
                                 arena_strdup(document->arena, link), tone};
    g_array_append_val(node->cells, cell);
}

void document_chart(struct document *document, const char *alternative, const char *wide,
                    const char *narrow)
{
    struct document_node *node = add(document, DOCUMENT_CHART);
    node->text = arena_strdup(document->arena, alternative);
    node->svg = arena_strdup(document->arena, wide);
    node->narrow_svg = arena_strdup(document->arena, narrow);
}

enum document_tone document_band_tone(const char *band)
{
    if (strcmp(band, "Green") == 0)
        return TONE_GOOD;
    if (strcmp(band, "Red") == 0)
        return TONE_BAD;
    return strcmp(band, "Unknown") == 0 ? TONE_PLAIN : TONE_WATCH;
}
