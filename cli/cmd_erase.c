/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/commands.h"
#include "core/erasure.h"

static bool report(const struct context *context, int64_t rows)
{
    printf(context->json ? "{\"rows\": %" G_GINT64_FORMAT "}\n"
                         : "%" G_GINT64_FORMAT " rows named somebody who is erased\n",
           rows);
    context_next(context, "kenko erase --save >TOMBSTONES, and keep them where backups are not; "
                          "after a restore: kenko erase --again TOMBSTONES");
    return true;
}

static bool save(struct context *context, GError **err)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    if (!erasure_save(context->db, lines, err))
        return false;
    fputs(lines->str, stdout);
    return true;
}

static bool show(struct context *context, const char *by, const char *person, GError **err)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    if (!erasure_show(context->db, by, person, lines, err))
        return false;
    fputs(lines->str, stdout);
    return true;
}

static bool again(struct context *context, const char *by, const char *path, GError **err)
{
    g_autofree char *lines = NULL;
    int64_t rows;
    g_autoptr(GError) failure = NULL;
    if (!g_file_get_contents(path, &lines, NULL, &failure))
        return err_set(err, KENKO_ERROR_IO, "%s", failure->message);
    return erasure_replay(context->db, by, lines, &rows, err) && report(context, rows);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    gboolean saves = FALSE, shows = FALSE;
    g_autofree char *path = NULL;
    int64_t rows;
    const GOptionEntry own[] = {
        {"show", 0, 0, G_OPTION_ARG_NONE, &shows,
         "Print what is held of the person, change nothing", NULL},
        {"save", 0, 0, G_OPTION_ARG_NONE, &saves, "Print the tombstones", NULL},
        {"again", 0, 0, G_OPTION_ARG_FILENAME, &path, "Apply tombstones after a restore", "FILE"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_erase, own, &argc, &argv, err))
        return false;
    if (argc != (saves || path ? 1 : 2) || saves + shows + (path != NULL) > 1)
        return err_set(err, KENKO_ERROR_USAGE,
                       "want kenko erase [--show] PERSON | --save | --again FILE");
    if (!context_open(context, err))
        return false;
    g_autofree char *by = g_strdup_printf("cli:%s", g_get_user_name());
    if (saves)
        return save(context, err);
    if (path)
        return again(context, by, path, err);
    if (shows)
        return show(context, by, argv[1], err);
    return erasure_do(context->db, by, argv[1], &rows, err) && report(context, rows);
}

const struct command cmd_erase = {
    "erase", "[--show] PERSON | --save | --again FILE",
    "Forget a person, now and whenever a source names them",
    "Examples:\n  kenko erase hanako@customer.example\n  kenko erase --show "
    "hanako@customer.example\n  kenko erase --save >tombstones\n  kenko "
    "erase --again tombstones\n\nNames and addresses go, ids become pseudonyms, texts that name "
    "the "
    "person are emptied, records and events of streams without a mapping go. What is counted "
    "stays, "
    "and so does every score. Later loads are treated the same.\n",
    run};
