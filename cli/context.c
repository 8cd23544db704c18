/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/context.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/cluster.h"
#include "core/log.h"
#include "core/migrate.h"
#include "sql/core.h"

enum { CONNECT_DEADLINE_MS = 30000, COLUMNS_UNKNOWN = 80 };

bool context_options(struct context *context, const struct command *command,
                     const GOptionEntry *own, int *argc, char ***argv, GError **err)
{
    const GOptionEntry common[] = {
        {"config", 'C', 0, G_OPTION_ARG_FILENAME, &context->config_dir,
         "Configuration directory ($KENKO_CONFIG, else .)", "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &context->json, "Print JSON", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &context->quiet, "No hints", NULL},
        G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) options = g_option_context_new(command->args);
    g_autofree char *program = g_strdup_printf("kenko %s", command->name);
    g_set_prgname(program);
    g_option_context_set_summary(options, command->summary);
    g_option_context_set_description(options, command->help);
    if (own)
        g_option_context_add_main_entries(options, own, NULL);
    g_option_context_add_main_entries(options, common, NULL);
    g_autoptr(GError) failure = NULL;
    if (!g_option_context_parse(options, argc, argv, &failure))
        return err_set(err, KENKO_ERROR_USAGE, "%s (see kenko %s --help)", failure->message,
                       command->name);
    return true;
}

static bool fix(struct context *context, const char *name, const char *value, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_setting_get_row row;
    bool found;
    if (!q_setting_put(context->db, name, value, NULL, err) ||
        !q_setting_get(arena, context->db, name, &row, &found, err))
        return false;
    if (strcmp(row.value, value) != 0)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "kenko.yaml: %s is %s, but this warehouse was made with %s, which days and "
                       "amounts in it are cut by",
                       name, value, row.value);
    return true;
}

bool context_load(struct context *context, GError **err)
{
    if (context->zone)
        return true;
    const char *directory = context->config_dir ? context->config_dir : g_getenv("KENKO_CONFIG");
    context->config = config_open(directory ? directory : ".", err);
    if (!context->config)
        return false;
    context->zone = zone_open(config_time_zone(context->config), err);
    return context->zone || err_context(err, "kenko.yaml: time_zone");
}

bool context_open(struct context *context, GError **err)
{
    db_close(context->db);
    context->db = NULL;
    g_clear_pointer(&context->dsn, g_free);
    if (!context_load(context, err))
        return false;
    if (config_dsn(context->config)) {
        context->dsn = g_strdup(config_dsn(context->config));
    } else {
        g_autofree char *home = cluster_home();
        if (!cluster_ensure(home, &context->dsn, err))
            return false;
    }
    context->db = db_open(context->dsn, "kenko", CONNECT_DEADLINE_MS, err);
    if (!context->db)
        return false;
    db_set_deadline(context->db, CONTEXT_DEADLINE_MS);
    return migrate_run(context->db, NULL, err) &&
           fix(context, "time_zone", config_time_zone(context->config), err) &&
           fix(context, "currency", config_currency(context->config), err);
}

void context_close(struct context *context)
{
    db_close(context->db);
    config_close(context->config);
    zone_close(context->zone);
    g_free(context->dsn);
    g_free(context->config_dir);
    g_clear_pointer(&context->progress, progress_free);
}

bool context_day(struct context *context, const char *option, const char *text, int32_t *out,
                 GError **err)
{
    if (strcmp(text, "today") == 0) {
        if (!context_load(context, err))
            return false;
        *out = zone_day(context->zone, g_get_real_time());
        return true;
    }
    return day_parse(slice_of(text), out, err) || err_context(err, "--%s", option);
}

void context_next(const struct context *context, const char *hint)
{
    if (!context->quiet && !context->json)
        fprintf(stderr, "next: %s\n", hint);
}

static int columns(void)
{
    struct winsize size = {0};
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : COLUMNS_UNKNOWN;
}

struct progress *context_progress(struct context *context)
{
    static const struct progress_screen screen = {g_get_monotonic_time, columns, log_transient};
    const char *terminal = g_getenv("TERM"), *plain = g_getenv("NO_COLOR");
    bool shown = !context->quiet && !context->json && isatty(STDERR_FILENO) && terminal &&
                 strcmp(terminal, "dumb") != 0 && !(plain && *plain);
    if (shown && !context->progress)
        context->progress = progress_new(&screen);
    return context->progress;
}
