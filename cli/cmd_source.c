/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "ingest/guess.h"

static bool guess(struct context *context, const char *file, const char *source, const char *stream,
                  GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct guess found;
    int kind = stream ? stream_by_name(slice_of(stream)) : -1;
    if (stream && kind < 0)
        return err_set(err, KENKO_ERROR_USAGE, "--stream: there is no stream '%s'", stream);
    if (!guess_file(arena, file, kind, &found, err))
        return false;
    g_autofree char *base = g_path_get_basename(file);
    base[strcspn(base, ".")] = '\0';
    g_autoptr(GString) out = g_string_new(NULL);
    if (context->json)
        guess_write_json(&found, source ? source : base, out);
    else
        guess_write_yaml(&found, source ? source : base, out);
    fputs(out->str, stdout);
    context_next(context, "paste it into kenko.yaml, then kenko source preview SOURCE");
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *source = NULL, *stream = NULL;
    const GOptionEntry own[] = {
        {"source", 's', 0, G_OPTION_ARG_STRING, &source, "Name of the source, with guess", "NAME"},
        {"stream", 0, 0, G_OPTION_ARG_STRING, &stream, "The stream it is for, with guess", "NAME"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_source, own, &argc, &argv, err))
        return false;
    const char *verb = argc > 1 ? argv[1] : "list";
    if (strcmp(verb, "guess") == 0 && argc == 3)
        return guess(context, argv[2], source, stream, err);
    return err_set(err, KENKO_ERROR_USAGE, "want kenko source guess FILE");
}

const struct command cmd_source = {"source", "guess FILE", "Look at sources before they are loaded",
                                   "Examples:\n  kenko source guess exports/accounts.csv\n", run};
