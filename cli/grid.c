/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/currency.h"
#include "core/day.h"
#include "core/text.h"
#include "reports/document.h"
#include "reports/render.h"

struct cell {
    const char *text, *shown; /* for programs; for people. NULL: blank */
};

struct grid {
    struct arena *arena;
    const struct grid_column *column;
    size_t n_columns, n, room;
    struct cell *cell;
};

struct grid *grid_new(struct arena *arena, const struct grid_column *column, size_t n)
{
    struct grid *grid = arena_one(arena, struct grid);
    *grid = (struct grid){.arena = arena, .column = column, .n_columns = n};
    return grid;
}

static void put(struct grid *g, const char *text, const char *shown)
{
    if (g->n == g->room) {
        struct cell *more = arena_many(g->arena, g->room = MAX(256, 2 * g->room), struct cell);
        if (g->n)
            memcpy(more, g->cell, g->n * sizeof *more);
        g->cell = more;
    }
    g->cell[g->n++] = (struct cell){text, shown};
}

void grid_blank(struct grid *g)
{
    put(g, NULL, "");
}

void grid_cell(struct grid *g, const char *text, const char *shown)
{
    put(g, text, shown);
}

void grid_text(struct grid *g, const char *text)
{
    const char *kept = arena_strdup(g->arena, text);
    put(g, kept, kept ? kept : "");
}

void grid_count(struct grid *g, int64_t n)
{
    g_autofree char *shown = text_thousands(n);
    put(g, arena_printf(g->arena, "%" G_GINT64_FORMAT, n), arena_strdup(g->arena, shown));
}

void grid_day(struct grid *g, int32_t day)
{
    char text[DAY_TEXT_SIZE];
    if (day == INT32_MAX)
        grid_blank(g);
    else
        grid_text(g, day_format(day, text));
}

void grid_money(struct grid *g, int64_t minor, const char *currency)
{
    int decimals = currency_decimals(slice_of(currency));
    int64_t unit = currency_minor(slice_of(currency)), rest = llabs(minor % unit);
    const char *sign = minor < 0 && minor > -unit ? "-" : "";
    const char *fraction =
        decimals ? arena_printf(g->arena, ".%0*" G_GINT64_FORMAT, decimals, rest) : "";
    g_autofree char *shown = text_thousands(minor / unit);
    put(g, arena_printf(g->arena, "%s%" G_GINT64_FORMAT "%s", sign, minor / unit, fraction),
        arena_printf(g->arena, "%s%s%s", sign, shown, fraction));
}

void grid_real(struct grid *g, double v, int decimals)
{
    if (isnan(v)) {
        grid_blank(g);
        return;
    }
    v = v == 0 ? 0 : v; /* no minus before a zero */
    put(g, arena_printf(g->arena, "%.*f", decimals, v), arena_printf(g->arena, "%.1f %%", 100 * v));
}

void grid_share(struct grid *g, struct ratio share)
{
    grid_real(g, ratio_value(share), 9);
    if (share.denominator == 0)
        grid_blank(g);
    else
        grid_text(g, ratio_text(g->arena, share));
}

/* What people see: the columns that have a head. */
static void print_document(const struct grid *g, bool is_csv)
{
    g_autoptr(document_t) document = document_new(g->arena, "");
    struct document_column *column = arena_many(g->arena, g->n_columns + 1, struct document_column);
    size_t n = 0;
    for (size_t c = 0; c < g->n_columns; c++) {
        const char *head = is_csv ? g->column[c].name : g->column[c].head;
        if (head)
            column[n++] = (struct document_column){head, g->column[c].is_number ? COLUMN_NUMBER
                                                                                : COLUMN_WORDS};
    }
    document_table(document, "", column, n);
    for (size_t i = 0; i < g->n; i++) {
        const char *text = is_csv ? g->cell[i].text : g->cell[i].shown;
        if (is_csv || g->column[i % g->n_columns].head)
            document_cell(document, text ? text : "", NULL, TONE_PLAIN);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    if (is_csv)
        render_csv(document, out);
    else
        render_text(document, out);
    fputs(out->str, stdout);
}

static void print_json(const struct grid *g)
{
    g_autoptr(GString) out = g_string_new("[");
    for (size_t i = 0; i < g->n; i++) {
        size_t c = i % g->n_columns;
        const char *text = g->cell[i].text;
        if (c == 0)
            g_string_append(out, i ? ",\n " : "");
        g_string_append_printf(out, "%s\"%s\": ", c ? ", " : "{", g->column[c].name);
        if (!text) {
            g_string_append(out, "null");
        } else if (g->column[c].is_number) {
            g_string_append(out, text);
        } else {
            g_string_append_c(out, '"');
            text_json(out, text);
            g_string_append_c(out, '"');
        }
        if (c + 1 == g->n_columns)
            g_string_append_c(out, '}');
    }
    printf("%s]\n", out->str);
}

void grid_print(const struct grid *g, enum grid_form form)
{
    if (form == GRID_JSON)
        print_json(g);
    else
        print_document(g, form == GRID_CSV);
}
