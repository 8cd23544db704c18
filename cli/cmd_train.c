/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/rival_words.h"
#include "scoring/blas.h"
#include "scoring/train.h"

/* The held-out figures, those of the rivals with them; of a refusal there are none. */
static void print_json(const struct train_summary *s)
{
    json_t *root = s->refused ? json_object() : rival_save(&s->rivals);
    json_object_set_new(root, "refused", json_boolean(s->refused));
    json_object_set_new(root, "message", json_string(s->message));
    json_object_set_new(root, "held_out", json_integer((json_int_t)s->rivals.row[RIVAL_ENGINE].n));
    json_object_set_new(root, "rows", json_integer((json_int_t)s->rows));
    json_object_set_new(root, "events", json_integer((json_int_t)s->events));
    json_object_set_new(root, "model_id", json_integer(s->model_id));
    json_object_set_new(root, "promoted", json_boolean(s->promoted));
    json_object_set_new(root, "recalibrated", json_boolean(s->recalibrated));
    char *text = json_dumps(root, JSON_REAL_PRECISION(9));
    printf("%s\n", text);
    free(text);
    json_decref(root);
}

static void print_text(const struct train_summary *s)
{
    if (s->refused) {
        printf("no model: %s\n", s->message);
        return;
    }
    printf("%s\n", s->message);
    rival_words_print(&s->rivals);
    printf("model %" G_GINT64_FORMAT " %s: %s\n", s->model_id,
           s->promoted ? "speaks from now on" : "is kept as a candidate", s->verdict);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL;
    gint64 known = -1;
    const GOptionEntry own[] = {
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "Train on facts before this day", "DAY"},
        {"known-at", 0, 0, G_OPTION_ARG_INT64, &known, "Only loads up to this commit number", "K"},
        G_OPTION_ENTRY_NULL};
    struct train_options options = {.known_no = -1};
    if (!context_options(context, &cmd_train, own, &argc, &argv, err))
        return false;
    if (!as_of)
        return err_set(err, KENKO_ERROR_USAGE, "want --as-of DAY");
    if (!context_day(context, "as-of", as_of, &options.as_of, err) || !context_open(context, err))
        return false;
    options.known_no = known;
    blas_prepare(stderr);
    options.progress = context_progress(context);
    struct train_summary s;
    if (!train_run(context->db, context->dsn, context->config, &options, &s, err))
        return false;
    if (context->json)
        print_json(&s);
    else
        print_text(&s);
    context_next(context, "kenko score --as-of DAY");
    return true;
}

const struct command cmd_train = {
    "train", "", "Fit the churn model and hold it against others on held-out time",
    "The model speaks from then on when it is not worse than the one before (kenko model).\n\n"
    "Example:\n  kenko train --as-of 2026-11-23\n",
    run};
