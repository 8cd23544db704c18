/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cmd_backtest.h"
#include "cli/commands.h"
#include "cli/rival_words.h"
#include "core/progress.h"
#include "scoring/backtest.h"
#include "scoring/blas.h"

static json_t *capacity_json(const struct evaluate_capacity *c, double share)
{
    return json_pack("{s:f, s:o, s:o, s:o, s:o}", "share", share, "precision",
                     rival_number(evaluate_capacity_precision(c)), "recall",
                     rival_number(evaluate_capacity_recall(c)), "lift",
                     rival_number(evaluate_capacity_lift(c)), "arr_share",
                     rival_number(evaluate_capacity_arr(c)));
}

static json_t *result_json(const struct backtest_result *r)
{
    json_t *out = rival_save(&r->table), *rivals = json_object_get(out, "rivals");
    for (int k = 0; k < RIVALS; k++) {
        json_t *list = json_array();
        for (int s = 0; s < BACKTEST_SHARES; s++)
            json_array_append_new(list, capacity_json(&r->capacity[k][s], backtest_share[s]));
        json_object_set_new(json_object_get(rivals, rival_name((enum rival)k)), "capacity", list);
    }
    return out;
}

static void print_json(const struct backtest *b)
{
    json_t *origins = json_array();
    for (size_t o = 0; o < b->n; o++) {
        char day[DAY_TEXT_SIZE];
        json_t *row = result_json(&b->origin[o].result);
        json_object_set_new(row, "as_of", json_string(day_format(b->origin[o].as_of, day)));
        json_object_set_new(row, "train_rows", json_integer((json_int_t)b->origin[o].train_rows));
        json_object_set_new(row, "train_events",
                            json_integer((json_int_t)b->origin[o].train_events));
        json_array_append_new(origins, row);
    }
    json_t *root = json_pack("{s:o, s:o, s:I}", "origins", origins, "pooled",
                             result_json(&b->pooled), "days_without", (json_int_t)b->days_without);
    char *text = json_dumps(root, JSON_REAL_PRECISION(9));
    printf("%s\n", text);
    free(text);
    json_decref(root);
}

static void print_origins(const struct backtest *b)
{
    char t[8][RIVAL_WORDS_CELL], day[DAY_TEXT_SIZE];
    printf("%-11s %9s %7s %7s %7s %6s %15s %9s %9s %7s %6s\n", "day", "fitted on", "churned",
           "judged", "churned", "AUC", "95 %", "log loss", "base", "ECE", "slope");
    for (size_t o = 0; o < b->n; o++) {
        const struct backtest_origin *origin = &b->origin[o];
        const struct evaluation *e = &origin->result.table.row[RIVAL_ENGINE];
        printf("%-11s %9zu %7zu %7zu %7zu %6s %6s to %-5s %9s %9s %7s %6s\n",
               day_format(origin->as_of, day), origin->train_rows, origin->train_events, e->n,
               e->events, rival_words_cell(t[0], "%.3f", e->auc),
               rival_words_cell(t[1], "%.3f", e->auc_low),
               rival_words_cell(t[2], "%.3f", e->auc_high),
               rival_words_cell(t[3], "%.4f", e->log_loss),
               rival_words_cell(t[4], "%.4f", origin->result.table.row[RIVAL_BASE].log_loss),
               rival_words_cell(t[5], "%.4f", e->ece), rival_words_cell(t[6], "%.2f", e->slope));
    }
}

static void print_capacity(const struct backtest_result *r)
{
    char t[4][RIVAL_WORDS_CELL];
    for (int s = 0; s < BACKTEST_SHARES; s++) {
        printf("\nlooking after the riskiest %.0f %% of each day\n", 100 * backtest_share[s]);
        printf("%-20s %9s %9s %6s %9s\n", "", "precision", "found", "lift", "ARR found");
        for (int k = 0; k < RIVALS; k++) {
            const struct evaluate_capacity *c = &r->capacity[k][s];
            if (r->table.has[k])
                printf("%-20s %8s%% %8s%% %6s %8s%%\n", rival_label((enum rival)k),
                       rival_words_cell(t[0], "%.1f", 100 * evaluate_capacity_precision(c)),
                       rival_words_cell(t[1], "%.1f", 100 * evaluate_capacity_recall(c)),
                       rival_words_cell(t[2], "%.2f", evaluate_capacity_lift(c)),
                       rival_words_cell(t[3], "%.1f", 100 * evaluate_capacity_arr(c)));
        }
    }
}

static bool judge_model(struct context *context, int32_t as_of, int64_t known_no, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct backtest_options options = {as_of, known_no, context_progress(context)};
    struct backtest b;
    blas_prepare(stderr);
    bool ok = backtest_run(arena, context->db, context->config, &options, &b, err);
    progress_end(options.progress);
    if (!ok)
        return false;
    if (context->json) {
        print_json(&b);
        return true;
    }
    print_origins(&b);
    if (b.days_without)
        printf("%zu earlier days have too few churn events before them\n", b.days_without);
    printf("\nall days together, ");
    rival_words_print(&b.pooled.table);
    rival_words_print_arr(&b.pooled.table);
    print_capacity(&b.pooled);
    rival_words_print_calibration(&b.pooled.table);
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL, *scorecard = NULL, *measure = NULL, *output = NULL,
                    *language = NULL;
    gint64 known = -1;
    gboolean store = FALSE;
    const GOptionEntry own[] = {
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "Facts before this day (today)", "DAY"},
        {"known-at", 0, 0, G_OPTION_ARG_INT64, &known, "Only loads up to this commit number", "K"},
        {"store", 0, 0, G_OPTION_ARG_NONE, &store, "scorecard: keep it, and show it on dashboards",
         NULL},
        {"scorecard", 0, 0, G_OPTION_ARG_STRING, &scorecard, "Judge a scorecard instead",
         "NAME|FILE"},
        {"measure", 0, 0, G_OPTION_ARG_STRING, &measure,
         "scorecard: show who left by the value of one, or all", "NAME|all"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "scorecard: write a page (HTML)",
         "FILE"},
        {"language", 0, 0, G_OPTION_ARG_STRING, &language,
         "scorecard: en or ja instead of the configured one", "LANGUAGE"},
        G_OPTION_ENTRY_NULL};
    int32_t day;
    if (!context_options(context, &cmd_backtest, own, &argc, &argv, err))
        return false;
    if (argc != 1 || (!scorecard && (measure || output || language || store)))
        return err_set(err, KENKO_ERROR_USAGE,
                       "want kenko backtest, or with --scorecard: only there --measure, "
                       "--output, --language and --store have a meaning");
    if (!context_day(context, "as-of", as_of ? as_of : "today", &day, err) ||
        !context_open(context, err))
        return false;
    if (scorecard)
        return cmd_backtest_scorecard(
            context,
            &(struct cmd_backtest_ask){scorecard, measure, output, language, store, day, known},
            err);
    return judge_model(context, day, known, err);
}

const struct command cmd_backtest = {
    "backtest", "", "Hold the churn model, or a scorecard, against what came after past days",
    "On each day everything is fitted on what was sure by then, beside the base rate, the health\n"
    "score and a logistic regression. With --scorecard: what its bands and measures foretold.\n\n"
    "Examples:\n  kenko backtest\n  kenko backtest --as-of 2026-11-23 --json\n"
    "  kenko backtest --scorecard default\n"
    "  kenko backtest --scorecard default --store\n"
    "  kenko backtest --scorecard scorecards/new.yaml --output proof.html --language ja\n",
    run};
