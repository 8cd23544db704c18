/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cmd_source.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/text.h"
#include "ingest/guess.h"
#include "ingest/source.h"

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

static void print_finding(const struct source_finding *f)
{
    printf("%-4s  %-14s %-16s %s\n", f->ok ? "ok" : "FAIL", f->source, f->stream, f->message);
    if (*f->next)
        printf("      next: %s\n", f->next);
}

static void print_finding_json(const struct source_finding *f, bool first)
{
    g_autoptr(GString) source = g_string_new(NULL), message = g_string_new(NULL);
    g_autoptr(GString) next = g_string_new(NULL);
    text_json(source, f->source);
    text_json(message, f->message);
    text_json(next, f->next);
    printf("%s{\"source\": \"%s\", \"stream\": \"%s\", \"ok\": %s, \"message\": \"%s\", \"next\": "
           "\"%s\"}",
           first ? "[" : ",\n ", source->str, f->stream, f->ok ? "true" : "false", message->str,
           next->str);
}

static bool check(struct context *context, const struct mapping_set *set, const char *only,
                  GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct source_finding));
    struct source_findings findings = {arena, list};
    struct source_run run = {.config = context->config, .set = set, .zone = context->zone};
    if (!source_check(&run, only, &findings, err))
        return false;
    guint failed = 0;
    for (guint i = 0; i < list->len; i++) {
        const struct source_finding *finding = &g_array_index(list, struct source_finding, i);
        failed += !finding->ok;
        if (context->json)
            print_finding_json(finding, i == 0);
        else
            print_finding(finding);
    }
    if (context->json)
        printf("]\n");
    return failed == 0 || err_set(err, KENKO_ERROR_CHECK,
                                  "%u of %u streams would not load as they "
                                  "should",
                                  failed, list->len);
}

/* What the options say. */
struct asked {
    int rows;
    bool yaml;
};

static bool load(struct context *context, struct arena *arena, struct mapping_set *set,
                 GError **err)
{
    return context_load(context, err) &&
           mapping_load(arena, context->config, context->zone, set, err);
}

static bool list(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct mapping_set set;
    return context_open(context, err) &&
           mapping_load(arena, context->config, context->zone, &set, err) &&
           source_validate(context->config, &set, err) && cmd_source_list(context, &set, err);
}

/* Whatever only looks at the sources themselves. */
static bool look(struct context *context, int argc, char **argv, const struct asked *asked,
                 GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct mapping_set set;
    if (!load(context, arena, &set, err))
        return false;
    if (strcmp(argv[1], "discover") == 0) /* of a source that has no streams yet, too */
        return cmd_source_discover(context, &set, argv[2], asked->yaml, err);
    if (!source_validate(context->config, &set, err))
        return false;
    if (strcmp(argv[1], "check") == 0)
        return check(context, &set, argc > 2 ? argv[2] : NULL, err);
    return cmd_source_preview(context, &set, argv[2], argc > 3 ? argv[3] : NULL, asked->rows, err);
}

/* Is the verb `name`, with so many words after it? */
static bool is_verb(int argc, char **argv, const char *name, int least, int most)
{
    return argc > 1 && strcmp(argv[1], name) == 0 && argc - 2 >= least && argc - 2 <= most;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *source = NULL, *stream = NULL;
    struct asked asked = {10, false};
    gboolean yaml = FALSE;
    const GOptionEntry own[] = {
        {"source", 's', 0, G_OPTION_ARG_STRING, &source, "Name of the source, with guess", "NAME"},
        {"stream", 0, 0, G_OPTION_ARG_STRING, &stream, "The stream it is for, with guess", "NAME"},
        {"rows", 'n', 0, G_OPTION_ARG_INT, &asked.rows, "So many records, with preview (10)", "N"},
        {"yaml", 0, 0, G_OPTION_ARG_NONE, &yaml,
         "Entries of kenko.yaml for what is not read yet, with discover", NULL},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_source, own, &argc, &argv, err))
        return false;
    asked.yaml = yaml;
    if (argc == 1 || is_verb(argc, argv, "list", 0, 0))
        return list(context, err);
    if (is_verb(argc, argv, "guess", 1, 1))
        return guess(context, argv[2], source, stream, err);
    if (is_verb(argc, argv, "check", 0, 1) || is_verb(argc, argv, "preview", 1, 2) ||
        is_verb(argc, argv, "discover", 1, 1))
        return look(context, argc, argv, &asked, err);
    return err_set(err, KENKO_ERROR_USAGE,
                   "want kenko source list | check [SOURCE] | discover SOURCE | guess FILE | "
                   "preview SOURCE [STREAM]");
}

const struct command cmd_source = {
    "source", "list | check [SOURCE] | discover SOURCE | guess FILE | preview SOURCE [STREAM]",
    "Look at sources before they are loaded, and at what was",
    "Only list opens the warehouse.\n\nExamples:\n  kenko source guess exports/accounts.csv\n  "
    "kenko source discover app --yaml\n  kenko source preview crm account -n 20\n  kenko source "
    "check\n  kenko source list --json\n",
    run};
