/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "ingest/identity.h"
#include "sql/ingest.h"

static bool unresolved(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_unresolved_list_rows rows;
    if (!q_unresolved_list(arena, context->db, 1000, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        printf("%s %s  %s  ARR %.0f   kenko identity link %s %s ACCOUNT\n", rows.row[i].source,
               rows.row[i].external_id, rows.row[i].name_is_null ? "" : rows.row[i].name,
               rows.row[i].arr, rows.row[i].source, rows.row[i].external_id);
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    if (!context_options(context, &cmd_identity, NULL, &argc, &argv, err))
        return false;
    const char *verb = argc > 1 ? argv[1] : "unresolved";
    if (strcmp(verb, "unresolved") == 0)
        return context_open(context, err) && unresolved(context, err);
    if (strcmp(verb, "link") == 0 && argc == 5)
        return context_open(context, err) &&
               identity_link(context->db, argv[2], argv[3], argv[4], err);
    if (strcmp(verb, "merge") == 0 && argc == 4)
        return context_open(context, err) && identity_merge(context->db, argv[2], argv[3], err);
    if (strcmp(verb, "split") == 0 && argc == 5)
        return context_open(context, err) &&
               identity_split(context->db, argv[2], argv[3], argv[4], err);
    return err_set(
        err, KENKO_ERROR_USAGE,
        "want kenko identity unresolved | link SOURCE ID ACCOUNT | merge FROM INTO | split "
        "SOURCE ID ACCOUNT");
}

const struct command cmd_identity = {
    "identity", "unresolved | link SOURCE ID ACCOUNT | merge FROM INTO | split SOURCE ID ACCOUNT",
    "Say which account a source's customer is",
    "Examples:\n  kenko identity unresolved\n  kenko identity link app ws-17 acc-00017\n"
    "  kenko identity merge acc-00101 acc-00102\n",
    run};
