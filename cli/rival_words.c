/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/rival_words.h"

#include <math.h>
#include <stdio.h>

static const char *cell(char text[32], const char *format, double v)
{
    if (isnan(v))
        return "-";
    return g_ascii_formatd(text, 32, format, v);
}

void rival_words_print(const struct rival_table *table)
{
    char t[8][32];
    const struct evaluation *engine = &table->row[RIVAL_ENGINE];
    printf("held out: %zu rows, %zu churned\n", engine->n, engine->events);
    printf("%-20s %6s %15s %7s %9s %7s %7s %6s\n", "", "AUC", "95 %", "PR-AUC", "log loss", "Brier",
           "ECE", "slope");
    for (int k = 0; k < RIVALS; k++) {
        const struct evaluation *e = &table->row[k];
        if (table->has[k])
            printf("%-20s %6s %6s to %-5s %7s %9s %7s %7s %6s\n", rival_label((enum rival)k),
                   cell(t[0], "%.3f", e->auc), cell(t[1], "%.3f", e->auc_low),
                   cell(t[2], "%.3f", e->auc_high), cell(t[3], "%.3f", e->pr_auc),
                   cell(t[4], "%.4f", e->log_loss), cell(t[5], "%.4f", e->brier),
                   cell(t[6], "%.4f", e->ece), cell(t[7], "%.2f", e->slope));
    }
}
