/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_load.h"
#include "cli/commands.h"
#include "core/text.h"
#include "ingest/load.h"
#include "sql/ingest.h"

static void print_json(const struct q_load_list_row *r, bool first)
{
    g_autoptr(GString) file = g_string_new(NULL);
    text_json(file, r->file);
    printf("%s{\"load_id\": %" G_GINT64_FORMAT
           ", \"kind\": \"%s\", \"source\": \"%s\", \"stream\": \"%s\", "
           "\"file\": \"%s\", \"commit_no\": %" G_GINT64_FORMAT ", \"undone\": %s, "
           "\"read\": %" G_GINT64_FORMAT ", \"loaded\": %" G_GINT64_FORMAT
           ", \"duplicate\": %" G_GINT64_FORMAT ", \"ignored\": %" G_GINT64_FORMAT
           ", \"rejected\": %" G_GINT64_FORMAT "}",
           first ? "" : ",\n ", r->load_id, r->kind, r->source, r->stream, file->str, r->commit_no,
           r->undone_no_is_null ? "false" : "true", r->read_count, r->loaded, r->duplicate,
           r->ignored, r->rejected);
}

static bool list(struct context *context, int max_rows, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_load_list_rows rows;
    if (!q_load_list(arena, context->db, max_rows, &rows, err))
        return false;
    if (!context->json)
        printf("%6s %-9s %-10s %-17s %10s %10s %10s %8s %8s  %s\n", "load", "kind", "source",
               "stream", "read", "loaded", "duplicate", "ignored", "rejected", "file");
    else
        printf("[");
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_load_list_row *r = &rows.row[i];
        if (context->json)
            print_json(r, i == 0);
        else
            printf(
                "%6" G_GINT64_FORMAT " %-9s %-10s %-17s %10" G_GINT64_FORMAT " %10" G_GINT64_FORMAT
                " %10" G_GINT64_FORMAT " %8" G_GINT64_FORMAT " %8" G_GINT64_FORMAT "  %s%s\n",
                r->load_id, r->kind, r->source, r->stream, r->read_count, r->loaded, r->duplicate,
                r->ignored, r->rejected, r->file, r->undone_no_is_null ? "" : " (undone)");
    }
    if (context->json)
        printf("]\n");
    return true;
}

bool cmd_load_rejects(struct db *db, int max_rows, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_reject_list_rows rows;
    if (!q_reject_list(arena, db, max_rows, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_reject_list_row *r = &rows.row[i];
        printf("%s:%" G_GINT64_FORMAT ":%d: %s%s%s [%s]\n", r->file, r->line,
               r->at_column_is_null ? 1 : r->at_column, r->field, *r->field ? " " : "", r->message,
               r->reason);
    }
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    int max_rows = 200;
    g_autofree char *why = NULL;
    const GOptionEntry own[] = {
        {"limit", 'n', 0, G_OPTION_ARG_INT, &max_rows, "At most so many rows (200)", "N"},
        {"why", 0, 0, G_OPTION_ARG_STRING, &why, "Reason, with undo", "TEXT"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_load, own, &argc, &argv, err))
        return false;
    const char *verb = argc > 1 ? argv[1] : "list";
    if (strcmp(verb, "undo") == 0 && argc == 3) {
        gint64 load_id;
        if (!g_ascii_string_to_signed(argv[2], 10, 1, INT64_MAX, &load_id, NULL))
            return err_set(err, KENKO_ERROR_USAGE, "'%s' is not a load's number", argv[2]);
        return context_open(context, err) &&
               load_undo(context->db, load_id, why ? why : "kenko load undo", err);
    }
    if (strcmp(verb, "list") == 0 && argc <= 2)
        return context_open(context, err) && list(context, max_rows, err);
    if (strcmp(verb, "rejects") == 0 && argc == 2)
        return context_open(context, err) && cmd_load_rejects(context->db, max_rows, err);
    return err_set(err, KENKO_ERROR_USAGE, "want kenko load list | rejects | undo LOAD");
}

const struct command cmd_load = {"load", "list | rejects | undo LOAD",
                                 "List, explain and retract loads",
                                 "Examples:\n  kenko load list --json\n  kenko load rejects\n  "
                                 "kenko load undo 12 --why 'wrong file'\n",
                                 run};
