/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/text.h"
#include "reports/render.h"

/* Controls would steer a terminal: they become a visible mark. */
static char *plain(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text ? text : ""; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        g_string_append_unichar(out, g_unichar_iscntrl(c) ? 0xfffd : c);
    }
    return g_string_free(out, FALSE);
}

static void put_padded(GString *out, const char *text, int width, bool right)
{
    g_autofree char *clean = plain(text);
    int space = width - text_width(clean);
    if (right && space > 0)
        g_string_append_printf(out, "%*s", space, "");
    g_string_append(out, clean);
    if (!right && space > 0)
        g_string_append_printf(out, "%*s", space, "");
    g_string_append(out, "  ");
}

static void put_table(const struct document_node *node, GString *out)
{
    g_autofree int *width = g_new0(int, node->n_columns);
    for (size_t c = 0; c < node->n_columns; c++)
        width[c] = text_width(node->column[c].head);
    for (guint i = 0; i < node->cells->len; i++) {
        g_autofree char *clean = plain(g_array_index(node->cells, struct document_cell, i).text);
        size_t c = i % node->n_columns;
        width[c] = MAX(width[c], text_width(clean));
    }
    g_autofree char *caption = plain(node->text);
    if (*caption)
        g_string_append_printf(out, "%s\n", caption);
    for (size_t c = 0; c < node->n_columns; c++)
        put_padded(out, node->column[c].head, width[c], node->column[c].number);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < node->cells->len; i++) {
        size_t c = i % node->n_columns;
        put_padded(out, g_array_index(node->cells, struct document_cell, i).text, width[c],
                   node->column[c].number);
        if (c + 1 == node->n_columns)
            g_string_append_c(out, '\n');
    }
    g_string_append_c(out, '\n');
}

static void put_tiles(const struct document_node *node, GString *out)
{
    for (guint i = 0; i < node->tiles->len; i++) {
        const struct document_tile *tile = &g_array_index(node->tiles, struct document_tile, i);
        g_autofree char *label = plain(tile->label), *value = plain(tile->value);
        g_autofree char *note = plain(tile->note);
        g_string_append_printf(out, "%s: %s (%s)\n", label, value, note);
    }
    g_string_append_c(out, '\n');
}

void render_text(const struct document *document, GString *out)
{
    for (guint i = 0; i < document->nodes->len; i++) {
        const struct document_node *node = document->nodes->pdata[i];
        g_autofree char *text = plain(node->text);
        if (node->kind == DOCUMENT_TABLE)
            put_table(node, out);
        else if (node->kind == DOCUMENT_TILES)
            put_tiles(node, out);
        else if (node->kind == DOCUMENT_HEADING)
            g_string_append_printf(out, "%s%s\n", node->level == 1 ? "" : "\n# ", text);
        else if (node->kind != DOCUMENT_CHART)
            g_string_append_printf(out, "%s\n", text);
    }
}
