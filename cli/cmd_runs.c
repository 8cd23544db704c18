/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/commands.h"
#include "core/text.h"
#include "sql/core.h"

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    int max_rows = 50;
    const GOptionEntry own[] = {
        {"limit", 'n', 0, G_OPTION_ARG_INT, &max_rows, "At most so many rows (50)", "N"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_runs, own, &argc, &argv, err) || !context_open(context, err))
        return false;
    g_autoptr(arena_t) arena = arena_new();
    struct q_job_list_rows rows;
    if (!q_job_list(arena, context->db, max_rows, &rows, err))
        return false;
    if (context->json)
        printf("[");
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_job_list_row *r = &rows.row[i];
        g_autofree char *started = text_instant(r->started_at, "-");
        g_autoptr(GString) message = g_string_new(NULL);
        text_json(message, r->message_is_null ? "" : r->message);
        if (context->json)
            printf("%s{\"run_id\": %" G_GINT64_FORMAT
                   ", \"job\": \"%s\", \"state\": \"%s\", \"started_at\": "
                   "\"%s\", \"message\": \"%s\", \"counters\": %s}",
                   i ? ",\n " : "", r->run_id, r->job, r->state, started, message->str,
                   r->counters);
        else
            printf("%6" G_GINT64_FORMAT " %-14s %-11s %s %8.1fs  %s\n", r->run_id, r->job, r->state,
                   started,
                   r->finished_at_is_null ? 0.0 : (double)(r->finished_at - r->started_at) / 1e6,
                   r->message_is_null ? "" : r->message);
    }
    if (context->json)
        printf("]\n");
    return true;
}

const struct command cmd_runs = {"runs", "", "List the runs of all jobs",
                                 "Example:\n  kenko runs --json\n", run};
