/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/cmd_scorecard.h"
#include "core/text.h"
#include "sql/scoring.h"

static void print_row(const struct q_scorecard_list_row *r)
{
    char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE];
    printf("%-16s %.12s %6" G_GINT64_FORMAT " %10s %10s  %s%s%s\n", r->name, r->sha256, r->days,
           r->first_day_is_null ? "-" : day_format(r->first_day, first),
           r->last_day_is_null ? "-" : day_format(r->last_day, last), r->author,
           *r->author && *r->note ? ": " : "", r->note);
}

static void print_json(const struct q_scorecard_list_row *r)
{
    char day[DAY_TEXT_SIZE];
    g_autoptr(GString) out = g_string_new("{\"scorecard\": \"");
    text_json(out, r->name);
    g_string_append_c(out, '"');
    text_json_member(out, "sha256", r->sha256);
    text_json_member(out, "label", r->label);
    text_json_member(out, "author", r->author);
    text_json_member(out, "note", r->note);
    g_string_append_printf(out, ", \"days\": %" G_GINT64_FORMAT, r->days);
    text_json_member(out, "first_day", r->first_day_is_null ? NULL : day_format(r->first_day, day));
    text_json_member(out, "last_day", r->last_day_is_null ? NULL : day_format(r->last_day, day));
    printf("%s}\n", out->str);
}

bool cmd_scorecard_list(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_scorecard_list_rows rows;
    if (!q_scorecard_list(arena, context->db, &rows, err))
        return false;
    if (!context->json)
        printf("%-16s %-12s %6s %10s %10s  %s\n", "scorecard", "version", "days", "first", "last",
               "author: note");
    for (size_t i = 0; i < rows.n; i++)
        (context->json ? print_json : print_row)(&rows.row[i]);
    return true;
}
