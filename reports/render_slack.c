/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "reports/render.h"

enum { BLOCKS_MAX = 48, HEADER_MAX = 150, SECTION_MAX = 2900, TOTAL_MAX = 11500, TEXT_MAX = 3500 };

struct message {
    json_t *blocks;
    glong characters;
    int dropped;
};

/* Slack's three special characters; controls become spaces. */
static char *escape(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text ? text : ""; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == '&')
            g_string_append(out, "&amp;");
        else if (c == '<')
            g_string_append(out, "&lt;");
        else if (c == '>')
            g_string_append(out, "&gt;");
        else
            g_string_append_unichar(out, g_unichar_iscntrl(c) && c != '\n' ? ' ' : c);
    }
    return g_string_free(out, FALSE);
}

/* At most `max` code points, never inside an escape. */
static char *cut(const char *text, glong max)
{
    if (g_utf8_strlen(text, -1) <= max)
        return g_strdup(text);
    g_autofree char *head = g_utf8_substring(text, 0, max - 1);
    char *entity = strrchr(head, '&');
    if (entity && !strchr(entity, ';'))
        *entity = '\0';
    return g_strconcat(head, "…", NULL);
}

static void add_block(struct message *m, const char *kind, const char *text_type, const char *text,
                      glong max)
{
    g_autofree char *shown = cut(text, max);
    glong n = g_utf8_strlen(shown, -1);
    if (n == 0)
        return;
    if (json_array_size(m->blocks) >= BLOCKS_MAX || m->characters + n > TOTAL_MAX) {
        m->dropped++;
        return;
    }
    m->characters += n;
    json_t *body = json_pack("{s:s, s:s}", "type", text_type, "text", shown);
    json_t *block = strcmp(kind, "context") == 0
                        ? json_pack("{s:s, s:[o]}", "type", kind, "elements", body)
                        : json_pack("{s:s, s:o}", "type", kind, "text", body);
    json_array_append_new(m->blocks, block);
}

static void add_tiles(struct message *m, const struct document_node *node)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (guint i = 0; i < node->tiles->len; i++) {
        const struct document_tile *tile = &g_array_index(node->tiles, struct document_tile, i);
        g_autofree char *label = escape(tile->label), *value = escape(tile->value);
        g_autofree char *note = escape(tile->note);
        g_string_append_printf(line, "%s*%s* %s%s%s", i ? "\n" : "", value, label,
                               *note ? ", " : "", note);
    }
    add_block(m, "section", "mrkdwn", line->str, SECTION_MAX);
}

/* A row is a line: the first cell linked, the others after it. */
static void add_table(struct message *m, const struct document_node *node)
{
    for (guint i = 0; i < node->cells->len; i += (guint)node->n_columns) {
        g_autoptr(GString) line = g_string_new(NULL);
        for (size_t c = 0; c < node->n_columns; c++) {
            const struct document_cell *cell =
                &g_array_index(node->cells, struct document_cell, i + c);
            g_autofree char *text = escape(cell->text);
            g_autofree char *short_text = cut(text, 600);
            if (c == 0 && cell->link && strchr(cell->link, '|') == NULL) {
                g_autofree char *link = escape(cell->link);
                g_string_append_printf(line, "*<%s|%s>*", link, short_text);
            } else if (*short_text) {
                g_string_append_printf(line, "%s%s", c ? " · " : "", short_text);
            }
        }
        add_block(m, "section", "mrkdwn", line->str, SECTION_MAX);
    }
}

static void add_node(struct message *m, const struct document_node *node)
{
    g_autofree char *text = escape(node->text);
    switch (node->kind) {
    case DOCUMENT_HEADING:
        /* A header is plain text: nothing in it is read as markup. */
        add_block(m, "header", "plain_text", node->text ? node->text : "", HEADER_MAX);
        break;
    case DOCUMENT_TILES:
        add_tiles(m, node);
        break;
    case DOCUMENT_TABLE:
        add_table(m, node);
        break;
    case DOCUMENT_TEXT:
        add_block(m, "section", "mrkdwn", text, SECTION_MAX);
        break;
    case DOCUMENT_NOTE:
        add_block(m, "context", "mrkdwn", text, SECTION_MAX);
        break;
    default:
        break;
    }
}

void render_slack(const struct document *document, const char *link, GString *out)
{
    struct message m = {.blocks = json_array()};
    for (guint i = 0; i < document->nodes->len; i++)
        add_node(&m, document->nodes->pdata[i]);
    if (m.dropped > 0) {
        g_autofree char *where = escape(link);
        g_autofree char *more = g_strdup_printf("… %d more, see <%s|the report>", m.dropped, where);
        json_array_append_new(m.blocks, json_pack("{s:s, s:[{s:s, s:s}]}", "type", "context",
                                                  "elements", "type", "mrkdwn", "text", more));
    }
    g_autofree char *title = escape(document->title);
    g_autofree char *text = cut(title, TEXT_MAX);
    json_t *root = json_pack("{s:s, s:o}", "text", text, "blocks", m.blocks);
    char *dumped = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
    g_string_append(out, dumped);
    free(dumped);
    json_decref(root);
}
