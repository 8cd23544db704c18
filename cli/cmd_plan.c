/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_backtest.h"
#include "cli/commands.h"
#include "cli/page.h"
#include "cli/plan_page.h"
#include "core/file.h"
#include "reports/render.h"
#include "scoring/score_config.h"

enum { TOP = 20 };

struct asking {
    const char *directory, *scorecard, *metrics, *output; /* NULL: not given */
    enum language language;
    bool without_backtest;
    int top;
    struct plan_options options;
};

/* The metrics and the card of one configuration; `scorecard` NULL: the one that speaks. */
static bool load_side(struct arena *arena, struct config *config, const struct metric_set *set,
                      const char *scorecard, struct plan_side *out, GError **err)
{
    struct score_config settings;
    if (!set && !(set = metric_set_load(arena, config, err)))
        return false;
    if (!score_config_load(config, &settings, err))
        return false;
    const struct scorecard *card =
        scorecard ? cmd_backtest_card(arena, config, set, scorecard, err)
                  : scorecard_load(arena, config, set, settings.scorecard, err);
    *out = (struct plan_side){set, card};
    return card != NULL;
}

/* The edited side: another directory, or this one with other files. */
static bool load_edit(struct arena *arena, struct context *context, const struct asking *ask,
                      const struct plan_side *before, struct config **config,
                      struct plan_side *after, GError **err)
{
    const struct metric_set *same = ask->directory || ask->metrics ? NULL : before->set;
    *config = config_open(ask->directory ? ask->directory : config_directory(context->config), err);
    if (!*config)
        return false;
    if (ask->metrics)
        config_replace(*config, "metrics.yaml", ask->metrics);
    return load_side(arena, *config, same, ask->scorecard, after, err) ||
           (ask->metrics && err_context(err, "with %s", ask->metrics));
}

/* What too short a history refuses is no reason to say nothing at all. */
static bool prove(struct arena *arena, struct context *context, const struct asking *ask,
                  const struct plan_side *side, struct config *config, const struct proof **out,
                  const char **why_not, GError **err)
{
    const struct proof_options options = {ask->options.as_of, ask->options.known_no,
                                          ask->options.progress};
    struct proof *proof = arena_one(arena, struct proof);
    GError *refusal = NULL;
    if (ask->without_backtest)
        return true;
    if (proof_run(arena, context->db, config, side->set, side->card, &options, proof, &refusal)) {
        *out = proof;
        return true;
    }
    if (!err_is(refusal, KENKO_ERROR_REFUSED)) {
        g_propagate_error(err, refusal);
        return false;
    }
    *why_not = arena_strdup(arena, refusal->message);
    g_error_free(refusal);
    return true;
}

static bool show(const struct context *context, struct arena *arena, const struct plan_page *page,
                 const struct asking *ask, GError **err)
{
    g_autoptr(document_t) document = document_new(arena, "");
    g_autoptr(GString) text = g_string_new(NULL);
    document->language = ask->language;
    if (context->json && !ask->output) {
        json_t *root = plan_page_json(page);
        char *json = json_dumps(root, JSON_REAL_PRECISION(9));
        printf("%s\n", json);
        free(json);
        json_decref(root);
        return true;
    }
    plan_page_make(page, document);
    if (ask->output) {
        render_html(document, text);
        return file_write(ask->output, (struct slice){text->str, text->len}, err);
    }
    render_text(document, text);
    fputs(text->str, stdout);
    return true;
}

static bool plan(struct context *context, const struct asking *ask, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct plan *plan = arena_one(arena, struct plan);
    struct plan_side before, after;
    struct config *edited = NULL;
    struct plan_page page = {
        .plan = plan, .currency = config_currency(context->config), .top = (size_t)ask->top};
    bool ok =
        load_side(arena, context->config, NULL, NULL, &before, err) &&
        load_edit(arena, context, ask, &before, &edited, &after, err) &&
        plan_run(arena, context->db, context->config, &before, &after, &ask->options, plan, err) &&
        prove(arena, context, ask, &before, context->config, &page.before, &page.no_proof, err) &&
        prove(arena, context, ask, &after, edited, &page.after, &page.no_proof, err);
    if (ok) {
        page.card = before.card->label;
        ok = show(context, arena, &page, ask, err);
    }
    config_close(edited);
    return ok;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL, *scorecard = NULL, *metrics = NULL, *output = NULL,
                    *language = NULL;
    gint64 known = -1;
    gint top = TOP;
    gboolean without = FALSE;
    const GOptionEntry own[] = {
        {"scorecard", 0, 0, G_OPTION_ARG_STRING, &scorecard, "The edited scorecard", "NAME|FILE"},
        {"metrics", 0, 0, G_OPTION_ARG_FILENAME, &metrics, "The edited metrics.yaml", "FILE"},
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "Facts before this day (today)", "DAY"},
        {"known-at", 0, 0, G_OPTION_ARG_INT64, &known, "Only loads up to this commit number", "K"},
        {"top", 0, 0, G_OPTION_ARG_INT, &top, "Customers shown (20)", "N"},
        {"no-backtest", 0, 0, G_OPTION_ARG_NONE, &without, "Only the day itself", NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write a page (HTML)", "FILE"},
        {"language", 0, 0, G_OPTION_ARG_STRING, &language, "en or ja instead of the configured one",
         "LANGUAGE"},
        G_OPTION_ENTRY_NULL};
    struct asking ask = {0};
    if (!context_options(context, &cmd_plan, own, &argc, &argv, err))
        return false;
    if (argc > 2 || top < 0 || (argc == 1 && !scorecard && !metrics))
        return err_set(err, KENKO_ERROR_USAGE,
                       "want an edited configuration directory, --scorecard or --metrics");
    ask = (struct asking){.directory = argc == 2 ? argv[1] : NULL,
                          .scorecard = scorecard,
                          .metrics = metrics,
                          .output = output,
                          .without_backtest = without,
                          .top = top};
    if (!context_load(context, err) || !page_language(context, language, &ask.language, err) ||
        !context_day(context, "as-of", as_of ? as_of : "today", &ask.options.as_of, err) ||
        !context_open(context, err))
        return false;
    ask.options.known_no = known;
    ask.options.progress = context_progress(context);
    return plan(context, &ask, err);
}

const struct command cmd_plan = {
    "plan", "[DIR]", "Say what an edit of scorecard or metrics would change; write nothing",
    "Who changes band and by which measures, whether the order of customers holds, and what both\n"
    "would have foretold. The edit is a whole configuration directory, or single files.\n\n"
    "Examples:\n  kenko plan --scorecard scorecards/next.yaml\n"
    "  kenko plan --metrics metrics.new.yaml --as-of 2026-11-23 --no-backtest\n"
    "  kenko plan ../config.new --output plan.html --language ja\n",
    run};
