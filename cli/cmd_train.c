/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "cli/commands.h"
#include "scoring/blas.h"
#include "scoring/train.h"

/* A number, or null when there is none: a window without churn has no AUC. */
static void print_number(const char *name, double v)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    printf(", \"%s\": %s", name,
           isfinite(v) ? g_ascii_formatd(text, sizeof text, "%.6f", v) : "null");
}

static void print_json(const struct train_summary *s)
{
    const struct evaluation *e = &s->held_out;
    printf("{\"refused\": %s, \"rows\": %zu, \"events\": %zu", s->refused ? "true" : "false",
           s->rows, s->events);
    print_number("auc", s->refused ? NAN : e->auc);
    print_number("auc_low", s->refused ? NAN : e->auc_low);
    print_number("auc_high", s->refused ? NAN : e->auc_high);
    print_number("log_loss", s->refused ? NAN : e->log_loss);
    print_number("ece", s->refused ? NAN : e->ece);
    print_number("slope", s->refused ? NAN : e->slope);
    printf("}\n");
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
    const struct evaluation *e = &s.held_out;
    if (context->json)
        print_json(&s);
    else if (s.refused)
        printf("no model: %s\n", s.message);
    else
        printf("%s\nheld out: %zu rows, %zu churned, log loss %.4f (base %.4f), calibration error "
               "%.4f, "
               "slope %.2f\n",
               s.message, e->n, e->events, e->log_loss, e->base_log_loss, e->ece, e->slope);
    context_next(context, "kenko score --as-of DAY");
    return true;
}

const struct command cmd_train = {"train", "", "Fit the churn model and judge it on held-out time",
                                  "Example:\n  kenko train --as-of 2026-11-23\n", run};
