/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/cmd_load.h"
#include "cli/commands.h"
#include "core/text.h"
#include "ingest/ingest.h"

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

static void print_summary(const struct context *context, const struct ingest_summary *s,
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
            printf("%s\"%s\": %" G_GINT64_FORMAT,
                   i         ? ", "
                   : dry_run ? "{\"dry_run\": true, "
                             : "{",
                   rows[i].name, rows[i].n);
            continue;
        }
        g_autofree char *n = text_thousands(rows[i].n);
        printf("%-10s %14s\n", rows[i].name, n);
    }
    if (context->json)
        printf("}\n");
    else if (dry_run)
        printf("nothing was kept: this was a dry run\n");
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *source = NULL;
    int batch_kib = 0;
    gboolean dry_run = FALSE;
    const GOptionEntry own[] = {
        {"source", 's', 0, G_OPTION_ARG_STRING, &source, "Only this source", "NAME"},
        {"batch-kib", 0, 0, G_OPTION_ARG_INT, &batch_kib, "Commit after so much input (16384)",
         "KIB"},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run,
         "Do all of it in one transaction and roll it back", NULL},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_ingest, own, &argc, &argv, err) ||
        !context_open(context, err))
        return false;
    struct ingest_options options = {source, (size_t)MAX(batch_kib, 0) * 1024, NULL};
    if (dry_run)
        options.rehearsed = context->json ? show_nothing : show_rejects;
    struct ingest_summary summary;
    bool ok = ingest_run(context->db, context->dsn, context->config, &options, &summary, err);
    print_summary(context, &summary, dry_run);
    if (ok && !dry_run)
        context_next(context, summary.doubtful         ? "kenko quality"
                              : summary.count.rejected ? "kenko load rejects"
                                                       : "kenko score");
    return ok;
}

const struct command cmd_ingest = {
    "ingest", "", "Load what is new in the sources",
    "Examples:\n  kenko ingest\n  kenko ingest --source crm --json\n  kenko ingest --dry-run\n",
    run};
