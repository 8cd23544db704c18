/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "reports/render.h"

/* "-9.1 %", "1,234": what a spreadsheet may read as it stands. */
static bool is_number(const char *text)
{
    const char *p = text + (*text == '-' || *text == '+');
    if (!g_ascii_isdigit(*p))
        return false;
    p += strspn(p, "0123456789.,");
    return *p == '\0' || strcmp(p, " %") == 0;
}

/*
 * A cell that begins like a formula gets an apostrophe before it, so that a spreadsheet shows it
 * and does not run it: a customer can be named =HYPERLINK(…). Full-width twins count too.
 */
static bool is_formula(const char *text)
{
    while (*text == ' ')
        text++;
    gunichar c = g_utf8_get_char(text);
    bool starts = (c < 0x80 && c != 0 && strchr("=+-@\t\r\n|", (int)c)) || c == 0xff1d ||
                  c == 0xff0b || c == 0xff0d || c == 0xff20;
    return starts && !is_number(text);
}

static void put(GString *out, const char *text)
{
    g_autoptr(GString) cell = g_string_new(is_formula(text ? text : "") ? "'" : "");
    for (const char *p = text ? text : ""; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        g_string_append_unichar(cell, g_unichar_iscntrl(c) && c != '\n' ? ' ' : c);
    }
    if (!strpbrk(cell->str, ",\"\n'")) {
        g_string_append(out, cell->str);
        return;
    }
    g_string_replace(cell, "\"", "\"\"", 0);
    g_string_append_printf(out, "\"%s\"", cell->str);
}

static void put_table(const struct document_node *node, GString *out)
{
    for (size_t c = 0; c < node->n_columns; c++) {
        if (node->column[c].kind == COLUMN_PICTURE)
            continue;
        g_string_append(out, c ? "," : "");
        put(out, node->column[c].head);
    }
    g_string_append(out, "\r\n");
    for (guint i = 0; i < node->cells->len; i++) {
        size_t c = i % node->n_columns;
        if (node->column[c].kind != COLUMN_PICTURE) {
            g_string_append(out, c ? "," : "");
            put(out, g_array_index(node->cells, struct document_cell, i).text);
        }
        if (c + 1 == node->n_columns)
            g_string_append(out, "\r\n");
    }
}

void render_csv(const struct document *document, GString *out)
{
    bool first = true;
    for (guint i = 0; i < document->nodes->len; i++) {
        const struct document_node *node = document->nodes->pdata[i];
        if (node->kind != DOCUMENT_TABLE)
            continue;
        g_string_append(out, first ? "" : "\r\n");
        put_table(node, out);
        first = false;
    }
}
