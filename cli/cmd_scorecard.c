/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/account_words.h"
#include "cli/card_run.h"
#include "cli/card_table.h"
#include "cli/card_words.h"
#include "cli/cmd_scorecard.h"
#include "cli/commands.h"
#include "core/progress.h"
#include "core/text.h"
#include "scoring/blas.h"
#include "scoring/weights_card.h"

enum { COLUMN_MAX = 30 };

static bool worth_it(const struct weights *w)
{
    return isfinite(w->strength) && w->gain_low > 0;
}

static void print_table(const struct weights_card *w)
{
    const struct scorecard *card = w->t.card;
    int group = 0, label = 0;
    for (size_t g = 0; g < card->n_groups; g++)
        group = MAX(group, text_width(card->group[g].label));
    for (size_t j = 0; j < card->n_measures; j++)
        label = MAX(label, text_width(card->measure[j].label));
    account_words_pad("group", MIN(MAX(group, 5), COLUMN_MAX));
    account_words_pad("measure", MIN(MAX(label, 7), COLUMN_MAX));
    printf("%8s %10s %8s\n", "weight", "suggested", "change");
    for (size_t j = 0; j < card->n_measures; j++) {
        const struct scorecard_measure *m = &card->measure[j];
        double now = 100 * w->rows.expert[j], then = 100 * w->weights.share[j];
        account_words_pad(card->group[m->group].label, MIN(MAX(group, 5), COLUMN_MAX));
        account_words_pad(m->label, MIN(MAX(label, 7), COLUMN_MAX));
        printf("%6.1f %% %8.1f %% %+8.1f%s\n", now, then, then - now,
               now > 0 && then < 0.05 ? "  its score told nothing of its own" : "");
    }
}

static void print_gain(const struct weights *w)
{
    printf("\nlearnt on earlier days, judged on %zu account-periods of later ones, %zu churned:\n"
           "  log loss %.4f -> %.4f, a gain of %.4f (%.4f to %.4f); AUC %.3f -> %.3f\n",
           w->test_rows, w->test_events, w->loss_expert, w->loss, w->gain, w->gain_low,
           w->gain_high, w->auc_expert, w->auc);
    if (worth_it(w))
        printf("the gain is beyond chance; the weights are a suggestion, nothing was changed\n");
    else
        printf("no gain beyond chance: the weights as they are may stay; nothing was changed\n");
}

static void print_json(const struct weights_card *w)
{
    const struct weights *s = &w->weights;
    g_autoptr(GString) out = g_string_new("{\"scorecard\": \"");
    text_json(out, w->t.card->name);
    g_string_append_printf(out, "\", \"known_no\": %" G_GINT64_FORMAT, w->t.known_no);
    g_string_append_printf(out, ", \"rows\": %zu, \"events\": %zu, \"test_rows\": %zu", w->rows.n,
                           s->events, s->test_rows);
    g_string_append_printf(out, ", \"test_events\": %zu", s->test_events);
    text_json_number(out, "log_loss_now", s->loss_expert);
    text_json_number(out, "log_loss_suggested", s->loss);
    text_json_number(out, "auc_now", s->auc_expert);
    text_json_number(out, "auc_suggested", s->auc);
    text_json_number(out, "gain", s->gain);
    text_json_number(out, "gain_low", s->gain_low);
    text_json_number(out, "gain_high", s->gain_high);
    g_string_append_printf(out, ", \"beyond_chance\": %s,\n \"measures\": [",
                           worth_it(s) ? "true" : "false");
    for (size_t j = 0; j < w->rows.p; j++) {
        g_string_append_printf(out, "%s{\"measure\": \"", j ? ",\n  " : "");
        text_json(out, w->t.card->measure[j].name);
        g_string_append(out, "\"");
        text_json_number(out, "share_now", w->rows.expert[j]);
        text_json_number(out, "share_suggested", s->share[j]);
        g_string_append(out, "}");
    }
    printf("%s]}\n", out->str);
}

static bool suggest(struct context *context, const struct train_panel_options *options,
                    GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct weights_card *w = arena_one(arena, struct weights_card);
    blas_prepare(stderr);
    bool ok = weights_card_suggest(arena, context->db, context->config, options, w, err);
    progress_end(options->progress);
    if (!ok)
        return false;
    if (context->json) {
        print_json(w);
        return true;
    }
    print_table(w);
    print_gain(&w->weights);
    return true;
}

static bool print_row(void *context, const struct card_run_row *row, GError **err)
{
    const struct context *c = context;
    g_autoptr(GString) out = g_string_new(NULL);
    (void)err;
    (c->json ? card_words_json : card_words_text)(out, row->engine, row->account, row->health);
    printf("%s%s", out->str, c->json ? "\n" : "");
    return true;
}

static bool test(struct context *context, const char *file, const char *values, const char *key,
                 GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct card_table table;
    return card_table_load(arena, values, key, &table, err) &&
           card_run(arena, file, &table, values, print_row, context, err);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL, *values = NULL, *key = NULL, *cap = NULL, *floor = NULL,
                    *set = NULL, *from = NULL, *until = NULL, *reason = NULL, *author = NULL;
    gint64 known = -1;
    const GOptionEntry own[] = {
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "Facts before this day (today)", "DAY"},
        {"known-at", 0, 0, G_OPTION_ARG_INT64, &known, "Only loads up to this commit number", "K"},
        {"values", 0, 0, G_OPTION_ARG_FILENAME, &values, "test: a table of raw values", "CSV"},
        {"key", 0, 0, G_OPTION_ARG_STRING, &key, "test: the column of keys (account)", "COLUMN"},
        {"set", 0, 0, G_OPTION_ARG_STRING, &set, "override: the health", "0..100"},
        {"cap", 0, 0, G_OPTION_ARG_STRING, &cap, "override: at most", "0..100"},
        {"floor", 0, 0, G_OPTION_ARG_STRING, &floor, "override: at least", "0..100"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "override: first day (today)", "DAY"},
        {"until", 0, 0, G_OPTION_ARG_STRING, &until, "override: day after the last", "DAY"},
        {"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "override: why", "TEXT"},
        {"author", 0, 0, G_OPTION_ARG_STRING, &author, "override: who says so", "NAME"},
        G_OPTION_ENTRY_NULL};
    struct train_panel_options options = {0};
    if (!context_options(context, &cmd_scorecard, own, &argc, &argv, err))
        return false;
    if (argc == 3 && strcmp(argv[1], "test") == 0 && values)
        return test(context, argv[2], values, key ? key : "account", err);
    if (argc >= 3 && strcmp(argv[1], "what-if") == 0)
        return context_open(context, err) &&
               cmd_scorecard_what_if(context, argc - 2, argv + 2, err);
    if (argc == 3 && strcmp(argv[1], "override") == 0) {
        const struct cmd_scorecard_word word = {cap, floor, set, from, until, reason, author};
        return context_open(context, err) && cmd_scorecard_override(context, argv[2], &word, err);
    }
    if (argc == 2 && strcmp(argv[1], "shadow") == 0)
        return context_open(context, err) && cmd_scorecard_shadow(context, err);
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return context_open(context, err) && cmd_scorecard_list(context, err);
    if (argc != 2 || strcmp(argv[1], "weights") != 0)
        return err_set(err, KENKO_ERROR_USAGE,
                       "want kenko scorecard test FILE --values CSV, what-if ACCOUNT, "
                       "override ACCOUNT, shadow, list or weights");
    if (!context_day(context, "as-of", as_of ? as_of : "today", &options.as_of, err) ||
        !context_open(context, err))
        return false;
    options.known_no = known;
    options.progress = context_progress(context);
    return suggest(context, &options, err);
}

const struct command cmd_scorecard = {
    "scorecard", "test FILE | what-if ACCOUNT | override ACCOUNT | shadow | list | weights",
    "Try a scorecard, on a table or a customer; its versions; its weights",
    "Examples:\n  kenko scorecard test scorecards/default.yaml --values accounts.csv --json\n"
    "  kenko scorecard what-if acc-1 runs_28d=400 failure_28d=0.01\n"
    "  kenko scorecard override acc-1 --cap 40 --until 2026-12-31 --reason 'notice given' "
    "--author mori\n"
    "  kenko scorecard list\n  kenko scorecard weights\n  kenko scorecard weights --as-of "
    "2026-10-01 --json\n",
    run};
