/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/runner.h"
#include "core/text.h"

static void print_json(const struct context *context, const struct runner_state *s)
{
    g_autofree char *when = schedule_rule_format(&s->entry->rule);
    g_autofree char *next = zone_format(context->zone, s->next_us);
    g_autoptr(GString) job = g_string_new(NULL), last = g_string_new("null");
    text_json(job, s->entry->line);
    if (*s->state) {
        g_autofree char *at = zone_format(context->zone, s->last_us);
        g_string_printf(last, "{\"started_at\": \"%s\", \"state\": \"%s\"}", at, s->state);
    }
    printf("{\"job\": \"%s\", \"when\": \"%s\", \"last\": %s, \"due\": %s, \"next\": \"%s\"}",
           job->str, when, last->str, s->due ? "true" : "false", next);
}

static void print_row(const struct context *context, const struct runner_state *s)
{
    g_autofree char *when = schedule_rule_format(&s->entry->rule);
    g_autofree char *next = zone_format(context->zone, s->next_us);
    g_autofree char *last = *s->state ? zone_format(context->zone, s->last_us) : g_strdup("never");
    printf("%-28s %-22s %-25s %-6s %s\n", s->entry->line, when, last, s->state,
           s->due ? "now" : next);
}

static bool list(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct schedule schedule;
    if (!context_open(context, err) || !runner_schedule(arena, context->config, &schedule, err))
        return false;
    struct runner_state *states = arena_many(arena, schedule.n + 1, struct runner_state);
    if (!runner_states(context, &schedule, states, err))
        return false;
    if (!context->json)
        printf("%-28s %-22s %-25s %-6s %s\n", "job", "when", "last", "", "next");
    for (size_t i = 0; i < schedule.n; i++) {
        if (!context->json) {
            print_row(context, &states[i]);
            continue;
        }
        printf("%s", i ? ",\n " : "[");
        print_json(context, &states[i]);
    }
    if (context->json)
        printf("%s]\n", schedule.n ? "" : "[");
    else if (schedule.serve)
        printf("%-28s %s\n", "serve", "always");
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    gboolean once = FALSE, show = FALSE;
    const GOptionEntry own[] = {
        {"once", 0, 0, G_OPTION_ARG_NONE, &once, "Run what is due now, then end", NULL},
        {"list", 'l', 0, G_OPTION_ARG_NONE, &show, "Print when each job runs next", NULL},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_run, own, &argc, &argv, err))
        return false;
    if (argc > 1)
        return err_set(err, KENKO_ERROR_USAGE, "run takes no arguments, got '%s'", argv[1]);
    if (show)
        return list(context, err);
    return context_load(context, err) && runner_run(context, once, err);
}

const struct command cmd_run = {"run", "", "Run the schedule of kenko.yaml until SIGTERM",
                                "Examples:\n  kenko run\n  kenko run --list\n  kenko run --once\n\n"
                                "SIGHUP, or a change of kenko.yaml, reads the configuration anew; "
                                "SIGTERM lets every job finish "
                                "its batch. See docs/operations.md.\n",
                                run};
