/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/rival_words.h"

#include <math.h>
#include <stdio.h>

const char *rival_words_cell(char text[RIVAL_WORDS_CELL], const char *format, double v)
{
    if (isnan(v))
        return "-";
    return g_ascii_formatd(text, RIVAL_WORDS_CELL, format, v);
}

void rival_words_print(const struct rival_table *table)
{
    char t[8][RIVAL_WORDS_CELL];
    const struct evaluation *engine = &table->row[RIVAL_ENGINE];
    printf("held out: %zu rows, %zu churned\n", engine->n, engine->events);
    printf("%-20s %6s %15s %7s %9s %7s %7s %6s\n", "", "AUC", "95 %", "PR-AUC", "log loss", "Brier",
           "ECE", "slope");
    for (int k = 0; k < RIVALS; k++) {
        const struct evaluation *e = &table->row[k];
        if (table->has[k])
            printf("%-20s %6s %6s to %-5s %7s %9s %7s %7s %6s\n", rival_label((enum rival)k),
                   rival_words_cell(t[0], "%.3f", e->auc),
                   rival_words_cell(t[1], "%.3f", e->auc_low),
                   rival_words_cell(t[2], "%.3f", e->auc_high),
                   rival_words_cell(t[3], "%.3f", e->pr_auc),
                   rival_words_cell(t[4], "%.4f", e->log_loss),
                   rival_words_cell(t[5], "%.4f", e->brier), rival_words_cell(t[6], "%.4f", e->ece),
                   rival_words_cell(t[7], "%.2f", e->slope));
    }
}
