/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/text.h"
#include "reports/format.h"
#include "reports/render.h"

enum { WIDTH_MAX = 110 };

static void put_padded(GString *out, const char *text, int width, bool right)
{
    g_autofree char *clean = format_plain(text);
    int space = width - text_width(clean);
    if (right && space > 0)
        g_string_append_printf(out, "%*s", space, "");
    g_string_append(out, clean);
    if (!right && space > 0)
        g_string_append_printf(out, "%*s", space, "");
    g_string_append(out, "  ");
}

static void end_line(GString *out)
{
    while (out->len > 0 && out->str[out->len - 1] == ' ')
        g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

/* Sentences under a row, broken between words. */
static void put_under(GString *out, const char *text)
{
    g_autofree char *clean = format_plain(text);
    g_auto(GStrv) word = g_strsplit(clean, " ", -1);
    int used = WIDTH_MAX;
    for (int i = 0; *clean && word[i]; i++) {
        int width = text_width(word[i]);
        if (used + 1 + width > WIDTH_MAX) {
            end_line(out);
            g_string_append(out, "    ");
            used = 4;
        } else {
            g_string_append_c(out, ' ');
            used++;
        }
        g_string_append(out, word[i]);
        used += width;
    }
}

static void measure(const struct document_node *node, int *width)
{
    for (size_t c = 0; c < node->n_columns; c++)
        width[c] = text_width(node->column[c].head);
    for (guint i = 0; i < node->cells->len; i++) {
        g_autofree char *shown =
            format_plain(g_array_index(node->cells, struct document_cell, i).text);
        size_t c = i % node->n_columns;
        width[c] = MAX(width[c], text_width(shown));
    }
}

static void put_table(const struct document_node *node, GString *out)
{
    g_autofree int *width = g_new0(int, node->n_columns);
    g_autofree char *caption = format_plain(node->text);
    measure(node, width);
    if (*caption)
        g_string_append_printf(out, "%s\n", caption);
    for (size_t c = 0; c < node->n_columns; c++) {
        if (node->column[c].kind != COLUMN_UNDER)
            put_padded(out, node->column[c].head, width[c], node->column[c].kind == COLUMN_NUMBER);
    }
    end_line(out);
    for (guint i = 0; i < node->cells->len; i++) {
        size_t c = i % node->n_columns;
        const char *text = g_array_index(node->cells, struct document_cell, i).text;
        if (node->column[c].kind == COLUMN_UNDER)
            put_under(out, text);
        else
            put_padded(out, text, width[c], node->column[c].kind == COLUMN_NUMBER);
        if (c + 1 == node->n_columns)
            end_line(out);
    }
    g_string_append_c(out, '\n');
}

static void put_tiles(const struct document_node *node, GString *out)
{
    for (guint i = 0; i < node->tiles->len; i++) {
        const struct document_tile *tile = &g_array_index(node->tiles, struct document_tile, i);
        g_autofree char *label = format_plain(tile->label), *value = format_plain(tile->value);
        g_autofree char *note = format_plain(tile->note);
        g_string_append_printf(out, "%s: %s%s%s%s\n", label, value, *note ? " (" : "", note,
                               *note ? ")" : "");
    }
    g_string_append_c(out, '\n');
}

void render_text(const struct document *document, GString *out)
{
    for (guint i = 0; i < document->nodes->len; i++) {
        const struct document_node *node = document->nodes->pdata[i];
        g_autofree char *text = format_plain(node->text);
        if (node->kind == DOCUMENT_TABLE)
            put_table(node, out);
        else if (node->kind == DOCUMENT_TILES)
            put_tiles(node, out);
        else if (node->kind == DOCUMENT_HEADING)
            g_string_append_printf(out, "%s%s\n", node->level == 1 ? "" : "\n# ", text);
        else /* of a chart what it shows, in words */
            g_string_append_printf(out, "%s\n", text);
    }
}
