/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/model_card.h"
#include "cli/page.h"
#include "cli/rival_words.h"
#include "cli/term_words.h"
#include "core/file.h"
#include "core/text.h"
#include "reports/render.h"
#include "scoring/model.h"
#include "sql/scoring.h"

enum { ROWS_MAX = 50 };

static const char *number(char text[32], const char *format, bool is_null, double v)
{
    return is_null ? "-" : g_ascii_formatd(text, 32, format, v);
}

static void print_row(const struct q_model_list_row *r, bool json, bool first)
{
    char day[DAY_TEXT_SIZE], auc[32], loss[32];
    day_format(r->trained_as_of, day);
    if (!json) {
        printf("%6" G_GINT64_FORMAT " %-10s %-11s %5d %9" G_GINT64_FORMAT " %7" G_GINT64_FORMAT
               " %6s %8s  %s\n",
               r->model_id, r->state, day, r->horizon_days, r->rows_used, r->events_used,
               number(auc, "%.3f", r->auc_is_null, r->auc),
               number(loss, "%.4f", r->log_loss_is_null, r->log_loss), r->message);
        return;
    }
    g_autoptr(GString) message = g_string_new(NULL);
    text_json(message, r->message);
    printf("%s{\"model_id\": %" G_GINT64_FORMAT ", \"state\": \"%s\", \"trained_as_of\": \"%s\", "
           "\"horizon_days\": %d, \"rows\": %" G_GINT64_FORMAT ", \"events\": %" G_GINT64_FORMAT
           ", \"auc\": %s, \"log_loss\": %s, \"message\": \"%s\"}",
           first ? "" : ",\n ", r->model_id, r->state, day, r->horizon_days, r->rows_used,
           r->events_used, r->auc_is_null ? "null" : number(auc, "%.9g", false, r->auc),
           r->log_loss_is_null ? "null" : number(loss, "%.9g", false, r->log_loss), message->str);
}

static bool list(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_model_list_rows rows;
    if (!q_model_list(arena, context->db, ROWS_MAX, &rows, err))
        return false;
    if (context->json)
        printf("[");
    else
        printf("%6s %-10s %-11s %5s %9s %7s %6s %8s  %s\n", "model", "state", "trained", "days",
               "rows", "churned", "AUC", "log loss", "");
    for (size_t i = 0; i < rows.n; i++)
        print_row(&rows.row[i], context->json, i == 0);
    if (context->json)
        printf("]\n");
    return true;
}

static void print_json(const struct model *m)
{
    char day[DAY_TEXT_SIZE];
    g_autoptr(GString) message = g_string_new(NULL);
    text_json(message, m->message);
    printf("{\"model_id\": %" G_GINT64_FORMAT ", \"state\": \"%s\", \"trained_as_of\": \"%s\", "
           "\"known_no\": %" G_GINT64_FORMAT ", \"horizon_days\": %d, \"rows\": %" G_GINT64_FORMAT
           ", \"events\": %" G_GINT64_FORMAT
           ", \"sha256\": \"%s\", \"message\": \"%s\",\n \"evaluation\": %s,\n \"terms\": ",
           m->model_id, m->state, day_format(m->trained_as_of, day), m->known_no, m->horizon_days,
           m->rows_used, m->events_used, m->sha256, message->str, m->evaluation);
    if (m->hazard)
        term_words_json(hazard_summary(m->hazard));
    else
        printf("null");
    printf("}\n");
}

static void print_text(const struct model *m)
{
    char day[DAY_TEXT_SIZE];
    struct rival_table table;
    json_t *evaluation = json_loads(m->evaluation, 0, NULL);
    printf("model %" G_GINT64_FORMAT
           ", %s: churn within %d days, learnt from facts before %s\n%s\n",
           m->model_id, m->state, m->horizon_days, day_format(m->trained_as_of, day), m->message);
    rival_load(evaluation, &table);
    const json_t *inflation = json_object_get(evaluation, "cluster_inflation");
    if (table.row[RIVAL_ENGINE].n > 0) {
        rival_words_print(&table);
        rival_words_print_arr(&table);
        rival_words_print_calibration(&table);
    }
    if (inflation)
        printf("standard errors by customer instead of by row: times %.2f\n",
               json_number_value(inflation));
    json_decref(evaluation);
    if (m->hazard) {
        printf("\n");
        term_words_print(hazard_summary(m->hazard));
    } else if (strcmp(m->state, "refused") != 0) {
        printf("it fits metrics.yaml or this version of kenko no more: train again\n");
    }
}

static bool read_number(const char *text, int64_t *out, GError **err)
{
    return g_ascii_string_to_signed(text, 10, 1, INT64_MAX, out, NULL) ||
           err_set(err, KENKO_ERROR_USAGE, "'%s' is not a model's number", text);
}

static bool write_card(struct db *db, const struct model *model, const struct metric_set *metrics,
                       enum language language, const char *path, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) document = document_new(arena, "");
    g_autoptr(GString) html = g_string_new(NULL);
    struct q_model_spoken_row row;
    struct model_card_run run = {0};
    if (!q_model_spoken(arena, db, &row, &run.is_there, err))
        return false;
    if (run.is_there)
        run = (struct model_card_run){true, row.as_of, row.run_id,
                                      row.model_id_is_null ? 0 : row.model_id, row.message};
    document->language = language;
    model_card_make(model, metrics, &run, document);
    render_html(document, html);
    return file_write(path, (struct slice){html->str, html->len}, err);
}

static bool show(struct context *context, const char *which, const char *output, const char *code,
                 GError **err)
{
    enum language language;
    g_autoptr(arena_t) arena = arena_new();
    int64_t model_id = 0;
    struct model model;
    if ((which && !read_number(which, &model_id, err)) || !context_load(context, err) ||
        !page_language(context, code, &language, err) || !context_open(context, err))
        return false;
    const struct metric_set *metrics = metric_set_load(arena, context->config, err);
    if (!metrics || !model_load(arena, context->db, metrics, model_id, &model, err))
        return false;
    if (output)
        return write_card(context->db, &model, metrics, language, output, err);
    if (context->json)
        print_json(&model);
    else
        print_text(&model);
    context_next(context,
                 "kenko model show --output card.html writes it as a page with its shapes");
    return true;
}

static bool promote(struct context *context, const char *which, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    int64_t model_id;
    if (!read_number(which, &model_id, err) || !context_open(context, err))
        return false;
    const struct metric_set *metrics = metric_set_load(arena, context->config, err);
    if (!metrics || !model_promote(context->db, metrics, model_id, err))
        return false;
    context_next(context, "kenko score --as-of DAY");
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *output = NULL, *language = NULL;
    const GOptionEntry own[] = {{"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
                                 "Write what is shown as a page (HTML)", "FILE"},
                                {"language", 0, 0, G_OPTION_ARG_STRING, &language,
                                 "The page in en or ja instead of the configured one", "LANGUAGE"},
                                G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_model, own, &argc, &argv, err))
        return false;
    const char *verb = argc > 1 ? argv[1] : "list";
    if (output && strcmp(verb, "show") != 0)
        return err_set(err, KENKO_ERROR_USAGE, "--output is for kenko model show");
    if (language && !output)
        return err_set(err, KENKO_ERROR_USAGE, "--language is for a page: want --output too");
    if (strcmp(verb, "list") == 0 && argc <= 2)
        return context_open(context, err) && list(context, err);
    if (strcmp(verb, "show") == 0 && argc <= 3)
        return show(context, argc == 3 ? argv[2] : NULL, output, language, err);
    if (strcmp(verb, "promote") == 0 && argc == 3)
        return promote(context, argv[2], err);
    return err_set(err, KENKO_ERROR_USAGE, "want kenko model list | show [MODEL] | promote MODEL");
}

const struct command cmd_model = {
    "model", "list | show [MODEL] | promote MODEL", "List, show and choose the churn model",
    "A trained model speaks when it is not worse than the one before; promote overrules that.\n\n"
    "Examples:\n  kenko model list\n  kenko model show 12 --json\n"
    "  kenko model show --output card.html --language ja\n  kenko model promote 12\n",
    run};
