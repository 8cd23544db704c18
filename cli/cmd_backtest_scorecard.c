/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_backtest.h"
#include "cli/page.h"
#include "cli/proof_json.h"
#include "cli/proof_page.h"
#include "core/file.h"
#include "reports/render.h"
#include "scoring/proof_store.h"

const struct scorecard *cmd_backtest_card(struct arena *arena, struct config *config,
                                          const struct metric_set *metrics, const char *which,
                                          GError **err)
{
    if (!strchr(which, '/') && !g_str_has_suffix(which, ".yaml"))
        return scorecard_load(arena, config, metrics, which, err);
    g_autofree char *file = g_canonicalize_filename(which, NULL);
    return scorecard_load_file(arena, config, metrics, file, err);
}

static bool has_measure(const struct scorecard *card, const char *name, GError **err)
{
    bool found = !name || strcmp(name, "all") == 0;
    for (size_t j = 0; j < card->n_measures; j++)
        found = found || strcmp(card->measure[j].name, name) == 0;
    return found ||
           err_set(err, KENKO_ERROR_USAGE, "scorecard %s has no measure '%s'", card->name, name);
}

static bool show(const struct context *context, struct arena *arena, const struct proof_page *page,
                 const char *output, enum language language, GError **err)
{
    g_autoptr(document_t) document = document_new(arena, "");
    g_autoptr(GString) text = g_string_new(NULL);
    document->language = language;
    proof_page_make(page, document);
    if (output) {
        render_html(document, text);
        return file_write(output, (struct slice){text->str, text->len}, err);
    }
    render_text(document, text);
    fputs(text->str, stdout);
    if (!page->measure)
        context_next(context, "--measure NAME shows who left by its value, --output FILE.html "
                              "writes all on a page");
    return true;
}

bool cmd_backtest_scorecard(struct context *context, const struct cmd_backtest_ask *ask,
                            GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct proof_options options = {ask->as_of, ask->known_no, context_progress(context)};
    struct proof *proof = arena_one(arena, struct proof);
    enum language language;
    int64_t stored;
    if (!page_language(context, ask->language, &language, err))
        return false;
    const struct metric_set *metrics = metric_set_load(arena, context->config, err);
    const struct scorecard *card =
        metrics ? cmd_backtest_card(arena, context->config, metrics, ask->scorecard, err) : NULL;
    if (!card || !has_measure(card, ask->measure, err) ||
        !proof_run(arena, context->db, context->config, metrics, card, &options, proof, err) ||
        (ask->store && !proof_store(context->db, proof, ask->as_of, &stored, err)))
        return false;
    if (context->json && !ask->output) {
        json_t *root = proof_json(proof);
        char *text = json_dumps(root, JSON_REAL_PRECISION(9));
        printf("%s\n", text);
        free(text);
        json_decref(root);
        return true;
    }
    const struct proof_page page = {proof, metrics, config_currency(context->config),
                                    ask->measure  ? ask->measure
                                    : ask->output ? "all"
                                                  : NULL};
    return show(context, arena, &page, ask->output, language, err);
}
