/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/render.h"

#include <string.h>

/* Rows of one table that paper bears, with sentences under them and without; the page and the CSV
 * have the others. The style says one more. */
enum { PRINT_TOLD_ROWS = 12, PRINT_ROWS = 30, WORD_MAX = 24 };

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1d2733;--soft:#55616e;--line:#d9dfe5;--paper:#fff;"
    "--tint:#f4f6f8;--good:#0b6b5d;--watch:#8a5300;--bad:#a3123a;--link:#0a5c8a}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#a3b0bd;--line:#33404d;"
    "--paper:#12181f;--tint:#1b232c;--good:#5cc9b6;--watch:#e5b567;--bad:#ff8fa8;--link:#7cc4f0}}"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:1080px;padding:24px 20px 60px;"
    "background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,'Noto Sans CJK "
    "JP',sans-serif}h1,p,.tile{overflow-wrap:anywhere}"
    "h1{font-size:28px;line-height:1.2;margin:8px 0 4px}h2{font-size:20px;margin:36px 0 8px}"
    "h3{font-size:16px;margin:20px 0 4px}p{margin:6px 0;max-width:75ch}"
    ".note{color:var(--soft);font-size:14px}.printed{display:none}a{color:var(--link)}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:12px;margin:"
    "16px 0}"
    ".tile{background:var(--tint);border-radius:10px;padding:14px 16px}"
    ".tile b{display:block;font-size:26px;line-height:1.25;font-variant-numeric:tabular-nums}"
    ".tile span{display:block;font-size:13px;color:var(--soft)}"
    ".good{color:var(--good)}.watch{color:var(--watch)}.bad{color:var(--bad)}"
    "table{border-collapse:collapse;width:100%;margin:10px 0;font-size:14.5px}"
    "caption{text-align:left;color:var(--soft);font-size:13px;padding-bottom:4px}"
    "th,td{text-align:left;padding:6px 14px 6px 0;vertical-align:top}"
    "th{font-size:13px;color:var(--soft);font-weight:600;vertical-align:bottom}"
    "thead tr,tbody{border-bottom:1px solid var(--line)}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}"
    ".long{display:inline-block;min-width:12em;overflow-wrap:anywhere}"
    "td:last-child,th:last-child{padding-right:0}"
    "td.under{padding:0 0 8px;color:var(--soft)}"
    "td.bar{white-space:nowrap;font-size:9px;letter-spacing:-1px;overflow:hidden}"
    "figure{margin:14px 0}figure svg{display:block;width:100%;height:auto}"
    "figure svg.narrow{display:none}"
    "@media screen and (max-width:640px){body{padding:16px 12px 40px;font-size:15px}"
    "h1{font-size:22px}.tiles{grid-template-columns:1fr 1fr;gap:8px}.tile{padding:10px 12px}.tile "
    "b{font-size:20px}figure svg.wide{display:none}figure svg.narrow{display:block}"
    "table,caption,tbody{display:block}thead{position:absolute;left:-9999px}"
    "tbody{border:1px solid var(--line);border-radius:10px;padding:8px 12px;margin:0 0 10px}"
    "tr{display:flex;flex-wrap:wrap;gap:0 16px}td,td.n{display:block;padding:1px 0;"
    "text-align:left;white-space:normal}td:empty{display:none}"
    "td:first-child,td.under,td.bar{flex:0 0 100%}td:first-child{font-weight:600}"
    "td.under{padding:4px 0 0;font-weight:400}"
    "td::before{content:attr(data-head) ' ';color:var(--soft);font-size:12px;font-weight:400}"
    "td:first-child::before,td.under::before,td.bar::before{content:none}}"
    "@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;"
    "--tint:#f4f6f8;--good:#0b6b5d;--watch:#8a5300;--bad:#a3123a;--link:#000}"
    "@page{margin:14mm 12mm}body{max-width:none;padding:0;font-size:10.5pt}"
    "h1{font-size:18pt}h2{font-size:13pt;margin:14pt 0 4pt}h1,h2,h3,caption{break-after:avoid}"
    "table{font-size:8.5pt;margin:4pt 0}th,td{padding:3pt 8pt 3pt 0}td.under{padding:0 0 4pt}"
    "caption,th,.note,.tile span{font-size:8.5pt}.tile b{font-size:14pt}"
    ".tiles{gap:6pt;margin:8pt 0;grid-template-columns:repeat(4,1fr)}.tile{padding:6pt "
    "8pt}.printed{display:block}"
    "thead{display:table-header-group}tbody,figure,.tile{break-inside:avoid}"
    ".told "
    "tbody:nth-of-type(n+13),tbody:nth-of-type(n+31){display:none}a{color:inherit;text-decoration:"
    "none}}";

/* Controls and noncharacters, which HTML forbids, become U+FFFD; the five special characters become
 * references. */
static void put_character(GString *out, const char *p)
{
    gunichar c = g_utf8_get_char(p);
    if (c == ' ' && p[1] == '%') /* a number and its sign stay on one line */
        g_string_append(out, "&nbsp;");
    else if (c == '<')
        g_string_append(out, "&lt;");
    else if (c == '>')
        g_string_append(out, "&gt;");
    else if (c == '&')
        g_string_append(out, "&amp;");
    else if (c == '"')
        g_string_append(out, "&quot;");
    else if (c == '\'')
        g_string_append(out, "&#39;");
    else if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) ||
             (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef))
        g_string_append(out, "\xef\xbf\xbd");
    else
        g_string_append_unichar(out, c);
}

static void put(GString *out, const char *text)
{
    for (const char *p = text ? text : ""; *p; p = g_utf8_next_char(p))
        put_character(out, p);
}

/* In a cell a long word would make its column wide: it may break anywhere, within a width of its
 * own. Nothing else may, lest a column of words shrinks to one letter a line. */
static void put_breakable(GString *out, const char *text)
{
    bool is_long = false;
    for (const char *p = text, *end = text; *p; p = g_utf8_next_char(p)) {
        if (p >= end) {
            end = p + strcspn(p, " \n\t");
            g_string_append(out, is_long ? "</span>" : "");
            is_long = g_utf8_strlen(p, end - p) > WORD_MAX;
            g_string_append(out, is_long ? "<span class=\"long\">" : "");
            end = MAX(end, p + 1);
        }
        put_character(out, p);
    }
    g_string_append(out, is_long ? "</span>" : "");
}

static const char *tone_class(enum document_tone tone)
{
    static const char *const names[] = {"", "good", "watch", "bad"};
    return names[tone];
}

/* Only our own pages and http(s) are linked; anything else is text. */
static bool is_safe_link(const char *link)
{
    return link && (link[0] == '/' || g_str_has_prefix(link, "https://") ||
                    g_str_has_prefix(link, "http://"));
}

static void put_tiles(const struct document_node *node, GString *out)
{
    g_string_append(out, "<div class=\"tiles\">");
    for (guint i = 0; i < node->tiles->len; i++) {
        const struct document_tile *tile = &g_array_index(node->tiles, struct document_tile, i);
        g_string_append(out, "<div class=\"tile\"><span>");
        put(out, tile->label);
        g_string_append_printf(out, "</span><b class=\"%s\">", tone_class(tile->tone));
        put(out, tile->value);
        g_string_append(out, "</b><span>");
        put(out, tile->note);
        g_string_append(out, "</span></div>");
    }
    g_string_append(out, "</div>\n");
}

static void put_cell(const struct document_node *node, guint i, GString *out)
{
    static const char *const kind_class[] = {"", "n ", "under ", "bar "};
    const struct document_cell *cell = &g_array_index(node->cells, struct document_cell, i);
    const struct document_column *column = &node->column[i % node->n_columns];
    g_string_append_printf(out, "<td class=\"%s%s\"", kind_class[column->kind],
                           tone_class(cell->tone));
    if (column->kind == COLUMN_UNDER)
        g_string_append_printf(out, " colspan=\"%zu\"", node->n_columns - 1);
    if (column->kind == COLUMN_PICTURE)
        g_string_append(out, " aria-hidden=\"true\"");
    g_string_append(out, " data-head=\"");
    put(out, column->head);
    g_string_append(out, "\">");
    bool linked = is_safe_link(cell->link);
    if (linked) {
        g_string_append(out, "<a href=\"");
        put(out, cell->link);
        g_string_append(out, "\">");
    }
    put_breakable(out, cell->text);
    g_string_append(out, linked ? "</a></td>" : "</td>");
}

static void put_heads(const struct document_node *node, GString *out)
{
    g_string_append(out, "<thead><tr>");
    for (size_t c = 0; c < node->n_columns; c++) {
        const struct document_column *column = &node->column[c];
        if (column->kind == COLUMN_UNDER)
            continue;
        g_string_append_printf(out, "<th scope=\"col\" class=\"%s\">",
                               column->kind == COLUMN_NUMBER ? "n" : "");
        put(out, column->head);
        g_string_append(out, "</th>");
    }
    g_string_append(out, "</tr></thead>\n");
}

/* What is not on paper, and where it is. */
static void put_unprinted(const struct document *document, guint rows, guint printed, GString *out)
{
    if (rows <= printed)
        return;
    g_string_append(out, "<p class=\"note printed\">");
    enum message unprinted =
        *document->address ? MESSAGE_PAGE_UNPRINTED_AT : MESSAGE_PAGE_UNPRINTED;
    put(out, message_count(document->arena, document->language, unprinted, (int64_t)rows - printed,
                           "where", document->address, NULL));
    g_string_append(out, "</p>\n");
}

/* A row is a body of its own, so that no page break comes between it and what stands under it. */
static void put_table(const struct document *document, const struct document_node *node,
                      GString *out)
{
    bool told = node->column[node->n_columns - 1].kind == COLUMN_UNDER;
    g_string_append(out, told ? "<table class=\"told\">" : "<table>");
    if (node->text && *node->text) {
        g_string_append(out, "<caption>");
        put(out, node->text);
        g_string_append(out, "</caption>");
    }
    put_heads(node, out);
    for (guint i = 0; i < node->cells->len; i++) {
        size_t c = i % node->n_columns;
        if (c == 0)
            g_string_append(out, "<tbody><tr>");
        if (node->column[c].kind != COLUMN_UNDER) {
            put_cell(node, i, out);
        } else if (*g_array_index(node->cells, struct document_cell, i).text) {
            g_string_append(out, "</tr><tr>");
            put_cell(node, i, out);
        }
        if (c == node->n_columns - 1)
            g_string_append(out, "</tr></tbody>\n");
    }
    g_string_append(out, "</table>\n");
    put_unprinted(document, node->cells->len / (guint)node->n_columns,
                  told ? PRINT_TOLD_ROWS : PRINT_ROWS, out);
}

static void put_chart(const struct document_node *node, GString *out)
{
    if (!node->svg) {
        g_string_append(out, "<p class=\"note\">");
        put(out, node->text);
        g_string_append(out, "</p>\n");
        return;
    }
    g_string_append(out, "<figure role=\"img\" aria-label=\"");
    put(out, node->text);
    g_string_append_printf(out, "\">%s%s</figure>\n", node->svg,
                           node->narrow_svg ? node->narrow_svg : "");
}

static void put_node(const struct document *document, const struct document_node *node,
                     GString *out)
{
    switch (node->kind) {
    case DOCUMENT_HEADING:
        g_string_append_printf(out, "<h%d>", node->level);
        put(out, node->text);
        g_string_append_printf(out, "</h%d>\n", node->level);
        break;
    case DOCUMENT_TILES:
        put_tiles(node, out);
        break;
    case DOCUMENT_TABLE:
        put_table(document, node, out);
        break;
    case DOCUMENT_CHART:
        put_chart(node, out);
        break;
    default:
        g_string_append(out, node->kind == DOCUMENT_NOTE ? "<p class=\"note\">" : "<p>");
        put(out, node->text);
        g_string_append(out, "</p>\n");
    }
}

void render_html(const struct document *document, GString *out)
{
    g_string_append(out, "<!DOCTYPE html>\n<html lang=\"");
    put(out, message_code[document->language]);
    g_string_append(out, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                         "content=\"width=device-width,initial-scale=1\"><title>");
    put(out, document->title);
    g_string_append_printf(out, "</title><style>%s</style></head><body><main>\n", style);
    for (guint i = 0; i < document->nodes->len; i++)
        put_node(document, document->nodes->pdata[i], out);
    g_string_append(out, "</main></body></html>\n");
}
