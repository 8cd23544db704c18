/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/text.h"
#include "ingest/quality.h"
#include "sql/quality.h"

static void print_json(const struct q_quality_list_row *r, const char *day, bool first)
{
    g_autoptr(GString) by = g_string_new(NULL);
    text_json(by, r->said_by);
    printf("%s{\"metric\": \"%s\", \"check\": \"%s\", \"day\": \"%s\", \"failed\": %s, "
           "\"value\": %.17g, \"usual\": %.17g, \"said_by\": \"%s\"}",
           first ? "" : ",\n", r->metric, r->check_name, day, r->failed ? "true" : "false",
           r->value, r->usual, by->str);
}

static bool list(struct context *context, int max_rows, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_quality_list_rows rows;
    char day[DAY_TEXT_SIZE];
    if (!q_quality_list(arena, context->db, max_rows, &rows, err))
        return false;
    if (context->json)
        printf("[");
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_quality_list_row *r = &rows.row[i];
        day_format(r->day, day);
        if (context->json)
            print_json(r, day, i == 0);
        else if (r->failed)
            printf("%s  %-20s %s is %.6g, usual is %.6g\n", day, r->metric,
                   strcmp(r->check_name, "parties") == 0 ? "customers with a fact" : "the sum",
                   r->value, r->usual);
        else
            printf("%s  %-20s accepted: %s\n", day, r->metric, r->said_by);
    }
    if (context->json)
        printf("]\n");
    else if (rows.n == 0)
        printf("no day is in doubt\n");
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    int max_rows = 200;
    g_autofree char *why = NULL;
    const GOptionEntry own[] = {
        {"limit", 'n', 0, G_OPTION_ARG_INT, &max_rows, "At most so many rows (200)", "N"},
        {"why", 0, 0, G_OPTION_ARG_STRING, &why, "Reason, with accept", "TEXT"},
        G_OPTION_ENTRY_NULL};
    int32_t day;
    if (!context_options(context, &cmd_quality, own, &argc, &argv, err))
        return false;
    if (argc == 1 || (argc == 2 && strcmp(argv[1], "list") == 0))
        return context_open(context, err) && list(context, max_rows, err);
    if (argc != 4 || strcmp(argv[1], "accept") != 0)
        return err_set(err, KENKO_ERROR_USAGE,
                       "want kenko quality list | accept METRIC DAY --why TEXT");
    if (!why || !*why)
        return err_set(err, KENKO_ERROR_USAGE, "accepting a day wants --why TEXT");
    return context_day(context, "DAY", argv[3], &day, err) && context_open(context, err) &&
           quality_accept(context->db, argv[2], day, why, err);
}

const struct command cmd_quality = {
    "quality", "list | accept METRIC DAY", "Days on which usage is not what was promised of it",
    "A metric of metrics.yaml's usage may say what is promised of it:\n"
    "  quality: {parties: 0.5, total: 3}\n"
    "A day on which fewer than half of the usual customers have a fact, or whose sum is more than\n"
    "three times the usual or less than a third of it, is in doubt; metrics over it are left out\n"
    "of scores for a week, or until the day is well again or accepted.\n\n"
    "Examples:\n  kenko quality\n  kenko quality accept runs 2026-11-24 --why 'public holiday'\n",
    run};
