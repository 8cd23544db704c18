/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "ingest/identity.h"

static bool unresolved(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct identity_unresolved *list;
    size_t n;
    if (!identity_unresolved(arena, context->db, 1000, &list, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct identity_unresolved *party = &list[i];
        printf("%s %s  %s  ARR %.0f", party->source, party->external_id, party->name, party->arr);
        for (int k = 0; k < IDENTITY_NEAR && party->near[k]; k++)
            printf("%s %s", k == 0 ? "  near" : ",", party->near[k]);
        printf("   kenko identity link %s %s %s\n", party->source, party->external_id,
               party->near[0] ? party->near[0] : "ACCOUNT");
    }
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
