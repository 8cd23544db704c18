/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/cmd_load.h"
#include "cli/commands.h"
#include "cli/pipe.h"
#include "core/text.h"
#include "ingest/ingest.h"
#include "ingest/source_singer.h"

enum { REJECTS_SHOWN = 20 };

/* The rejects go with the rest, so they are shown while they are there. */
static void show_rejects(struct db *db, const struct ingest_summary *summary)
{
    g_autoptr(GError) err = NULL;
    if (summary->count.rejected > 0 &&
        !cmd_load_rejects(db, (int)MIN(summary->count.rejected, REJECTS_SHOWN), &err))
        fprintf(stderr, "kenko: the rejects cannot be shown: %s\n", err->message);
}

/* For programs there is only the JSON. */
static void show_nothing(struct db *db, const struct ingest_summary *summary)
{
    (void)db;
    (void)summary;
}

static void print_summary(const struct context *context, FILE *out, const struct ingest_summary *s,
                          bool dry_run)
{
    const struct {
        const char *name;
        int64_t n;
    } rows[] = {{"read", s->count.read},           {"loaded", s->count.loaded},
                {"duplicate", s->count.duplicate}, {"ignored", s->count.ignored},
                {"rejected", s->count.rejected},   {"matched", s->matched},
                {"unresolved", s->unresolved},     {"doubtful", s->doubtful}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (context->json) {
            fprintf(out, "%s\"%s\": %" G_GINT64_FORMAT,
                    i         ? ", "
                    : dry_run ? "{\"dry_run\": true, "
                              : "{",
                    rows[i].name, rows[i].n);
            continue;
        }
        g_autofree char *n = text_thousands(rows[i].n);
        fprintf(out, "%-10s %14s\n", rows[i].name, n);
    }
    if (context->json)
        fprintf(out, "}\n");
    else if (dry_run)
        fprintf(out, "nothing was kept: this was a dry run\n");
}

/* How far a tap was read, for the tap to go on from. */
static bool print_state(struct context *context, const char *source, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const char *text;
    return source_singer_state(arena, context->db, source, &text, err) &&
           pipe_say(slice_of(text), err);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *source = NULL, *singer = NULL;
    int batch_kib = 0;
    gboolean dry_run = FALSE, state = FALSE;
    const GOptionEntry own[] = {
        {"source", 's', 0, G_OPTION_ARG_STRING, &source, "Only this source", "NAME"},
        {"batch-kib", 0, 0, G_OPTION_ARG_INT, &batch_kib, "Commit after so much input (16384)",
         "KIB"},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run,
         "Do all of it in one transaction and roll it back", NULL},
        {"singer", 0, 0, G_OPTION_ARG_STRING, &singer,
         "Take a tap's messages for this source from standard input", "NAME"},
        {"state", 0, 0, G_OPTION_ARG_NONE, &state,
         "With --singer: print the committed state for the tap, and end", NULL},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_ingest, own, &argc, &argv, err))
        return false;
    if ((singer && source) || (state && !singer))
        return err_set(err, KENKO_ERROR_USAGE, "want --source NAME, or --singer NAME [--state]");
    if (!context_open(context, err))
        return false;
    if (state)
        return print_state(context, singer, err);
    const struct source_pipe pipe = pipe_standard(dry_run);
    struct ingest_options options = {.source = singer ? singer : source,
                                     .batch_bytes = (size_t)MAX(batch_kib, 0) * 1024,
                                     .pipe = singer ? &pipe : NULL,
                                     .progress = singer ? NULL : context_progress(context)};
    if (dry_run)
        options.rehearsed = context->json || singer ? show_nothing : show_rejects;
    struct ingest_summary summary;
    bool ok = ingest_run(context->db, context->dsn, context->config, &options, &summary, err);
    /* The standard output of a target is its states. */
    print_summary(context, singer ? stderr : stdout, &summary, dry_run);
    if (ok && !dry_run)
        context_next(context, summary.doubtful         ? "kenko quality"
                              : summary.count.rejected ? "kenko load rejects"
                                                       : "kenko score");
    return ok;
}

const struct command cmd_ingest = {
    "ingest", "", "Load what is new in the sources",
    "Examples:\n  kenko ingest\n  kenko ingest --source crm --json\n  kenko ingest --dry-run\n"
    "  kenko ingest --singer crm --state >state.json\n"
    "  tap-salesforce --config tap.json --state state.json | kenko ingest --singer crm\n",
    run};
