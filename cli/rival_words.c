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

void rival_words_print_arr(const struct rival_table *table)
{
    char t[4][RIVAL_WORDS_CELL];
    if (isnan(table->row[RIVAL_ENGINE].arr_log_loss))
        return;
    printf("\neach customer weighed by ARR; of all ARR %s%% left\n",
           rival_words_cell(t[0], "%.2f", 100 * table->row[RIVAL_ENGINE].arr_lost));
    printf("%-20s %6s %9s %9s\n", "", "AUC", "log loss", "expected");
    for (int k = 0; k < RIVALS; k++) {
        const struct evaluation *e = &table->row[k];
        if (table->has[k])
            printf("%-20s %6s %9s %8s%%\n", rival_label((enum rival)k),
                   rival_words_cell(t[1], "%.3f", e->arr_auc),
                   rival_words_cell(t[2], "%.4f", e->arr_log_loss),
                   rival_words_cell(t[3], "%.2f", 100 * e->arr_expected));
    }
}

static void print_groups(const struct evaluation *e)
{
    printf("%10s %10s %19s %8s\n", "predicted", "churned", "95 %", "rows");
    for (size_t g = 0; g < e->n_groups; g++) {
        const struct calibration_group *group = &e->group[g];
        double low, high;
        calibration_wilson(group->events, group->n, &low, &high);
        printf("%9.2f%% %9.2f%% %7.2f%% to %6.2f%% %8zu\n", 100 * group->predicted,
               100 * (double)group->events / (double)group->n, 100 * low, 100 * high, group->n);
    }
}

void rival_words_print_calibration(const struct rival_table *table)
{
    const struct evaluation *e = &table->row[RIVAL_ENGINE];
    char t[4][RIVAL_WORDS_CELL], day[DAY_TEXT_SIZE];
    if (e->n_groups == 0)
        return;
    printf("\ncalibration of the %s\n", rival_label(RIVAL_ENGINE));
    print_groups(e);
    printf("in the large: %.1f expected to leave, %zu left (%s standard errors apart)\n",
           e->expected, e->events, rival_words_cell(t[0], "%+.1f", e->large_z));
    printf("groups: chi-squared %s on %zu, by chance with p = %s\n",
           rival_words_cell(t[1], "%.1f", e->chi2), e->n_groups,
           rival_words_cell(t[2], "%.3f", e->chi2_p));
    if (!isnan(table->cusum.p))
        printf(
            "over time: farthest off by %s, %s standard deviations %s; by chance with p = %.3f\n",
            day_format(table->cusum.day, day),
            rival_words_cell(t[3], "%.1f", fabs(table->cusum.most)),
            table->cusum.most < 0 ? "too few" : "too many", table->cusum.p);
    printf("Brier %.5f = reliability %.5f - resolution %.5f + uncertainty %.5f\n", e->brier,
           e->reliability, e->resolution, e->uncertainty);
}
