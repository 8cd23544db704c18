/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_scorecard.h"
#include "core/currency.h"
#include "core/text.h"
#include "sql/scoring.h"

static void print_json(const struct q_shadow_matrix_row *r)
{
    char day[DAY_TEXT_SIZE];
    g_autoptr(GString) out = g_string_new("{\"as_of\": \"");
    g_string_append_printf(out, "%s\"", day_format(r->as_of, day));
    text_json_member(out, "scorecard", r->scorecard);
    text_json_member(out, "band", r->band);
    text_json_member(out, "shadow", r->shadow);
    printf("%s, \"accounts\": %" G_GINT64_FORMAT ", \"arr_minor\": %" G_GINT64_FORMAT "}\n",
           out->str, r->accounts, r->arr_minor);
}

bool cmd_scorecard_shadow(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_shadow_matrix_rows rows;
    char day[DAY_TEXT_SIZE];
    int64_t moved = 0, all = 0;
    double minor = currency_minor(slice_of(config_currency(context->config)));
    if (!q_shadow_matrix(arena, context->db, &rows, err))
        return false;
    if (rows.n == 0)
        return err_set(err, KENKO_ERROR_NOT_FOUND,
                       "no shadow was scored on the newest day: name one in score.shadow of "
                       "kenko.yaml, then kenko score");
    if (!context->json)
        printf("%s beside what speaks, %s:\n%-12s %-12s %9s %16s\n", rows.row[0].scorecard,
               day_format(rows.row[0].as_of, day), "band", "shadow", "accounts", "ARR");
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_shadow_matrix_row *r = &rows.row[i];
        all += r->accounts;
        moved += strcmp(r->band, r->shadow) != 0 ? r->accounts : 0;
        if (context->json)
            print_json(r);
        else
            printf("%-12s %-12s %9" G_GINT64_FORMAT " %16.0f\n", r->band, r->shadow, r->accounts,
                   (double)r->arr_minor / minor);
    }
    if (!context->json)
        printf("%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " accounts would stand in another "
               "band\n",
               moved, all);
    return true;
}
