/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "reports/render.h"

enum {
    BLOCKS_MAX = 48,
    HEADER_MAX = 150,
    SECTION_MAX = 2900,
    TOTAL_MAX = 11500,
    TEXT_MAX = 3500,
    CELL_MAX = 600,
    LINK_MAX = 1500
};

struct slack {
    json_t *blocks;
    glong characters;
    int dropped;
};

/* Marks that turn the direction of what follows them would turn the rest of the line. */
static bool is_steering(gunichar c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Controls and steering marks become spaces. */
static char *clean(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text ? text : ""; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        bool bad = (g_unichar_iscntrl(c) && c != '\n') || is_steering(c);
        g_string_append_unichar(out, bad ? ' ' : c);
    }
    return g_string_free(out, FALSE);
}

/* Slack's three special characters, in one pass over however long a text. */
static char *escape(const char *text)
{
    g_autofree char *shown = clean(text);
    GString *out = g_string_new(NULL);
    for (const char *p = shown; *p; p++) {
        if (*p == '&')
            g_string_append(out, "&amp;");
        else if (*p == '<')
            g_string_append(out, "&lt;");
        else if (*p == '>')
            g_string_append(out, "&gt;");
        else
            g_string_append_c(out, *p);
    }
    return g_string_free(out, FALSE);
}

/* Slack links whole addresses only; "|" and line ends would end one early. */
static bool is_linkable(const char *link)
{
    return link && (g_str_has_prefix(link, "https://") || g_str_has_prefix(link, "http://")) &&
           !strpbrk(link, "|<>\n ") && g_utf8_strlen(link, -1) <= LINK_MAX;
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

/* Slack refuses a text of spaces only. */
static bool is_blank(const char *text)
{
    while (*text && g_unichar_isspace(g_utf8_get_char(text)))
        text = g_utf8_next_char(text);
    return *text == '\0';
}

static void add_block(struct slack *m, const char *kind, const char *text_type, const char *text,
                      glong max)
{
    g_autofree char *shown = cut(text, max);
    glong n = g_utf8_strlen(shown, -1);
    if (n == 0 || is_blank(shown))
        return;
    if (json_array_size(m->blocks) >= BLOCKS_MAX || m->characters + n > TOTAL_MAX) {
        m->dropped++;
        return;
    }
    m->characters += n;
    /* verbatim: names are not searched for addresses and mentions; emoji: nor for smileys. */
    bool is_plain = strcmp(text_type, "plain_text") == 0;
    json_t *body = json_pack("{s:s, s:s, s:b}", "type", text_type, "text", shown,
                             is_plain ? "emoji" : "verbatim", !is_plain);
    json_t *block = strcmp(kind, "context") == 0
                        ? json_pack("{s:s, s:[o]}", "type", kind, "elements", body)
                        : json_pack("{s:s, s:o}", "type", kind, "text", body);
    json_array_append_new(m->blocks, block);
}

static void add_tiles(struct slack *m, const struct document_node *node)
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
static void add_table(struct slack *m, const struct document_node *node)
{
    for (guint i = 0; i < node->cells->len; i += (guint)node->n_columns) {
        g_autoptr(GString) line = g_string_new(NULL);
        for (size_t c = 0; c < node->n_columns; c++) {
            const struct document_cell *cell =
                &g_array_index(node->cells, struct document_cell, i + c);
            g_autofree char *text = escape(cell->text);
            g_autofree char *short_text = cut(text, CELL_MAX);
            if (c == 0 && is_linkable(cell->link) && !is_blank(short_text)) {
                g_autofree char *link = escape(cell->link);
                g_string_append_printf(line, "*<%s|%s>*", link, short_text);
            } else if (*short_text && node->column[c].kind != COLUMN_PICTURE) {
                const char *between = node->column[c].kind == COLUMN_UNDER ? "\n" : " · ";
                g_string_append_printf(line, "%s%s", c ? between : "", short_text);
            }
        }
        add_block(m, "section", "mrkdwn", line->str, SECTION_MAX);
    }
}

/* An id as Slack makes them, and nothing that would call a whole channel. */
static void add_mention(struct slack *m, const char *id)
{
    if ((*id != 'U' && *id != 'W') ||
        id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] != '\0')
        return;
    g_autofree char *text = g_strdup_printf("<@%s>", id);
    add_block(m, "section", "mrkdwn", text, SECTION_MAX);
}

static void add_node(struct slack *m, const struct document_node *node)
{
    g_autofree char *text = escape(node->text), *plain = clean(node->text);
    g_strdelimit(plain, "\n", ' ');
    switch (node->kind) {
    case DOCUMENT_HEADING:
        /* A header is plain text: nothing in it is read as markup. */
        add_block(m, "header", "plain_text", plain, HEADER_MAX);
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

static void add_more(struct slack *m, const struct document *document, const char *link)
{
    g_autofree char *where = escape(link);
    const char *more = is_linkable(link)
                           ? message_count(document->arena, document->language,
                                           MESSAGE_SLACK_MORE_AT, m->dropped, "where", where, NULL)
                           : message_count(document->arena, document->language, MESSAGE_SLACK_MORE,
                                           m->dropped, NULL);
    json_array_append_new(m->blocks, json_pack("{s:s, s:[{s:s, s:s}]}", "type", "context",
                                               "elements", "type", "mrkdwn", "text", more));
}

/* What a notification and a screen reader say: the title and the first words after it. */
static char *spoken(const struct document *document)
{
    GString *out = g_string_new(document->title);
    for (guint i = 0; i < document->nodes->len; i++) {
        const struct document_node *node = document->nodes->pdata[i];
        if (node->kind != DOCUMENT_TEXT)
            continue;
        g_string_append_printf(out, ". %s", node->text);
        break;
    }
    g_autofree char *raw = g_string_free(out, FALSE);
    g_autofree char *escaped = escape(raw);
    return is_blank(escaped) ? g_strdup("kenko") : cut(escaped, TEXT_MAX);
}

void render_slack(const struct document *document, const char *link, GString *out)
{
    struct slack m = {.blocks = json_array()};
    add_mention(&m, document->mention);
    for (guint i = 0; i < document->nodes->len; i++)
        add_node(&m, document->nodes->pdata[i]);
    if (m.dropped > 0)
        add_more(&m, document, link);
    g_autofree char *text = spoken(document);
    json_t *root = json_pack("{s:s, s:o}", "text", text, "blocks", m.blocks);
    char *dumped = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
    g_string_append(out, dumped);
    free(dumped);
    json_decref(root);
}
