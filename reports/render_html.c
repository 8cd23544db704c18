/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/render.h"

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1d2733;--soft:#5a6775;--line:#d9dfe5;--paper:#fff;"
    "--tint:#f4f6f8;--good:#0b6b5d;--watch:#8a5300;--bad:#a3123a;--link:#0a5c8a}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#a3b0bd;--line:#33404d;"
    "--paper:#12181f;--tint:#1b232c;--good:#5cc9b6;--watch:#e5b567;--bad:#ff8fa8;--link:#7cc4f0}}"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:1080px;padding:24px 20px 60px;"
    "background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,'Noto Sans CJK "
    "JP',sans-serif}"
    "h1{font-size:28px;line-height:1.2;margin:8px 0 4px}h2{font-size:20px;margin:36px 0 8px}"
    "h3{font-size:16px;margin:20px 0 4px}p{margin:6px 0;max-width:75ch}"
    ".note{color:var(--soft);font-size:14px}a{color:var(--link)}"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:12px;margin:"
    "16px 0}"
    ".tile{background:var(--tint);border-radius:10px;padding:14px 16px}"
    ".tile b{display:block;font-size:26px;line-height:1.25;font-variant-numeric:tabular-nums}"
    ".tile span{display:block;font-size:13px;color:var(--soft)}"
    ".good{color:var(--good)}.watch{color:var(--watch)}.bad{color:var(--bad)}"
    ".wide{overflow-x:auto;margin:10px "
    "0}table{border-collapse:collapse;width:100%;font-size:14.5px}"
    "caption{text-align:left;color:var(--soft);font-size:13px;padding-bottom:4px}"
    "th,td{text-align:left;padding:6px 10px 6px 0;border-bottom:1px solid var(--line);"
    "vertical-align:top}th{font-size:13px;color:var(--soft);font-weight:600}"
    "td:first-child{min-width:9em;overflow-wrap:anywhere}td:last-child{overflow-wrap:anywhere}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "figure{margin:14px 0;color:var(--ink)}figure svg{width:100%;height:auto;max-height:340px}"
    "@media(max-width:520px){body{padding:16px 12px 40px;font-size:15px}h1{font-size:22px}"
    "table,caption,thead,tbody,tr,td{display:block}thead{position:absolute;left:-9999px}"
    "tr{border:1px solid var(--line);border-radius:10px;padding:8px 12px;margin:0 0 10px}"
    "td,td.n{border:0;padding:2px 0;text-align:left;white-space:normal}"
    "caption{display:block}figure{overflow-x:auto}figure svg{min-width:680px}"
    "td::before{content:attr(data-head) ' ';color:var(--soft);font-size:12px;margin-right:6px}}"
    "@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;"
    "--tint:#f4f6f8;--good:#0b6b5d;--watch:#8a5300;--bad:#a3123a}body{max-width:none;padding:0}h2{"
    "break-after:avoid}tr{break-inside:avoid}"
    "a{color:inherit;text-decoration:none}}";

/* Controls and noncharacters, which HTML forbids, become U+FFFD; the five special characters become
 * references. */
static void put(GString *out, const char *text)
{
    for (const char *p = text ? text : ""; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == '<')
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
    const struct document_cell *cell = &g_array_index(node->cells, struct document_cell, i);
    const struct document_column *column = &node->column[i % node->n_columns];
    g_string_append_printf(out, "<td class=\"%s %s\" data-head=\"", column->number ? "n" : "",
                           tone_class(cell->tone));
    put(out, column->head);
    g_string_append(out, "\">");
    bool linked = is_safe_link(cell->link);
    if (linked) {
        g_string_append(out, "<a href=\"");
        put(out, cell->link);
        g_string_append(out, "\">");
    }
    put(out, cell->text);
    g_string_append(out, linked ? "</a></td>" : "</td>");
}

static void put_table(const struct document_node *node, GString *out)
{
    g_string_append(out, "<div class=\"wide\"><table>");
    if (node->text && *node->text) {
        g_string_append(out, "<caption>");
        put(out, node->text);
        g_string_append(out, "</caption>");
    }
    g_string_append(out, "<thead><tr>");
    for (size_t c = 0; c < node->n_columns; c++) {
        g_string_append_printf(out, "<th scope=\"col\" class=\"%s\">",
                               node->column[c].number ? "n" : "");
        put(out, node->column[c].head);
        g_string_append(out, "</th>");
    }
    g_string_append(out, "</tr></thead><tbody>\n");
    for (guint i = 0; i < node->cells->len; i++) {
        if (i % node->n_columns == 0)
            g_string_append(out, "<tr>");
        put_cell(node, i, out);
        if (i % node->n_columns == node->n_columns - 1)
            g_string_append(out, "</tr>\n");
    }
    g_string_append(out, "</tbody></table></div>\n");
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
    g_string_append_printf(out, "\">%s</figure>\n", node->svg);
}

static void put_node(const struct document_node *node, GString *out)
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
        put_table(node, out);
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
    put(out, document->language);
    g_string_append(out, "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                         "content=\"width=device-width,initial-scale=1\"><title>");
    put(out, document->title);
    g_string_append_printf(out, "</title><style>%s</style></head><body><main>\n", style);
    for (guint i = 0; i < document->nodes->len; i++)
        put_node(document->nodes->pdata[i], out);
    g_string_append(out, "</main></body></html>\n");
}
